"""Counts again what the counters say of the articles, from the articles themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from storage import schema
from storage.database import reading
from storage.groups import COUNTED, all_figures
from storage.histograms import filled, unpack
from storage.holdings import COLUMNS, HISTOGRAMS, SPANS, beginning, from_hours, holding, is_rule, oldest_hour
from storage.removals import removals_of
from storage.values import article_from

_BATCH = 500
_Places = dict[tuple[str, datetime], Counter[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that is wrong: what it says of an hour, day or week, and what the rows there say."""

    span: str
    at: datetime
    name: str
    counter: int
    rows: int


@dataclass(frozen=True, slots=True)
class Recount:
    """What the counters of a source say in all, by name, what its articles say, and where they differ.

    `words~30` is a bucket of a histogram; a counter of an event is compared with that of its hours.
    """

    source: str
    counters: Mapping[str, int]
    rows: Mapping[str, int]
    differences: tuple[Difference, ...]


def recount(engine: Engine, now: datetime) -> list[Recount]:
    """Count again, source by source; of hours those that are still kept at `now`."""
    with reading(engine, "count the articles again") as connection:
        return list(recounted(connection, now))


def recounted(connection: Connection, now: datetime) -> Iterator[Recount]:
    """Do the same in the transaction that `connection` holds."""
    known: set[str] = set()
    for table in (schema.articles, schema.holdings, schema.counters, schema.day_counters):
        known.update(connection.execute(select(table.c.source).distinct()).scalars())
    of_groups = all_figures(connection)
    for source in sorted(known):
        rows = _from_rows(connection, source)
        for (whose, hour, name), n in of_groups.items():
            if whose == source:
                rows["hour", hour][name] += n
                rows["day", beginning(hour, "day")][name] += n
        yield _recount(connection, source, rows, now)


def _recount(connection: Connection, source: str, rows: _Places, now: datetime) -> Recount:
    counters = _from_counters(connection, source)
    differences = []
    for span, at in sorted(rows.keys() | counters.keys()):
        if span == "hour" and at < oldest_hour(now):
            continue
        kept, wanted = counters.get((span, at), Counter()), rows.get((span, at), Counter())
        # Weeks hold no rules.
        names = {name for name in kept.keys() | wanted.keys() if span != "week" or not is_rule(name)}
        differences += [
            Difference(span, at, name, kept[name], wanted[name]) for name in sorted(names) if kept[name] != wanted[name]
        ]
    differences += _events(connection, source, oldest_hour(now))
    return Recount(source, _in_all(counters), _in_all(rows), tuple(differences))


def _in_all(places: _Places) -> dict[str, int]:
    total: Counter[str] = Counter()
    for (span, _), counts in places.items():
        if span == "day":
            total.update(counts)
    return {name: n for name, n in sorted(total.items()) if n}


def _from_rows(connection: Connection, source: str) -> _Places:
    places: _Places = defaultdict(Counter)
    for row, counts in _holdings(connection, source):
        for span in SPANS:
            places[span, beginning(row.stored_at, span)].update(counts)
    return places


def _holdings(connection: Connection, source: str) -> Iterator[tuple[Any, Counter[str]]]:
    a = schema.articles
    last = 0
    while True:
        some = select(a).where(a.c.source == source, a.c.id > last).order_by(a.c.id).limit(_BATCH)
        rows = connection.execute(some).all()
        removals = removals_of(connection, [row.id for row in rows])
        for row in rows:
            yield row, holding(article_from(row, removals.get(row.id, ())), row.lag_seconds)
        if len(rows) < _BATCH:
            return
        last = rows[-1].id


def _from_counters(connection: Connection, source: str) -> _Places:
    places: _Places = defaultdict(Counter)
    t = schema.holdings
    for row in connection.execute(select(t).where(t.c.source == source)):
        counts = places[row.span, from_hours(row.at)]
        counts.update({name: getattr(row, column) for name, column in COLUMNS.items()})
        for name, (column, _) in HISTOGRAMS.items():
            counts.update({f"{name}~{number}": n for number, n in filled(unpack(getattr(row, column)))})
    for span, time, table in (("hour", "hour", schema.counters), ("day", "day", schema.day_counters)):
        query = select(table.c[time], table.c.name, table.c.n).where(table.c.source == source)
        for at, name, n in connection.execute(query):
            if is_rule(name) or name in COUNTED:
                places[span, at][name] += n
    return places


def _events(connection: Connection, source: str, since: datetime) -> Iterator[Difference]:
    """Compare the days of events with the sums of their hours."""
    c, d = schema.counters.c, schema.day_counters.c
    days: Counter[tuple[datetime, str]] = Counter()
    hours: Counter[tuple[datetime, str]] = Counter()
    for at, name, n in connection.execute(select(d.day, d.name, d.n).where(d.source == source, d.day >= since)):
        days[at, name] = n
    for at, name, n in connection.execute(select(c.hour, c.name, c.n).where(c.source == source, c.hour >= since)):
        hours[beginning(at, "day"), name] += n
    for at, name in sorted(days.keys() | hours.keys()):
        if not is_rule(name) and name not in COUNTED and days[at, name] != hours[at, name]:
            yield Difference("day", at, name, days[at, name], hours[at, name])
