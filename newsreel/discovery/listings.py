"""Listing pages: the links to articles, and to the next page, that CSS selectors choose."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from newsreel.discovery import MOST_LINKS, Discovery, distinct
from newsreel.discovery.bodies import decode
from newsreel.discovery.snippets import one_line
from newsreel.items import Link
from newsreel.sources import Listing
from newsreel.urls import canonicalise, resolve


def read_listing(body: bytes, url: str, listing: Listing, encoding: str | None = None) -> Discovery:
    """The links of a listing page in its order, and the next page as `more`.

    A selector may choose links, or elements that hold them (a card, a headline): the first link of each counts. The
    text of a link is no headline ("Read more"), so none is taken. `encoding` is what the answer claimed, if anything.
    """
    text = decode(body, f"text/html; charset={encoding}" if encoding else None)
    if not text:
        return Discovery(problem="an empty answer instead of a listing page")
    try:
        page = document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", no_network=True))
    except etree.ParserError as error:
        return Discovery(problem=f"a listing page that cannot be read ({error})")
    base = _base(page, url)
    here = canonicalise(url)
    hrefs = list(dict.fromkeys(_hrefs(page, listing.links)))
    addresses: dict[str, str] = {}
    for href in hrefs[:MOST_LINKS]:
        address = resolve(base, href)
        if address and canonicalise(address) != here:
            addresses.setdefault(canonicalise(address), address)
    links = distinct(Link(url=address, via="listing", door=url) for address in addresses.values())
    following = next(_hrefs(page, listing.next), None) if listing.next else None
    further = resolve(base, following) if following else None
    title = page.findtext(".//title")
    return Discovery(
        links=links,
        more=(further,) if further and canonicalise(further) != here else (),
        title=one_line(title or "") or None,
        problem=None if links else f'no link matches the selector "{listing.links}"',
        dropped=max(0, len(hrefs) - MOST_LINKS),
    )


def _base(page: HtmlElement, url: str) -> str:
    element = page.find(".//base[@href]")
    href = element.get("href") if element is not None else None
    return (resolve(url, href) if href else None) or url


def _hrefs(page: HtmlElement, selector: str) -> Iterator[str]:
    for element in page.cssselect(selector, translator="html"):
        link = element if element.get("href") else element.find(".//a[@href]")
        href = link.get("href") if link is not None else None
        if href:
            yield href
