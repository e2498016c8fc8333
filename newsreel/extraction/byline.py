"""The byline that readers see: the marked or spelled-out line near the headline that names the authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import dropwhile, islice
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction.names import BY, LEADS_ON, people
from newsreel.extraction.outlet import Outlet, squash
from newsreel.extraction.structured import plain
from newsreel.items import Author

MOST_STEPS = 500
MOST_CHARACTERS = 240
MOST_LEVELS = 15

_MARK = re.compile(
    r"author|byline|by-line|autor(?!i[zs])|writer|contributor|verfasser|journalist|reporter(?![a-z])|firma(?![a-z])|vcard",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"comment|bio(?![a-z])|related|photo|image|caption|credit|social|avatar|share|card-list|more-from|recirc|teaser|sidebar"
    r"|newsletter|authorit|authoriz|date|time|title|role|job|position|descri|excerpt|media|figure|promo|menu|source|follow",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"comment|related|recirc|teaser|more-from|recommend|trending|popular|promo", re.IGNORECASE)
PROFILE = re.compile(
    r"/(?:authors?|autore?[ns]?|auteurs?|by|people|person|profiles?|staff|contributors?|writers?|newsteam|editors?|reporters?|redaktion|journalists?|firmas?)/",
    re.IGNORECASE,
)
_JOINS = re.compile(r"[\s,;&·+:/]*(?:and|und|et|y|e|with|mit|authors?|text)?[\s,;&·+:/]*", re.IGNORECASE)
_LEADS = re.compile(
    r"\s*(?:[—–-]\s*)?(?:(?:written|words|story|text|posted|interview)\s+)?"
    r"(?:By|BY|by|Von|VON|von|Par|Por|Di|Text(?=:|\s+(?:von|by))|Autor(?:in)?|Author)\b:?"
)
_INLINE = frozenset({"a", "span", "strong", "em", "i", "b", "small", "font"})
_LINES = _INLINE - {"a"} | {"p", "div", "address", "li", "h2", "h3", "h4", "h5", "h6"}
_NEVER = frozenset(
    {"body", "html", "main", "script", "style", "img", "meta", "link", "noscript", "svg", "template", "form"}
)
_MARKED = XPath(
    "descendant::*/@class[contains(., 'uthor') or contains(., 'yline') or contains(., 'autor')]/.."
    " | descendant::a[@rel='author'] | descendant::*/@itemprop[.='author']/.."
)


def read(tree: HtmlElement, heading: HtmlElement | None, url: str, outlet: Outlet) -> list[Author]:
    """The names in the first byline after the story's heading, else in the first that is marked as one anywhere."""
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset[HtmlElement]()
    start = heading if heading is not None else next(tree.iter("body"), tree)
    for element in _after(start):
        if found := _found(element, url, outlet, around):
            return found
    for element in cast("list[HtmlElement]", _MARKED(tree)):
        if _is_marked(element) and not _stands_elsewhere(element, around) and (found := _names(element, url, outlet)):
            return found
    return []


def _found(element: HtmlElement, url: str, outlet: Outlet, around: frozenset[HtmlElement]) -> list[Author]:
    """The names in an element if it is a byline by its marks, its address, or its first word."""
    marked, leads = _is_marked(element), _leads(element)
    if not marked and not leads and not (element.tag == "a" and PROFILE.search(element.get("href") or "")):
        return []
    holder = element.getparent()
    in_prose = (
        not marked
        and element.tag in _INLINE
        and holder is not None
        and _is_long(holder)
        and not _is_own_line(element, holder)
    )
    if in_prose or _stands_elsewhere(element, around):
        return []
    found = _names(element, url, outlet)
    # Sentences begin with "By" too, and links to people stand in the text.
    return found if found and (marked or _is_full(found[0].name) or (leads and found[0].url)) else []


def _is_own_line(element: HtmlElement, holder: HtmlElement) -> bool:
    """Tell whether an inline element stands between breaks or rules, as lines did before style sheets."""
    before, after = element.getprevious(), element.getnext()
    lead = holder.text if before is None else before.tail
    if (lead or "").strip() or (element.tail or "").strip():
        return False
    return all(other is None or other.tag in ("br", "hr", "table") for other in (before, after))


