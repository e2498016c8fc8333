"""All sources at a glance: four numbers, what needs the owner, the volume, and a table that sorts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from newsreel.web import newsroom, sheets, timechart
from newsreel.web.catalogue import catalogue
from newsreel.web.doors import doors_of
from newsreel.web.newsroom import ORDERS, STATES, Row
from newsreel.web.paths import address
from newsreel.web.ranges import WORDS, midnight_of, tabs, volumes
from newsreel.web.rendering import page
from newsreel.web.source_table import table_rows
from newsreel.web.timechart import time_chart
from newsreel.web.usual import course, usual_by_now
from newsreel.web.wording import Times, thousands
from storage.beats import last_beat
from storage.company import source_names
from storage.dashboard import Dashboard, Range, dashboard
from storage.usual import Past, past

router = APIRouter()
SHOWN_NEEDY = 8

Sort = Annotated[str, Query(pattern=f"^-?({'|'.join(ORDERS)})$")]
State = Literal["", "failing", "blocked", "degraded", "late", "quiet", "paused", "ok"]


@router.get("/sources")
def sources(request: Request, sort: Sort = "state", state: State = "", range: Range = "7d") -> Response:
    """Show all sources."""
    doors = doors_of(request)
    now = doors.clock()
    times = Times(now, doors.zone)
    found, rows = _read(request, range)
    if not rows:
        return page(request, "dashboard.html", rows=[])
    midnight = midnight_of(times)
    hours, shown = volumes(doors.engine, found.series, midnight)
    counts = {each: sum(row.line.state == each for row in rows) for each in STATES}
    needy = [row for row in rows if row.line.state in newsroom.NEEDY]
    asked = {"range": range} | ({"state": state} if state else {}) | ({"sort": sort} if sort != "state" else {})
    chosen = newsroom.ordered([row for row in rows if not state or row.line.state == state], sort)
    usual = usual_by_now(hours, midnight, now, doors.zone)
    return page(
        request,
        "dashboard.html",
        sentence=newsroom.need_sentence(len(needy), len(rows)),
        ranges=tabs("/sources", asked, range),
        states=_state_tabs(asked, counts, state, len(rows)),
        tiles=_tiles(found, past(doors.engine, now, range), usual, range, len(rows)),
        needy=needy[:SHOWN_NEEDY],
        more=len(needy) - SHOWN_NEEDY,
        chart=time_chart(course(shown, found.series.begin, found.series.step, now, doors.zone), times),
        rows=chosen,
        table=table_rows(chosen, now, WORDS[range].line),
        columns=_columns(asked, sort, WORDS[range].long),
        state=state,
        query=asked,
        silent=_silent_since(request, now),
    )


@router.get("/sources.csv")
def sources_csv(request: Request, sort: Sort = "state", state: State = "", range: Range = "7d") -> Response:
    """Give the table as CSV."""
    return sheets.csv_file("sources", newsroom.COLUMNS, [row.cells for row in _wanted(request, sort, state, range)])


@router.get("/sources.json")
def sources_json(request: Request, sort: Sort = "state", state: State = "", range: Range = "7d") -> Response:
    """Give the table as JSON."""
    return sheets.json_file(newsroom.COLUMNS, [row.cells for row in _wanted(request, sort, state, range)])


@router.get("/sources/articles.csv")
def articles_csv(request: Request, range: Range = "7d") -> Response:
    """Give what the chart is drawn from."""
    doors = doors_of(request)
    now = doors.clock()
    series = dashboard(doors.engine, now, range).series
    _, shown = volumes(doors.engine, series, midnight_of(Times(now, doors.zone)))
    found = course(shown, series.begin, series.step, now, doors.zone)
    return sheets.csv_file(f"articles-{range}", timechart.COLUMNS, timechart.sheet(found))


def _read(request: Request, wanted: Range) -> tuple[Dashboard, list[Row]]:
    doors = doors_of(request)
    now = doors.clock()
    found = dashboard(doors.engine, now, wanted, midnight_of(Times(now, doors.zone)))
    names = {source.id: source.name for source in catalogue(doors).values()}
    if any(line.source not in names for line in found.sources):
        names = source_names(doors.engine) | names
    return found, newsroom.rows_of(found.sources, names)


def _wanted(request: Request, sort: str, state: str, wanted: Range) -> list[Row]:
    _, rows = _read(request, wanted)
    return newsroom.ordered([row for row in rows if not state or row.line.state == state], sort)


def _tiles(
    found: Dashboard, before: Past, usual: tuple[float | None, float | None], wanted: Range, sources: int
) -> list[tuple[str, str, str]]:
    """Give the four numbers, each with what is usual."""
    words = WORDS[wanted]
    lag, cut = newsroom.lag_words(before.lag_seconds), newsroom.share_words(before.removed)
    was_lag = f"; {lag} {words.before}" if before.lag_seconds is not None else ""
    was_cut = f"; {cut} {words.before}" if before.removed is not None else ""
    return [
        ("Sources ok", thousands(found.ok), f"of {sources:,}; {before.ok:,} yesterday"),
        ("Articles today", thousands(found.today), newsroom.usual_words(*usual)),
        ("Median lag", newsroom.lag_words(found.lag_seconds), f"from published to stored{was_lag}"),
        ("Text removed", newsroom.share_words(found.removed), f"of all characters{was_cut}"),
    ]


def _state_tabs(asked: dict[str, str], counts: dict[str, int], chosen: str, number: int) -> list[tuple[Any, ...]]:
    """Give the states that there are as choices."""
    rest = {name: value for name, value in asked.items() if name != "state"}
    found = [(address("/sources", rest), "", number, not chosen)]
    return found + [
        (address("/sources", rest | {"state": name}), name, n, name == chosen)
        for name, n in counts.items()
        if n or name == chosen
    ]


def _columns(asked: dict[str, str], sort: str, span: str) -> list[tuple[str, str | None, str | None, str]]:
    """Give the columns' headings: word, address that sorts by it, how it is sorted now, and classes."""
    made: list[tuple[str, str | None, str | None, str]] = []
    for name, word, classes in (
        ("state", "State", "wide"),
        ("name", "Source", ""),
        ("today", "Today", "num"),
        ("articles", span, "num"),
        ("lag", "Lag", "num wide"),
        ("removed", "Removed", "num wide"),
        ("fields", "Fields", "num wide far"),
        ("last", "Last run", "num wide far"),
        ("next", "Next run", "num wide"),
    ):
        first = f"-{name}" if name in newsroom.DESCENDING else name
        other = name if first.startswith("-") else f"-{name}"
        way = None
        if sort.removeprefix("-") == name:
            way = "descending" if sort.startswith("-") else "ascending"
        query = {key: value for key, value in asked.items() if key != "sort"}
        made.append((word, address("/sources", query | {"sort": other if sort == first else first}), way, classes))
    return made


def _silent_since(request: Request, now: datetime) -> datetime | None:
    """Give since when no service works, where one did before."""
    beat = last_beat(doors_of(request).engine)
    return beat.beat_at if beat is not None and (now - beat.beat_at).total_seconds() > 120 else None
