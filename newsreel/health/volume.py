"""Whether a source has fallen silent or changed its volume.

Time is measured in what the source would have published meanwhile, so that nights, weekends and slow outlets explain
themselves: a silence is as long as the number of articles that are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import log

import numpy as np

from newsreel.health.ebb import SIGNAL as DROP
from newsreel.health.ebb import lasting_drop, stretches
from newsreel.health.rhythm import WEEKS, Floats, Rhythm, blind_hours, day_of_hour, hour_of, moment_of_hour, rhythm_of
from newsreel.health.trouble import Trouble
from newsreel.health.values import Crawl, Finding

# A silence is told when it outlasts the holidays that outlets have by more than chance, at a risk of exp(-9). Large
# ones, with so many articles a day, are never wholly silent for so long. Days differ by a gamma of this shape, 35%.
HOLIDAYS = 2.0
SILENCE = 8.3
DAYS_SHAPE = 8.0
LARGE = 20.0
SILENT_DAYS_LARGE = 1.4
# Windows in publishing days, and the part or the multiple of the usual number that is told.
DROPS = ((6.0, 0.24), (8.0, 0.3), (12.0, 0.36))
SURGES = ((3.0, 3.5), (5.0, 2.3))
INFORMATION = 11.0
LEAST_SURPLUS = 12
# A window is compared with at least so many times as much.
LEAST_BEFORE = 1.0
# The last days are not yet part of what is usual.
UNSETTLED = 72


def changed_volume(arrivals: Sequence[tuple[int, int]], crawls: Sequence[Crawl], trouble: Trouble) -> Finding | None:
    """Say whether a source is silent or has changed its volume, as far as its crawls could see."""
    seen = [hour_of(crawl.started_at) for crawl in crawls if crawl.outcome in ("ok", "partial") and crawl.doors_read]
    if not arrivals or not seen:
        return None
    table = np.asarray(arrivals, dtype=np.int64)
    hours, counts = table[:, 0], table[:, 1].astype(np.float64)
    end = seen[-1]
    first = max(int(hours[0]), end - WEEKS * 168)
    if trouble.usual_from is not None:
        first = max(first, hour_of(trouble.usual_from))
    settled = min(end - UNSETTLED, int(hours[-1]) + 1)
    if trouble.since is not None and not trouble.signals.isdisjoint(("volume", DROP)):
        settled = min(settled, hour_of(trouble.since) + 1)
    blind = blind_hours(seen)
    left_out = blind + [(hour_of(e.since), hour_of(e.until)) for e in trouble.past if e.until is not None]
    rhythm = rhythm_of(hours, counts, first, settled, left_out)
    earliest = first if trouble.calm_from is None else max(first, hour_of(trouble.calm_from))
    if rhythm is None or end - earliest < 1:
        return None
    timeline = np.zeros(end - first)
    inside = (hours >= first) & (hours < end)
    timeline[hours[inside] - first] = counts[inside]
    expected = rhythm.expected(first, end)
    for begin, stop in left_out:
        timeline[max(0, begin - first) : max(0, stop - first)] = 0.0
        expected[max(0, begin - first) : max(0, stop - first)] = 0.0
    # Place j stands for the last j + 1 hours.
    found = np.cumsum(timeline[::-1])
    wanted = np.cumsum(expected[::-1])
    recent = slice(0, end - earliest)
    volume = _changed(found[recent], wanted[recent], (float(found[-1]), float(wanted[-1])), rhythm, trouble, end)
    if volume is not None or "volume" in trouble.signals:
        return volume
    told_since = hour_of(trouble.since) if trouble.since is not None and DROP in trouble.signals else None
    return lasting_drop(stretches(found, wanted, rhythm, end), earliest, told_since)


def _changed(
    found: Floats, wanted: Floats, whole: tuple[float, float], rhythm: Rhythm, trouble: Trouble, end: int
) -> Finding | None:
    told = "volume" in trouble.signals
    # Few articles more end a flood that was told, but of a slow source they may be one that was not.
    if _is_back(found, wanted, rhythm, LEAST_SURPLUS if told else 0):
        return None
    if told:
        return _told(found, wanted, rhythm, end)
    return _silent(found, wanted, rhythm, end) or _unusual(found, wanted, whole, rhythm, end)


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
    [23.3, 4.6, 3.3, 1.4]
    """
    return SILENT_DAYS_LARGE if day >= LARGE else HOLIDAYS + SILENCE / (DAYS_SHAPE * log(1 + day / DAYS_SHAPE))


def still_silent(arrivals: Sequence[tuple[int, int]], since: datetime) -> Finding | None:
    """Say that a silence goes on, however long: nobody shall take a dead source for one that is well."""
    if arrivals and arrivals[-1][0] >= hour_of(since):
        return None
    return Finding("quiet", "volume", f"nothing new since {day_of_hour(since)}", since)


def _silence(missing: float, since: int) -> Finding:
    last = moment_of_hour(since)
    return Finding(
        "quiet", "volume", f"nothing new since {day_of_hour(last)}; by its own rhythm {missing:.0f} articles", last
    )


def _unusual(found: Floats, wanted: Floats, whole: tuple[float, float], rhythm: Rhythm, end: int) -> Finding | None:
    """Look for the window, of so many publishing days at least, that says most.

    Each is compared with the time before it: what has changed must not be part of what is usual. What tells is the
    likelihood ratio of two rates to one.
    """
    before, due = whole[0] - found, whole[1] - wanted
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = whole[0] / whole[1]
        information = _surprise(found, rate * wanted) + _surprise(before, rate * due)
        usual = np.where(due >= LEAST_BEFORE * wanted, wanted * before / due, wanted)
    wanted = usual
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


def _surprise(found: Floats, expected: Floats) -> Floats:
    result: Floats = np.where(found > 0, found * np.log(found / expected), 0.0)
    return result


def _change(state: str, found: float, wanted: float, since: int) -> Finding:
    moment = moment_of_hour(since)
    which = "far less" if state == "quiet" else "far more"
    reason = f"{which} than usual: {found:.0f} new links since {day_of_hour(moment)}; by its own rhythm {wanted:.0f}"
    return Finding("quiet" if state == "quiet" else "degraded", "volume", reason, moment)


def _is_back(found: Floats, wanted: Floats, rhythm: Rhythm, surplus: int) -> bool:
    """Tell whether the last publishing day, or two articles of a slow source, were as usual again."""
    j = min(int(np.searchsorted(wanted, max(rhythm.day, 2.0))), len(wanted) - 1)
    return bool(found[j] >= 2 and 0.5 * wanted[j] <= found[j] <= max(2.5 * wanted[j], wanted[j] + surplus))


def _told(found: Floats, wanted: Floats, rhythm: Rhythm, end: int) -> Finding:
    quiet = int(np.searchsorted(found, 0.5))
    if quiet and wanted[quiet - 1] >= rhythm.day:
        return _silence(float(wanted[quiet - 1]), end - quiet)
    j = min(int(np.searchsorted(wanted, max(rhythm.day, 2.0))), len(wanted) - 1)
    return _change("quiet" if found[j] < wanted[j] else "degraded", found[j], wanted[j], end - j - 1)
