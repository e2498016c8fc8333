"""A course of volume as a chart: what to draw, what to say, and the numbers behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from newsreel.web import plots
from newsreel.web.usual import Course
from newsreel.web.wording import Times, counted

DAY = timedelta(days=1)
COLUMNS = ("begin", "articles", "usualLow", "usualHigh")
# So many labels fit below a chart on a phone.
_MOST_LABELS = 7
# Up to here a tenth of an article can be seen in what is usual.
_FINE = 40


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A chart over time.

    `points` is its width; `ticks` are where labels stand, in percent, and their words; `gaps` are the grey blocks,
    from and how wide. `columns` and `rows` are the table behind it, `data` what the script draws from. `dot` is the
    point that is not over yet; `other` the line of a second source, where two are compared.
    """

    title: str
    sentence: str
    label: str
    top: int
    points: int
    line: str
    bars: str
    band: str
    gaps: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    data: str
    dot: str = ""
    other: str = ""


def time_chart(course: Course, times: Times, *, of: str = "Articles", as_bars: bool = False) -> TimeChart:
    """Make the chart of a course; a bar for each point, or a line without the last one, which is not over yet."""
    values = [*course.values]
    if not as_bars:
        values[-1] = None
    top = plots.top_of((*course.values, *course.high))
    hourly = course.step < DAY
    known = [value for value in course.values if value is not None]
    return TimeChart(
        title=f"{of} {'an hour' if hourly else 'a day'}",
        sentence=_sentence(course, times, as_bars=as_bars),
        label=f"{'Bar' if as_bars else 'Line'} chart of {of.lower()} {'an hour' if hourly else 'a day'}, from "
        f"{_moment(course, 0, times)} to now: {sum(known):,} in all, {max(known, default=0):,} at most",
        top=top,
        points=len(values),
        line="" if as_bars else plots.line(values, top),
        bars=plots.bars(values, top) if as_bars else "",
        band=plots.band(course.low, course.high, top),
        gaps=tuple(_block(course, *gap) for gap in course.gaps),
        ticks=_ticks(course, times),
        columns=_table(hourly),
        rows=_daily(course, times) if hourly else _by_day(course),
        data="" if as_bars else _data(course, values, top, times),
        dot="" if as_bars else _last(course, top),
    )


def compared(one: Course, other: Course, names: tuple[str, str], times: Times) -> TimeChart:
    """Make the chart of two courses on the same axes."""
    values, others = [*one.values], [*other.values]
    values[-1] = others[-1] = None
    top = plots.top_of((*values, *others))
    made = time_chart(one, times)
    sums = [sum(value or 0 for value in each.values) for each in (one, other)]
    said = [f"{name}, {counted(n, 'article')}" for name, n in zip(names, sums, strict=True)]
    rows = tuple(
        (_moment(one, n, times), *("no data" if value is None else f"{value:,}" for value in pair))
        for n, pair in enumerate(zip(one.values, other.values, strict=True))
    )
    data = json.loads(made.data) | {
        "top": top,
        "values": values,
        "other": others,
        "gaps": [],
        "names": names,
        "now": None,
    }
    return replace(
        made,
        sentence="Where a line breaks, there are no data.",
        label=f"Line chart of two sources: {'; '.join(said)}",
        top=top,
        line=plots.line(values, top),
        dot="",
        other=plots.line(others, top),
        band="",
        gaps=(),
        columns=(("From" if one.step < DAY else "Day", False), (names[0], True), (names[1], True)),
        rows=rows,
        data=json.dumps(data | {"low": [], "high": []}, separators=(",", ":")),
    )


def sheet(course: Course) -> list[tuple[Any, ...]]:
    """Give the rows of COLUMNS; what is not known is left empty."""
    return [(course.at(n), value, course.low[n], course.high[n]) for n, value in enumerate(course.values)]


def date_of(at: datetime, step: timedelta, times: Times) -> datetime:
    """Give a point's time as people read it: hours in the page's zone; days are days in UTC."""
    return times.local(at) if step < DAY else at


def _sentence(course: Course, times: Times, *, as_bars: bool) -> str:
    hourly = course.step < DAY
    said = []
    if any(value is not None for value in course.high):
        said.append(f"Shaded: usual for that {'hour' if hourly else 'day'}, by the four weeks before.")
    if course.gaps:
        said.append(f"Grey: no data, {_gap_words(course, times)}.")
    if not said:
        said.append("What is usual shows after the first weeks.")
    if not as_bars:
        said.append(f"The dot is this {'hour' if hourly else 'day'} so far.")
    return " ".join(said)


