"""Counters, kept in the transaction that changes what they count: per run, and per source by the hour and the day.

There are two kinds. Events (found, new, http-5xx, bytes, ...) are counted when they happen and stay. What is held
(articles, words, characters, removals, fields, histograms) follows the articles: see `storage.holdings`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import schema
from storage.database import writing
from storage.handing import hand_over
from storage.histograms import changed
from storage.holdings import COLUMNS, HISTOGRAMS, SPANS, beginning, is_rule, oldest_hour, to_hours
from storage.recall import mark

_CHUNK = 200
# Built once: that takes longer than running it. SQLite looks each row up by the key, as it would not by triples.
_T = schema.holdings.c
_HELD = (
    select(schema.holdings)
    .where(_T.span == bindparam("its_span"), _T.at == bindparam("its_at"))
    .where(_T.source.in_(bindparam("sources", expanding=True)))
    .with_for_update()
)


def upsert(connection: Connection, table: Table) -> Any:
    """Give the INSERT of this database that can meet a conflict."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> Any:
    """Give the INSERT of a database by its name."""
    return (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)


def bump(connection: Connection, source: str, run_id: int | None, now: datetime, counts: Mapping[str, int]) -> None:
    """Add events to the counters of a source in this hour and day, and of a run."""
    book = Book(connection, now)
    book.count(source, run_id, counts)
    book.write()


