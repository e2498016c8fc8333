"""Words the messages: a source's change of state, the daily digest, a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_LONGEST_LIST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A source's change of state, or its state where nothing changed."""

    source: str
    state: str
    reason: str
    since: datetime
    before: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a day was like: articles by source, outcomes of runs, the sources that are not ok, the day's changes."""

    day: date
    articles: Mapping[str, int]
    runs: Mapping[str, int]
    sources: int
    troubled: Sequence[Told]
    changes: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Message:
    """A message: `kind` is change, digest or trial; `payload` is what a webhook gets beside subject and text."""

    kind: str
    subject: str
    text: str
    payload: Mapping[str, Any]


def state_message(told: Told) -> Message:
    """Word a change of state.

    >>> from datetime import UTC
    >>> told = Told("tide", "failing", "its feed has answered 404 three times.", datetime(2026, 5, 1, 7, tzinfo=UTC))
    >>> state_message(told).subject
    'Newsreel: tide is failing'
    """
    was = f", and was {told.before} before" if told.before else ""
    text = (
        f"{told.source} is {told.state} since {told.since:%Y-%m-%d %H:%M} UTC{was}.\n\n{_sentence(told.reason)}\n\n"
        f"See: newsreel sources show {told.source}\n"
    )
    return Message("change", f"Newsreel: {told.source} is {told.state}", text, _as_values(told))


def digest_message(digest: Digest) -> Message:
    """Word the digest of a day: the sources that need the owner first, then the figures."""
    articles, runs = sum(digest.articles.values()), sum(digest.runs.values())
    lines = [
        f"{_count(articles, 'article')} stored on {digest.day}, from {_count(len(digest.articles), 'source')} of "
        f"{digest.sources}; {_count(runs, 'crawl')}"
        + "".join(f", {number} {outcome}" for outcome, number in sorted(digest.runs.items()) if outcome != "ok")
        + "."
    ]
    if digest.troubled:
        lines += ["", f"{_count(len(digest.troubled), 'source')} not ok:"]
        lines += [
            f"  {told.source}: {told.state}. {_sentence(told.reason)}" for told in digest.troubled[:_LONGEST_LIST]
        ]
    else:
        lines += ["", "All sources are ok."]
    if digest.changes:
        lines += ["", "Changed that day:"]
        lines += [
            f"  {told.at or told.since:%H:%M} {told.source}: {told.before or 'new'} -> {told.state}"
            for told in digest.changes[:_LONGEST_LIST]
        ]
    if digest.articles:
        lines += ["", "Articles by source:"]
        order = sorted(digest.articles.items(), key=lambda pair: (-pair[1], pair[0]))
        lines += [f"  {number:6} {source}" for source, number in order[:_LONGEST_LIST]]
    subject = (
        f"Newsreel, {digest.day}: {_count(articles, 'article')}, {len(digest.troubled)} of {digest.sources} not ok"
    )
    payload = {
        "day": digest.day.isoformat(),
        "articles": dict(digest.articles),
        "runs": dict(digest.runs),
        "sources": digest.sources,
        "troubled": [_as_values(told) for told in digest.troubled],
        "changes": [_as_values(told) for told in digest.changes],
    }
    return Message("digest", subject, "\n".join(lines) + "\n", payload)


def trial_message(now: datetime) -> Message:
    """Word the message of `newsreel alerts test`."""
    text = f"This is a trial, sent at {now:%Y-%m-%d %H:%M} UTC. Messages about your sources will come the same way.\n"
    return Message("trial", "Newsreel: a trial message", text, {"at": now.isoformat()})


def _as_values(told: Told) -> dict[str, Any]:
    return {
        "source": told.source,
        "state": told.state,
        "before": told.before,
        "reason": told.reason,
        "since": told.since.isoformat(),
        "at": (told.at or told.since).isoformat(),
    }


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + "s" * (number != 1)
