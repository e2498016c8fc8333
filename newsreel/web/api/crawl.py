"""Asks the running service for a crawl of a source, says how far it is, and asks for it no longer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from newsreel.web.actions import has_service
from newsreel.web.api import source_values as values
from newsreel.web.api.answers import answer, time
from newsreel.web.api.asking import only_known
from newsreel.web.api.runs import run_item
from newsreel.web.api.sources import SourceId, find_source
from newsreel.web.doors import Doors, doors_of
from newsreel.web.problems import Fault
from storage import requests

# Seconds.
_SOON = {"retry-after": "30"}

router = APIRouter(prefix="/api/v1", tags=["Sources"], dependencies=[Depends(only_known)])


@router.get("/sources/{id}/crawl", response_model=values.Crawl, summary="How far a crawl is")
def progress(request: Request, source: SourceId) -> Response:
    """Give how far the crawl is that is asked for or under way, or else how the last one went."""
    doors = doors_of(request)
    find_source(doors, source)
    return answer(request, _progress(doors, source))


@router.post("/sources/{id}/crawl", response_model=values.Crawl, status_code=202, summary="Crawl a source now")
def ask(request: Request, source: SourceId) -> Response:
    """Ask for a crawl; the running service begins it as soon as a place and the host are free.

    What is asked for or under way already is not asked for twice. A paused source is crawled this once.
    """
    doors = doors_of(request)
    if not find_source(doors, source)["enabled"]:
        raise Fault(409, f"{source} is not enabled in the catalogue, so that nothing crawls it.")
    if not has_service(doors):
        raise Fault(
            409, f"No service is running that would crawl {source}. Start newsreel run, or newsreel crawl {source}."
        )
    found = requests.progress(doors.engine, source)
    if found.is_held:
        raise Fault(409, f"{source} was crawled just now, by a process that is still at other sources.", _SOON)
    if found.is_over:
        requests.ask(doors.engine, source, doors.clock())
    return answer(request, _progress(doors, source), 202)


@router.delete("/sources/{id}/crawl", response_model=values.Crawl, summary="Ask for a crawl no longer")
def take_back(request: Request, source: SourceId) -> Response:
    """Take back what was asked for and has not begun."""
    doors = doors_of(request)
    find_source(doors, source)
    if not requests.take_back(doors.engine, source):
        raise Fault(409, f"No crawl of {source} is asked for, or it has begun already.")
    return answer(request, _progress(doors, source))


def _progress(doors: Doors, source: str) -> dict[str, Any]:
    found = requests.progress(doors.engine, source)
    if found.run is not None and found.run.state == "running":
        state = "running"
    elif found.is_over:
        state = "over" if found.run is not None else "never"
    else:
        state = "asked" if found.state == requests.REQUESTED else "starting"
    return {
        "source": source,
        "state": state,
        "dueAt": None if state in ("over", "never") else time(found.due_at),
        "run": None if found.run is None else run_item(found.run),
    }
