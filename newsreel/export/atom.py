"""Feeds as Atom (RFC 4287)."""

from __future__ import annotations

from lxml import etree

from newsreel.export.feed import GENERATOR, Entry, Feed, rfc3339, xml_text

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def atom(feed: Feed) -> bytes:
    """Give a feed as Atom."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", rfc3339(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(_add(root, "author"), "name", GENERATOR)
    _add(root, "generator", GENERATOR)
    for each in feed.entries:
        _entry(root, each)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def _entry(root: etree._Element, each: Entry) -> None:
    entry = _add(root, "entry")
    if each.language:
        entry.set(_LANG, each.language)
    _add(entry, "id", each.id)
    _add(entry, "title", each.title)
    _add(entry, "published", rfc3339(each.published))
    _add(entry, "updated", rfc3339(each.updated))
    if each.link:
        _add(entry, "link", rel="alternate", type="text/html", href=each.link)
    for name, address in each.authors:
        author = _add(entry, "author")
        _add(author, "name", name)
        if address:
            _add(author, "uri", address)
    _add(entry, "category", term=each.article.kind, scheme="urn:newsreel:kind")
    for word in each.article.keywords:
        _add(entry, "category", term=word)
    if each.article.description:
        _add(entry, "summary", each.article.description)
    _add(entry, "content", each.html, type="html")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    for key, value in attributes.items():
        child.set(key, xml_text(value))
    if text is not None:
        child.text = xml_text(text)
    return child
