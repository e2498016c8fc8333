"""An outlet's publishing rhythm: articles an hour for each hour of its week, from when its articles arrived.

The week is that of the outlet's own clock, so that a change to summer time moves nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median

from newsreel.schedule.wall import zone_of

WINDOW = timedelta(days=28)
HOURS = 168
# What is expected of an outlet before it is known, an article an hour, weighs as much as half a day of watching it.
FIRST_RATE = 1.0
FIRST_HOURS = 12.0
# An hour of the day is taken for an ordinary hour until it was seen on some days, an hour of the week for one of the
# day until it was seen in a week or two.
_DAYS = 2.0
_WEEKS = 1.0
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

UNKNOWN = (FIRST_RATE,) * HOURS


def hour_of_week(moment: datetime, zone: tzinfo) -> int:
    """Give the hour of the week that a clock in a zone shows at a moment, from Monday 00:00.

    >>> hour_of_week(datetime(2026, 7, 6, 7, 30, tzinfo=UTC), zone_of("Europe/London"))
    8
    """
    # Arrivals are counted by whole hours in UTC; where clocks are half an hour off, these begin within an hour.
    wall = moment.replace(minute=0, second=0, microsecond=0).astimezone(zone)
    return wall.weekday() * 24 + wall.hour


def arrival_times(published: Sequence[datetime | None], before: datetime | None, now: datetime) -> list[datetime]:
    """Say when the articles that a door names for the first time arrived.

    They came after the reading `before`: an earlier date is not believed, and those without a date are spread evenly
    over that time. On a first reading (None) what has no date says nothing; nor does what is more than twice as old as
    the half of it: a post that is pinned there for weeks is not the pace of the others.
    """
    known = [min(moment.astimezone(UTC), now) for moment in published if moment is not None]
    if before is None:
        oldest = max(now - 2 * (now - median_time(known)), now - WINDOW) if known else now
        return [moment for moment in known if moment >= oldest]
    before = max(min(before, now), now - WINDOW)
    undated = len(published) - len(known)
    spread = [before + (now - before) * (n + 0.5) / undated for n in range(undated)]
    return [max(moment, before) for moment in known] + spread


def median_time(moments: Sequence[datetime]) -> datetime:
    """Give the moment in the middle of some."""
    return datetime.fromtimestamp(median(moment.timestamp() for moment in moments), UTC)


def weekly_rates(
    arrivals: Mapping[datetime, int], since: datetime | None, until: datetime, timezone: str = "UTC"
) -> tuple[float, ...]:
    """Give the articles expected in each hour of the week, from Monday 00:00 by the clock of a time zone.

    `arrivals` counts articles by the hour in which they arrived, watched from `since` until `until`. With little to go
    by, an hour of the week is taken for that hour of any day, and that for any hour; neighbouring hours are smoothed.
    """
    if since is None:
        return UNKNOWN
    since = max(since, until - WINDOW)
    came, watched = [0.0] * HOURS, [0.0] * HOURS
    for hour, at in _hours(since, until, zone_of(timezone)):
        came[at] += arrivals.get(hour, 0)
        whole = since <= hour and hour + _HOUR <= until
        watched[at] += 1.0 if whole else (min(until, hour + _HOUR) - max(since, hour)) / _HOUR
    overall = (sum(came) + FIRST_RATE * FIRST_HOURS) / (sum(watched) + FIRST_HOURS)
    by_day = [_smooth([sum(values[hour::24]) for hour in range(24)]) for values in (came, watched)]
    daily = [(n + overall * _DAYS) / (days + _DAYS) for n, days in zip(*by_day, strict=True)]
    weekly = zip(_smooth(came), _smooth(watched), strict=True)
    return tuple((n + daily[at % 24] * _WEEKS) / (weeks + _WEEKS) for at, (n, weeks) in enumerate(weekly))


def _hours(since: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[datetime, int]]:
    """Give each whole hour from that of `since` up to `until`, and the hour of the week that a clock shows then."""
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < until:
        # A clock is asked once a day, and each hour of a day on which it was set.
        steady = hour.astimezone(zone).utcoffset() == (hour + _DAY).astimezone(zone).utcoffset()
        first = hour_of_week(hour, zone)
        for n in range(24):
            if hour >= until:
                return
            yield hour, (first + n) % HOURS if steady else hour_of_week(hour, zone)
            hour += _HOUR


def _smooth(values: Sequence[float]) -> list[float]:
    """Give each value with half of its weight from its two neighbours, around the clock."""
    return [values[at - 1] / 4 + value / 2 + values[(at + 1) % len(values)] / 4 for at, value in enumerate(values)]
