"""When a source is due next, what it missed, and what to run now.

A source with an interval is due at fixed points, an interval apart, shifted by a share of the interval that depends on
its id alone: many sources of one interval are spread evenly, and a late tick or a restart shifts nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from newsreel.errors import ConfigurationError
from newsreel.schedule import cron
from newsreel.sources import Source

DEFAULT_INTERVAL = timedelta(hours=1)
# A due time further ahead than this was recorded by a clock that ran ahead.
CLOCK_ERROR = timedelta(hours=1)
# Due times of a cron expression are counted one by one; more than these are "at least so many".
MOST_COUNTED = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time, in UTC, and where it comes from; `first` is a source that was never due before."""

    at: datetime
    reason: Literal["first", "interval", "cron"]


@dataclass(frozen=True, slots=True)
class Missed:
    """Due times that have come: how many, the first and the last; without `exact` there are more than `count`."""

    count: int
    first: datetime
    last: datetime
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about a source.

    `due_at` is the due time to run now, or with reason `waiting` the one to wait for. A run with reason `catch-up`
    stands for `merged` earlier due times too, from `merged_from` on; without `exact` there are more of them.
    """

    due_at: datetime
    merged: int
    reason: Literal["first", "interval", "cron", "catch-up", "waiting"]
    merged_from: datetime | None = None
    exact: bool = True


def next_due(source: Source, last_due: datetime | None, now: datetime) -> Due:
    """Give the first due time after the last one; a source that was never due is due now, cron or not.

    Where the last due time is not a point of the source's interval (its first run, a new interval), the next is the
    point nearest to one interval later.
    """
    if last_due is None:
        return Due(now.astimezone(UTC).replace(microsecond=0), "first")
    after = (now if last_due - now > CLOCK_ERROR else last_due).astimezone(UTC)
    if source.cron is not None:
        return Due(cron.next_time(source.cron, source.timezone, after), "cron")
    interval = _interval(source)
    shift = _shift(source.id, interval)
    return Due(_EPOCH + shift + (after - _EPOCH - shift + interval * 3 / 2) // interval * interval, "interval")


def missed(source: Source, last_due: datetime | None, now: datetime) -> Missed | None:
    """Give the due times after the last one up to now; None if there is none, or the source was never due."""
    if last_due is None:
        return None
    first = next_due(source, last_due, now).at
    if first > now:
        return None
    if source.cron is None:
        interval = _interval(source)
        steps = (now - first) // interval
        return Missed(steps + 1, first, first + steps * interval)
    count, last = 1, first
    while (following := cron.next_time(source.cron, source.timezone, last)) <= now:
        if count == MOST_COUNTED:
            final = cron.last_time(source.cron, source.timezone, last, now) or last
            return Missed(count, first, final, exact=False)
        count, last = count + 1, following
    return Missed(count, first, last)


def plan(source: Source, last_due: datetime | None, now: datetime) -> Plan:
    """Say which due time to run now, merging all that were missed into one, or which to wait for."""
    due = next_due(source, last_due, now)
    past = missed(source, last_due, now)
    if past is None:
        return Plan(due.at, 0, "waiting" if due.at > now else due.reason)
    if past.count == 1:
        return Plan(past.last, 0, due.reason)
    return Plan(past.last, past.count - 1, "catch-up", past.first, past.exact)


def describe(source: Source) -> str:
    """Say a source's schedule in words.

    >>> describe(Source(id="tide", name="The Tide", home="https://tide.example/", interval=timedelta(minutes=90)))
    'every 1 h 30 min'
    """
    if source.cron is not None:
        return f"cron {source.cron} ({source.timezone})"
    left = int(_interval(source).total_seconds())
    parts = []
    for name, seconds in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, left = divmod(left, seconds)
        if number:
            parts.append(f"{number} {name}")
    return f"every {' '.join(parts)}"


def _interval(source: Source) -> timedelta:
    interval = DEFAULT_INTERVAL if source.interval is None else source.interval
    if interval < timedelta(seconds=1):
        raise ConfigurationError(f"source {source.id}: its interval must be a second or more, and is {interval}")
    return interval


def _shift(source_id: str, interval: timedelta) -> timedelta:
    """Give a source's share of the interval, in whole seconds; the same on every machine."""
    number = int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:8])
    return timedelta(seconds=number % (interval // timedelta(seconds=1)))
