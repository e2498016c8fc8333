"""Answers only to the names that the page is known under."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from newsreel.web.problems import problem

_UNKNOWN = "This page does not answer to that name. Names are set as host_names in the configuration."


class KnownHosts:
    """Refuses requests whose Host is none of `names`: a page elsewhere can have its own name lead to this machine."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self.names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http" and _name(Request(scope)) not in self.names:
            request = Request(scope)
            api = request.url.path.startswith("/api/")
            await (problem(request, 400, _UNKNOWN) if api else PlainTextResponse(f"{_UNKNOWN}\n", 400))(
                scope, receive, send
            )
            return
        await self.app(scope, receive, send)


def _name(request: Request) -> str:
    """Give the name that a request asks for, without the port."""
    host = request.headers.get("host", "").lower()
    name, _, port = host.rpartition(":")
    return name if name and port.isdecimal() else host
