"""Runs a source now, with live progress; pauses and resumes it; undoes what was just changed."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.configuration import written_sources
from newsreel.curation import own
from newsreel.sources import Source
from newsreel.web.actions import actions_for, has_service, progress_of
from newsreel.web.background import background_of
from newsreel.web.doors import doors_of
from newsreel.web.pages.adding import configuration_of
from newsreel.web.problems import Fault
from newsreel.web.rendering import ENVIRONMENT, page
from newsreel.web.streams import Moment, wants_stream
from storage import health, requests

router = APIRouter()

LONGEST_NOTE = 200
What = Literal["added", "paused", "saved", "stopped", "resumed", "undone", "asked", ""]


def source_of(request: Request, name: str) -> Source:
    """Give a source as it is written in the catalogue; Fault 404 where there is none."""
    found = own.find(configuration_of(request), name)
    if found is None:
        raise Fault(404, f"There is no source {name} in the catalogue.")
    return found


@router.get("/source/{name}/changed")
def changed(request: Request, name: str, what: What = "", undo: str = "") -> Response:
    """Say what was done with a source, how to undo it, and what comes next."""
    source = source_of(request, name)
    may_undo = undo in background_of(request).changes
    return page(
        request,
        "changed.html",
        source=source,
        what=what,
        undo=undo if may_undo else "",
        actions=actions_for(request, source),
    )


@router.post("/source/{name}/run")
def run(request: Request, name: str) -> Response:
    """Ask for a crawl now; the running service begins it with its next tick."""
    source, doors = source_of(request, name), doors_of(request)
    if not source.enabled:
        raise Fault(409, f"{source.name} is not enabled, so it is not crawled. Enable it first, under Edit.")
    if not has_service(doors):
        raise Fault(
            409,
            "No service is running that would crawl it. Start newsreel run, or crawl it once from a terminal: "
            f"newsreel crawl {source.id}",
        )
    if requests.progress(doors.engine, source.id).is_held:
        raise Fault(
            409,
            f"{source.name} was crawled just now, by a process that is still at other sources. No crawl was asked for; "
            "try again when that has ended.",
            {"retry-after": "30"},
        )
    requests.ask(doors.engine, source.id, doors.clock())
    return RedirectResponse(f"/source/{source.id}/progress", 303)


@router.post("/source/{name}/run/undo")
def take_back(request: Request, name: str) -> Response:
    """Ask for a crawl no longer."""
    source, doors = source_of(request, name), doors_of(request)
    requests.take_back(doors.engine, source.id)
    return RedirectResponse(f"/source/{source.id}/progress", 303)


@router.get("/source/{name}/progress")
def progress(request: Request, name: str) -> Response:
    """Show how far a source's crawl is; a page that follows gets it as a stream."""
    source = source_of(request, name)
    if not wants_stream(request):
        return page(request, "progress.html", source=source, actions=actions_for(request, source))
    template = ENVIRONMENT.get_template("_progress.html")

    def now() -> Moment:
        found = progress_of(request, source)
        return Moment(template.render(progress=found, takes_back=True), found.is_over)

    return background_of(request).streams.answer(now)


@router.post("/source/{name}/pause")
def pause(request: Request, name: str, note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "") -> Response:
    """Let the service leave a source alone."""
    source, doors = source_of(request, name), doors_of(request)
    health.pause(doors.engine, source.id, doors.clock(), note.strip() or None)
    return RedirectResponse(f"/source/{source.id}/changed?what=stopped", 303)


@router.post("/source/{name}/resume")
def resume(request: Request, name: str) -> Response:
    """Let the service crawl a source again."""
    source, doors = source_of(request, name), doors_of(request)
    health.resume(doors.engine, source.id, doors.clock())
    return RedirectResponse(f"/source/{source.id}/changed?what=resumed", 303)


@router.post("/sources/undo")
def undo(request: Request, undo: Annotated[str, Form(max_length=100)]) -> Response:
    """Undo a change of the catalogue, as long as nothing else was changed since."""
    written = background_of(request).changes.pop(undo, None)
    configuration = configuration_of(request)
    if written is None or not own.put_back(configuration, written):
        raise Fault(
            409, f"It cannot be undone any more: {own.target(configuration)} was changed since, or much else was."
        )
    known = {source.id for source in written_sources(configuration)}
    left = [name for name in written.names if name in known]
    return RedirectResponse(f"/source/{left[0]}/changed?what=undone" if left else "/sources/add", 303)
