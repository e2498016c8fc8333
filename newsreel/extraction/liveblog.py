"""Reads the entries of a live-blog: from its JSON-LD, else from the containers of its page."""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, datetime
from functools import lru_cache

from newsreel import dates
from newsreel.extraction.blocks import Cut
from newsreel.extraction.structured import Structured, plain
from newsreel.items import LiveUpdate

_ENTRY = re.compile(
    r"\blive ?(?:blog)? ?(?:update|post|entry|item|event|card)s?\b|\bticker ?(?:entry|item|event|post)\b"
)
_FEWEST = 2


def read(structured: Structured, page: Cut, first: int, last: int) -> tuple[LiveUpdate, ...]:
    """Read a live-blog's entries in time order; `first` and `last` bound the body's lines on the page."""
    updates = _stated(structured) or _shown(page, first, last)
    if len(updates) < _FEWEST:
        return ()
    return tuple(sorted(updates, key=lambda update: update.published or datetime.max.replace(tzinfo=UTC)))


def _stated(structured: Structured) -> list[LiveUpdate]:
    updates = []
    for node in structured.nodes:
        if node.under != "liveBlogUpdate":
            continue
        text = plain(node.data.get("articleBody"))
        if text:
            published = dates.parse(plain(node.data.get("datePublished")))
            updates.append(LiveUpdate(_aware(published), text, plain(node.data.get("headline")) or None))
    return updates


def _shown(page: Cut, first: int, last: int) -> list[LiveUpdate]:
    updates: list[LiveUpdate] = []
    end = 0
    # The nodes stand in document order.
    for node in range(bisect_left(page.firsts, first), bisect_left(page.firsts, last)):
        if page.firsts[node] < end or not page.firsts[node] < page.lasts[node] <= last:
            continue
        element = page.elements[node]
        if not _is_entry(page.words[node]) and element.get("itemprop") != "liveBlogUpdate":
            continue
        time = next((time.get("datetime") for time in element.iter("time") if time.get("datetime")), None)
        lines = page.lines[page.firsts[node] : page.lasts[node]]
        text = "\n\n".join(line.text for line in lines if line.kind not in ("heading", "caption"))
        if time and text:
            headline = next((line.text for line in lines if line.kind == "heading"), None)
            updates.append(LiveUpdate(_aware(dates.parse(time)), text, headline))
            end = page.lasts[node]
    return updates


@lru_cache(maxsize=20_000)
def _is_entry(words: str) -> bool:
    return _ENTRY.search(words) is not None


def _aware(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