def _gap_words(course: Course, times: Times) -> str:
    """Say when nobody looked, the longest time first."""
    first, *others = sorted(course.gaps, key=lambda gap: gap[0] - gap[1])
    start, end = first
    hourly = course.step < DAY
    words = times.near if hourly else times.short
    if start <= course.begin:
        said = f"nothing was crawled before {words(end)}"
    elif end + course.step > times.now:
        said = f"nothing has been crawled since {words(start)}"
    elif hourly:
        said = f"no crawl ran {times.between(start, end)}"
    else:
        last = end - DAY
        said = f"no crawl ran from {words(start)} to {words(last)}" if start != last else f"no crawl on {words(start)}"
    return said + (f", nor at {counted(len(others), 'other time')}" if others else "")


def _moment(course: Course, n: int, times: Times) -> str:
    return times.moment(course.at(n)) if course.step < DAY else times.short(course.at(n))


def _block(course: Course, start: datetime, end: datetime) -> tuple[float, float]:
    begin = (start - course.begin) / course.step
    width = min((end - start) / course.step, len(course.values) - begin)
    return round(begin, 2), round(width, 2)


def _ticks(course: Course, times: Times) -> tuple[tuple[float, str], ...]:
    """Give labels at the beginnings of days, or every few hours of a single day."""
    points = len(course.values)
    places: list[tuple[float, str]] = []
    for n in range(points):
        at = date_of(course.at(n), course.step, times)
        if points <= 24 and course.step < DAY:
            if at.hour % 4 == 0:
                places.append((n, f"{at:%H:%M}"))
        elif course.step < DAY:
            if at.hour == 0:
                places.append((n, f"{at:%a} {at.day}"))
        elif points <= 31 or at.weekday() == 0:
            places.append((n, f"{at.day} {at:%b}"))
    every = -(-len(places) // _MOST_LABELS)
    chosen = places[(len(places) - 1) % every :: every] if places else []
    # A label begins at its place; one at the very end would be cut off.
    return tuple((round(100 * n / points, 2), word) for n, word in chosen if n / points <= 0.93)


def _last(course: Course, top: int) -> str:
    return plots.line([*[None] * (len(course.values) - 1), course.values[-1]], top)


def _table(hourly: bool) -> tuple[tuple[str, bool], ...]:
    if hourly:
        return (("Day", False), ("Articles", True), ("Busiest hour", True), ("No data", True))
    return (("Day", False), ("Articles", True), ("Usual", True))


def _daily(course: Course, times: Times) -> tuple[tuple[str, ...], ...]:
    """Give hours by their days."""
    days: dict[str, list[tuple[int, int | None]]] = {}
    for n, value in enumerate(course.values):
        at = times.local(course.at(n))
        days.setdefault(f"{at:%a} {at.day} {at:%b}", []).append((at.hour, value))
    rows = []
    for day, hours in days.items():
        known = [(value, hour) for hour, value in hours if value is not None]
        busiest = max(known, key=lambda pair: pair[0], default=(0, 0))
        blind = len(hours) - len(known)
        total = f"{sum(value for value, _ in known):,}" if known else "no data"
        rows.append((day, total, f"{busiest[1]:02}:00" if busiest[0] else "–", f"{blind} h" if blind else "0"))
    return tuple(rows)


def _by_day(course: Course) -> tuple[tuple[str, ...], ...]:
    rows = []
    for n, value in enumerate(course.values):
        at, low, high = course.at(n), course.low[n], course.high[n]
        usual = "–" if low is None or high is None else f"{low:,.0f} to {high:,.0f}"
        rows.append((f"{at:%a} {at.day} {at:%b}", "no data" if value is None else f"{value:,}", usual))
    return tuple(rows)


def _offset(at: datetime) -> int:
    return int((at.utcoffset() or timedelta(0)).total_seconds())


def _data(course: Course, values: Sequence[int | None], top: int, times: Times) -> str:
    def short(bounds: Sequence[float | None]) -> list[float | None]:
        return [value if value is None else round(value, 1) if top < _FINE else round(value) for value in bounds]

    offsets = [_offset(date_of(course.at(n), course.step, times)) for n in range(len(values))]
    turns = ((n, after - before) for n, (before, after) in enumerate(pairwise(offsets), 1))
    turn, by = next((each for each in turns if each[1]), (len(values), 0))
    return json.dumps(
        {
            # As the page's zone writes them, so that a browser elsewhere shows the same hours.
            "begin": int(course.begin.timestamp()) + offsets[0],
            # From which point on the clocks are others, and by how much; not twice within hours that are shown.
            "turn": turn,
            "by": by,
            "step": int(course.step.total_seconds()),
            "top": top,
            "gaps": [_block(course, *gap) for gap in course.gaps],
            "values": values,
            "now": course.values[-1],
            "low": short(course.low),
            "high": short(course.high),
        },
        separators=(",", ":"),
    )
