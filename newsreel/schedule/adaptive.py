"""The adaptive schedule: how long to wait before an outlet is asked again, from its own rhythm, and why.

A run is wanted when so many articles are expected: one at first, more of them while most of what runs find is known,
fewer while little is. Where few articles come, at night, the same number takes longer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from newsreel.schedule.rhythm import UNKNOWN, hour_of_week
from newsreel.schedule.wall import zone_of

FLOOR = timedelta(minutes=10)
CAP = timedelta(hours=24)
# Runs are made rarer while this share of what they find is known, and more frequent while less than that is.
MOSTLY_KNOWN = 0.67
LITTLE_KNOWN = 0.33
LENGTHEN = 1.25
SHORTEN = 1.5
LEAST_WANTED = 0.25
MOST_WANTED = 4.0
# A feed of this length is assumed where none was counted yet.
USUAL_FEED = 10
# Articles come in bursts: twice as many as expected must still fit into the feed.
FEED_SHARE = 0.5
# Sources are spread by up to this share of the time to wait.
JITTER = 0.1
# Below this number of articles a plan says that it guesses.
FEW = 10

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a plan is made from.

    `rates` are articles an hour by hour of the week, by the clock of `timezone`, from `seen` articles; `known` is the
    share of what recent runs found that was known before, None where no run tells; `wanted` is for how many articles a
    run is worth while; `feed` is how many the shortest feed holds, None where none was read; `overflowed` tells that
    one held nothing known any more in the last run, and that no sitemap names what it lost.
    """

    rates: tuple[float, ...] = UNKNOWN
    seen: int = 0
    known: float | None = None
    wanted: float = 1.0
    feed: int | None = None
    timezone: str = "UTC"
    overflowed: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """How long to wait, with `expected` articles by then, and what decided."""

    length: timedelta
    expected: float
    limit: Literal["rhythm", "feed", "floor", "cap"]


def choose(source_id: str, after: datetime, pace: Pace) -> Choice:
    """Say how long to wait after a due time; the same values give the same answer."""
    feed = max(1.0, FEED_SHARE * (pace.feed or USUAL_FEED))
    length = _time_for(min(pace.wanted, feed), after, pace)
    share = _share(source_id)
    # Earlier, never later: a feed that just holds what is expected must not overflow for that.
    earlier = max(FLOOR, length * (1 - JITTER * share))
    spread = (FLOOR * (1 + JITTER * share) if length <= FLOOR else earlier) // _SECOND * _SECOND
    limit: Literal["rhythm", "feed", "floor", "cap"] = "feed" if pace.wanted > feed else "rhythm"
    if length <= FLOOR or length >= CAP:
        limit = "floor" if length <= FLOOR else "cap"
    return Choice(spread, _expected(after, spread, pace), limit)


def adapt(wanted: float, known: float) -> float:
    """Say for how many articles a run is worth while, after runs of whose findings the share `known` was known."""
    if known >= MOSTLY_KNOWN:
        return min(wanted * LENGTHEN, MOST_WANTED)
    if known < LITTLE_KNOWN:
        return max(wanted / SHORTEN, LEAST_WANTED)
    return wanted


def explain(choice: Choice, pace: Pace) -> str:
    """Say in words what was chosen and why.

    >>> explain(Choice(timedelta(minutes=50), 1.25, "rhythm"), Pace(seen=80, known=0.8))
    'adaptive, 50 min: about 1.2 articles are expected by then, 24 a day; 80% of what recent runs found was known'
    """
    length = max(1, round(choice.length.total_seconds() / 60))
    hours, minutes = divmod(length, 60)
    words = " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))
    daily = sum(pace.rates) / 7
    parts = [f"about {choice.expected:.1f} articles are expected by then, {daily:.{0 if daily >= 10 else 1}f} a day"]
    if pace.seen < FEW:
        parts.append("little is known of its rhythm yet")
    if pace.known is not None:
        parts.append(f"{pace.known:.0%} of what recent runs found was known")
    if choice.limit == "feed":
        parts.append(f"its feed of {pace.feed or USUAL_FEED} would overflow later on")
    if choice.limit == "floor":
        parts.append("no source is asked more often")
    if pace.overflowed:
        parts.append("its feed had overflowed at the last run, so articles may be missing; a sitemap would name them")
    if choice.limit == "cap":
        parts.append("every source is asked once a day")
    return f"adaptive, {words}: {'; '.join(parts)}"


def rhythm_words(pace: Pace) -> str:
    """Say an outlet's rhythm: how many articles a week, in which hours of the day most, how many at the weekend."""
    daily = [sum(pace.rates[hour::24]) for hour in range(24)]
    busiest = sorted(sorted(range(24), key=lambda hour: -daily[hour])[:3])
    week = sum(pace.rates)
    weekend = sum(pace.rates[5 * 24 :]) / week
    words = f"{week:.0f} articles a week, {weekend:.0%} of them at the weekend"
    if max(daily) > 1.5 * week / 24:
        words += f"; most from {', '.join(f'{hour:02}:00' for hour in busiest)} {pace.timezone}"
    return words if pace.seen >= FEW else f"{words}; little is known yet"


def _time_for(wanted: float, after: datetime, pace: Pace) -> timedelta:
    """Give how long it takes until so many articles are expected, at most CAP."""
    zone = zone_of(pace.timezone)
    at, end = after.astimezone(UTC), after.astimezone(UTC) + CAP
    while at < end:
        following = min(end, at.replace(minute=0, second=0, microsecond=0) + _HOUR)
        comes = pace.rates[hour_of_week(at, zone)] * ((following - at) / _HOUR)
        if comes >= wanted:
            return at + (following - at) * (wanted / comes) - after
        wanted -= comes
        at = following
    return CAP


def _expected(after: datetime, length: timedelta, pace: Pace) -> float:
    """Give how many articles are expected in a time."""
    zone = zone_of(pace.timezone)
    at, end, n = after.astimezone(UTC), after.astimezone(UTC) + length, 0.0
    while at < end:
        following = min(end, at.replace(minute=0, second=0, microsecond=0) + _HOUR)
        n += pace.rates[hour_of_week(at, zone)] * ((following - at) / _HOUR)
        at = following
    return n


def _share(source_id: str) -> float:
    """Give a source's number between 0 and 1, the same on every machine."""
    return int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:8]) / 2**64
