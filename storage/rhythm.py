"""What adaptive schedules go by: when each source's articles arrived, and how much of what it named was known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from newsreel.dates import in_utc
from newsreel.health import WEEKS
from newsreel.items import Link
from newsreel.schedule import NO_CLOCK, WINDOW, Pace, adapt, arrival_times, clock_of, weekly_rates
from newsreel.sources import Source
from storage import schema
from storage.counting import bump, upsert
from storage.database import reading

# Schedules go by the last weeks, health by more.
KEPT = timedelta(weeks=WEEKS)
# The share that was known is a running mean, in which the latest run counts half.
_LATEST = 0.5
# The counter of doors that overflowed, and how many links it takes: one or two may well all be new.
OVERFLOWED = "doors-overflowed"
_FULL = 3


class Arrivals:
    """Counts the articles that a door names for the first time, inside the transaction that its connection holds."""

    def __init__(self, connection: Connection, source: str, run_id: int, now: datetime) -> None:
        self.connection = connection
        self.source = source
        self.run_id = run_id
        self.now = now
        self.counts = False
        self.fills_up = False
        self.before: datetime | None = None

    def door(self, kind: str, last: Any | None) -> None:
        """Note which door is read, and what is stored of its last reading."""
        self.counts = kind != "warc"
        self.fills_up = kind in ("feed", "listing")
        if last is not None:
            self.before = last.checked_at if last.outcome in ("read", "unchanged") else last.changed_at

    def note(self, links: Sequence[Link], named: int) -> None:
        """Count links that were never seen before, of so many that were named; what no door named did not arrive.

        A feed that was read before and names nothing known has overflowed: what it named in between is not there.
        """
        if not self.counts or not links:
            return
        if self.fills_up and self.before is not None and len(links) == named >= _FULL:
            bump(self.connection, self.source, self.run_id, self.now, {OVERFLOWED: 1})
        bump(self.connection, self.source, self.run_id, self.now, {"fresh": len(links)})
        dates = [link.published or link.updated for link in links]
        moments = arrival_times([date and in_utc(date) for date in dates], self.before, self.now)
        hours = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
        t = schema.arrivals
        for hour, n in hours.items():
            statement = upsert(self.connection, t).values(source=self.source, hour=hour, n=n)
            added = {"n": t.c.n + statement.excluded.n}
            self.connection.execute(statement.on_conflict_do_update(index_elements=[t.c.source, t.c.hour], set_=added))


def learn(connection: Connection, source: str, counts: Mapping[str, int], now: datetime) -> None:
    """Learn from a run's counters, in the transaction that ends it, how often the source is worth a run.

    A run that read no door says nothing; nor does a source's first one, to which everything is new.
    """
    t = schema.sources.c
    row = connection.execute(select(t.known, t.wanted, t.last_success_at).where(t.source == source)).first()
    if row is None or row.last_success_at is None or not counts.get("doors-read"):
        return
    # What is looked at again without having been named says nothing about what the source names.
    found = counts.get("found", 0) - counts.get("revisited", 0)
    known = 1 - counts.get("fresh", 0) / found if found else 1.0
    if row.known is not None:
        known = known * _LATEST + row.known * (1 - _LATEST)
    # Where a feed overflowed nobody knows how many were new: it was read too late.
    judged = 0.0 if counts.get(OVERFLOWED) else known
    values = {"known": known, "wanted": adapt(row.wanted or Pace().wanted, judged)}
    connection.execute(update(schema.sources).where(t.source == source).values(**values))
    old = (schema.arrivals.c.source == source, schema.arrivals.c.hour < now - KEPT)
    connection.execute(delete(schema.arrivals).where(*old))


def paces(connection: Connection, sources: Collection[Source]) -> dict[str, Pace]:
    """Give the pace of each of these sources as its last run left it."""
    return {source.id: _pace(connection, source.id, source.timezone) for source in sources}


def arrivals(engine: Engine, source: str, since: datetime) -> dict[datetime, int]:
    """Give how many articles of a source came to light in each hour since a time, by when they were published."""
    a = schema.arrivals.c
    with reading(engine, f"read when {source} publishes") as connection:
        rows = connection.execute(select(a.hour, a.n).where(a.source == source, a.hour >= since))
        return {row.hour: row.n for row in rows}


def _pace(connection: Connection, source: str, timezone: str) -> Pace:
    t, a, d, r = schema.sources.c, schema.arrivals.c, schema.doors.c, schema.runs.c
    state = connection.execute(select(t.known, t.wanted, t.last_success_at).where(t.source == source)).first()
    if state is None or state.last_success_at is None:
        return Pace(timezone=timezone)
    until = state.last_success_at
    rows = connection.execute(select(a.hour, a.n).where(a.source == source, a.hour >= until - WINDOW))
    arrivals = {row.hour: row.n for row in rows}
    first_run = connection.execute(select(func.min(r.started_at)).where(r.source == source)).scalar_one()
    # A sitemap that lists everything keeps nothing from being missed in a feed that does not.
    doors = connection.execute(select(d.kind, d.found).where(d.source == source, d.found > 0, d.kind != "warc")).all()
    sizes = [door.found for door in doors if door.kind != "sitemap"] or [door.found for door in doors]
    since = min([*arrivals, first_run or until])
    if timezone == NO_CLOCK:
        timezone = clock_of(arrivals, since, until)
    return Pace(
        rates=weekly_rates(arrivals, since, until, timezone),
        seen=sum(arrivals.values()),
        known=state.known,
        wanted=state.wanted or Pace().wanted,
        feed=min(sizes, default=None),
        timezone=timezone,
        overflowed=all(door.kind != "sitemap" for door in doors) and _overflowed(connection, source),
    )


def _overflowed(connection: Connection, source: str) -> bool:
    """Tell whether a feed overflowed before the source's last run."""
    r, c = schema.runs.c, schema.run_counts.c
    last = select(r.id).where(r.source == source, r.state != "running").order_by(r.started_at.desc()).limit(1)
    query = select(c.n).where(c.run_id == last.scalar_subquery(), c.name == OVERFLOWED)
    return bool(connection.execute(query).scalar_one_or_none())
