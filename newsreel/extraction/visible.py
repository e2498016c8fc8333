"""The dates that readers see: time elements and short lines, best those around the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from newsreel import dates
from newsreel.extraction.structured import plain

MOST_AFTER = 250
MOST_BEFORE = 100
MOST_ELSEWHERE = 150
MOST_SEARCHED = 3000
MOST_CHARACTERS = 160
SURE = 4.0
MOST_GUESSED = 3
MOST_GUESSED_CHARACTERS = 60
_OWN_LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "cs", "ru", "ja", "zh", "ko"})
_LINES = ("p", "div", "span", "li", "td", "small", "strong", "em", "i", "b", "h3", "h4")

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./]\d\d?[./]\d\d(?!\d)")
_FIRST = re.compile(
    r"\b(?:published|posted|first\s+published|publish(?:ed)?\s+on|created|veröffentlicht|erschienen|erstellt|publi[ée]e?\s+le|publicado|"
    r"pubblicato|veröff|on|am|le|el|il|date|datum|fecha|data)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"updated?|last\s+(?:modified|edited|reviewed)|revised|aktualisiert|stand\b|geändert|actualizado|mis\s+à\s+jour|modifi[ée]|"
    r"aggiornat|atualizad|bearbeitet|editado|copyright|©|accessed|expires",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"comment|related|recirc|teaser|sidebar|more-from|recommend|trending|popular|promo|latest|widget|event|calendar|card|archive|"
    r"read-?next|copyright|footer|newsletter|carousel|slider|ticker|menu|nav(?!y)|archiv|termin",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"date|publish|posted|(?<![a-z])time(?!line|r)|meta|byline|datum|fecha|entry-info|created", re.IGNORECASE
)
_NEVER_WORDS = "script style noscript svg template select option button iframe form textarea"
_NEVER = frozenset(_NEVER_WORDS.split())
_DATED = XPath(
    "descendant::time | descendant::*/@class[contains(., 'dat') or contains(., 'Dat') or contains(., 'publi') or"
    " contains(., 'time') or contains(., 'meta') or contains(., 'fecha')]/.."
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date with the text it was read from and the markup that held it."""

    value: datetime
    raw: str
    source: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A page as readers see it: its tree, the story's heading in it, and the language that its dates are written in."""

    tree: HtmlElement
    heading: HtmlElement | None
    language: str | None


def read(layout: Layout) -> Dated | None:
    """The date that most likely is the story's: near the headline, marked or labelled as published, standing alone."""
    best, best_score = None, 0.0
    heading = layout.heading
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset[HtmlElement]()
    for elements in _places(layout.tree, heading):
        for element, nearness in elements:
            text, source = _dated_text(element)
            value = dates.parse(text, language=layout.language) if text else None
            if value is None:
                continue
            score = nearness + _weight(element, text, source, around)
            if score > best_score:
                best, best_score = Dated(value, text, source), score
        if best_score >= SURE:
            break
    return best or _only(layout) or _guessed(layout)


def times(layout: Layout) -> Iterator[Dated]:
    """The dates of the time elements, in page order."""
    for element in layout.tree.iter("time"):
        for text in (element.get("datetime"), element.text_content()[:MOST_CHARACTERS]):
            if text and (value := dates.parse(plain(text), language=layout.language)):
                yield Dated(value, plain(text), "time")


def _places(tree: HtmlElement, heading: HtmlElement | None) -> Iterator[Iterator[tuple[HtmlElement, float]]]:
    """Elements and how near they stand to the headline, 0 (anywhere) to 3: after it, before it, marked as dates."""
    if heading is not None:
        yield ((element, 3 - step / 150) for step, element in enumerate(islice(_after(heading), MOST_AFTER)))
        yield ((element, 2.5 - step / 60) for step, element in enumerate(islice(_before(heading), MOST_BEFORE)))
    yield ((element, 0.5) for element in islice(_dated(tree), MOST_ELSEWHERE))


