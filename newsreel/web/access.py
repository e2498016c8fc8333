"""Who may ask for what: one table for all addresses, one place that holds to it. What is not in the table is shut."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from newsreel.errors import StorageError
from newsreel.web import changes
from newsreel.web.callers import is_local
from newsreel.web.doors import Doors
from newsreel.web.paths import path_of
from newsreel.web.problems import problem
from newsreel.web.visits import STRANGER, Visit, bearer_of, find_visit
from storage import feed_keys, tokens

logger = logging.getLogger(__name__)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_NO_PASSWORD = (
    "No password is set, and this request does not come from the machine that Newsreel runs on. "
    "Set one there: newsreel password"
)
_LOGGED_OUT = "You are not logged in. Nothing was changed. Log in, then repeat it."
_READ_ONLY = "This token is for reading only. Make one that may write: newsreel tokens create NAME --write"


class Need(StrEnum):
    """What a request must bring."""

    OPEN = "nothing"
    LOGIN = "nothing; but its form has a token"
    READER = "the owner's log-in, or a token for the API"
    OWNER = "the owner's log-in, or a token that may write for the API; from a page of ours"
    FEED = "the owner's log-in, or the key in the feed's address"
    METRICS = "the figures' token, or the machine itself where there is none"


@dataclass(frozen=True, slots=True)
class Rule:
    """What addresses need that are `path`, or begin with it where it ends with a slash."""

    path: str
    need: Need

    def matches(self, path: str) -> bool:
        """Tell whether the rule is for a path."""
        return path == self.path or (self.path.endswith("/") and path.startswith(self.path))


RULES = (
    Rule("/healthz", Need.OPEN),
    Rule("/readyz", Need.OPEN),
    Rule("/static/", Need.OPEN),
    Rule("/login", Need.LOGIN),
    Rule("/metrics", Need.METRICS),
    Rule("/changes.atom", Need.METRICS),
    Rule("/feeds/", Need.FEED),
)


def need_of(method: str, path: str) -> Need:
    """Give what a request needs. Without a rule, reading needs a reader and a change needs the owner.

    >>> [need_of(*asked).name for asked in (("GET", "/healthz"), ("GET", "/latest"), ("POST", "/feeds/all"))]
    ['OPEN', 'READER', 'OWNER']
    """
    for rule in RULES:
        if rule.matches(path) and not (rule.need is Need.FEED and method not in SAFE):
            return rule.need
    return Need.READER if method in SAFE else Need.OWNER


def feed_of(path: str, query: str) -> str:
    """Give the name of the feed at an address: without its form and without its key.

    >>> feed_of("/feeds/source/tide.atom", "key=s3cret&q=moon")
    '/feeds/source/tide?q=moon'
    """
    stem, dot, form = path.rpartition(".")
    pairs = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "key")
    return (stem if dot and "/" not in form else path) + (f"?{urlencode(pairs)}" if pairs else "")


class Access:
    """Finds out who asks, and answers those itself who may not; each change must come from a page of ours."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on; other kinds than HTTP are not spoken."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        need = need_of(request.method, request.url.path)
        visit = STRANGER
        if need not in (Need.OPEN, Need.METRICS):
            visit = scope["newsreel.visit"] = await run_in_threadpool(find_visit, request, self.doors)
        refusal = await self._refusal(request, need, visit)
        if refusal is None and need not in (Need.OPEN, Need.METRICS):
            receive, refusal = await changes.check(request, visit)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        # The server leaves the body out; pages need not know.
        await self.app({**scope, "method": "GET"} if request.method == "HEAD" else scope, receive, send)
        if visit.bearer is not None and tokens.needs_note(visit.bearer, self.doors.clock()):
            await run_in_threadpool(self._note_use, visit.bearer.id)

    async def _refusal(self, request: Request, need: Need, visit: Visit) -> Response | None:
        """Give the answer to one who may not ask this; None to one who may."""
        if need in (Need.OPEN, Need.LOGIN):
            return None
        if need is Need.METRICS:
            if self._may_measure(request):
                return None
            return PlainTextResponse("a token is needed: Authorization: Bearer TOKEN (metrics_token)\n", 401)
        if visit.may_write if need is Need.OWNER else visit.may_read:
            return None
        if need is Need.FEED:
            return await self._feed_refusal(request)
        return _refused(request, visit)

    async def _feed_refusal(self, request: Request) -> Response | None:
        key = request.query_params.get("key")
        if key is None:
            return PlainTextResponse("this feed needs its secret address, or a log-in\n", 401)
        feed = feed_of(request.url.path, request.url.query)
        if await run_in_threadpool(feed_keys.opens, self.doors.engine, key, feed):
            return None
        return PlainTextResponse("the key in this address opens no feed, or no longer\n", 403)

    def _may_measure(self, request: Request) -> bool:
        if self.doors.metrics_token is None:
            return is_local(request, self.doors)
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.doors.metrics_token}".encode())

    def _note_use(self, number: int) -> None:
        try:
            tokens.note_use(self.doors.engine, number, self.doors.clock())
        except StorageError as error:
            # The answer is sent; the next use is noted instead.
            logger.warning("%s", error)


def _refused(request: Request, visit: Visit) -> Response:
    if visit.bearer is not None:
        return problem(request, 403, _READ_ONLY)
    if bearer_of(request) is not None:
        headers = {"www-authenticate": 'Bearer error="invalid_token"'}
        return problem(request, 401, "This token is not known, or was revoked.", headers)
    if not visit.has_password:
        return problem(request, 403, _NO_PASSWORD)
    if request.url.path.startswith("/api/"):
        detail = "Send a token: Authorization: Bearer TOKEN. Make one with newsreel tokens create NAME"
        return problem(request, 401, detail, {"www-authenticate": "Bearer"})
    if request.method not in SAFE:
        return problem(request, 401, _LOGGED_OUT)
    if request.url.path == "/":
        return RedirectResponse("/login", 303)
    query = f"?{request.url.query}" if request.url.query else ""
    door = f"/login?next={quote(path_of(request) + query, safe='/')}"
    # A part of a page cannot become the log-in page; htmx goes there instead.
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"hx-redirect": door})
    return RedirectResponse(door, 303)
