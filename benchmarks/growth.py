"""From samples of processes to how much they grow: least squares over the pages that were handled meanwhile."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

# Growth is stated per so many pages.
UNIT = 10_000
# What a process takes in its first pages is what it needs: code, tables, caches that are bounded.
WARM_UP = 0.2
# A process that handled fewer pages says nothing about growth.
LEAST = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """A process at a moment: `total` pages were handled by all so far, `own` by it; memory in bytes.

    `kind` is service, crawl or worker. `pss` counts what several processes share in equal parts.
    """

    kind: str
    pid: int
    total: int
    own: int
    rss: int
    pss: int
    handles: int


@dataclass(frozen=True, slots=True)
class Growth:
    """A line of growth: bytes and file handles per 10,000 pages, their standard errors, and from how many points."""

    bytes: float
    handles: float
    points: int
    bytes_error: float = 0.0
    handles_error: float = 0.0

    def exceeds(self, most_bytes: float, most_handles: float) -> bool:
        """Tell whether it grows by more, beyond what chance explains: twice the standard error."""
        return self.bytes - 2 * self.bytes_error > most_bytes or self.handles - 2 * self.handles_error > most_handles


@dataclass(frozen=True, slots=True)
class Life:
    """A crawl process from its first sample to its last: pages handled before it and by it, and its peaks."""

    pid: int
    before: int
    pages: int
    peak: int
    handles: int


def slope(lines: Iterable[Sequence[tuple[float, float]]]) -> float:
    """Fit one slope to several lines of points that start at different heights; 0 where nothing tells.

    >>> slope([[(0, 1), (1, 3)], [(0, 10), (2, 14)]])
    2.0
    """
    products = squares = 0.0
    for line in lines:
        if len(line) < 2:
            continue
        x_mean, y_mean = (statistics.fmean(values) for values in zip(*line, strict=True))
        products += sum((x - x_mean) * (y - y_mean) for x, y in line)
        squares += sum((x - x_mean) ** 2 for x, _ in line)
    return products / squares if squares else 0.0


def error_of(without: Sequence[float]) -> float:
    """Give the standard error of a slope by the jackknife, from the slopes without one process each.

    Looks at one process follow from each other, so it is processes that are left out, not single looks.

    >>> error_of([1.0, 1.0]), error_of([1.0, 3.0])
    (0.0, 1.0)
    """
    n = len(without)
    if n < 2:
        return 0.0
    mean = statistics.fmean(without)
    return float(((n - 1) / n * sum((each - mean) ** 2 for each in without)) ** 0.5)


def of_service(samples: Sequence[Sample]) -> Growth:
    """Give the growth of the service over all pages that were handled, after its warm-up."""
    mine = [sample for sample in samples if sample.kind == "service"]
    first = WARM_UP * max((sample.total for sample in mine), default=0)
    late = [sample for sample in mine if sample.total >= first]
    return Growth(
        slope([[(s.total, s.rss) for s in late]]) * UNIT,
        slope([[(s.total, s.handles) for s in late]]) * UNIT,
        len(late),
    )


def within_crawls(samples: Sequence[Sample]) -> Growth:
    """Give the growth within crawl processes, over the pages of each after its warm-up."""
    late = []
    for life, mine in _by_process(samples):
        if life.pages >= LEAST:
            late.append([sample for sample in mine if sample.own >= max(WARM_UP * life.pages, LEAST / 2)])
    sizes = [[(s.own, s.rss) for s in mine] for mine in late]
    handles = [[(s.own, s.handles) for s in mine] for mine in late]
    return Growth(
        slope(sizes) * UNIT,
        slope(handles) * UNIT,
        sum(map(len, late)),
        error_of([slope(some) for some in _leaving_one_out(sizes)]) * UNIT,
        error_of([slope(some) for some in _leaving_one_out(handles)]) * UNIT,
    )


def from_crawl_to_crawl(samples: Sequence[Sample]) -> Growth:
    """Give the growth of the crawl processes' peaks, from the first ones to the last, after the warm-up of all."""
    lives = [life for life in lives_of(samples) if life.pages >= LEAST]
    first = WARM_UP * max((life.before for life in lives), default=0)
    late = [life for life in lives if life.before >= first]
    peaks = [(life.before, life.peak) for life in late]
    handles = [(life.before, life.handles) for life in late]
    return Growth(
        slope([peaks]) * UNIT,
        slope([handles]) * UNIT,
        len(late),
        error_of([slope([some]) for some in _leaving_one_out(peaks)]) * UNIT,
        error_of([slope([some]) for some in _leaving_one_out(handles)]) * UNIT,
    )


def _leaving_one_out(values: Sequence[T]) -> list[list[T]]:
    return [[*values[:left], *values[left + 1 :]] for left in range(len(values))]


def lives_of(samples: Sequence[Sample]) -> list[Life]:
    """Give the crawl processes in the order in which they were first seen."""
    return [life for life, _ in _by_process(samples)]


def _by_process(samples: Sequence[Sample]) -> list[tuple[Life, list[Sample]]]:
    by_pid: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.kind == "crawl":
            by_pid[sample.pid].append(sample)
    return [
        (
            Life(pid, mine[0].total, mine[-1].own, max(s.rss for s in mine), max(s.handles for s in mine)),
            mine,
        )
        for pid, mine in by_pid.items()
    ]
