"""Names the fields of an article in which characters are replaced when it is stored, so that it can be told."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

from newsreel.items import Article

# What columns of text cannot hold, and what plain values as JSON cannot; see storage.columns.
_IN_COLUMNS = re.compile("[\0\ud800-\udfff]")
_IN_PLAIN_VALUES = re.compile("[\ud800-\udfff]")
_COLUMNS = frozenset({"url", "canonical_url", "source_name", "headline", "in_language", "removals"})


def replaced_in(article: Article) -> tuple[str, ...]:
    """Give the names of the fields that will not come back as they are; see docs/storage.md."""
    return tuple(
        field.name
        for field in fields(article)
        if _has(getattr(article, field.name), _IN_COLUMNS if field.name in _COLUMNS else _IN_PLAIN_VALUES)
    )


def _has(value: Any, signs: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        # Most texts are ASCII, which costs nothing to ask.
        return (not value.isascii() or "\0" in value) and signs.search(value) is not None
    if isinstance(value, tuple):
        return any(_has(each, signs) for each in value)
    if is_dataclass(value):
        return any(_has(getattr(value, field.name), signs) for field in fields(value))
    return False
