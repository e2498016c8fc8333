"""Reads the pictures of an article's body: address, caption and credit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lxml.html import HtmlElement

from newsreel.extraction.blocks import Picture, fold
from newsreel.items import Image
from newsreel.urls import resolve

_SOURCES = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-hi-res-src",
    "data-full-src",
    "data-img-url",
    "src",
)
_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
_CAPTION_CLASS = re.compile(r"caption|legend|cutline|image-?desc|bildunterschrift|legenda", re.I)
_CREDIT_CLASS = re.compile(r"credit|copyright|photographer|attribution|image-?source|fotograf|source", re.I)
_CREDIT = re.compile(
    r"(?:^|[.!?)(\[|–—-]\s*|\s(?=(?:photo|image|picture|credit|foto|bild)s?(?: credit)?\s*[:/]))"
    r"((?:(?:photo(?:graph)?|image|picture|credit|foto|bild|crédit"
    r"|crédito)s?(?: (?:credit|by|courtesy(?: of)?))?\s*[:/|]|courtesy(?: of)?|©|photo by"
    r"|photograph by|picture by)\s*[^.()\[\]]{2,80}|[^.()\[\]|]{2,60}(?:/|\bvia )\s?(?:getty(?: images)?"
    r"|ap(?: photo)?|afp|reuters|shutterstock|wireimage|alamy|epa|dpa)[^.()\[\]]{0,40}"
    r"|(?:getty images|shutterstock|alamy|reuters|afp)[^.()\[\]]{0,40})[\])]?\s*\.?$",
    re.I,
)
_ICON = re.compile(
    r"(?:^|[/_-])(?:spacer|pixel|blank|transparent|placeholder|loading|icons?|logos?|avatar|gravatar|1x1"
    r"|sprite|emoji|favicon|badge|button)(?:[/_.-]|\d|$)",
    re.I,
)
_WIDEST_LEVELS = 4
_LONGEST_BESIDE = 300
# The parser nests what follows a source element inside it.
_PICTURE_LEVELS = 6


def address_of(element: HtmlElement, base: str) -> str | None:
    """Find the address of an image element: its lazy attributes before a placeholder, the widest of a set."""
    for name in _SOURCES:
        value = (element.get(name) or "").strip()
        if value and not value.startswith(("data:", "about:", "{", "[")):
            return resolve(base, value)
    for name in _SETS:
        value = element.get(name)
        if value and (found := _widest(value)):
            return resolve(base, found)
    for ancestor in islice(element.iterancestors(), _PICTURE_LEVELS):
        if ancestor.tag != "picture":
            continue
        for source in ancestor.iter("source"):
            value = source.get("srcset") or source.get("data-srcset")
            if value and (found := _widest(value)):
                return resolve(base, found)
    return None


def _widest(value: str) -> str | None:
    best, width = None, -1.0
    for part in re.split(r",\s+", value.strip()):
        address, _, size = part.strip().partition(" ")
        number = float(size[:-1]) if re.fullmatch(r"\d+(?:\.\d+)?[wx]", size.strip()) else 0.0
        if address and not address.startswith("data:") and number > width:
            best, width = address.rstrip(","), number
    return best


def split_credit(caption: str) -> tuple[str | None, str | None]:
    """Part a caption from the credit at its end.

    >>> split_credit("Ann Lee at the premiere. Photo: Joe Roe/The Reel")
    ('Ann Lee at the premiere.', 'Photo: Joe Roe/The Reel')
    """
    match = _CREDIT.search(caption)
    if not match:
        return caption or None, None
    rest = caption[: match.start(1)].rstrip(" ([|–—-")
    return rest or None, match[1].strip(" ()[]")


def _text_around(element: HtmlElement) -> tuple[str | None, str | None]:
    """Find caption and credit in the figure, or the nearest small container, around an image."""
    step: HtmlElement | None = element
    for _ in range(_WIDEST_LEVELS):
        step = step.getparent() if step is not None else None
        if step is None or step.tag in ("body", "article", "main"):
            break
        if sum(1 for _ in step.iterdescendants("img", "amp-img")) > 2:
            break
        caption = credit = None
        for child in step.iterdescendants():
            if not isinstance(child.tag, str) or child.tag in ("img", "noscript", "script", "picture", "source"):
                continue
            names = child.get("class") or ""
            if child.tag == "figcaption" or (names and _CAPTION_CLASS.search(names)):
                caption = child if caption is None else caption
            elif names and _CREDIT_CLASS.search(names) and credit is None:
                credit = child
        if caption is not None or credit is not None:
            return _readings(caption, credit)
        if step.tag == "table":
            return _in_table(step)
        if step.tag == "figure":
            break
    return None, None


def _in_table(table: HtmlElement) -> tuple[str | None, str | None]:
    """Read the few words that share a table with one picture, as old pages set them: the caption, then the credit."""
    texts = [text for text in map(fold, table.itertext()) if text]
    pictures = sum(1 for _ in table.iterdescendants("img"))
    if pictures != 1 or not texts or sum(map(len, texts)) > _LONGEST_BESIDE or table.find(".//table") is not None:
        return None, None
    if len(texts) == 2:
        return texts[0], texts[1]
    return split_credit(" ".join(texts))


def _readings(caption: HtmlElement | None, credit: HtmlElement | None) -> tuple[str | None, str | None]:
    source = fold(credit.text_content())[:200] if credit is not None else ""
    text = fold(caption.text_content()) if caption is not None else ""
    if source and text.endswith(source):
        text = text[: -len(source)].rstrip(" |–—-")
    if source:
        return text or None, source
    return split_credit(text)


def read(pictures: Iterable[Picture], base: str) -> tuple[Image, ...]:
    """Read the pictures of a body in page order, each once; icons, spacers and tracking pixels are left out."""
    images: dict[str, Image] = {}
    for picture in pictures:
        element = picture.element
        url = address_of(element, base)
        if url is None or url in images or _is_small(element) or _ICON.search(url.partition("?")[0].rpartition("/")[2]):
            continue
        caption, credit = _text_around(element)
        images[url] = Image(url, caption, credit)
    return tuple(images.values())


def _is_small(element: HtmlElement) -> bool:
    for name in ("width", "height"):
        value = (element.get(name) or "").removesuffix("px")
        if value.isdecimal() and len(value) < 6 and int(value) < 60:
            return True
    return False
