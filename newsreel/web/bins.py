"""Histograms as people read them: a dozen bins of a round width, from the finer ones that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.dashboard import Bar

NUMBER = 12
SECONDS = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800)
WORDS = (10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
# So many of a hundred lie below the last bin, which holds all that is larger too.
_SHOWN = 0.95


@dataclass(frozen=True, slots=True)
class Bins:
    """How many values lie in each bin of a width; all larger ones are in the last. `half` and `most`: half of all, and
    nine in ten, lie below."""

    width: int
    counts: tuple[int, ...]
    half: float
    most: float


def binned(bars: Sequence[Bar], widths: Sequence[int]) -> Bins | None:
    """Put a histogram into bins of one of these widths; None for an empty one.

    >>> made = binned([Bar(0, 32, 1), Bar(600, 640, 3)], SECONDS)
    >>> made.width, made.counts
    (60, (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0))
    """
    total = sum(bar.n for bar in bars)
    if not total:
        return None
    far = _below(bars, _SHOWN * total)
    width = next((each for each in widths if each * NUMBER >= far), widths[-1])
    passed = [round(_up_to(bars, n * width)) for n in range(NUMBER)] + [total]
    counts = tuple(after - before for before, after in pairwise(passed))
    return Bins(width, counts, _below(bars, total / 2), _below(bars, 0.9 * total))


def _up_to(bars: Sequence[Bar], value: float) -> float:
    """Give how many lie below a value, taking those of a bar as spread evenly."""
    return sum(bar.n * min(1.0, max(0.0, (value - bar.low) / (bar.high - bar.low))) for bar in bars)


def _below(bars: Sequence[Bar], wanted: float) -> float:
    """Give below which value so many lie."""
    passed = 0.0
    for bar in bars:
        if passed + bar.n >= wanted:
            return bar.low + (bar.high - bar.low) * (wanted - passed) / bar.n
        passed += bar.n
    return float(bars[-1].high)
