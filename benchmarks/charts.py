"""Draws the benchmark's chart: F1 and exact over the CPU time of a page, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.extractors import OURS, OURS_ALONE
from benchmarks.intervals import Interval
from benchmarks.measuring import Figures

WIDTH, HEIGHT = 984, 470
_LEFT, _TOP, _PANEL_WIDTH, _PANEL_HEIGHT, _GAP = 56, 62, 400, 340, 72
_OURS, _PEER, _INK, _GRID = "#b3261e", "#3f5f8a", "#333", "#e4e4e4"
_LETTER, _BOLD_LETTER, _LINE = 6.4, 7.2, 14
_TIMES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class _Point:
    name: str
    milliseconds: float
    value: float
    interval: Interval | None
    is_ours: bool
    is_hollow: bool


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def chart(rows: Mapping[str, Figures]) -> str:
    """Draw a point for each line of the table, with the intervals of F1 and exact.

    Kept answers of ours, such as cross-validated ones, stand at the time of ours, since the same program makes them;
    ours of this run is then hollow, as it may have seen these pages in training. Other lines without a time, and ours
    without memory, are left out.
    """
    shown = {name: row for name, row in rows.items() if name != OURS_ALONE}
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12">',
        "<title>F1 and exact texts of each extractor over its CPU time</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff"/>',
    ]
    for number, (title, field) in enumerate((("F1", "f1"), ("Exact texts", "exact"))):
        points = list(_points(shown, field))
        body += _panel(points, title, _LEFT + number * (_PANEL_WIDTH + _GAP))
    body.append(
        f'<text x="{WIDTH - 16}" y="{HEIGHT - 8}" text-anchor="end" font-size="11" fill="{_INK}">Upright lines: where'
        " the figure lies in 95 of 100 draws of the publishers. Hollow: may have seen these pages in training.</text>"
    )
    return "\n".join([*body, "</svg>\n"])


def _points(rows: Mapping[str, Figures], field: str) -> Iterator[_Point]:
    ours = rows.get(OURS)
    has_kept = any(name.startswith(OURS) and row.milliseconds is None for name, row in rows.items())
    for name, row in rows.items():
        is_ours = name.startswith(OURS)
        milliseconds = row.milliseconds
        if milliseconds is None and is_ours and ours is not None:
            milliseconds = ours.milliseconds
        value = getattr(row.score, field)
        if milliseconds is not None and value is not None:
            yield _Point(
                name, max(milliseconds, _TIMES[0] / 10), value, getattr(row, field), is_ours, name == OURS and has_kept
            )


def _panel(points: Sequence[_Point], title: str, left: float) -> Iterator[str]:
    bottom, right = _TOP + _PANEL_HEIGHT, left + _PANEL_WIDTH
    yield f'<text x="{left}" y="{_TOP - 24}" font-size="16" font-weight="600" fill="{_INK}">{title}</text>'
    yield (
        f'<text x="{left + _PANEL_WIDTH / 2}" y="{bottom + 40}" text-anchor="middle" fill="{_INK}">'
        "CPU milliseconds a page, median, logarithmic</text>"
    )
    if not points:
        return
    least, most = _span([p.interval.low if p.interval else p.value for p in points], points)
    times = [point.milliseconds for point in points]
    first = max([tick for tick in _TIMES if tick <= min(times)], default=min(times))
    last = min([tick for tick in _TIMES if tick >= max(times) * 1.3], default=max(times) * 1.3)

    def across(milliseconds: float) -> float:
        return left + _PANEL_WIDTH * math.log(milliseconds / first) / math.log(last / first)

    def up(value: float) -> float:
        return bottom - _PANEL_HEIGHT * (value - least) / (most - least)

    step = 0.05 if most - least <= 0.4 else 0.1 if most - least <= 0.8 else 0.2
    for count in range(math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9) + 1):
        y = up(count * step)
        yield f'<path d="M{left} {y:.1f}H{right}" stroke="{_GRID}"/>'
        yield f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{_INK}">{count * step:.2f}</text>'
    for tick in (tick for tick in _TIMES if first <= tick <= last):
        x = across(tick)
        yield f'<path d="M{x:.1f} {_TOP}V{bottom}" stroke="{_GRID}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" fill="{_INK}">{tick}</text>'
    taken = [_Box(across(p.milliseconds) - 6, up(p.value) - 6, across(p.milliseconds) + 6, up(p.value) + 6)
             for p in points]  # fmt: skip
    frame = _Box(left, _TOP - 16, right + _GAP - 36, bottom)
    for point in sorted(points, key=lambda point: not point.is_ours):
        x, y = across(point.milliseconds), up(point.value)
        colour = _OURS if point.is_ours else _PEER
        if point.interval:
            low, high = up(max(least, point.interval.low)), up(min(most, point.interval.high))
            yield f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{colour}" stroke-opacity=".35" stroke-width="2"/>'
        fill = "#fff" if point.is_hollow else colour
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
        box, anchor = _place(len(point.name) * (_BOLD_LETTER if point.is_ours else _LETTER), x, y, taken, frame)
        taken.append(box)
        weight = ' font-weight="600"' if point.is_ours else ""
        at = {"start": box.left, "end": box.right, "middle": (box.left + box.right) / 2}[anchor]
        yield (
            f'<text x="{at:.1f}" y="{box.bottom - 3:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}'
            f' stroke="#fff" stroke-width="3" paint-order="stroke">{escape(point.name)}</text>'
        )


def _span(lows: Sequence[float], points: Sequence[_Point]) -> tuple[float, float]:
    highs = [point.interval.high if point.interval else point.value for point in points]
    least, most = math.floor(min(lows) * 20) / 20, min(1.0, math.ceil(max(highs) * 20) / 20)
    return max(0.0, min(least, most - 0.1)), max(most, 0.1)


def _place(width: float, x: float, y: float, taken: Sequence[_Box], frame: _Box) -> tuple[_Box, str]:
    """Find room for a label near its point: right, left, above, below, each step farther where all are taken."""
    best: tuple[int, _Box, str] | None = None
    for distance in range(4):
        shift = distance * _LINE
        for dx, dy, anchor in (
            (9, -_LINE / 2, "start"), (-9 - width, -_LINE / 2, "end"),
            (9, -_LINE / 2 - shift, "start"), (9, -_LINE / 2 + shift, "start"),
            (-9 - width, -_LINE / 2 - shift, "end"), (-9 - width, -_LINE / 2 + shift, "end"),
            (-width / 2, -9 - _LINE - shift, "middle"), (-width / 2, 8 + shift, "middle"),
        ):  # fmt: skip
            box = _Box(x + dx, y + dy, x + dx + width, y + dy + _LINE)
            outside = (
                box.left < frame.left or box.right > frame.right or box.top < frame.top or box.bottom > frame.bottom
            )
            clashes = sum(box.overlaps(other) for other in taken) + 3 * outside
            if best is None or clashes < best[0]:
                best = clashes, box, anchor
            if not clashes:
                return box, anchor
    assert best is not None
    return best[1], best[2]
