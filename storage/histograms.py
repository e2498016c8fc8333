"""Histograms of word counts and lags that can be added up, from which medians are read.

Buckets grow by the eighth part of a doubling (9%), so that a median read from them is off by 9% at most where it lies
above the first bucket. A histogram is one number with 32 bits a bucket: adding two histograms is adding two numbers.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import ceil

_LANE = 32
_MASK = (1 << _LANE) - 1
_STEPS = 8


def _bounds(lowest: int, doublings: int) -> tuple[int, ...]:
    """Give where buckets begin; the first begins at 0."""
    return (0, *(ceil(lowest * 2 ** (step / _STEPS)) for step in range(doublings * _STEPS + 1)))


# Up to a million words; up to four years of seconds.
WORDS = _bounds(16, 16)
LAGS = _bounds(32, 22)


def bucket(bounds: tuple[int, ...], value: int) -> int:
    """Give the number of the bucket that a value falls into.

    >>> bucket(WORDS, 3), bucket(WORDS, 16), bucket(WORDS, 32)
    (0, 1, 9)
    """
    return bisect_right(bounds, max(0, value)) - 1


def unpack(kept: bytes) -> int:
    """Read a histogram as it is kept; such numbers may be added to each other."""
    return int.from_bytes(kept)


def added_up(kept: Iterable[bytes]) -> int:
    """Add up histograms as they are kept."""
    return sum(map(int.from_bytes, kept))


def filled(histogram: int) -> Iterator[tuple[int, int]]:
    """Give the buckets in which something is, with how many values are in each, the lowest first.

    >>> list(filled(unpack(changed(b"", {7: 2, 30: 1}))))
    [(7, 2), (30, 1)]
    """
    for number, n in enumerate(_buckets(histogram)):
        if n:
            yield number, n


def changed(kept: bytes, change: Mapping[int, int]) -> bytes:
    """Add to the buckets of a histogram as it is kept; none falls below zero."""
    if min(change.values(), default=0) >= 0:
        # As nearly always: then the lanes are added up like any numbers.
        total = unpack(kept) + sum(n << _LANE * number for number, n in change.items())
        return total.to_bytes((total.bit_length() + 7) // 8)
    buckets = dict(filled(unpack(kept)))
    for number, n in change.items():
        buckets[number] = buckets.get(number, 0) + n
    total = sum(min(n, _MASK) << _LANE * number for number, n in buckets.items() if n > 0)
    return total.to_bytes((total.bit_length() + 7) // 8)


def median(bounds: tuple[int, ...], histogram: int) -> float | None:
    """Read the median, taking the values of a bucket as spread evenly; None where there are no values.

    >>> median(WORDS, unpack(changed(b"", {bucket(WORDS, 500): 100})))
    490.5
    """
    buckets = _buckets(histogram)
    wanted = sum(buckets) / 2
    if not wanted:
        return None
    passed = list(accumulate(buckets))
    number = bisect_left(passed, wanted)
    n = buckets[number]
    lower = bounds[number]
    # The last value of a bucket is one below the next one's first.
    upper = bounds[number + 1] - 1 if number + 1 < len(bounds) else lower
    return lower + (upper - lower) * (wanted - passed[number] + n) / n


def _buckets(histogram: int) -> Sequence[int]:
    size = (histogram.bit_length() + _LANE - 1) // _LANE
    return struct.unpack(f"<{size}I", histogram.to_bytes(4 * size, "little"))
