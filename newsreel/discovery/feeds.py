"""Feeds: RSS, Atom and RDF by feedparser, JSON Feed by `jsonfeeds`, told apart by what the body is."""

from __future__ import annotations

import io
import re
import xml.sax
from collections.abc import Mapping
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from newsreel import dates
from newsreel.discovery import MOST_LINKS, Discovery, distinct
from newsreel.discovery.bodies import decode, is_html, repair_xml, unpack
from newsreel.discovery.jsonfeeds import read_json_feed
from newsreel.discovery.snippets import language_tag, one_line, paragraphs, plain
from newsreel.items import Link
from newsreel.urls import resolve

_FEED_LINK = re.compile(r"<link\b[^<>]*\btype\s*=\s*[\"']?application/(?:rss|atom)\+xml[^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
# An author as RSS 2.0 wants it, "address (name)": feedparser cuts addresses of long top-level domains in the middle.
_AUTHOR = re.compile(
    r"(<(?:\w{1,20}:)?(?:author|creator)>)\s*(?:<!\[CDATA\[)?\s*[^\s<>()@]{1,99}@[^\s<>()@]{1,99}"
    r"\s*(?:\(([^()<>]{0,200})\))?\s*(?:\]\]>)?\s*(</)"
)
_HEAD = 65_536


def read_feed(body: bytes, url: str, content_type: str | None) -> Discovery:
    """The entries of a feed as links, in its order; content types are not believed.

    `content_html` of a link is the full text where it says more than the summary, both raw: nothing is sanitised here.
    Times are in UTC; a date without a zone is taken as UTC.
    """
    unpacked, problem = unpack(body)
    text = decode(unpacked, content_type)
    if not text:
        return Discovery(problem=problem or "an empty answer instead of a feed")
    if text[0] in "{[":
        return read_json_feed(text, url)
    if is_html(text) and "<rss" not in text[:_HEAD]:
        return Discovery(problem=_html_problem(text, url))
    repaired = repair_xml(text)
    try:
        # A stream, since feedparser takes other values for the name of a file or for an address to fetch.
        parsed = feedparser.parse(
            io.BytesIO(_AUTHOR.sub(r"\1\2\3", repaired).encode()),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:
        # feedparser keeps what a feed says under the names of its own fields, and trips over hostile ones in many ways.
        return Discovery(problem=f"a feed that the feed parser cannot read ({type(error).__name__}: {error})")
    if not parsed.version and not parsed.entries:
        return Discovery(problem=problem or "neither RSS, Atom nor JSON Feed")
    entries = parsed.entries[:MOST_LINKS]
    found = [link for entry in entries if (link := _link(entry, parsed, url))]
    broken = repaired != text or isinstance(parsed.get("bozo_exception"), xml.sax.SAXException)
    problems = (
        problem,
        f"broken XML, {len(found)} entries recovered" if broken else None,
        _missing(len(entries), len(found)),
    )
    return Discovery(
        links=distinct(found),
        title=plain(_text(parsed.feed, "title")) or None,
        moved=_moved(parsed.feed, url),
        problem="; ".join(filter(None, problems)) or None,
        dropped=len(parsed.entries) - len(entries),
    )


def _link(entry: Any, parsed: Any, url: str) -> Link | None:
    address = resolve(url, _text(entry, "feedburner_origlink")) or resolve(url, _text(entry, "link"))
    if address is None:
        return None
    published, updated = _date(entry, "published"), _date(entry, "updated")
    if published is None and not parsed.version.startswith("atom"):
        # feedparser files dc:date, the date of publication in RSS 1.0, under "updated".
        published, updated = updated, None
    summary, content = _summary_and_content(entry)
    detail = entry.get("title_detail")
    markup = not isinstance(detail, Mapping) or detail.get("type") != "text/plain"
    title = _text(entry, "title")
    languages = (_text(entry, "language"), _text(detail, "language"), _text(parsed.feed, "language"))
    return Link(
        url=address,
        via="feed",
        door=url,
        guid=_text(entry, "id") or None,
        headline=(plain(title) if markup else one_line(title)) or None,
        authors=_distinct(_text(author, "name") for author in _list(entry, "authors")),
        published=published,
        updated=updated,
        keywords=_distinct(_text(tag, "label") or _text(tag, "term") for tag in _list(entry, "tags")),
        language=next(filter(None, map(language_tag, languages)), None),
        summary_html=summary,
        content_html=content,
    )


def _summary_and_content(entry: Any) -> tuple[str | None, str | None]:
    summary = _markup(_text(entry, "summary"), entry.get("summary_detail"))
    contents = [_markup(_text(part, "value"), part) for part in _list(entry, "content")]
    content = max(contents, key=len, default="")
    if content and _text(entry, "summary") in {_text(part, "value") for part in _list(entry, "content")}:
        # feedparser copies the text of an entry that has no summary into it.
        return None, content
    longer = len(plain(content)) > len(plain(summary))
    return summary or None, content if longer else None


def _markup(text: str, detail: Any) -> str:
    return paragraphs(text) if isinstance(detail, Mapping) and detail.get("type") == "text/plain" else text


def _date(entry: Any, name: str) -> datetime | None:
    # dict.get, since feedparser's own answers with the other date, and a warning, where this one is missing.
    parsed = dict.get(entry, f"{name}_parsed")
    if isinstance(parsed, struct_time):
        try:
            value = datetime(*parsed[:5], min(parsed.tm_sec, 59), tzinfo=UTC)
        except ValueError:
            return None
        return value if dates.FIRST_YEAR <= value.year <= dates.LAST_YEAR else None
    raw = dict.get(entry, name)
    found = dates.parse(raw) if isinstance(raw, str) else None
    return dates.in_utc(found) if found else None


def _moved(feed: Any, url: str) -> str | None:
    target = _text(feed, "newlocation") or _text(feed, "itunes_new-feed-url")
    moved = resolve(url, target)
    return moved if moved != url else None


def _missing(entries: int, found: int) -> str | None:
    if not entries:
        return "no entries"
    return f"{entries - found} of {entries} entries have no web address" if found < entries else None


def _html_problem(text: str, url: str) -> str:
    named = _FEED_LINK.search(text[:_HEAD])
    href = _HREF.search(named[0]) if named else None
    feed = resolve(url, plain(href[1] or href[2] or href[3] or "")) if href else None
    return "an HTML page instead of a feed" + (f"; it names {feed} as its feed" if feed and feed != url else "")


def _text(values: Any, name: str) -> str:
    """A text of feedparser's; "" where it is missing, or another value that the feed smuggled in under the name."""
    value = values.get(name) if isinstance(values, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def _list(values: Any, name: str) -> list[Any]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _distinct(texts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(plain, texts))))
