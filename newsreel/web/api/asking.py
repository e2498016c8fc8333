"""What API requests ask: only what the description knows, times in words or as dates, and places in lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from newsreel.dates import moment
from newsreel.errors import QueryError
from newsreel.web.api.description import description_of
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from storage.cursors import Cursor, decode, encode

MOST = 200
_JSON = "application/json"
# These do not change what a list has, so that they may differ from page to page.
_FREE = ("cursor", "limit", "include")

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many on a page.")]
Place = Annotated[
    str | None,
    Query(alias="cursor", max_length=20_000, description="Where a page begins; comes with `next` of the page before."),
]


async def only_known(request: Request) -> None:
    """Refuse parameters and fields that the description does not name, and bodies that are not JSON."""
    known = description_of(request).operation(request)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in dict.fromkeys(given):
        if name not in known.parameters:
            raise _unknown("parameter", name, known.parameters)
        if given.count(name) > 1:
            raise wrong(name, f"the parameter {name} is given {given.count(name)} times; give it once")
    if not known.takes_body:
        return
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _JSON:
        raise Fault(415, f"Send the fields as JSON, with Content-Type: {_JSON}; this was {media or 'not said'}.")
    values = await request.json()
    if isinstance(values, dict):
        for name in values:
            if name not in known.fields:
                raise _unknown("field", name, known.fields)


def wrong(name: str, message: str) -> Fault:
    """Give the fault of one parameter or field."""
    return Fault(422, f"{message[:1].upper()}{message[1:]}.", errors=[{"field": name, "message": message}])


def since(request: Request, name: str, text: str | None) -> datetime | None:
    """Read 7d, 24h, 90m, or a date or time."""
    if text is None:
        return None
    try:
        # To whole seconds, so that the next page's address can say it in full.
        return moment(text, doors_of(request).clock()).replace(microsecond=0)
    except ValueError as error:
        raise wrong(name, f"{name}: {error}") from error


def next_page(request: Request, cursor: str | None, times: Mapping[str, datetime | None] | None = None) -> str | None:
    """Give the address of the page after this one; `times` stand in it as what they were read as."""
    if cursor is None:
        return None
    return f"{request.url.path}?{urlencode(_said(request, times or {}) | {'cursor': cursor})}"


def cursor_after(request: Request, number: int | None, times: Mapping[str, datetime | None]) -> str | None:
    """Give the cursor of what lies below a number in the list that a request asks for."""
    return None if number is None else encode(Cursor(below=number), _list(request, times))


def place(request: Request, cursor: str | None, times: Mapping[str, datetime | None]) -> int | None:
    """Give the number that the page which a cursor begins lies below."""
    if cursor is None:
        return None
    try:
        return decode(cursor, _list(request, times)).below
    except QueryError as error:
        raise wrong("cursor", str(error)) from error


def _list(request: Request, times: Mapping[str, datetime | None]) -> str:
    said = {name: value for name, value in _said(request, times).items() if name not in _FREE}
    return f"{request.url.path}?{urlencode(sorted(said.items()))}"


def _said(request: Request, times: Mapping[str, datetime | None]) -> dict[str, str]:
    return dict(request.query_params) | {
        name: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for name, at in times.items() if at is not None
    }


def _unknown(what: str, name: str, known: tuple[str, ...]) -> Fault:
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    takes = f"known are {', '.join(known)}" if known else f"this address takes no {what}"
    return wrong(name[:80], f"there is no {what} {name[:80]!r}: {hint}{takes}")
