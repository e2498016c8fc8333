"""The rating that a review gives."""

from __future__ import annotations

import re

from newsreel.extraction.jsonld import types_of
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Review

_NUMBER = re.compile(r"\d{1,3}(?:\.\d+)?")
_OF = re.compile(r"\s+(?:out\s+of|von|sur|de|su)\s+", re.IGNORECASE)


def read(structured: Structured) -> Review | None:
    """The verdict of a review; a rating that readers gave (AggregateRating) is none."""
    for node in structured.nodes:
        if not any(kind.endswith("Review") or kind == "ReviewNewsArticle" for kind in node.types):
            continue
        rating = structured.resolve(node.data.get("reviewRating"))
        if not isinstance(rating, dict) or node.under in ("itemListElement", "hasPart") or node.level > 2:
            continue
        raw = plain(rating.get("ratingValue"))
        if not raw or "AggregateRating" in types_of(rating):
            continue
        value, _, best = (part.strip() for part in _OF.sub("/", raw).partition("/"))
        item = structured.resolve(node.data.get("itemReviewed"))
        named = item if isinstance(item, dict) else {}
        return Review(
            value=value,
            raw=raw,
            best=best or plain(rating.get("bestRating")) or None,
            item_name=plain(named.get("name")) or None,
            item_type=next(iter(types_of(named)), None),
        )
    return _marked(structured)


def _marked(structured: Structured) -> Review | None:
    """The verdict in the microdata of the story's own rating; several are those of readers."""
    values = structured.items.get("ratingvalue", ())
    raw = values[0] if len(values) == 1 else ""
    best = next(iter(structured.items.get("bestrating", ())), "")
    value = raw.replace(",", ".")
    return Review(value, raw, best.replace(",", ".") or None) if _NUMBER.fullmatch(value) else None
