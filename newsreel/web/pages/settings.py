"""The reader's choices, the sessions, and the tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.items import KINDS
from newsreel.web import wording
from newsreel.web.callers import origin_of
from newsreel.web.doors import doors_of
from newsreel.web.feed_addresses import FORMS, FeedOf
from newsreel.web.looks import SIZES, THEMES
from newsreel.web.paths import RowNumber
from newsreel.web.problems import Fault
from newsreel.web.rendering import page
from storage import feed_keys, sessions, tokens
from storage.company import source_names
from storage.preferences import Preferences, save

router = APIRouter()
LONGEST_NAME = 80


@router.get("/settings")
def settings(request: Request, saved: bool = False) -> Response:
    """Show all choices."""
    return _show(request, saved=saved)


@router.post("/settings")
def choose(
    request: Request,
    theme: Annotated[str, Form()],
    size: Annotated[str, Form()],
    images: Annotated[bool, Form()] = False,
    keys: Annotated[bool, Form()] = False,
    compact: Annotated[bool, Form()] = False,
) -> Response:
    """Keep choices."""
    if theme not in THEMES or size not in SIZES:
        raise Fault(422, f"theme is one of {', '.join(THEMES)}; size is one of {', '.join(SIZES)}")
    save(doors_of(request).engine, Preferences(theme, size, images, keys, compact))
    return RedirectResponse("/settings?saved=true", 303)


@router.post("/settings/tokens")
def make_token(request: Request, name: Annotated[str, Form()], may_write: Annotated[bool, Form()] = False) -> Response:
    """Make a token, and show it this once."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        return _show(request, 422, wrong=f"Give it a name of at most {LONGEST_NAME} letters.", typed=name)
    doors = doors_of(request)
    return _show(request, made=tokens.create(doors.engine, name, may_write, doors.clock()), made_name=name)


@router.post("/settings/tokens/{number}/revoke")
def revoke_token(request: Request, number: RowNumber) -> Response:
    """Revoke a token."""
    doors = doors_of(request)
    if not tokens.revoke(doors.engine, number, doors.clock()):
        raise Fault(404, f"There is no token {number} in force.")
    return RedirectResponse("/settings#tokens", 303)


@router.post("/settings/feeds")
def make_feed(
    request: Request,
    source: Annotated[str, Form(max_length=100)] = "",
    kind: Annotated[str, Form(max_length=40)] = "",
    q: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Make a feed's secret address, and show it this once, in all its forms."""
    doors = doors_of(request)
    if source and source not in source_names(doors.engine):
        raise Fault(422, f"No article is from a source “{source[:40]}”. No address was made.")
    if kind and kind not in KINDS:
        raise Fault(422, f"There is no kind “{kind[:40]}”. No address was made.")
    feed = FeedOf(source, kind, q=q.strip())
    key, origin = feed_keys.create(doors.engine, feed.name, doors.clock()), origin_of(request, doors)
    return _show(request, addresses=[(form, origin + feed.address(form, key)) for form in FORMS])


@router.post("/settings/feeds/{number}/revoke")
def revoke_feed(request: Request, number: RowNumber) -> Response:
    """Revoke a feed's secret address."""
    doors = doors_of(request)
    if not feed_keys.revoke(doors.engine, number, doors.clock()):
        raise Fault(404, f"There is no address {number} in force.")
    return RedirectResponse("/settings#feeds", 303)


def _show(
    request: Request,
    status: int = 200,
    *,
    saved: bool = False,
    made: str = "",
    made_name: str = "",
    wrong: str = "",
    typed: str = "",
    addresses: Sequence[tuple[str, str]] = (),
) -> Response:
    doors = doors_of(request)
    return page(
        request,
        "settings.html",
        status,
        sessions=sessions.alive(doors.engine, doors.clock()),
        tokens=[token for token in tokens.listed(doors.engine) if token.revoked_at is None],
        feeds=feed_keys.listed(doors.engine),
        saved=saved,
        made=made,
        made_name=made_name,
        wrong=wrong,
        typed=typed,
        addresses=addresses,
        sources=source_names(doors.engine),
        kinds=[(each, wording.kinds(each)) for each in KINDS],
    )
