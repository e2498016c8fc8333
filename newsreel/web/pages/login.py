"""Log-in and log-out."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.web import passwords
from newsreel.web.doors import doors_of
from newsreel.web.paths import own_path
from newsreel.web.rendering import page
from newsreel.web.visits import drop_session, keep_session, visit_of
from newsreel.web.wording import Times, ago
from storage import accounts, attempts, sessions

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """Ask for the password; who is inside already is led on."""
    if visit_of(request).may_read:
        return RedirectResponse(own_path(next), 303)
    return page(request, "login.html", next=own_path(next), error="")


@router.post("/login")
def log_in(request: Request, password: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """Begin a session for the right password; wrong ones are limited, by address and in all."""
    doors, visit = doors_of(request), visit_of(request)
    now = doors.clock()
    stored = accounts.password_hash(doors.engine)
    if stored is None:
        return page(request, "login.html", 403, next="/", error="")
    if (until := attempts.reserve(doors.engine, visit.address, now)) is not None:
        logger.warning("log-in from %s refused: too many attempts", visit.address)
        clock = Times(now, doors.zone).clock(until)
        error = f"Too many tries. The next one is possible at {clock}, {ago(until, now)}."
        later = page(request, "login.html", 429, next=own_path(next), error=error)
        later.headers["retry-after"] = str(int((until - now).total_seconds()) + 1)
        return later
    if not passwords.matches(stored, password):
        logger.warning("log-in from %s refused: wrong password", visit.address)
        return page(request, "login.html", 401, next=own_path(next), error="That is not the password.")
    attempts.forgive(doors.engine, visit.address)
    if passwords.outdated(stored):
        accounts.refresh_hash(doors.engine, stored, passwords.hashed(password))
    if visit.session is not None:
        sessions.end(doors.engine, visit.session.id)
    secret = sessions.begin(doors.engine, visit.address, request.headers.get("user-agent", "unknown"), now)
    logger.info("logged in from %s", visit.address)
    answer = RedirectResponse(own_path(next), 303)
    keep_session(answer, secret, visit)
    return answer


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End this session."""
    visit = visit_of(request)
    if visit.session is not None:
        sessions.end(doors_of(request).engine, visit.session.id)
    return _outside(request)


@router.post("/logout-everywhere")
def log_out_everywhere(request: Request) -> Response:
    """End all sessions, in other browsers too."""
    ended = sessions.end_all(doors_of(request).engine)
    logger.info("logged out everywhere: %d sessions", ended)
    return _outside(request)


def _outside(request: Request) -> Response:
    answer = RedirectResponse("/login", 303)
    drop_session(answer, visit_of(request))
    return answer
