"""Lists of sources as OPML: given, and taken after each entry was shown, and tried where one asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from newsreel.configuration import Configuration, check_contact, written_sources
from newsreel.curation import opml, own, pauses
from newsreel.errors import ConfigurationError, InputError
from newsreel.sources import Source
from newsreel.web import list_trials
from newsreel.web.background import background_of
from newsreel.web.doors import doors_of
from newsreel.web.list_trials import ListTrial
from newsreel.web.pages.adding import configuration_of
from newsreel.web.problems import Fault
from newsreel.web.rendering import page
from newsreel.web.streams import Moment
from newsreel.web.wording import counted

router = APIRouter()

# A form has a thousand fields at most; the command line takes more entries.
MOST = 900
# The list comes back with the choice among its entries, so that nothing is kept meanwhile.
Text = Annotated[str, Form(max_length=opml.MOST_BYTES)]


@router.get("/sources.opml")
def export(request: Request) -> Response:
    """Give all sources as OPML."""
    sources = written_sources(configuration_of(request))
    text = opml.write_opml(sources, doors_of(request).clock())
    headers = {"content-disposition": 'attachment; filename="newsreel-sources.opml"'}
    return Response(text, media_type="text/x-opml; charset=utf-8", headers=headers)


@router.get("/sources/import")
def ask(request: Request, tried: str = "") -> Response:
    """Ask for a list, or show how far the trial of one's entries is and what came of it."""
    if not tried:
        return _show(request)
    trial = background_of(request).lists.get(tried)
    if trial is None:
        return _show(request, error="What was tried is not kept any more. Choose the list again.")
    try:
        entries = _read(configuration_of(request), trial.text)
    except (ConfigurationError, InputError) as error:
        return _show(request, 422, error=f"{error}. Nothing was saved.")
    return _show(request, entries=entries, text=trial.text, trial=trial)


@router.post("/sources/import")
def preview(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Show the entries of a list, each with what would become of it."""
    body = file.file.read(opml.MOST_BYTES + 1)
    try:
        entries = opml.read_opml(body, written_sources(configuration_of(request)), MOST)
    except InputError as error:
        return _show(request, 422, error=f"{file.filename or 'That file'}: {error}. Nothing was saved.")
    return _show(request, entries=entries, text=opml.text_of(body))


@router.post("/sources/import/try")
def try_out(
    request: Request, text: Text, chosen: Annotated[list[int] | None, Form(max_length=MOST)] = None
) -> Response:
    """Begin to ask the doors of the chosen entries; nothing is saved."""
    configuration = configuration_of(request)
    try:
        entries = _read(configuration, text)
        wanted = _chosen(entries, chosen)
        check_contact(configuration, tuple(wanted.values()))
    except (ConfigurationError, InputError) as error:
        return _show(request, 422, error=f"{error}. Nothing was tried, and nothing was saved.")
    if not 1 <= len(wanted) <= list_trials.MOST:
        said = f"Tick 1 to {list_trials.MOST} entries to try them; {len(wanted)} are ticked. Nothing was saved."
        return _show(request, 422, entries=entries, text=text, error=said)
    trial = background_of(request).lists.begin(text, list(wanted), list(wanted.values()), configuration)
    if trial is None:
        busy = "Another list is being tried. Try again when that is done, in two minutes at most. Nothing was saved."
        return _show(request, 429, entries=entries, text=text, error=busy)
    return RedirectResponse(f"/sources/import?tried={trial.id}", 303)


@router.get("/sources/import/{look}/progress")
def follow(request: Request, look: str) -> Response:
    """Tell when a trial has ended."""
    background = background_of(request)
    trial = background.lists.get(look)
    if trial is None:
        raise Fault(404, "This trial is not kept any more.")
    waits = f"{counted(len(trial.names), 'entry', 'entries')} {'is' if len(trial.names) == 1 else 'are'} being asked."
    return background.streams.answer(lambda: Moment(waits, trial.is_over), every=0.3)


@router.post("/sources/import/save")
def save(
    request: Request,
    text: Text,
    chosen: Annotated[list[int] | None, Form(max_length=MOST)] = None,
    paused: Annotated[bool, Form()] = False,
) -> Response:
    """Write the chosen entries of a list into the owner's catalogue."""
    configuration, doors = configuration_of(request), doors_of(request)
    try:
        entries = _read(configuration, text)
        wanted = _chosen(entries, chosen)
        if not wanted:
            return _show(request, 422, entries=entries, text=text, error="Nothing was chosen, so nothing was saved.")
        # One that is there already stays paused where its owner paused it.
        placed = [source for number, source in wanted.items() if paused or entries[number].is_new]
        with pauses.placed(doors.engine, placed, doors.clock(), paused=paused):
            written = own.put(configuration, list(wanted.values()))
    except (ConfigurationError, InputError) as error:
        return _show(request, 422, error=f"{error}. Nothing was saved.")
    mark = background_of(request).keep(written)
    return RedirectResponse(f"/sources/import?added={len(wanted)}&undo={mark}", 303)


def _read(configuration: Configuration, text: str) -> list[opml.Entry]:
    return opml.read_opml(text.encode("utf-8", "replace"), written_sources(configuration), MOST)


def _chosen(entries: list[opml.Entry], chosen: Iterable[int] | None) -> dict[int, Source]:
    """Give the sources of chosen entries that would change the catalogue, by the entries' numbers."""
    return {
        number: source
        for number in sorted(set(chosen or ()))
        if 0 <= number < len(entries)
        and (source := entries[number].source) is not None
        and (entries[number].is_new or entries[number].differs)
    }


def _show(
    request: Request,
    status: int = 200,
    *,
    entries: list[opml.Entry] | None = None,
    text: str = "",
    error: str = "",
    trial: ListTrial | None = None,
) -> Response:
    ticked = {number for number, entry in enumerate(entries or ()) if entry.is_new}
    if trial is not None:
        results = trial.results or {}
        bad = {name for name, tried in results.items() if not tried.is_good}
        ticked = {n for n in trial.chosen if entries and (source := entries[n].source) and source.id not in bad}
    undo = request.query_params.get("undo", "")
    added = request.query_params.get("added", "")
    return page(
        request,
        "import.html",
        status,
        entries=list(enumerate(entries or ())),
        shown=entries is not None,
        text=text,
        error=error,
        ticked=ticked,
        trial=trial,
        most=list_trials.MOST,
        added=int(added) if added.isdecimal() and len(added) < 6 else 0,
        undo=undo if undo in background_of(request).changes else "",
    )
