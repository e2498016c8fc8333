"""Sitemaps: XML with the news extension, index files, plain text; a feed given as a sitemap is read as a feed.

The formats: https://www.sitemaps.org/protocol.html and
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from newsreel import dates
from newsreel.discovery import MOST_LINKS, Discovery, distinct
from newsreel.discovery.bodies import decode, is_html, repair_xml, unpack
from newsreel.discovery.feeds import read_feed
from newsreel.discovery.snippets import language_tag, one_line
from newsreel.items import Link
from newsreel.urls import resolve

# What the protocol allows for one file.
MOST_ENTRIES = 50_000

_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})
_CLOSED = re.compile(r"</(?:[\w.-]+:)?(?:url|sitemap)\s*>")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One <url> or <sitemap>, as texts."""

    loc: str
    lastmod: str = ""
    published: str = ""
    title: str = ""
    keywords: str = ""
    language: str = ""
    publication: str = ""


@dataclass(slots=True)
class _Found:
    """What a document holds: how many entries, and of these the newest where there are too many."""

    root: str = ""
    broken: bool = False
    entries: int = 0
    pages: list[_Entry] = field(default_factory=list)
    files: list[_Entry] = field(default_factory=list)


def read_sitemap(body: bytes, url: str, content_type: str | None) -> Discovery:
    """The pages of a sitemap as links, or the files of an index as `more`, newest first.

    Pages keep the document's order, but where there are too many the newest are taken. Entities are not expanded;
    images and videos of a page are left out.
    """
    unpacked, problem = unpack(body)
    text = decode(unpacked, content_type)
    if not text:
        return Discovery(problem=problem or "an empty answer instead of a sitemap")
    if is_html(text):
        return Discovery(problem="an HTML page instead of a sitemap")
    if text[0] != "<":
        return _read_lines(text, url, problem)
    repaired = repair_xml(text)
    found = _read_xml(repaired)
    if found.root in _FEED_ROOTS:
        return read_feed(unpacked, url, content_type)
    if found.root not in {"urlset", "sitemapindex"} and not found.entries:
        return Discovery(problem=problem or "XML, but no sitemap")
    links = distinct(link for entry in found.pages if (link := _link(entry, url)))
    files = [resolve(url, entry.loc) for entry in found.files]
    more = tuple(dict.fromkeys(address for address in files if address and address != url))
    broken = f"broken XML, {found.entries} entries recovered" if found.broken or repaired != text else None
    empty = "no entry has a web address" if found.entries else "no entries"
    return Discovery(
        links=links,
        more=more,
        title=next((entry.publication for entry in found.pages if entry.publication), None),
        problem="; ".join(filter(None, (problem, broken, None if links or more else empty))) or None,
        dropped=found.entries - len(found.pages) - len(found.files),
    )


def _read_xml(text: str) -> _Found:
    found = _Found()
    # A recovering parser closes what a cut document left open, and a part of an address is another address.
    whole = len(_CLOSED.findall(text))
    context = etree.iterparse(
        io.BytesIO(text.encode()),
        events=("start", "end"),
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in context:
            name = _name(element)
            if event == "start":
                found.root = found.root or name
                if found.root in _FEED_ROOTS:
                    break
            elif name in {"url", "sitemap"} and found.entries < whole:
                held = found.files if name == "sitemap" else found.pages
                held.append(_entry(element))
                found.entries += 1
                _forget(element)
                if found.entries == MOST_ENTRIES:
                    found.entries = whole
                    break
    except etree.XMLSyntaxError:
        found.broken = True
    found.broken = found.broken or len(context.error_log.filter_from_errors()) > 0
    if len(found.pages) > MOST_LINKS:
        _keep_newest(found.pages)
    _keep_newest(found.files)
    return found


def _keep_newest(entries: list[_Entry]) -> None:
    # W3C dates sort as text, near enough to choose by; entries without a date come last.
    entries.sort(key=lambda entry: entry.published or entry.lastmod, reverse=True)
    del entries[MOST_LINKS:]


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _entry(element: etree._Element) -> _Entry:
    texts: dict[str, str] = {}
    for path, text in _texts(element, depth=3):
        texts.setdefault(path, text)
    return _Entry(
        loc=texts.get("loc", ""),
        lastmod=texts.get("lastmod", ""),
        published=texts.get("news/publication_date", ""),
        title=texts.get("news/title", ""),
        keywords=texts.get("news/keywords", ""),
        language=texts.get("news/publication/language", ""),
        publication=texts.get("news/publication/name", ""),
    )


def _texts(element: etree._Element, depth: int, path: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        here = path + _name(child)
        # What holds elements is no text; what holds an entity, which is not expanded, would be half a text.
        yield here, one_line(child.text or "") if not len(child) else ""
        if depth > 1:
            yield from _texts(child, depth - 1, f"{here}/")


def _name(element: etree._Element) -> str:
    """The name without its namespace, and without a prefix that the document forgot to declare."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _link(entry: _Entry, url: str) -> Link | None:
    address = resolve(url, entry.loc)
    if address is None:
        return None
    return Link(
        url=address,
        via="sitemap",
        door=url,
        headline=entry.title or None,
        published=_date(entry.published),
        updated=_date(entry.lastmod),
        keywords=tuple(filter(None, map(str.strip, entry.keywords.split(",")))),
        language=language_tag(entry.language),
    )


def _date(text: str) -> datetime | None:
    value = dates.parse(text)
    return dates.in_utc(value) if value else None


def _read_lines(text: str, url: str, problem: str | None) -> Discovery:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    links = distinct(
        Link(url=address, via="sitemap", door=url)
        for line in lines[:MOST_LINKS]
        if line.startswith(("http://", "https://")) and (address := resolve(url, line))
    )
    if not links:
        return Discovery(problem=problem or "neither an XML sitemap nor a list of addresses")
    return Discovery(links=links, problem=problem, dropped=max(0, len(lines) - MOST_LINKS))
