"""What was found at a site, in sentences: each with the state that its mark shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from newsreel.discovery.findings import Findings
from newsreel.discovery.site import FoundDoor
from newsreel.health import State
from newsreel.sources import Source
from newsreel.urls import host_of

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PROBLEMS = {
    "dns": "There is no host {host}: its name cannot be found. Check the spelling.",
    "timeout": "That address did not answer. {host} took longer than we wait.",
    "refused": "That address did not answer: {host} refused the connection, or broke it off.",
    "tls": "{host} offers no connection that is secure: its certificate cannot be verified.",
    "robots": "The robots rules of {host} forbid us this address, so we must not read it.",
    "robots-unreachable": "robots.txt of {host} could not be read ({reason}), so we must not fetch.",
    "private-address": "{host} is an address in a private network, and only the public web is read. "
    "allow_networks in newsreel.toml opens a network of yours.",
    "http-4xx": "{host} does not give us this page: it answered {reason}.",
    "http-5xx": "{host} has trouble of its own: it answered {reason}.",
    "rate-limited": "{host} was asked too often and wants to be left alone for a while.",
    "redirect": "That address leads on and on, and never to a page.",
    "too-large": "What is at that address is larger than a page may be.",
    "truncated": "{host} broke its answer off in the middle.",
    "bad-encoding": "What {host} sent cannot be unpacked.",
    "not-html": "That address leads to neither a page nor a feed.",
    "no-door": "No feed and no sitemap was found at {host}. Paste the address of a feed, if you know one.",
    "parse-timeout": "The page at that address keeps a parser busy for too long.",
    "parse-memory": "The page at that address needs more memory than a page may have.",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about a site, and the state whose mark stands before it."""

    state: State
    text: str


def problem_of(findings: Findings) -> str:
    """Say why a site cannot be added."""
    code, detail = findings.problem or "", findings.detail or ""
    answered = re.search(r"answered (\d{3})", detail)
    if code == "robots-unreachable" and not answered:
        # The whole host is silent, not just this file of it.
        code = "timeout" if "longer" in detail else "refused"
    reason = answered[1] if answered else "no answer"
    text = _PROBLEMS.get(code, "{host} cannot be read: {detail}.")
    return text.format(host=host_of(findings.address) or findings.address, reason=reason, detail=detail)


def remarks(findings: Findings, now: datetime, neighbours: Sequence[Source] = ()) -> list[Remark]:
    """Say what was found."""
    found = [_robots(findings), _doors(findings, now), *_rate(findings, now), *_samples(findings), *_gaps(findings)]
    if neighbours:
        names = ", ".join(source.name for source in neighbours[:3])
        found.append(Remark("quiet", f"The catalogue has an outlet of this site already: {names}."))
    return found


def door_words(door: FoundDoor, now: datetime) -> str:
    """Say what a door holds.

    >>> door_words(FoundDoor("feed", "https://tide.example/feed", entries=40, full_text=True), datetime.now())
    '40 entries, full text'
    """
    if door.why and not door.entries:
        return door.why
    parts = [f"{door.entries} entr{'y' if door.entries == 1 else 'ies'}"]
    parts += ["full text"] if door.full_text else []
    parts += [f"newest {length(now - door.newest)} old"] if door.newest else []
    parts += [door.why] if door.why else []
    return ", ".join(parts)


def length(span: timedelta) -> str:
    """Give an age in one unit.

    >>> length(timedelta(minutes=38)), length(timedelta(days=3, hours=2)), length(timedelta(hours=1))
    ('38 min', '3 days', '1 h')
    """
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 0)} min"
    if minutes < 2 * 1440:
        return f"{minutes // 60} h"
    return f"{minutes // 1440} days"


def path_of(url: str, home: str) -> str:
    """Give an address as short as it can be told beside the home page: its path on the same host.

    >>> path_of("https://tide.example/feed?x=1", "https://tide.example/"), path_of("https://a.example/f", "https://b.example/")
    ('/feed?x=1', 'a.example/f')
    """
    parts, base = urlsplit(url), urlsplit(home)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if parts.netloc == base.netloc else parts.netloc + path


def _robots(findings: Findings) -> Remark:
    if not findings.has_robots:
        return Remark("ok", "It has no robots rules, so nothing is forbidden.")
    text = "Robots rules allow us everywhere"
    if findings.forbidden:
        rest = len(findings.forbidden) - 3
        text += f" but {_listed([*findings.forbidden[:3], *([f'{number(rest)} more'] if rest > 0 else [])])}"
    if findings.pause:
        text += f"; they ask for {findings.pause:g} s between requests"
    return Remark("ok", f"{text}.")


def _doors(findings: Findings, now: datetime) -> Remark:
    chosen = [door for door in findings.doors if door.chosen]
    feeds = sum(door.kind == "feed" for door in chosen)
    news = sum(door.is_news for door in chosen)
    others = len(chosen) - feeds - news
    parts = [_counted(feeds, "feed"), _counted(news, "news sitemap"), _counted(others, "sitemap")]
    text = _listed([part for part in parts if part])
    newest = max((door.newest for door in chosen if door.newest), default=None)
    age = f", newest article {length(now - newest)} old" if newest else ""
    return Remark("ok", f"{text[:1].upper()}{text[1:]}{age}.")


def _rate(findings: Findings, now: datetime) -> list[Remark]:
    rate = findings.per_day
    if rate is None:
        return []
    if rate < 1 / 7:
        return [Remark("quiet", "Nothing new in the last seven days.")]
    if rate < 1:
        return [Remark("ok", f"About {number(round(rate * 7))} articles a week are to be expected.")]
    return [Remark("ok", f"About {round(rate)} article{'s' * (round(rate) != 1)} a day are to be expected.")]


def _samples(findings: Findings) -> list[Remark]:
    read, tried = len(findings.articles), len(findings.samples)
    failed = [sample for sample in findings.samples if sample.outcome is not None]
    why = ", ".join(dict.fromkeys(sample.outcome or "" for sample in failed))
    if not read:
        return [Remark("failing", f"None of {number(tried)} pages could be read as an article ({why}).")]
    noun = "article" if read == 1 else "articles"
    remark = Remark("ok", f"{number(read).capitalize()} {noun} read and cleaned in {findings.seconds:.1f} s.")
    if not failed:
        return [remark]
    return [remark, Remark("degraded", f"{_of(len(failed), tried)} could not be read as an article ({why}).")]


def _gaps(findings: Findings) -> list[Remark]:
    articles = findings.articles
    gaps = []
    for word, missing in (
        ("no author in its markup", [not sample.authors for sample in articles]),
        ("no date", [sample.published is None for sample in articles]),
        ("its text from the feed, since its page could not be read", [sample.from_feed for sample in articles]),
    ):
        if any(missing):
            verb = "has" if sum(missing) == 1 else "have"
            text = word if sum(missing) == 1 else word.replace("its", "their").replace("page could", "pages could")
            gaps.append(Remark("degraded", f"{_of(sum(missing), len(articles))} {verb} {text}."))
    return gaps


def _of(part: int, whole: int) -> str:
    if part == whole:
        return "It" if whole == 1 else f"All {number(whole)}"
    return f"{number(part).capitalize()} of the {number(whole)}"


def number(value: int) -> str:
    """Give a number as a word up to ten.

    >>> number(3), number(12)
    ('three', '12')
    """
    return _NUMBERS[value] if 0 <= value < len(_NUMBERS) else str(value)


def _counted(value: int, noun: str) -> str:
    if not value:
        return ""
    return f"a {noun}" if value == 1 else f"{number(value)} {noun}s"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else "nothing"
