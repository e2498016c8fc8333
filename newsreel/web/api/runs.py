"""Crawls as JSON: lists of them, one of them with what it used, its log."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic.alias_generators import to_camel

from newsreel.logs import clean
from newsreel.web.api import source_values as values
from newsreel.web.api.answers import answer, page, time
from newsreel.web.api.articles import SourceId
from newsreel.web.api.asking import Limit, Place, cursor_after, next_page, only_known, place, since
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from storage.run_logs import Resources, RunLogs
from storage.runs import RunRecord, Runs

router = APIRouter(prefix="/api/v1", tags=["Runs"], dependencies=[Depends(only_known)])

Number = Annotated[int, Path(alias="id", ge=1, lt=2**63, description="A run's number.", examples=[812])]


@router.get("/runs", response_model=values.RunPage, summary="List runs")
def list_runs(
    request: Request,
    source: SourceId = None,
    state: Annotated[Literal["running", "done", "died"] | None, Query(description="Only runs in this state.")] = None,
    since_: Annotated[
        str | None, Query(alias="since", max_length=40, description="Begun since: 7d, 24h, or a date or time.")
    ] = None,
    limit: Limit = 50,
    cursor: Place = None,
) -> Response:
    """Give the crawls, the last begun first."""
    times = {"since": since(request, "since", since_)}
    before = place(request, cursor, times)
    found = Runs(doors_of(request).engine).newest(source, limit + 1, state, times["since"], before)
    older = found[limit - 1].id if len(found) > limit else None
    following = next_page(request, cursor_after(request, older, times), times)
    return page(request, [run_item(run) for run in found[:limit]], following)


@router.get("/runs/{id}", response_model=values.OneRun, summary="Read a run")
def one_run(request: Request, number: Number) -> Response:
    """Give a crawl with all its counters and what it used."""
    run = _find(request, number)
    # Its lines are asked for apart.
    used = RunLogs(doors_of(request).engine).get(number, after=2**31 - 1).resources
    return answer(request, run_item(run) | {"resources": _resources(used) if used else None})


@router.get("/runs/{id}/log", response_model=values.RunLog, summary="Read a run's log")
def log(
    request: Request,
    number: Number,
    after: Annotated[int, Query(ge=0, lt=2**31, description="Only lines with a higher `n`.")] = 0,
) -> Response:
    """Give the last lines of a crawl's log; secrets are taken out."""
    _find(request, number)
    kept = RunLogs(doors_of(request).engine).get(number, after)
    lines = [
        {"n": line.n, "at": time(line.at), "level": line.level, "logger": line.logger, "text": clean(line.text)}
        for line in kept.lines
    ]
    return answer(request, {"items": lines, "leftOut": kept.left_out})


def _find(request: Request, number: int) -> RunRecord:
    run = Runs(doors_of(request).engine).get(number)
    if run is None:
        raise Fault(404, f"There is no run {number}; /api/v1/runs lists the latest.")
    return run


def run_item(run: RunRecord) -> dict[str, Any]:
    """Give a run as the API's object."""
    return {
        "id": run.id,
        "source": run.source,
        "trigger": run.trigger,
        "state": run.state,
        "outcome": run.outcome,
        "reason": None if run.reason is None else clean(run.reason),
        "startedAt": time(run.started_at),
        "finishedAt": time(run.finished_at),
        "dueAt": time(run.due_at),
        "counts": dict(sorted(run.counts.items())),
    }


def _resources(used: Resources) -> dict[str, Any]:
    return {to_camel(name): getattr(used, name) for name in used.__slots__}
