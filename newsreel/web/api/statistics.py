"""Statistics as JSON: of all sources, and of one, for four ranges of time."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from newsreel.web.api import source_values as values
from newsreel.web.api.answers import answer, time
from newsreel.web.api.asking import only_known
from newsreel.web.api.sources import SourceId, find_source
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from storage.dashboard import Bar, Range, SourceLine, dashboard, source_figures
from storage.lines import Series

router = APIRouter(prefix="/api/v1", dependencies=[Depends(only_known)])

Chosen = Annotated[Range, Query(alias="range", description="How far back.")]


@router.get("/statistics", response_model=values.Statistics, tags=["Statistics"], summary="All sources")
def statistics(request: Request, wanted: Chosen = "7d") -> Response:
    """Give the figures of all sources together, and one by one."""
    doors = doors_of(request)
    found = dashboard(doors.engine, doors.clock(), wanted)
    body = {
        "range": wanted,
        "ok": found.ok,
        "judged": found.judged,
        "today": found.today,
        "articles": found.articles,
        "lagSeconds": found.lag_seconds,
        "removedShare": found.removed,
        "volume": _volume(found.series),
        "sources": [_line(line) for line in found.sources],
    }
    return answer(request, body)


@router.get(
    "/sources/{id}/statistics",
    response_model=values.SourceStatistics,
    tags=["Sources"],
    summary="What a source brought",
)
def source_statistics(request: Request, source: SourceId, wanted: Chosen = "7d") -> Response:
    """Give the figures of one source."""
    doors = doors_of(request)
    find_source(doors, source)
    found = source_figures(doors.engine, source, doors.clock(), wanted)
    if found is None:
        raise Fault(404, f"{source} was never crawled, so that there are no figures of it.")
    body = _line(found.line) | {
        "volume": _volume(found.volume),
        "range": wanted,
        "found": found.found,
        "waiting": found.waiting,
        "nearDup": found.near_dup,
        "first": found.first,
        "outcomes": dict(found.outcomes),
        "rules": [{"rule": each.rule, "cuts": each.cuts, "characters": each.chars} for each in found.rules],
        "lags": [_bar(bar) for bar in found.lags],
        "lengths": [_bar(bar) for bar in found.lengths],
    }
    return answer(request, body)


def _line(line: SourceLine) -> dict[str, Any]:
    return {
        "source": line.source,
        "state": line.state,
        "reason": line.reason,
        "since": time(line.since),
        "articles": line.articles,
        "volume": _volume(line.series),
        "lagSeconds": line.lag_seconds,
        "words": line.words,
        "removedShare": line.removed,
        "coverage": dict(line.coverage),
        "lastSuccessAt": time(line.last_success_at),
        "nextDueAt": time(line.next_due_at),
    }


def _volume(series: Series) -> dict[str, Any]:
    return {
        "begin": time(series.begin),
        "stepSeconds": int(series.step.total_seconds()),
        "values": list(series.values),
    }


def _bar(bar: Bar) -> dict[str, int]:
    return {"low": bar.low, "high": bar.high, "n": bar.n}
