"""How far F1 and exact may be off by the choice of pages: bootstrap intervals over publishers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring import Judged

RESAMPLES = 1000
SEED = 7
# Between these percentiles of the resampled figures lies the interval.
BOUNDS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which values a figure lies in 95 of 100 resamples."""

    low: float
    high: float


def bootstrap(
    pages: Sequence[Judged], publishers: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[Interval, Interval] | None:
    """Give the intervals of F1 and of exact; None where no page has gold text.

    Publishers are drawn with replacement, each with all of its pages: pages of one publisher succeed or fail
    together, and drawn one by one they would make the intervals too narrow.
    """
    drawn = _drawn(pages, publishers, resamples, seed)
    return None if drawn is None else (_interval(drawn[0]), _interval(drawn[1]))


def bootstrap_gain(
    pages: Sequence[Judged],
    others: Sequence[Judged],
    publishers: Sequence[str],
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[Interval, Interval] | None:
    """Give the intervals of what F1 and exact are more than another extractor's over the same pages.

    Both are taken from the same draws. So a difference shows that is far smaller than the two figures' own intervals,
    which are wide since all find the same pages hard.
    """
    ours, theirs = _drawn(pages, publishers, resamples, seed), _drawn(others, publishers, resamples, seed)
    if ours is None or theirs is None:
        return None
    return _interval(ours[0] - theirs[0]), _interval(ours[1] - theirs[1])


def _drawn(
    pages: Sequence[Judged], publishers: Sequence[str], resamples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give F1 and exact of each resample; the same seed draws the same publishers."""
    rows: dict[str, list[float]] = {}
    for page, publisher in zip(pages, publishers, strict=True):
        if page.f1 is not None:
            row = [page.precision or 0, page.precision is not None, page.recall or 0, page.recall is not None,
                   bool(page.exact), 1]  # fmt: skip
            rows[publisher] = [old + new for old, new in zip(rows.get(publisher, [0.0] * 6), row, strict=True)]
    if not rows:
        return None
    sums = np.array([rows[publisher] for publisher in sorted(rows)])
    drawn = np.random.default_rng(seed).integers(0, len(sums), (resamples, len(sums)))
    precision, answered, recall, known, exact, count = sums[drawn].sum(axis=1).T
    precision, recall = precision / np.maximum(answered, 1), recall / np.maximum(known, 1)
    return 2 * precision * recall / np.maximum(precision + recall, 1e-9), exact / count


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(values, BOUNDS)
    return Interval(float(low), float(high))
