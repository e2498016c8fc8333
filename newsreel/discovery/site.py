"""What a site says of where its articles are listed: the links of a page, the lines of robots.txt, what doors hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from newsreel.discovery import Discovery
from newsreel.discovery.bodies import decode, is_html, unpack
from newsreel.discovery.feeds import read_feed
from newsreel.discovery.sitemaps import read_sitemap
from newsreel.discovery.snippets import language_tag, one_line, plain
from newsreel.items import Link
from newsreel.urls import host_of, resolve, url_key

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
FEED_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml")
SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap.xml")
# So many of each that a page or a robots.txt names are asked.
MOST_NAMED = 4
# An entry whose own text has so many words is taken for a whole article.
FULL_TEXT = 150
WEEK = timedelta(days=7)
# Of two doors that share so much of what the smaller one names, one is enough.
SAME = 0.8

_COMMENTS = re.compile(r"\bcomments?\b|\bkommentare?\b|\bcommentaires?\b|\bcomentarios?\b", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_SEPARATOR = re.compile(r"\s+[|·•–—»-]\s+|:\s+")
_HEAD = 65_536

Kind = Literal["feed", "sitemap"]


@dataclass(frozen=True, slots=True)
class Start:
    """What the address that was given leads to: a page, a feed, a sitemap, or nothing of the kind (other)."""

    kind: Literal["page", "feed", "sitemap", "other"]
    name: str | None = None
    language: str | None = None
    feeds: tuple[str, ...] = ()
    discovery: Discovery = field(default_factory=Discovery)


@dataclass(frozen=True, slots=True)
class FoundDoor:
    """A feed or sitemap that a site has, and what it holds.

    `per_day` is how many of its entries a day brings, `chosen` whether it should be read, `why` the reason if not.
    """

    kind: Kind
    url: str
    entries: int = 0
    newest: datetime | None = None
    per_day: float | None = None
    full_text: bool = False
    chosen: bool = False
    why: str | None = None
    is_news: bool = False


def read_start(body: bytes, url: str, content_type: str | None) -> Start:
    """Find out what an address leads to, and which feeds a page there names."""
    unpacked, _ = unpack(body)
    text = decode(unpacked, content_type)
    if text and not is_html(text):
        for kind, read in (("feed", read_feed), ("sitemap", read_sitemap)):
            found = read(body, url, content_type)
            if found.links or found.more:
                language = next((link.language for link in found.links if link.language), None)
                is_feed = kind == "feed"
                return Start("feed" if is_feed else "sitemap", found.title, language, discovery=found)
    if not text or not (is_html(text) or re.search(r"<(?:html|head|body|title)\b", text[:_HEAD], re.IGNORECASE)):
        return Start("other")
    try:
        root = document_fromstring(text.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"), base_url=url)
    except (etree.ParserError, ValueError):
        return Start("other")
    return Start("page", _name(root, url), language_tag(root.get("lang") or ""), _feeds(root, url))


def sitemaps_of(robots: str | None, url: str) -> tuple[str, ...]:
    """Give the sitemaps that a robots.txt names.

    >>> sitemaps_of("User-agent: *\\nSitemap: /news.xml # daily", "https://tide.example/")
    ('https://tide.example/news.xml',)
    """
    named = (resolve(url, match[1]) for match in _SITEMAP_LINE.finditer(robots or ""))
    return tuple(dict.fromkeys(address for address in named if address))


def judge_door(kind: Kind, url: str, found: Discovery, now: datetime) -> FoundDoor:
    """Say what a door holds."""
    times = sorted(time for link in found.links if (time := link.published or link.updated) and time <= now)
    texts = [link for link in found.links if link.content_html]
    full = sum(len(plain(link.content_html or "").split()) >= FULL_TEXT for link in texts[:20])
    return FoundDoor(
        kind=kind,
        url=url,
        entries=len(found.links),
        newest=times[-1] if times else None,
        per_day=_per_day(times, now),
        full_text=full * 2 > min(len(found.links), 20),
        why=_comments(url, found),
        is_news=kind == "sitemap" and any(link.headline and link.published for link in found.links),
    )


def choose(doors: Sequence[tuple[FoundDoor, Sequence[Link]]]) -> list[FoundDoor]:
    """Choose what to read: feeds that say different things, news sitemaps, and another sitemap only if nothing else is.

    What is chosen comes first; the others say why they are not.
    """
    chosen: list[tuple[FoundDoor, frozenset[str]]] = []
    left: list[FoundDoor] = []
    order = sorted(doors, key=lambda pair: (pair[0].kind == "sitemap", not pair[0].is_news))
    for door, links in order:
        keys = frozenset(url_key(link.url) for link in links)
        why = door.why
        if not keys:
            why = why or "no entries"
        elif door.kind == "sitemap" and not door.is_news and chosen:
            why = "lists all pages, not only news"
        elif why is None:
            twin = next((known for known, theirs in chosen if _alike(keys, theirs) and known.kind == door.kind), None)
            why = f"the same articles as {twin.url}" if twin else None
        if why is None:
            chosen.append((replace(door, chosen=True), keys))
        else:
            left.append(replace(door, why=why))
    return [*(door for door, _ in chosen), *left]


def _alike(keys: frozenset[str], others: frozenset[str]) -> bool:
    return len(keys & others) >= SAME * min(len(keys), len(others))


def _per_day(times: Sequence[datetime], now: datetime) -> float | None:
    """Give how many entries a day brings, by those of the last seven days, or of as long as the door goes back."""
    if len(times) < 2:
        return None
    begin = max(times[0], now - WEEK)
    span = max(now - begin, timedelta(hours=1))
    return sum(time >= begin for time in times) / (span / timedelta(days=1))


def _comments(url: str, found: Discovery) -> str | None:
    is_comments = _COMMENTS.search(url) or (found.title and _COMMENTS.search(found.title))
    return "comments, not articles" if is_comments else None


def _feeds(root: HtmlElement, url: str) -> tuple[str, ...]:
    bases = root.xpath("//base/@href")
    base = (resolve(url, str(bases[0])) if bases else None) or url
    found = []
    for link in root.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in rel and kind in FEED_TYPES and (address := resolve(base, link.get("href") or "")):
            found.append(address)
    return tuple(dict.fromkeys(found))


def _name(root: HtmlElement, url: str) -> str | None:
    for query in ("//meta[@property='og:site_name']/@content", "//meta[@name='application-name']/@content"):
        for value in root.xpath(query):
            if name := one_line(str(value))[:100]:
                return name
    title = one_line(str(root.findtext(".//title") or ""))
    parts = [part for part in _SEPARATOR.split(title) if part]
    label = host_of(url).removeprefix("www.").partition(".")[0]
    # The part of a title that is most like the address is the outlet's name, the rest a slogan.
    named = [
        part for part in parts if re.sub(r"\W", "", part).lower() in label or label in part.lower().replace(" ", "")
    ]
    return (named or parts or [None])[0]
