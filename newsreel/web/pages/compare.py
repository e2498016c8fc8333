"""Two sources side by side: their volume on the same axes, and their figures in one table."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from newsreel.web import newsroom, sheets
from newsreel.web.doors import doors_of
from newsreel.web.pages.source import figures_of, known_names
from newsreel.web.paths import address
from newsreel.web.ranges import midnight_of, series_of, tabs, volumes
from newsreel.web.rendering import page
from newsreel.web.timechart import compared
from newsreel.web.usual import Course, course
from newsreel.web.wording import Times, ago, share, thousands
from storage.dashboard import Range, SourceFigures, SourceLine

router = APIRouter()
DAY = timedelta(days=1)

Name = Annotated[str, Query(max_length=200)]


@router.get("/sources/compare")
def compare(request: Request, a: Name = "", b: Name = "", range: Range = "30d") -> Response:
    """Show two sources; the choice of them where they are not named."""
    doors = doors_of(request)
    times = Times(doors.clock(), doors.zone)
    names = known_names(request)
    chart, rows = None, []
    if a and b:
        found = figures_of(request, a, range), figures_of(request, b, range)
        one, other = _courses(request, (a, b), found)
        chart = compared(one, other, (names.get(a, a), names.get(b, b)), times)
        rows = _rows(found[0].line, found[1].line, times)
    asked = {"a": a, "b": b}
    return page(
        request,
        "compare.html",
        names=dict(sorted(names.items(), key=lambda pair: pair[1].casefold())),
        a=a,
        # Without a second one another than the first stands ready.
        b=b or next((each for each in names if each != a), ""),
        within=range,
        ranges=tabs("/sources/compare", asked, range),
        chart=chart,
        rows=rows,
        csv=address("/sources/compare.csv", asked | {"range": range}),
    )


@router.get("/sources/compare.csv")
def compare_csv(request: Request, a: Name, b: Name, range: Range = "30d") -> Response:
    """Give what the chart of two sources is drawn from."""
    found = figures_of(request, a, range), figures_of(request, b, range)
    one, other = _courses(request, (a, b), found)
    rows = [(one.at(n), *pair) for n, pair in enumerate(zip(one.values, other.values, strict=True))]
    return sheets.csv_file("compare", ("begin", a, b), rows)


def _courses(
    request: Request, names: tuple[str, str], found: tuple[SourceFigures, SourceFigures]
) -> tuple[Course, Course]:
    """Give the courses of both, by the hour only where that suits both."""
    doors = doors_of(request)
    now = doors.clock()
    midnight = midnight_of(Times(now, doors.zone))
    step = max(series_of(each).step for each in found)
    made = []
    for name, each in zip(names, found, strict=True):
        series = series_of(each) if series_of(each).step == step else each.line.series
        _, shown = volumes(doors.engine, series, midnight, name)
        made.append(course(shown, series.begin, series.step, now, doors.zone))
    return made[0], made[1]


def _rows(one: SourceLine, other: SourceLine, times: Times) -> list[tuple[str, str, str]]:
    """Give the figures of both, row by row."""
    return list(zip(_WORDS, _figures(one, times), _figures(other, times), strict=True))


_WORDS = (
    *("State", "Articles", "Today", "Median lag", "Median length", "Text removed"),
    *("With author", "With date", "With picture", "With language", "Last run", "Next run"),
)


def _figures(line: SourceLine, times: Times) -> list[str]:
    covered = [newsroom.share_words(line.coverage[name]) for name in ("author", "date", "image", "language")]
    return [
        line.state or "not judged yet",
        thousands(line.articles),
        thousands(line.today),
        newsroom.lag_words(line.lag_seconds),
        "–" if line.words is None else f"{line.words:,.0f} words",
        "–" if line.removed is None else share(line.removed),
        *covered,
        "never" if line.last_run_at is None else ago(line.last_run_at, times.now),
        "–"
        if line.next_due_at is None
        else ago(line.next_due_at, times.now)
        if line.next_due_at > times.now
        else "due",
    ]
