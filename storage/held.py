"""Reads what is held of the articles that were stored since a moment, from as few rows as there can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, union_all

from storage import schema
from storage.histograms import added_up
from storage.holdings import COLUMNS, SPANS, beginning, to_hours

_LAST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Held:
    """Sums by the names of counters, and the histograms of word counts and lags."""

    sums: Counter[str] = field(default_factory=Counter)
    lengths: int = 0
    lags: int = 0


def held_since(connection: Connection, begin: datetime, sources: Sequence[str] | None = None) -> dict[str, Held]:
    """Give what each source, or each of some, holds of the articles stored since the hour `begin`.

    A window is made up of hours up to a midnight, days up to a Monday, and weeks from there on.
    """
    midnight = _up(begin, "day", timedelta(days=1))
    monday = _up(midnight, "week", timedelta(weeks=1))
    first, second, third = map(to_hours, (begin, midnight, monday))
    wanted: dict[str, Any] = {"hour_from": first, "hour_until": second}
    if sources is not None:
        wanted["some"] = sources
    wanted |= {"day_from": second, "day_until": third, "week_from": third, "week_until": _LAST}
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(_QUERIES[sources is None], wanted).all():
        rows[row[0]].append(row)
    held = {}
    for name, mine in rows.items():
        _, *numbers, lengths, lags = zip(*mine, strict=True)
        sums = Counter(dict(zip(COLUMNS, map(sum, numbers), strict=True)))
        held[name] = Held(sums, added_up(lengths), added_up(lags))
    return held


def _up(moment: datetime, span: str, length: timedelta) -> datetime:
    """Give the first day or week that begins at a moment or after it."""
    begun = beginning(moment, span)
    return begun if begun == moment else begun + length


def _query(some: bool) -> Select[Any]:
    t, s = schema.holdings.c, schema.sources.c
    whose = t.source.in_(bindparam("some", expanding=True) if some else select(s.source))
    parts = [
        select(t.source, *(t[name] for name in COLUMNS.values()), t.lengths, t.lags).where(
            whose, t.span == span, t.at >= bindparam(f"{span}_from"), t.at < bindparam(f"{span}_until")
        )
        for span in SPANS
    ]
    return union_all(*parts)  # type: ignore[return-value]


# Built once: that takes longer than running them. For some sources, and for all.
_QUERIES = (_query(True), _query(False))
