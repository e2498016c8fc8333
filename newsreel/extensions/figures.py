"""Scrapy's counters as plain values, under Scrapy's names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def plain(stats: Mapping[str, Any]) -> dict[str, Any]:
    """Give counters as JSON can hold them, in order; times as ISO 8601 in UTC, what JSON has no form for as text."""
    return {name: _value(value) for name, value in sorted(stats.items())}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        # Scrapy's are in UTC, with or without saying so.
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int | str | None):
        return value
    if isinstance(value, Mapping):
        return {str(key): _value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(inner) for inner in value]
    return str(value)
