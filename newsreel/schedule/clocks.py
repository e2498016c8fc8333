"""Which clock an outlet of unknown time zone goes by: one that its country sets forward and back, or none.

Most of the year that makes no difference. After a change of clocks it does for as long as its rhythm is learnt from
both sides: until then what it publishes would be looked for an hour off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import log

from newsreel.schedule.rhythm import WINDOW, hour_of_week, weekly_rates
from newsreel.schedule.wall import zone_of

# One of each rule by which clocks are set; where in the world it stands only turns the week.
CLOCKS = ("Europe/London", "America/New_York", "Australia/Sydney", "Pacific/Auckland")
NO_CLOCK = "UTC"
# What came since the change must be so much likelier by a clock, in nats, than without one.
CLEAR = 6.0
# So many articles on each side of a change at least, before which nothing is said.
LEAST = 15
_HOUR = timedelta(hours=1)


def clock_of(arrivals: Mapping[datetime, int], since: datetime | None, until: datetime) -> str:
    """Give the time zone whose changes of clock an outlet's arrivals follow; UTC where none is clearly followed.

    `arrivals` counts articles by the hour in which they arrived, watched from `since` until `until`.
    """
    if since is None:
        return NO_CLOCK
    since = max(since, until - WINDOW)
    found = [(_gain(clock, arrivals, since, until), clock) for clock in CLOCKS]
    gain, clock = max(found)
    return clock if gain >= CLEAR else NO_CLOCK


def _gain(clock: str, arrivals: Mapping[datetime, int], since: datetime, until: datetime) -> float:
    """Give how much likelier what came after a clock's change is by this clock, after what came before it."""
    change = _change(clock, since, until)
    if change is None:
        return 0.0
    before = {hour: n for hour, n in arrivals.items() if since - _HOUR < hour < change}
    after = {hour: n for hour, n in arrivals.items() if change <= hour < until}
    if min(sum(before.values()), sum(after.values())) < LEAST:
        return 0.0
    zone, plain = zone_of(clock), zone_of(NO_CLOCK)
    by_clock, without = (weekly_rates(before, since, change, name) for name in (clock, NO_CLOCK))
    return sum(
        n * log(by_clock[hour_of_week(hour, zone)] / without[hour_of_week(hour, plain)]) for hour, n in after.items()
    )


def _change(clock: str, since: datetime, until: datetime) -> datetime | None:
    """Give the hour in which a clock is set between two times; None where it is not, or twice."""
    zone = zone_of(clock)
    low, high = (at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) for at in (since, until))
    offset = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == offset:
        return None
    while high - low > _HOUR:
        middle = low + (high - low) / 2 // _HOUR * _HOUR
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
