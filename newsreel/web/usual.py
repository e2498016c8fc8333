"""What is usual for an hour or a day by the four weeks before it, and when there are no data: pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache, partial
from itertools import pairwise
from statistics import median

from storage.usual import Volume

WEEKS = timedelta(weeks=4)
# Fewer than so many earlier hours or days of the same kind do not say what is usual.
LEAST = 4
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Course:
    """Values by the hour or day, from `begin` on: None where there are no data. The last one is not over yet.

    `low` and `high` are what eight in ten of the same hours, or days, of the four weeks before lay between; working
    days and weekends each by themselves. `gaps` are the times without data, from and until.
    """

    begin: datetime
    step: timedelta
    values: tuple[int | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    gaps: tuple[tuple[datetime, datetime], ...]

    def at(self, n: int) -> datetime:
        """Give when a point begins."""
        return self.begin + n * self.step


def course(volume: Volume, begin: datetime, step: timedelta, now: datetime, zone: tzinfo | None) -> Course:
    """Give the course of a volume from `begin` until now."""
    points = int((now - begin) / step) + 1
    times = [begin + n * step for n in range(points)]
    missing = silences(volume, begin - WEEKS, step, now)
    blind = {at for start, end in missing for at in _steps(start, end, step)}
    # Asked of the same hours again and again, it would take longer than all the rest.
    weekend = cache(partial(is_weekend, zone=zone))
    between = [(None, None) if at in blind else usual(volume, blind, at, weekend) for at in times]
    values = [None if at in blind else volume.articles.get(at, 0) for at in times]
    return Course(
        begin,
        step,
        tuple(values),
        tuple(low for low, _ in between),
        tuple(high for _, high in between),
        tuple((max(start, begin), end) for start, end in missing if end > begin),
    )


def silences(volume: Volume, begin: datetime, step: timedelta, now: datetime) -> list[tuple[datetime, datetime]]:
    """Give the times in which nobody looked: before the first crawl, and where crawls stayed away for long.

    Long is three times what lies between two crawls usually; three hours at least, or a day.
    """
    if volume.first is None:
        return [(begin, now)]
    found = [(begin, volume.first)] if begin < volume.first else []
    crawled = sorted(at for at in volume.crawled if at >= begin)
    gaps = [(other - one) / step for one, other in pairwise(crawled)]
    spacing = median(gaps) if gaps else 1.0
    least = (3 if step < _DAY else 1) if spacing <= 1 else 3 * spacing
    # What is under way may still be crawled.
    here = begin + (now - begin) // step * step
    found += [(one + step, other) for one, other in pairwise(crawled) if (other - one) / step > least]
    if crawled and (here - crawled[-1]) / step > least:
        found.append((crawled[-1] + step, now))
    return found


def usual(
    volume: Volume, blind: set[datetime], at: datetime, weekend: Callable[[datetime], bool]
) -> tuple[float, float] | tuple[None, None]:
    """Give what a time's volume usually lies between, or nothing where too little is known."""
    wanted = weekend(at)
    earlier = (at - n * _DAY for n in range(1, WEEKS // _DAY + 1))
    same = [day for day in earlier if day not in blind and weekend(day) == wanted]
    return bounds([volume.articles.get(day, 0) for day in same])


def usual_by_now(
    volume: Volume, midnight: datetime, now: datetime, zone: tzinfo | None
) -> tuple[float, float] | tuple[None, None]:
    """Give what the number of a day's articles usually lies between at this time of day; `volume` is by the hour."""
    blind = {at for start, end in silences(volume, midnight - WEEKS, _HOUR, now) for at in _steps(start, end, _HOUR)}
    hours, rest = divmod(now - midnight, _HOUR)
    found = []
    for n in range(1, WEEKS // _DAY + 1):
        begin = midnight - n * _DAY
        day = [begin + hour * _HOUR for hour in range(hours + 1)]
        if is_weekend(begin + _NOON, zone) != is_weekend(midnight + _NOON, zone) or not blind.isdisjoint(day):
            continue
        whole = sum(volume.articles.get(at, 0) for at in day[:-1])
        found.append(whole + volume.articles.get(day[-1], 0) * (rest / _HOUR))
    return bounds(found)


def bounds(values: Sequence[float]) -> tuple[float, float] | tuple[None, None]:
    """Give the 10th and the 90th of a hundred, where there are enough values.

    >>> bounds(range(11)), bounds([1, 2])
    ((1.0, 9.0), (None, None))
    """
    if len(values) < LEAST:
        return None, None
    ordered = sorted(values)
    return _quantile(ordered, 0.1), _quantile(ordered, 0.9)


def is_weekend(at: datetime, zone: tzinfo | None) -> bool:
    """Tell whether a time lies on a Saturday or Sunday."""
    return at.astimezone(zone).weekday() >= 5


def _quantile(ordered: Sequence[float], part: float) -> float:
    place = part * (len(ordered) - 1)
    n = int(place)
    above = ordered[min(n + 1, len(ordered) - 1)]
    return float(ordered[n] + (above - ordered[n]) * (place - n))


def _steps(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    return [start + n * step for n in range(-int((start - end) // step))]
