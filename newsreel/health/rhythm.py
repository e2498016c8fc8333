"""When a source publishes, by the hours of its week, learnt from when its articles arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

import numpy as np
from numpy.typing import NDArray

WEEKS = 26
LEAST_WEEKS = 3
LEAST_ARRIVALS = 8
# How many times more than by chance the number of a day varies: bounds of what is believed.
LEAST_SCATTER = 1.5
MOST_SCATTER = 8.0
# Hours at the end, a third at most, by which that is not measured.
LATEST = 28 * 24
# So many articles are due in the time by which it is measured, and in so many parts at least.
LEAST_DUE = 3.0
LEAST_PARTS = 10
# A day with this part of the busiest day's articles is no publishing day, one with that part is.
FEW = 0.2
MANY = 0.4
# Longer than this, and so many times longer than usual, without a crawl: nobody knows what was published.
BLIND_HOURS = 26
BLIND_TIMES = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Articles expected in each hour of the week (from Monday 00:00 UTC); `day` is a publishing day's worth.

    `learnt` is from how many articles; `dips` and `peaks` are how many times more than by chance the number of a day
    varies downward and upward.
    """

    week: Floats
    day: float
    learnt: float
    dips: float
    peaks: float

    def expected(self, first: int, last: int) -> Floats:
        """Give what is expected in each hour from `first` up to but without `last`."""
        return self.week[_week_hour(np.arange(first, last))]


def hour_of(moment: datetime) -> int:
    """Give the number of an hour, counted from the beginning of 1970 in UTC."""
    return int(moment.timestamp() // 3600)


def moment_of_hour(hour: int) -> datetime:
    """Give the moment at which an hour, counted from the beginning of 1970, begins."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def day_of_hour(moment: datetime) -> str:
    """Say the day of a moment."""
    return f"{moment:%Y-%m-%d}"


def _week_hour(hours: NDArray[np.int64]) -> NDArray[np.int64]:
    # 1970 began on a Thursday.
    return (hours + 72) % 168


def blind_hours(seen: Sequence[int]) -> list[tuple[int, int]]:
    """Give the times between crawls that were so far apart that feeds may have dropped what was published.

    >>> blind_hours([0, 4, 8, 100, 104])
    [(8, 100)]
    """
    gaps = [after - before for before, after in pairwise(seen)]
    if not gaps:
        return []
    most = max(BLIND_HOURS, BLIND_TIMES * median(gaps))
    return [(before, after) for before, after in pairwise(seen) if after - before > most]


def rhythm_of(
    hours: NDArray[np.int64], counts: Floats, first: int, last: int, left_out: Sequence[tuple[int, int]] = ()
) -> Rhythm | None:
    """Learn a rhythm from the arrivals of the hours `first` to `last`; None where there is too little to learn from."""
    span = np.ones(max(0, last - first), dtype=bool)
    for begin, end in left_out:
        span[max(0, begin - first) : max(0, end - first)] = False
    if span.sum() < LEAST_WEEKS * 168:
        return None
    timeline = np.zeros(len(span))
    inside = (hours >= first) & (hours < last)
    timeline[hours[inside] - first] = counts[inside]
    timeline = timeline[span]
    total = float(timeline.sum())
    if total < LEAST_ARRIVALS:
        return None
    places = _week_hour(np.arange(first, last)[span])
    # Days and hours of the day apart: 168 numbers would be more than a slow outlet has articles.
    days = _profile(places // 24, timeline, 7)
    clock = _profile(places % 24, timeline, 24)
    week = np.outer(days, clock).ravel()
    week *= total / week[places].sum()
    return Rhythm(week, _publishing_day(week), total, *_scatter(timeline, week[places]))


def _publishing_day(week: Floats) -> float:
    """Give what a day brings on which much is published; a day counts the less the fewer come on it."""
    daily = week.reshape(7, 24).sum(axis=1)
    # No sharp limit: a weekend near it would count or not as chance has it.
    counts = np.clip((daily / daily.max() - FEW) / (MANY - FEW), 0.0, 1.0)
    return float((daily * counts).sum() / counts.sum())


def _profile(places: NDArray[np.int64], timeline: Floats, size: int) -> Floats:
    """Give how busy each day or hour is beside the others, drawn a little towards all alike."""
    seen = np.bincount(places, minlength=size)
    found = np.bincount(places, weights=timeline, minlength=size)
    mean = timeline.sum() / len(timeline)
    result: Floats = (found + 1.0) / (seen * mean + 1.0)
    return result


def _scatter(timeline: Floats, expected: Floats) -> tuple[float, float]:
    # What is going on at present is not to be taken for how a source has always been.
    earlier = len(timeline) - min(LATEST, len(timeline) // 3)
    timeline, expected = timeline[:earlier], expected[:earlier]
    if timeline.sum() and expected.sum():
        expected = expected * (timeline.sum() / expected.sum())
    # A day, or of a slow source so many that a few articles are due: one article of few would look like a crowd.
    days = max(1, ceil(LEAST_DUE / max(float(expected.mean()) * 24, 1e-3)))
    size = 24 * min(days, max(1, len(timeline) // 24 // LEAST_PARTS))
    whole = len(timeline) // size * size
    found = timeline[:whole].reshape(-1, size).sum(axis=1)
    wanted = expected[:whole].reshape(-1, size).sum(axis=1) + 0.1
    off = (found - wanted) ** 2 / wanted
    sides = [off[found < wanted], off[found >= wanted]]
    dips, peaks = (float(np.clip(side.mean() if len(side) else 0.0, LEAST_SCATTER, MOST_SCATTER)) for side in sides)
    return dips, peaks