class Book:
    """Gathers what happened in a transaction; `write` adds it to the counters, in few statements for all of it."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._runs: dict[int, Counter[str]] = defaultdict(Counter)
        self._events: dict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)
        self._held: dict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)

    def count(self, source: str, run_id: int | None, counts: Mapping[str, int]) -> None:
        """Count events of a source now, for the run too where there is one."""
        self.count_at(source, self.now, counts)
        self.count_run(run_id, counts)

    def count_at(self, source: str, moment: datetime, counts: Mapping[str, int]) -> None:
        """Count for a source at another moment; hours that are not kept any more are left alone."""
        self._events[source, beginning(moment, "hour")].update(counts)

    def count_run(self, run_id: int | None, counts: Mapping[str, int]) -> None:
        """Count for a run alone."""
        if run_id is not None:
            self._runs[run_id].update(counts)

    def hold(
        self, source: str, stored_at: datetime, before: Mapping[str, int] | None, after: Mapping[str, int] | None
    ) -> None:
        """Note that an article came (nothing before), changed, or went (nothing after); see `storage.holdings`."""
        held = self._held[source, beginning(stored_at, "hour")]
        held.update(after or {})
        held.subtract(before or {})

    def write(self) -> None:
        """Add everything to the counters, and begin anew."""
        hours: Counter[tuple[str, datetime, str]] = Counter()
        days: Counter[tuple[str, datetime, str]] = Counter()
        by_name: list[tuple[tuple[str, datetime], Mapping[str, int]]] = list(self._events.items())
        by_name += [(key, _rules(counts)) for key, counts in self._held.items()]
        for (source, hour), counts in by_name:
            for name, n in counts.items():
                days[source, beginning(hour, "day"), name] += n
                if hour >= oldest_hour(self.now):
                    hours[source, hour, name] += n
        runs = {(run, name): n for run, counts in self._runs.items() for name, n in counts.items()}
        self._add(schema.counters, hours)
        self._add(schema.day_counters, days)
        self._add(schema.run_counts, runs)
        _hold(self.connection, self._held, self.now)
        for kept in (self._runs, self._events, self._held):
            kept.clear()

    def _add(self, table: Table, counts: Mapping[Any, int]) -> None:
        keys = [column.name for column in table.primary_key]
        # In one order for all writers, so that no two wait for each other.
        rows = [dict(zip(keys, key, strict=True)) | {"n": n} for key, n in sorted(counts.items()) if n]
        hand_over(self.connection, _adding(self.connection.dialect.name, table), rows)


def correct(connection: Connection, source: str, span: str, at: datetime, counts: Mapping[str, int]) -> None:
    """Add to what the counters of a source say of one hour, day or week, and of no other span."""
    by_name = {name: n for name, n in counts.items() if not _is_held(name)}
    held = {name: n for name, n in counts.items() if _is_held(name)}
    if by_name:
        table, time = (schema.counters, "hour") if span == "hour" else (schema.day_counters, "day")
        rows = [{"source": source, time: at, "name": name, "n": n} for name, n in sorted(by_name.items())]
        connection.execute(_adding(connection.dialect.name, table), rows)
    if held:
        mark(connection, (source,))
        _hold_some(connection, {(source, span, to_hours(at)): held})


def _is_held(name: str) -> bool:
    """Tell whether a counter is kept in a column of the holdings or in a histogram."""
    return name in COLUMNS or name.partition("~")[0] in HISTOGRAMS


def fold(engine: Engine, now: datetime) -> int:
    """Let go of the counters of single hours that are older than `HOURS_KEPT`; days stay. Give how many rows went."""
    before = oldest_hour(now)
    c, h = schema.counters, schema.holdings
    with writing(engine, "fold old hours of the statistics") as connection:
        gone = connection.execute(delete(c).where(c.c.hour < before)).rowcount
        return gone + connection.execute(delete(h).where(h.c.span == "hour", h.c.at < to_hours(before))).rowcount


def _rules(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if is_rule(name)}


@lru_cache(maxsize=8)
def _adding(dialect: str, table: Table) -> Any:
    statement = insert_for(dialect, table)
    added = {"n": table.c.n + statement.excluded.n}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)


def _hold(connection: Connection, changes: Mapping[tuple[str, datetime], Mapping[str, int]], now: datetime) -> None:
    """Add changes, by source and hour, to the hours, days and weeks that they belong to."""
    by_span: dict[tuple[str, str, int], Counter[str]] = defaultdict(Counter)
    for (source, hour), change in changes.items():
        mine = {name: n for name, n in change.items() if n and not is_rule(name)}
        if not mine:
            continue
        for span in SPANS if hour >= oldest_hour(now) else SPANS[1:]:
            by_span[source, span, to_hours(beginning(hour, span))].update(mine)
    mark(connection, {source for source, _, _ in by_span})
    # In one order for all writers, so that no two wait for each other.
    keys = sorted(by_span)
    for start in range(0, len(keys), _CHUNK):
        _hold_some(connection, {key: by_span[key] for key in keys[start : start + _CHUNK]})


def _hold_some(connection: Connection, changes: Mapping[tuple[str, str, int], Mapping[str, int]]) -> None:
    empty = dict.fromkeys(COLUMNS.values(), 0) | {"lengths": b"", "lags": b""}
    new = [{"source": source, "span": span, "at": at, **empty} for source, span, at in changes]
    hand_over(connection, _no_holdings(connection.dialect.name), new)
    sources: dict[tuple[str, int], list[str]] = defaultdict(list)
    for source, span, at in changes:
        sources[span, at].append(source)
    rows = [
        row
        for (span, at), some in sources.items()
        for row in connection.execute(_HELD, {"its_span": span, "its_at": at, "sources": some})
    ]
    hand_over(connection, _new_holdings(), [_summed(row, changes[row.source, row.span, row.at]) for row in rows])


@lru_cache
def _no_holdings(dialect: str) -> Any:
    return insert_for(dialect, schema.holdings).on_conflict_do_nothing()


@lru_cache(maxsize=1)
def _new_holdings() -> Any:
    t = schema.holdings.c
    key = (t.source == bindparam("its_source"), t.span == bindparam("its_span"), t.at == bindparam("its_at"))
    names = (*COLUMNS.values(), "lengths", "lags")
    return update(schema.holdings).where(*key).values({name: bindparam(f"new_{name}") for name in names})


def _summed(row: Any, change: Mapping[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {"its_source": row.source, "its_span": row.span, "its_at": row.at}
    for name, column in COLUMNS.items():
        values[f"new_{column}"] = getattr(row, column) + change.get(name, 0)
    for name, (column, _) in HISTOGRAMS.items():
        mine = {int(each.partition("~")[2]): n for each, n in change.items() if each.startswith(f"{name}~")}
        kept = getattr(row, column)
        values[f"new_{column}"] = changed(kept, mine) if mine else kept
    return values