def _only(layout: Layout) -> Dated | None:
    """The date that stands on a line of its own, if the page has just one such day."""
    found: dict[datetime, Dated] = {}
    for element in islice(layout.tree.iter(*_LINES), MOST_SEARCHED):
        text = element.text
        if text and len(text) < 60 and _YEAR.search(text) and not _LATER.search(text):
            value = dates.parse(text, language=layout.language)
            if value is not None:
                found.setdefault(datetime(value.year, value.month, value.day), Dated(value, plain(text), "text"))  # noqa: DTZ001
    return next(iter(found.values())) if len(found) == 1 else None


def _guessed(layout: Layout) -> Dated | None:
    """The first line marked as a date that another library reads, for languages whose months we do not know."""
    primary = (layout.language or "").split("-")[0]
    if not primary or primary in _OWN_LANGUAGES:
        return None
    lines = (line for element in _dated(layout.tree) if _YEAR.search(line := _dated_text(element)[0]))
    for line in islice((line for line in lines if len(line) <= MOST_GUESSED_CHARACTERS), MOST_GUESSED):
        # Costs a third of a second to import and milliseconds a line.
        import dateparser

        try:
            value = dateparser.parse(line, languages=[primary], settings={"STRICT_PARSING": True})
        except ValueError:
            # A language that it does not know.
            return None
        if value is not None and dates.FIRST_YEAR <= value.year <= dates.LAST_YEAR:
            return Dated(value.replace(microsecond=0), line, "text")
    return None


def _dated(tree: HtmlElement) -> list[HtmlElement]:
    return cast("list[HtmlElement]", _DATED(tree))


def _after(start: HtmlElement) -> Iterator[HtmlElement]:
    place: HtmlElement | None = start
    while place is not None:
        for sibling in place.itersiblings():
            yield from (element for element in sibling.iter() if element.tag not in _NEVER)
        place = place.getparent()


def _before(start: HtmlElement) -> Iterator[HtmlElement]:
    place: HtmlElement | None = start
    while place is not None and place.tag != "body":
        for sibling in place.itersiblings(preceding=True):
            waiting = [sibling]
            while waiting:
                element = waiting.pop()
                if element.tag not in _NEVER:
                    yield element
                    waiting.extend(element)
        place = place.getparent()


def _dated_text(element: HtmlElement) -> tuple[str, str]:
    """What an element itself says of a date, and whether it is a time element or mere text."""
    if element.tag == "time":
        return plain(element.get("datetime") or element.text_content()[:MOST_CHARACTERS]), "time"
    own = " ".join(filter(None, (element.text, *(child.tail for child in element))))
    if not own or len(own) > 4 * MOST_CHARACTERS or not _YEAR.search(own):
        return "", ""
    own = plain(own)
    return (own, "text") if len(own) <= MOST_CHARACTERS else ("", "")


def _weight(element: HtmlElement, text: str, source: str, around: frozenset[HtmlElement]) -> float:
    """How much an element's marks and words speak for the date of the story."""
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    first, later = _FIRST.search(text), _LATER.search(text)
    parent = element.getparent()
    if parent is not None:
        marks += f" {parent.get('class') or ''}"
        if not first and not later and (source == "time" or len(text) < 30):
            nearby = " ".join(parent.text_content()[:MOST_CHARACTERS].split())
            first, later = _FIRST.search(nearby), _LATER.search(nearby)
    weight = 0.8 * (source == "time") + 0.7 * bool(_MARK.search(marks))
    weight += 0.4 if first else -0.8 if later else 0.0
    weight += 0.5 * (len(text) < 40) - 0.5 * (len(text) > 90)
    if any(_is_elsewhere(f"{place.get('class') or ''} {place.get('id') or ''}") for place in _narrow(element, around)):
        weight -= 2.5
    return weight


@lru_cache(maxsize=4096)
def _is_elsewhere(marks: str) -> bool:
    return _ELSEWHERE.search(marks) is not None


def _narrow(element: HtmlElement, around: frozenset[HtmlElement]) -> Iterator[HtmlElement]:
    """The element and what holds it, below what holds the headline too, whose classes speak of the whole page."""
    place: HtmlElement | None = element
    while place is not None and place not in around and place.tag not in ("body", "html", "main", "article"):
        yield place
        place = place.getparent()
