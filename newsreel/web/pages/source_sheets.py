"""The charts of a source's page as CSV."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from newsreel.web import outcomes, portrait, sheets, timechart
from newsreel.web.doors import doors_of
from newsreel.web.pages.source import WEEKS, figures_of
from newsreel.web.ranges import midnight_of, series_of, volumes
from newsreel.web.usual import course
from newsreel.web.wording import Times
from storage import rhythm
from storage.dashboard import Range
from storage.removals import removed_often
from storage.runs import RunRecord, Runs

router = APIRouter()
Chart = Literal["volume", "hours", "lags", "lengths", "fields", "rules", "answers", "lines", "runs"]
RUNS = 200
LINES = 100
_COUNTED = ("found", "new", "updated", "unchanged", "waiting", "bytes")


@router.get("/source/{source}/{chart}.csv")
def chart(request: Request, source: str, chart: Chart, range: Range = "30d") -> Response:
    """Give what a chart is drawn from, in full."""
    doors = doors_of(request)
    engine, now = doors.engine, doors.clock()
    times = Times(now, doors.zone)
    found = figures_of(request, source, range)
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    match chart:
        case "volume":
            columns = timechart.COLUMNS
            series = series_of(found)
            _, shown = volumes(engine, series, midnight_of(times), source)
            rows = timechart.sheet(course(shown, series.begin, series.step, now, doors.zone))
        case "hours":
            columns = ("weekday", "hour", "articles")
            week = portrait.week(rhythm.arrivals(engine, source, now - WEEKS), times)
            rows = list(week.cells) if week is not None else []
        case "lags" | "lengths":
            unit = "Seconds" if chart == "lags" else "Words"
            columns = (f"from{unit}", f"below{unit}", "articles")
            rows = [(bar.low, bar.high, bar.n) for bar in (found.lags if chart == "lags" else found.lengths)]
        case "fields":
            columns = ("field", "share")
            rows = list(found.line.coverage.items())
        case "rules":
            columns = ("rule", "cuts", "characters")
            rows = [(rule.rule, rule.cuts, rule.chars) for rule in found.rules]
        case "answers":
            columns = ("outcome", "meaning", "links")
            rows = [(code, outcomes.outcome_words(code), n) for code, n in found.outcomes.items()]
        case "lines":
            columns = ("line", "rule", "articles")
            rows = [(each.text, each.rule, each.pages) for each in removed_often(engine, source, limit=LINES)]
        case "runs":
            columns = ("run", "began", "ended", "outcome", "trigger", *_COUNTED)
            rows = [
                (run.id, run.started_at, run.finished_at, outcomes.run_word(run), run.trigger, *_counted(run))
                for run in Runs(engine).newest(source, RUNS)
            ]
    return sheets.csv_file(f"{source}-{chart}", columns, rows)


def _counted(run: RunRecord) -> list[int]:
    return [run.counts.get(name, 0) for name in _COUNTED]
