"""When a source publishes, by the hours of its week, and whether it has fallen silent or changed its volume.

Time is measured in what the source would have published meanwhile, so that nights, weekends and slow outlets explain
themselves: a silence is as long as the number of articles that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log
from statistics import median

import numpy as np
from numpy.typing import NDArray

from newsreel.health.trouble import Trouble
from newsreel.health.values import Crawl, Finding

WEEKS = 26
LEAST_WEEKS = 3
LEAST_ARRIVALS = 8
# A silence is told when it outlasts the holidays that outlets have by more than chance, at a risk of exp(-9). Large
# ones, with so many articles a day, are never wholly silent for so long. Days differ by a gamma of this shape, 35%.
HOLIDAYS = 2.0
SILENCE = 9.0
DAYS_SHAPE = 8.0
LARGE = 20.0
SILENT_DAYS_LARGE = 1.4
# Windows in publishing days, and the part or the multiple of the usual number that is told.
DROPS = ((6.0, 0.32), (12.0, 0.38))
SURGES = ((3.0, 3.5), (5.0, 2.3))
INFORMATION = 11.0
LEAST_SURPLUS = 12
# How many times more than by chance the number of a day varies: bounds of what is believed.
LEAST_SCATTER = 1.5
MOST_SCATTER = 8.0
# Longer than this, and so many times longer than usual, without a crawl: nobody knows what was published.
BLIND_HOURS = 26
BLIND_TIMES = 3
# The last days are not yet part of what is usual.
UNSETTLED = 72

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
    daily = week.reshape(7, 24).sum(axis=1)
    return Rhythm(week, float(daily[daily >= 0.3 * daily.max()].mean()), total, *_scatter(timeline, week[places]))


def _profile(places: NDArray[np.int64], timeline: Floats, size: int) -> Floats:
    """Give how busy each day or hour is beside the others, drawn a little towards all alike."""
    seen = np.bincount(places, minlength=size)
    found = np.bincount(places, weights=timeline, minlength=size)
    mean = timeline.sum() / len(timeline)
    result: Floats = (found + 1.0) / (seen * mean + 1.0)
    return result


def _scatter(timeline: Floats, expected: Floats) -> tuple[float, float]:
    whole = len(timeline) // 24 * 24
    found = timeline[:whole].reshape(-1, 24).sum(axis=1)
    wanted = expected[:whole].reshape(-1, 24).sum(axis=1) + 0.1
    off = (found - wanted) ** 2 / wanted
    sides = [off[found < wanted], off[found >= wanted]]
    dips, peaks = (float(np.clip(side.mean() if len(side) else 0.0, LEAST_SCATTER, MOST_SCATTER)) for side in sides)
    return dips, peaks


def changed_volume(arrivals: Sequence[tuple[int, int]], crawls: Sequence[Crawl], trouble: Trouble) -> Finding | None:
    """Say whether a source is silent or has changed its volume, as far as its crawls could see."""
    seen = [hour_of(crawl.started_at) for crawl in crawls if crawl.outcome in ("ok", "partial") and crawl.doors_read]
    if not arrivals or not seen:
        return None
    table = np.asarray(arrivals, dtype=np.int64)
    hours, counts = table[:, 0], table[:, 1].astype(np.float64)
    end = seen[-1]
    first = max(int(hours[0]), end - WEEKS * 168)
    settled = min(end - UNSETTLED, int(hours[-1]) + 1)
    if trouble.since is not None and "volume" in trouble.signals:
        settled = min(settled, hour_of(trouble.since) + 1)
    blind = blind_hours(seen)
    left_out = blind + [(hour_of(e.since), hour_of(e.until)) for e in trouble.past if e.until is not None]
    rhythm = rhythm_of(hours, counts, first, settled, left_out)
    if rhythm is None:
        return None
    earliest = first if trouble.calm_from is None else max(first, hour_of(trouble.calm_from))
    if end - earliest < 1:
        return None
    timeline = np.zeros(end - earliest)
    inside = (hours >= earliest) & (hours < end)
    timeline[hours[inside] - earliest] = counts[inside]
    expected = rhythm.expected(earliest, end)
    for begin, stop in blind:
        timeline[max(0, begin - earliest) : max(0, stop - earliest)] = 0.0
        expected[max(0, begin - earliest) : max(0, stop - earliest)] = 0.0
    # Place j stands for the last j + 1 hours.
    found = np.cumsum(timeline[::-1])
    wanted = np.cumsum(expected[::-1])
    if _is_back(found, wanted, rhythm):
        return None
    if "volume" in trouble.signals:
        return _told(found, wanted, rhythm, end)
    return _silent(found, wanted, rhythm, end) or _unusual(found, wanted, rhythm, end)


def _silent(found: Floats, wanted: Floats, rhythm: Rhythm, end: int) -> Finding | None:
    quiet = int(np.searchsorted(found, 0.5))
    missing = float(wanted[quiet - 1]) if quiet else 0.0
    # A rate that was learnt from few articles may be lower than it looks.
    certain = rhythm.learnt * log(1 + missing / rhythm.learnt)
    if certain < rhythm.day * silent_days(rhythm.day):
        return None
    return _silence(missing, end - quiet)


def silent_days(day: float) -> float:
    """Give how many publishing days a source with so many articles a day may be silent.

    >>> [round(silent_days(day), 1) for day in (0.4, 4.0, 10.0, 30.0)]
    [25.1, 4.8, 3.4, 1.4]
    """
    return SILENT_DAYS_LARGE if day >= LARGE else HOLIDAYS + SILENCE / (DAYS_SHAPE * log(1 + day / DAYS_SHAPE))


def still_silent(arrivals: Sequence[tuple[int, int]], since: datetime) -> Finding | None:
    """Say that a silence goes on, however long: nobody shall take a dead source for one that is well."""
    if arrivals and arrivals[-1][0] >= hour_of(since):
        return None
    return Finding("quiet", "volume", f"nothing new since {_day(since)}", since)


def _silence(missing: float, since: int) -> Finding:
    last = _moment(since)
    return Finding("quiet", "volume", f"nothing new since {_day(last)}; by its own rhythm {missing:.0f} articles", last)


def _unusual(found: Floats, wanted: Floats, rhythm: Rhythm, end: int) -> Finding | None:
    """Look for the window, of so many publishing days at least, that says most."""
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.where(found > 0, found * np.log(found / wanted), 0.0) - found + wanted
    low, high = np.zeros(len(found), dtype=bool), np.zeros(len(found), dtype=bool)
    for days, part in DROPS:
        low |= (wanted >= days * rhythm.day) & (found <= part * wanted)
    for days, times in SURGES:
        high |= (wanted >= days * rhythm.day) & (found >= times * wanted) & (found - wanted >= LEAST_SURPLUS)
    for where, scatter, state in ((low, rhythm.dips, "quiet"), (high, rhythm.peaks, "degraded")):
        j = int(np.argmax(np.where(where, information, -1.0)))
        if where[j] and information[j] >= INFORMATION * scatter:
            return _change(state, found[j], wanted[j], end - j - 1)
    return None


def _change(state: str, found: float, wanted: float, since: int) -> Finding:
    moment = _moment(since)
    which = "far less" if state == "quiet" else "far more"
    reason = f"{which} than usual: {found:.0f} new links since {_day(moment)}; by its own rhythm {wanted:.0f}"
    return Finding("quiet" if state == "quiet" else "degraded", "volume", reason, moment)


def _is_back(found: Floats, wanted: Floats, rhythm: Rhythm) -> bool:
    """Tell whether the last publishing day, or two articles of a slow source, were as usual again."""
    j = min(int(np.searchsorted(wanted, max(rhythm.day, 2.0))), len(wanted) - 1)
    return bool(found[j] >= 2 and 0.5 * wanted[j] <= found[j] <= max(2.5 * wanted[j], wanted[j] + LEAST_SURPLUS))


def _told(found: Floats, wanted: Floats, rhythm: Rhythm, end: int) -> Finding:
    quiet = int(np.searchsorted(found, 0.5))
    if quiet and wanted[quiet - 1] >= rhythm.day:
        return _silence(float(wanted[quiet - 1]), end - quiet)
    j = min(int(np.searchsorted(wanted, max(rhythm.day, 2.0))), len(wanted) - 1)
    return _change("quiet" if found[j] < wanted[j] else "degraded", found[j], wanted[j], end - j - 1)


def _moment(hour: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
