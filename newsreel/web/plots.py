"""Draws: values to the paths of an SVG. Charts are 100 high and as wide as they have points; nothing is smoothed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

Number = int | float
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
_NICE = (2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80)


def top_of(values: Iterable[Number | None]) -> int:
    """Give a round number that no value exceeds, and whose half is round too.

    >>> top_of([0, None]), top_of([7]), top_of([48, 30]), top_of([100]), top_of([1284])
    (2, 8, 60, 100, 1600)
    """
    most = max((value for value in values if value is not None), default=0)
    scale = 1
    while True:
        for nice in _NICE if scale == 1 else _NICE[4:]:
            if nice * scale >= most:
                return nice * scale
        scale *= 10


def line(values: Sequence[Number | None], top: float) -> str:
    """Give a line through the middles of its points; it breaks where there is no value.

    >>> line([0, 5, None, 10], 10)
    'M.5 100L1.5 50M3.5 0h0'
    """
    drawn = []
    for run in _runs(values):
        points = [f"{_short(n + 0.5)} {_short(_y(value, top), 1)}" for n, value in run]
        drawn.append("M" + "L".join(points) + ("h0" if len(points) == 1 else ""))
    return "".join(drawn)


def band(low: Sequence[Number | None], high: Sequence[Number | None], top: float) -> str:
    """Give the area between two lines, where both have values; to a hundredth of the height, as a background may be.

    >>> band([2, 2], [6, 10], 10)
    'M.5 40L1.5 0L1.5 80L.5 80z'
    """
    drawn = []
    for run in _runs(high):
        there = [(n + 0.5, _y(value, top)) for n, value in run]
        back = [(n + 0.5, _y(low[n] or 0, top)) for n, _ in reversed(run)]
        drawn.append("M" + "L".join(f"{_short(x)} {_short(y, 0)}" for x, y in (*there, *back)) + "z")
    return "".join(drawn)


def bars(values: Sequence[Number | None], top: float) -> str:
    """Give a bar for each value above zero.

    >>> bars([5, 0, 10], 10)
    'M.12 100v-50h.76v50zM2.12 100v-100h.76v100z'
    """
    drawn = []
    for n, value in enumerate(values):
        if value:
            height = _short(100 * value / top)
            drawn.append(f"M{_short(n + 0.12)} 100v-{height}h.76v{height}z")
    return "".join(drawn)


def cells(places: Iterable[tuple[int, int]]) -> str:
    """Give the cells of a heat map by column and row.

    >>> cells([(0, 0), (3, 1)])
    'M.06 .08h.88v.84h-.88zM3.06 1.08h.88v.84h-.88z'
    """
    return "".join(f"M{_short(x + 0.06)} {_short(y + 0.08)}h.88v.84h-.88z" for x, y in places)


def spark(values: Sequence[Number]) -> tuple[str, str, str]:
    """Give a small line, and where its last point lies.

    >>> spark([0, 2, 1])
    ('M2 22L48 2L94 12', '94', '12')
    """
    places, size = _places(len(values)), SPARK_HEIGHT - 4
    scale = size / max([*values, 1])
    points = [f"{x} {2 + size - scale * value:.0f}" for x, value in zip(places, values, strict=True)]
    x, _, y = points[-1].partition(" ")
    return "M" + "L".join(points), x, y


@cache
def _places(number: int) -> tuple[str, ...]:
    """Give where the points of a small line lie from left to right."""
    width = (SPARK_WIDTH - 4) / max(1, number - 1)
    return tuple(_short(2 + n * width, 1) for n in range(number))


def _runs(values: Sequence[Number | None]) -> Iterator[list[tuple[int, Number]]]:
    for missing, run in groupby(enumerate(values), lambda pair: pair[1] is None):
        if not missing:
            yield [(n, value) for n, value in run if value is not None]


def _y(value: Number, top: float) -> float:
    return 100 - 100 * value / top


def _short(number: float, digits: int = 2) -> str:
    """Write a number in few letters.

    >>> _short(0.5), _short(12.0), _short(-0.125)
    ('.5', '12', '-.12')
    """
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{number:.0f}"
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