def _after(start: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that follow in page order, as far off as a byline may stand."""
    steps = 0
    place: HtmlElement | None = start
    while place is not None:
        for sibling in (place,) if place.tag == "body" else place.itersiblings():
            for element in sibling.iter():
                steps += 1
                if steps > MOST_STEPS:
                    return
                if element.tag not in _NEVER:
                    yield element
        place = place.getparent()


def _is_marked(element: HtmlElement) -> bool:
    """Tell whether an element is marked as naming authors, by a relation, a property or its classes."""
    classes = element.get("class")
    if classes and _names_authors(classes):
        return element.tag not in _NEVER
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return element.tag not in _NEVER
    return False


@lru_cache(maxsize=4096)
def _names_authors(classes: str) -> bool:
    return _MARK.search(classes) is not None and _NOT.search(classes) is None


@lru_cache(maxsize=4096)
def _is_elsewhere(classes: str) -> bool:
    return _ELSEWHERE.search(classes) is not None


def _stands_elsewhere(element: HtmlElement, around: frozenset[HtmlElement]) -> bool:
    """Tell whether an element belongs to a comment, a picture or another story, below what holds the headline too."""
    for place in (element, *element.iterancestors()):
        if place in around:
            return False
        if place.tag in ("figure", "figcaption"):
            return True
        if place.tag not in ("body", "html", "article", "main") and _is_elsewhere(place.get("class") or ""):
            return True
    return False


def _leads(element: HtmlElement) -> bool:
    """Tell whether an element begins like a spelled-out byline: "By ..."."""
    text = element.text
    return bool(text and element.tag in _LINES and _LEADS.match(text))


def _is_full(name: str) -> bool:
    parts = name.split()
    return len(parts) > 1 and parts[0][0].isupper() and parts[-1][0].isupper()


def _names(element: HtmlElement, url: str, outlet: Outlet) -> list[Author]:
    """The authors in an element and in its like beside it."""
    found = _inside(element, url, outlet)
    holder = element.getparent()
    if not found or holder is None:
        return found
    if len(holder) == 1 and holder.getparent() is not None:
        holder = holder.getparent()
    mark = _mark(element)
    if any(mark) and not _is_long(holder):
        following = dropwhile(lambda other: other is not element, holder.iter(element.tag))
        for other in islice(following, 1, None):
            if _mark(other) == mark:
                found += _inside(other, url, outlet)
    return found


def _mark(element: HtmlElement) -> tuple[str | None, str | None, str | None]:
    return element.get("class"), element.get("rel"), element.get("itemprop")


def _inside(element: HtmlElement, url: str, outlet: Outlet) -> list[Author]:
    if _is_long(element):
        return []
    found: list[Author] = []
    joined = True
    for text, holder in _pieces(element):
        leads = LEADS_ON.fullmatch(text) or BY.fullmatch(text)
        if leads and not any(" " in author.name for author in found):
            # "Review by Jane Doe": what stands before the "by" is a label.
            found = []
        if leads or _JOINS.fullmatch(text):
            joined = True
            continue
        link = _link(holder, element)
        names = list(people(text, outlet))
        if found and names and not joined and link is None and not _MARK.search(holder.get("class") or ""):
            break
        if found and (not names or text.startswith("(")):
            break
        known = {squash(author.name) for author in found}
        address = urls.resolve(url, link) if link and len(names) == 1 else None
        found += [Author(name, address) for name in names if squash(name) not in known]
        joined = text.endswith((",", "&", " and", " und"))
    return found


def _pieces(element: HtmlElement, level: int = 0) -> Iterator[tuple[str, HtmlElement]]:
    """The texts of an element with the element each stands in, without dates, roles and the like by their marks."""
    if element.text and element.text.strip():
        yield plain(element.text), element
    for child in element:
        is_text = isinstance(child.tag, str) and child.tag not in _NEVER and child.tag != "time"
        if is_text and level < MOST_LEVELS and not _NOT.search(child.get("class") or ""):
            yield from _pieces(child, level + 1)
        if child.tail and child.tail.strip():
            yield plain(child.tail), element


def _is_long(element: HtmlElement) -> bool:
    length = 0
    for text, _ in _pieces(element):
        length += len(text) + 1
        if length > MOST_CHARACTERS:
            return True
    return False


def _link(element: HtmlElement, top: HtmlElement) -> str | None:
    """The address of a profile that a piece of a byline leads to."""
    place: HtmlElement | None = element
    while place is not None:
        href = place.get("href") or ""
        if place.tag == "a" and (place.get("rel") == "author" or PROFILE.search(href)):
            return href
        if place is top:
            return None
        place = place.getparent()
    return None
