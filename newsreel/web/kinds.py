"""How many articles there are of each kind, counted at most once a minute: the index knows, but reads all of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from storage.listing import count_kinds

FRESH = timedelta(minutes=1)
_counted: WeakKeyDictionary[Engine, tuple[datetime, Mapping[str, int]]] = WeakKeyDictionary()


def kind_counts(engine: Engine, now: datetime) -> Mapping[str, int]:
    """Give the number of articles by kind as it was within the last minute."""
    known = _counted.get(engine)
    if known is not None and abs(now - known[0]) < FRESH:
        return known[1]
    counts = count_kinds(engine)
    _counted[engine] = now, counts
    return counts
