"""Sources as JSON: what the catalogue says of them, how they are doing, what they brought; pausing them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from newsreel.logs import clean
from newsreel.schedule import describe
from newsreel.sources import Source
from newsreel.web.api import source_values as values
from newsreel.web.api.answers import answer, time
from newsreel.web.api.asking import only_known, wrong
from newsreel.web.catalogue import catalogue
from newsreel.web.doors import Doors, doors_of
from newsreel.web.problems import Fault
from storage import health
from storage.company import source_names
from storage.sources import SourceState, SourceStates

router = APIRouter(prefix="/api/v1", tags=["Sources"], dependencies=[Depends(only_known)])

_CHANGES = 50
SourceId = Annotated[str, Path(alias="id", max_length=100, description="A source's id.", examples=["tide"])]


@router.get("/sources", response_model=values.Sources, summary="List sources")
def list_sources(
    request: Request,
    state: Annotated[values.State | None, Query(description="Only sources in this state.")] = None,
    enabled: Annotated[bool | None, Query(description="Only those that the catalogue enables, or only others.")] = None,
) -> Response:
    """Give all sources that the catalogue has or that have articles."""
    items = [
        item
        for item in _items(doors_of(request)).values()
        if (enabled is None or item["enabled"] is enabled)
        and (state is None or (item["health"] is not None and item["health"]["state"] == state))
    ]
    return answer(request, {"items": items})


@router.get("/sources/{id}", response_model=values.Source, summary="Read a source")
def one_source(request: Request, source: SourceId) -> Response:
    """Give one source."""
    return answer(request, find_source(doors_of(request), source))


@router.get("/sources/{id}/health", response_model=values.HealthHistory, summary="How a source is doing")
def source_health(request: Request, source: SourceId) -> Response:
    """Give a source's state with its reason, and the last changes of it."""
    doors = doors_of(request)
    item = find_source(doors, source)
    changes = [
        {"state": each.state, "before": each.before, "reason": each.reason}
        | {"since": time(each.since), "at": time(each.at)}
        for each in health.changes(doors.engine, source, _CHANGES)
    ]
    return answer(request, {"health": item["health"], "changes": changes})


@router.patch("/sources/{id}", response_model=values.Source, summary="Pause or resume a source")
def pause_or_resume(request: Request, source: SourceId, wanted: values.PauseOrResume) -> Response:
    """Let the service leave a source alone, or crawl it again when it is due."""
    doors = doors_of(request)
    if not find_source(doors, source)["inCatalogue"]:
        raise Fault(409, f"{source} is not in the catalogue any more, so that nothing crawls it.")
    if wanted.paused:
        health.pause(doors.engine, source, doors.clock(), wanted.note)
    elif wanted.note is not None:
        raise wrong("note", "a note goes with a pause; leave it out")
    else:
        health.resume(doors.engine, source, doors.clock())
    return answer(request, find_source(doors, source))


def find_source(doors: Doors, source: str) -> dict[str, Any]:
    """Give a source as the API's object; 404 where there is none."""
    item = _items(doors).get(source)
    if item is None:
        raise Fault(404, f"No source {source!r} is in the catalogue or has articles; /api/v1/sources lists all.")
    return item


def _items(doors: Doors) -> dict[str, dict[str, Any]]:
    known, names = catalogue(doors), source_names(doors.engine)
    states, judged = SourceStates(doors.engine).all(), health.states(doors.engine)
    return {
        source: _item(source, known.get(source), names.get(source), states.get(source), judged.get(source))
        for source in sorted({*known, *names, *states})
    }


def _item(
    source: str, told: Source | None, name: str | None, state: SourceState | None, judged: health.SourceHealth | None
) -> dict[str, Any]:
    return {
        "id": source,
        "name": told.name if told else name or source,
        "home": clean(told.home) if told else None,
        "inCatalogue": told is not None,
        "enabled": told is not None and told.enabled,
        "paused": judged is not None and judged.health.state == "paused",
        "language": told.language if told else None,
        "schedule": describe(told) if told else None,
        # Addresses may hold keys.
        "feeds": [clean(door) for door in told.feeds] if told else [],
        "sitemaps": [clean(door) for door in told.sitemaps] if told else [],
        "listings": [clean(listing.url) for listing in told.listings] if told else [],
        "note": told.note if told else None,
        "health": _health(judged) if judged else None,
        "lastRun": state.last_run_id if state else None,
        "lastOutcome": state.last_outcome if state else None,
        "lastSuccessAt": time(state.last_success_at) if state else None,
        "nextDueAt": time(state.next_due_at) if state else None,
        "nextDueBecause": state.plan if state else None,
    }


def _health(judged: health.SourceHealth) -> dict[str, Any]:
    found = judged.health
    return {
        "state": found.state,
        "reason": found.reason,
        "since": time(found.since),
        "notes": list(found.notes),
        "signals": list(found.signals),
        "judgedAt": time(judged.judged_at),
    }
