"""Cron expressions as moments in UTC, with one answer for the hours that summer time skips or repeats.

An expression that names its hours is about the clock on the wall: a time that the clock shows twice counts the first
time only, and a time that the clock skips counts at the moment of the skip. An expression that takes every hour is
about the passing of time: it goes on through a repeated hour and has nothing to make up for a skipped one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from newsreel.errors import ConfigurationError
from newsreel.schedule.wall import moment_of, zone_of
from newsreel.sources import cron_problem

_MONTHS = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# As CronTrigger calls them, with the lowest and highest number that cron knows, and the words for numbers.
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day_of_week", 0, 7, _WEEKDAYS),
)
_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=4096)
def next_time(expression: str, timezone: str, after: datetime) -> datetime:
    """Give the first time of a cron expression after a moment, in UTC.

    >>> next_time("30 6 * * 1", "Europe/London", datetime(2026, 7, 1, tzinfo=UTC)).isoformat()
    '2026-07-06T05:30:00+00:00'
    """
    zone, by_the_wall, trigger = _read(expression, timezone)
    after = after.astimezone(UTC)
    if not by_the_wall:
        return _fired(trigger.get_next_fire_time(None, (after + _TICK).astimezone(zone)), expression)
    # The trigger computes in UTC what the clock on the wall shows: as if no clock were ever set forward or back.
    wall = after.astimezone(zone).replace(tzinfo=UTC, fold=0)
    while True:
        wall = _fired(trigger.get_next_fire_time(None, wall + _TICK), expression)
        moment = moment_of(wall.replace(tzinfo=None), zone)
        if moment > after:
            return moment


def last_time(expression: str, timezone: str, after: datetime, until: datetime) -> datetime | None:
    """Give the last time of a cron expression after one moment and not after another, in UTC; None if there is none."""
    found = next_time(expression, timezone, after)
    if found > until:
        return None
    low, high = found, until.astimezone(UTC)
    # The next time after `low` is the one sought or an earlier one, that after `high` is too late.
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        candidate = next_time(expression, timezone, middle)
        if candidate <= until:
            low = found = candidate
        else:
            high = middle
    return found


@lru_cache(maxsize=1024)
def _read(expression: str, timezone: str) -> tuple[ZoneInfo, bool, CronTrigger]:
    """Give the zone, whether the hours are named, and a trigger, in UTC where they are."""
    if problem := cron_problem(expression):
        raise ConfigurationError(f'the cron expression "{expression}" cannot be used: {problem}')
    zone = zone_of(timezone)
    numbers = {
        name: sorted(set(_numbers(part, low, high, words)))
        for part, (name, low, high, words) in zip(expression.lower().split(), _FIELDS, strict=True)
    }
    # CronTrigger counts weekdays from Monday = 0, cron from Sunday = 0 or 7.
    numbers["day_of_week"] = sorted({(day - 1) % 7 for day in numbers["day_of_week"]})
    by_the_wall = len(numbers["hour"]) < 24
    fields = {name: ",".join(map(str, values)) for name, values in numbers.items()}
    return zone, by_the_wall, CronTrigger(**fields, timezone=UTC if by_the_wall else zone)


def _numbers(part: str, low: int, high: int, words: tuple[str, ...]) -> Iterator[int]:
    """Give the numbers of one field of an expression that is known to be right."""
    for term in part.split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        if first == "*":
            begin, end = low, high
        else:
            begin, end = (words.index(end) if end in words else int(end) for end in (first, last or first))
        yield from range(begin, end + 1, int(step or 1))


def _fired(time: datetime | None, expression: str) -> datetime:
    if time is None:
        raise ConfigurationError(f'the cron expression "{expression}" never comes; give days that its months have')
    return time.astimezone(UTC)
