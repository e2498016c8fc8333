"""Who may ask for what: one table for all addresses, one place that holds to it. What is not in the table is shut."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from newsreel.web import changes
from newsreel.web.doors import LOCAL_NAMES, Doors
from newsreel.web.problems import problem
from newsreel.web.visits import VISITOR_COOKIE, Visit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Need(StrEnum):
    """What a request must bring: nothing, the owner's log-in, the figures' token."""

    OPEN = "open"
    READER = "reader"
    OWNER = "owner"
    METRICS = "metrics"


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
    Rule("/login", Need.OPEN),
    Rule("/static/", Need.OPEN),
    Rule("/metrics", Need.METRICS),
    Rule("/changes.atom", Need.METRICS),
)


def need_of(method: str, path: str) -> Need:
    """Give what a request needs. Without a rule, reading needs a reader and a change needs the owner.

    >>> need_of("GET", "/healthz"), need_of("GET", "/latest"), need_of("POST", "/latest")
    (<Need.OPEN: 'open'>, <Need.READER: 'reader'>, <Need.OWNER: 'owner'>)
    """
    for rule in RULES:
        if rule.matches(path):
            return rule.need
    return Need.READER if method in SAFE else Need.OWNER


class Access:
    """Finds out who asks, and answers those itself who may not; each change must come from a page of ours."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        visit = scope["newsreel.visit"] = self._visit(request)
        need = need_of(request.method, request.url.path)
        if need in (Need.READER, Need.OWNER) and not visit.may_read:
            await problem(request, 403, "This page is for its owner.")(scope, receive, send)
            return
        if need is Need.METRICS and not self._may_measure(request):
            answer = "a token is needed: Authorization: Bearer TOKEN (metrics_token)\n"
            await PlainTextResponse(answer, 401)(scope, receive, send)
            return
        if need is not Need.OPEN or request.method not in SAFE:
            receive, fault = await changes.check(request, visit)
            if fault is not None:
                await fault(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _may_measure(self, request: Request) -> bool:
        if self.doors.metrics_token is None:
            return is_local(request, self.doors)
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.doors.metrics_token}".encode())

    def _visit(self, request: Request) -> Visit:
        secret = request.cookies.get(VISITOR_COOKIE, "")
        known = len(secret) >= changes.SHORTEST_SECRET
        return Visit(is_local(request, self.doors), secret if known else secrets.token_urlsafe(32), new=not known)


def is_local(request: Request, doors: Doors) -> bool:
    """Tell whether a request comes from this machine, to an address of this machine, through no proxy."""
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    name = request.headers.get("host", "").rpartition(":")[0] if _has_port(request) else request.headers.get("host")
    return (
        name in LOCAL_NAMES
        and is_loopback(doors.host)
        and request.client is not None
        and is_loopback(request.client.host)
    )


def is_loopback(host: str) -> bool:
    """Tell whether an address is one of this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _has_port(request: Request) -> bool:
    return request.headers.get("host", "").rpartition(":")[2].isdecimal()
