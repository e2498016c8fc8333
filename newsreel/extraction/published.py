"""When a story was published and last changed: markup first, then the address, then what readers see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsreel import dates, urls
from newsreel.extraction import visible
from newsreel.extraction.structured import Structured, plain
from newsreel.extraction.visible import Dated, Layout

# The names that most pages use, best first; what else is named like a date of publication counts after them.
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dcterms.date",
    "dc:date",
    "date",
    "pubdate",
)
_NAMED_PUBLISHED = re.compile(
    r"publi|pub[-_.]?da(?:te|y)|date[-_.:]pub|release_date|date\.(?:available|created)|citation_\w*date|^created$|"
    r"^(?:cre|veeseo):date$"
)
_MODIFIED = ("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified")
_NAMED_MODIFIED = re.compile(r"modif|updated?(?:_|-|$)|revis|lastmod|moddate")
_NEITHER = re.compile(r"expir|publisher|publication$|_id|id$")
# Of two markups that say when, one may have it in UTC and the other as the local time.
_FARTHEST = 14 * 3600
_QUARTER = 15 * 60
MOST_TIMES = 6
_YEAR = re.compile(r"(?:19|20)\d\d")
_SCRIPT = re.compile(
    r'"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|firstPublished(?:At|Date)?|first_published_at|'
    r'datePublication|published_date|publishedDate|pubDate|date_published|postDate|post_date|publishedTime)\\*"\s*:\s*\\*"([^"\\]{8,40})'
)


def read(layout: Layout, structured: Structured, now: datetime) -> tuple[Dated | None, Dated | None]:
    """When the story was published and last modified; nothing that lies more than a day after `now`."""

    def possible(found: Iterator[Dated]) -> Dated | None:
        return next((dated for dated in found if dates.in_utc(dated.value) <= now + timedelta(days=1)), None)

    language = layout.language
    told = possible(from_jsonld(structured, "datePublished", language))
    meta = possible(from_meta(structured, _PUBLISHED, _NAMED_PUBLISHED, language))
    item = possible(from_items(structured, "datepublished", language))
    address = possible(from_address(structured))
    modified = (
        possible(from_jsonld(structured, "dateModified", language))
        or possible(from_meta(structured, _MODIFIED, _NAMED_MODIFIED, language))
        or possible(from_items(structured, "datemodified", language))
    )
    published: Dated | None
    if told and meta and not _same_day(told, meta):
        published = _better(told, meta, modified, visible.read(layout))
    else:
        published = max(filter(None, (told, meta)), key=_precision, default=item)
    if published is not None:
        return _in_local_time(published, layout, [meta, item, told, modified], address), modified
    seen = possible(iter(filter(None, [visible.read(layout)])))
    if address is not None and (seen is None or abs(seen.value.date() - address.value.date()) > timedelta(days=1)):
        return address, modified
    return seen or possible(from_script(layout.tree)), modified


def _same_day(one: Dated, other: Dated) -> bool:
    return one.value.date() == other.value.date() or dates.in_utc(one.value) == dates.in_utc(other.value)


def _better(told: Dated, meta: Dated, modified: Dated | None, seen: Dated | None) -> Dated:
    """Which of JSON-LD and meta elements to believe: what readers see, else not what holds the last change."""
    if seen is not None:
        for dated in (told, meta):
            if dated.value.date() == seen.value.date():
                return dated
    if modified is not None:
        changed = dates.in_utc(modified.value)
        if abs(dates.in_utc(told.value) - changed) < timedelta(minutes=5):
            return meta
    return told


def _precision(dated: Dated) -> int:
    """How much a date tells: the day, the time, the zone, a zone of its own."""
    value = dated.value
    return (not dates.is_day_only(value)) + (value.tzinfo is not None) + bool(value.utcoffset())


def _in_local_time(published: Dated, layout: Layout, others: list[Dated | None], address: Dated | None) -> Dated:
    """The same moment with the offset of the place, where the page shows it somewhere.

    Many systems write UTC into their markup, and the local time only where readers see it.
    """
    value = published.value
    if value.tzinfo is None or value.utcoffset():
        return published
    for other in (*filter(None, others), *islice(visible.times(layout), MOST_TIMES)):
        if offset := _offset(value, other.value):
            return Dated(value.astimezone(offset), published.raw, published.source)
    midnight = value.hour in (22, 23) and value.minute == value.second == 0
    if midnight or (address is not None and address.value.date() != value.date()):
        seen = visible.read(layout)
        if seen is not None and (offset := _offset(value, seen.value)):
            return Dated(value.astimezone(offset), published.raw, published.source)
        if midnight and seen is not None and seen.value.date() == value.date() + timedelta(days=1):
            return Dated(seen.value, seen.raw, published.source)
    return published


def _offset(moment: datetime, shown: datetime) -> timezone | None:
    """The offset in which a moment in UTC is what is shown: the same moment, or a whole number of quarters away."""
    if shown.tzinfo is not None:
        same = abs(shown - moment) < timedelta(minutes=2)
        return timezone(shown.utcoffset() or timedelta()) if same and shown.utcoffset() else None
    if dates.is_day_only(shown):
        return None
    away = (shown.replace(tzinfo=UTC) - moment).total_seconds()
    quarters = round(away / _QUARTER)
    # A moment on the quarter is a whole number of quarters away from too many others.
    is_telling = quarters != 0 and (moment.minute % 15, moment.second) != (0, 0)
    if not is_telling or abs(away) > _FARTHEST or abs(away - quarters * _QUARTER) > 60:
        return None
    return timezone(timedelta(seconds=quarters * _QUARTER))


def from_jsonld(structured: Structured, key: str, language: str | None) -> Iterator[Dated]:
    """The dates under a key of the story's JSON-LD object, then of the page's object."""
    for value in structured.in_article(key):
        raw = plain(value)
        if parsed := dates.parse(raw, language=language):
            yield Dated(parsed, raw, "json-ld")


def from_meta(
    structured: Structured, names: tuple[str, ...], pattern: re.Pattern[str], language: str | None
) -> Iterator[Dated]:
    """The dates of the named meta elements, in the order of the names, then of those whose name fits the pattern."""
    rest = (name for name in structured.meta if pattern.search(name) and not _NEITHER.search(name))
    for name in (*names, *rest):
        if pattern is _NAMED_PUBLISHED and _NAMED_MODIFIED.search(name):
            continue
        for raw in structured.meta.get(name, ()):
            if parsed := dates.parse(raw, language=language):
                yield Dated(parsed, raw, f"meta:{name}")


def from_items(structured: Structured, name: str, language: str | None) -> Iterator[Dated]:
    """The dates of a microdata property."""
    for raw in structured.items.get(name, ()):
        if parsed := dates.parse(raw, language=language):
            yield Dated(parsed, raw, "itemprop")


def from_address(structured: Structured) -> Iterator[Dated]:
    """The day in the path of the page's address or of its canonical one."""
    canonical = structured.links.get("canonical", ())[:1]
    for href in (structured.url, *canonical):
        # Addresses without a year need no closer look.
        if _YEAR.search(href) and (url := urls.resolve(structured.url, href)):
            path = urlsplit(url).path
            if value := dates.day_in_path(path):
                yield Dated(value, path, "url")


def from_script(tree: HtmlElement) -> Iterator[Dated]:
    """The dates that a page's scripts keep under a name that says published."""
    for script in tree.iter("script"):
        for match in _SCRIPT.finditer(script.text or ""):
            if parsed := dates.parse(match[1]):
                yield Dated(parsed, match[1], "script")
