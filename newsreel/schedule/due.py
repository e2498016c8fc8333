"""When a source is due next, what it missed, and what to run now.

A source with an interval is due at fixed points, an interval apart, shifted by a share of the interval that depends on
its id alone: many sources of one interval are spread evenly, and a late tick or a restart shifts nothing. One with
neither interval nor cron expression is due when its pace says so; what was said once is kept and handed in as `fixed`.
No due time falls in a source's quiet hours: it moves to their end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from newsreel.errors import ConfigurationError
from newsreel.schedule import adaptive, cron
from newsreel.schedule.adaptive import Pace
from newsreel.schedule.quiet import quiet_hours
from newsreel.sources import Source

# A due time further ahead than this was recorded by a clock that ran wrong. One that is set back by a day or less is
# waited for: due times that it shows again were run, or merged, before.
CLOCK_ERROR = timedelta(hours=25)
# Due times that are not simply an interval apart are counted one by one; more than these are "at least so many".
MOST_COUNTED = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


Reason = Literal["first", "interval", "cron", "adaptive"]


@dataclass(frozen=True, slots=True)
class Due:
    """A due time, in UTC, where it comes from, and why; `first` is a source that was never due before."""

    at: datetime
    reason: Reason
    plan: str


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

    `due_at` is the due time to run now, or with reason `waiting` the next one, or one that came before the quiet hours
    of now. A run with reason `catch-up` stands for `merged` earlier due times too, from `merged_from` on; without
    `exact` there are more of them.
    """

    due_at: datetime
    merged: int
    reason: Literal[Reason, "catch-up", "waiting"]
    merged_from: datetime | None = None
    exact: bool = True


def is_adaptive(source: Source) -> bool:
    """Tell whether a source's schedule is computed from its own rhythm."""
    return source.interval is None and source.cron is None


def next_due(source: Source, last_due: datetime | None, now: datetime, pace: Pace | None = None) -> Due:
    """Give the first due time after the last one; a source that was never due is due now, cron or not.

    Where the last due time is not a point of the source's interval (its first run, a new interval), the next is the
    point nearest to one interval later.
    """
    due = _next_due(source, last_due, now, pace or Pace())
    quiet = quiet_hours(source, due.at)
    return due if quiet is None else replace(due, at=quiet[1])


def missed(
    source: Source,
    last_due: datetime | None,
    now: datetime,
    fixed: datetime | None = None,
    pace: Pace | None = None,
) -> Missed | None:
    """Give the due times after the last one up to now; None if there is none, or the source was never due."""
    if last_due is None:
        return None
    first = _expected(source, last_due, now, fixed, pace)
    if first > now:
        return None
    if source.interval is not None and source.quiet is None:
        steps = (now - first) // source.interval
        return Missed(steps + 1, first, first + steps * source.interval)
    count, last = 1, first
    while (following := next_due(source, last, now, pace).at) <= now:
        if count == MOST_COUNTED:
            return Missed(count, first, max(last, _last_due(source, last, now)), exact=False)
        count, last = count + 1, following
    return Missed(count, first, last)


def plan(
    source: Source,
    last_due: datetime | None,
    now: datetime,
    fixed: datetime | None = None,
    pace: Pace | None = None,
) -> Plan:
    """Say which due time to run now, merging all that were missed into one, or which to wait for.

    `fixed` is the next due time that was said last: for an adaptive source it holds, also over a restart. In quiet
    hours nothing is run, also not what was missed before them.
    """
    past = missed(source, last_due, now, fixed, pace)
    if past is None:
        due_at = next_due(source, None, now).at if last_due is None else _expected(source, last_due, now, fixed, pace)
        return Plan(due_at, 0, "waiting" if due_at > now else "first")
    if quiet_hours(source, now) is not None:
        return Plan(past.first, 0, "waiting")
    if past.count == 1:
        return Plan(past.last, 0, _reason(source))
    return Plan(past.last, past.count - 1, "catch-up", past.first, past.exact)


def describe(source: Source) -> str:
    """Say a source's schedule in words.

    >>> describe(Source(id="tide", name="The Tide", home="https://tide.example/", interval=timedelta(minutes=90)))
    'every 1 h 30 min'
    """
    if source.cron is not None:
        words = f"cron {source.cron} ({source.timezone})"
    elif source.interval is not None:
        words = f"every {_length(source.interval)}"
    else:
        words = "adaptive"
    return words + quiet_words(source)


def quiet_words(source: Source) -> str:
    """Say a source's quiet hours in words, to stand after its schedule; nothing where it has none."""
    if source.quiet is None:
        return ""
    return f", quiet {source.quiet.start:%H:%M} to {source.quiet.end:%H:%M} ({source.timezone})"


def _next_due(source: Source, last_due: datetime | None, now: datetime, pace: Pace) -> Due:
    if last_due is None:
        return Due(now.astimezone(UTC).replace(microsecond=0), "first", describe(source))
    after = (now if last_due - now > CLOCK_ERROR else last_due).astimezone(UTC)
    if source.cron is not None:
        return Due(cron.next_time(source.cron, source.timezone, after), "cron", describe(source))
    if source.interval is None:
        after = after.replace(microsecond=0)
        choice = adaptive.choose(source.id, after, pace)
        return Due(after + choice.length, "adaptive", adaptive.explain(choice, pace) + quiet_words(source))
    interval = _checked_interval(source, source.interval)
    shift = _shift(source.id, interval)
    at = _EPOCH + shift + (after - _EPOCH - shift + interval * 3 / 2) // interval * interval
    return Due(at, "interval", describe(source))


def _expected(source: Source, last_due: datetime, now: datetime, fixed: datetime | None, pace: Pace | None) -> datetime:
    """Give the next due time.

    Where the last one was recorded by a clock that ran ahead, it is the one that was fixed since, in whose place
    otherwise each look would find a later one.
    """
    holds = fixed is not None and (fixed < last_due if last_due - now > CLOCK_ERROR else is_adaptive(source))
    if fixed is None or not holds:
        return next_due(source, last_due, now, pace).at
    quiet = quiet_hours(source, fixed)
    return fixed if quiet is None else quiet[1]


def _last_due(source: Source, after: datetime, now: datetime) -> datetime:
    """Give the last due time up to now where there are too many to be counted."""
    if is_adaptive(source):
        return now.astimezone(UTC).replace(microsecond=0)
    found = _last_point(source, after, now)
    quiet = quiet_hours(source, found)
    if quiet is not None:
        found = quiet[1] if quiet[1] <= now else _last_point(source, after, quiet[0] - _SECOND)
    return found


def _last_point(source: Source, after: datetime, until: datetime) -> datetime:
    if source.cron is not None:
        return cron.last_time(source.cron, source.timezone, after, until) or after
    assert source.interval is not None
    start = _EPOCH + _shift(source.id, source.interval)
    return start + (until - start) // source.interval * source.interval


def _reason(source: Source) -> Reason:
    if source.cron is not None:
        return "cron"
    return "adaptive" if source.interval is None else "interval"


def _length(length: timedelta) -> str:
    left = int(length.total_seconds())
    parts = []
    for name, seconds in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, left = divmod(left, seconds)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts)


def _checked_interval(source: Source, interval: timedelta) -> timedelta:
    if interval < _SECOND:
        raise ConfigurationError(f"source {source.id}: its interval must be a second or more, and is {interval}")
    return interval


def _shift(source_id: str, interval: timedelta) -> timedelta:
    """Give a source's share of the interval, in whole seconds; the same on every machine."""
    number = int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:8])
    return timedelta(seconds=number % (interval // timedelta(seconds=1)))
