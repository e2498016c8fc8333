"""Lists of sources as OPML: given, and taken after each entry was shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from newsreel.configuration import written_sources
from newsreel.curation import opml, own
from newsreel.curation.pausing import paused_first
from newsreel.errors import ConfigurationError, InputError
from newsreel.web.background import background_of
from newsreel.web.doors import doors_of
from newsreel.web.pages.adding import configuration_of
from newsreel.web.rendering import page

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
def ask(request: Request) -> Response:
    """Ask for a list."""
    return _show(request)


@router.post("/sources/import")
def preview(request: Request, file: Annotated[UploadFile, File()]) -> Response:
    """Show the entries of a list, each with what would become of it."""
    body = file.file.read(opml.MOST_BYTES + 1)
    try:
        entries = opml.read_opml(body, written_sources(configuration_of(request)), MOST)
    except InputError as error:
        return _show(request, 422, error=f"{file.filename or 'That file'}: {error}. Nothing was saved.")
    return _show(request, entries=entries, text=opml.text_of(body))


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
        entries = opml.read_opml(text.encode("utf-8", "replace"), written_sources(configuration), MOST)
        wanted = [
            source
            for number in sorted(set(chosen or ()))
            if 0 <= number < len(entries)
            and (source := entries[number].source) is not None
            and (entries[number].is_new or entries[number].differs)
        ]
        if not wanted:
            return _show(request, 422, entries=entries, text=text, error="Nothing was chosen, so nothing was saved.")
        names = [source.id for source in wanted] if paused else []
        with paused_first(doors.engine, names, doors.clock):
            written = own.put(configuration, wanted)
    except (ConfigurationError, InputError) as error:
        return _show(request, 422, error=f"{error}. Nothing was saved.")
    mark = background_of(request).keep(written)
    return RedirectResponse(f"/sources/import?added={len(wanted)}&undo={mark}", 303)


def _show(
    request: Request,
    status: int = 200,
    *,
    entries: list[opml.Entry] | None = None,
    text: str = "",
    error: str = "",
) -> Response:
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
        added=int(added) if added.isdecimal() and len(added) < 6 else 0,
        undo=undo if undo in background_of(request).changes else "",
    )
