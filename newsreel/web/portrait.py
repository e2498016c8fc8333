"""One source's figures as charts: histograms, shares as bars, the hours of its week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsreel.web import bins, plots
from newsreel.web.bins import NUMBER
from newsreel.web.newsroom import lag_words
from newsreel.web.wording import Times, share, thousands
from storage.dashboard import Bar

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STEPS = 5


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram: `path` is what is drawn, 100 high; `ticks` are labels in percent; `rows` the table behind it."""

    sentence: str
    label: str
    top: int
    path: str
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of a week: for each of STEPS shades its cells, the empty ones, and the table behind them."""

    sentence: str
    label: str
    shades: tuple[str, ...]
    empty: str
    rows: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A bar of a list: its name, what it counts, as words and as a part of the longest."""

    name: str
    words: str
    part: float
    code: str = ""


def lags(found: Sequence[Bar]) -> Histogram | None:
    """Draw how long articles took from publication to storage."""
    made = bins.binned(found, bins.SECONDS)
    if made is None:
        return None
    sentence = f"Half arrive within {lag_words(made.half)}, nine in ten within {lag_words(made.most)}."
    return _histogram(made, sentence, lag_words, "Histogram of the time from publication to storage")


def lengths(found: Sequence[Bar]) -> Histogram | None:
    """Draw how many words articles have."""
    made = bins.binned(found, bins.WORDS)
    if made is None:
        return None
    sentence = f"Half have {_round(made.half):,} words or fewer, nine in ten {_round(made.most):,} at most."
    return _histogram(made, sentence, lambda words: f"{words:,.0f}", "Histogram of the articles' words")


def week(arrivals: Mapping[datetime, int], times: Times) -> Week | None:
    """Draw in which hours of the week articles came, in the page's zone."""
    hours: Counter[tuple[int, int]] = Counter()
    for at, n in arrivals.items():
        here = times.local(at)
        hours[here.weekday(), here.hour] += n
    total = hours.total()
    if not total:
        return None
    most = max(hours.values())
    shades: list[list[tuple[int, int]]] = [[] for _ in range(STEPS + 1)]
    for day in range(7):
        for hour in range(24):
            shades[-(-hours[day, hour] * STEPS // most)].append((hour, day))
    empty, *filled = (plots.cells(places) for places in shades)
    rows = tuple((WEEKDAYS[day], *(str(hours[day, hour]) for hour in range(24))) for day in range(7))
    cells = tuple((_FULL[day], hour, hours[day, hour]) for day in range(7) for hour in range(24))
    words = _week_words(hours, total)
    return Week(
        words, f"Heat map of {total:,} articles by weekday and hour. {words}", tuple(filled), empty, rows, cells
    )


def bars(counts: Mapping[str, int], name: Callable[[str], str], most: int) -> list[Share]:
    """Give counts as bars, the greatest first, at most so many."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    longest = ordered[0][1] if ordered else 1
    return [Share(name(code), thousands(n), n / longest, code) for code, n in ordered[:most]]


def shares(parts: Mapping[str, float | None], name: Callable[[str], str]) -> list[Share]:
    """Give shares of one as bars."""
    return [Share(name(code), share(part), part, code) for code, part in parts.items() if part is not None]


def _histogram(made: bins.Bins, sentence: str, words: Callable[[float], str], label: str) -> Histogram:
    top = plots.top_of(made.counts)
    rows = [
        (f"{words(n * made.width)} to {words((n + 1) * made.width)}", thousands(k)) for n, k in enumerate(made.counts)
    ]
    rows[-1] = (f"{words((NUMBER - 1) * made.width)} or more", rows[-1][1])
    ticks = tuple((round(100 * n / NUMBER, 2), words(n * made.width)) for n in range(0, NUMBER, 3))
    return Histogram(sentence, f"{label}. {sentence}", top, plots.bars(made.counts, top), ticks, tuple(rows))


def _round(value: float) -> int:
    """Round to two digits: a histogram knows no more."""
    digits = max(0, len(str(int(value))) - 2)
    return round(int(value), -digits)


def _week_words(hours: Mapping[tuple[int, int], int], total: int) -> str:
    by_hour = [sum(hours[day, hour] for day in range(7)) for hour in range(24)]
    weekend = sum(n for (day, _), n in hours.items() if day >= 5) / total
    # The three hours on end in which most came.
    begin = max(range(24), key=lambda hour: sum(by_hour[(hour + n) % 24] for n in range(3)))
    end = (begin + 3) % 24
    return f"Most from {begin:02}:00 to {end:02}:00; {share(weekend)} of them at the weekend."
