"""Feeds as RSS 2.0, with full texts (content:encoded) and names of authors (dc:creator)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from lxml import etree

from newsreel.export.feed import GENERATOR, Entry, Feed, xml_text

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_ATOM = "http://www.w3.org/2005/Atom"


def rss(feed: Feed) -> bytes:
    """Give a feed as RSS 2.0."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"content": _CONTENT, "dc": _DC, "atom": _ATOM})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", f"{feed.title}: clean articles, in full")
    self_link = etree.SubElement(channel, f"{{{_ATOM}}}link")
    for name, value in (("rel", "self"), ("type", "application/rss+xml"), ("href", feed.address)):
        self_link.set(name, xml_text(value))
    if feed.language:
        _add(channel, "language", feed.language)
    _add(channel, "lastBuildDate", _date(feed.updated))
    _add(channel, "generator", GENERATOR)
    for each in feed.entries:
        _item(channel, each)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _item(channel: etree._Element, each: Entry) -> None:
    item = etree.SubElement(channel, "item")
    _add(item, "title", each.title)
    if each.link:
        _add(item, "link", each.link)
    _add(item, "guid", each.id).set("isPermaLink", "false")
    _add(item, "pubDate", _date(each.published))
    for name, _ in each.authors:
        _add(item, f"{{{_DC}}}creator", name)
    for word in (each.article.kind, *each.article.keywords):
        _add(item, "category", word)
    if each.article.description:
        # A description is HTML here.
        _add(item, "description", escape(each.article.description, quote=False))
    _add(item, f"{{{_CONTENT}}}encoded", each.html)


def _date(at: datetime) -> str:
    """Give a time as RFC 822 writes it."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = xml_text(text)
    return child
