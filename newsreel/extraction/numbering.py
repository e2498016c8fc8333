"""The numbers of a list's items, as a browser prints them."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement


@dataclass(slots=True)
class Numbering:
    """A list while it is read: the next number (None: it has none), and the step."""

    number: int | None
    step: int = 1


def numbering_of(element: HtmlElement, tag: str) -> Numbering:
    """Read how a list numbers its items; one may start anywhere, and count down."""
    if tag != "ol" or "none" in (element.get("style") or ""):
        return Numbering(None)
    start = element.get("start", "")
    first = int(start) if start.isdecimal() and len(start) < 7 else None
    if element.get("reversed") is not None:
        return Numbering(sum(1 for child in element if child.tag == "li") if first is None else first, -1)
    return Numbering(1 if first is None else first)
