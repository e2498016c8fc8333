"""The web application: its pages, and what stands before them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from newsreel.web.access import Access
from newsreel.web.api import ROUTERS as API
from newsreel.web.api.description import Description
from newsreel.web.background import Background
from newsreel.web.doors import Doors
from newsreel.web.headers import SecurityHeaders
from newsreel.web.hosts import KnownHosts
from newsreel.web.pages import ROUTERS
from newsreel.web.problems import Faults, handle_errors

# Of all applications of a process; it takes a while to build.
_DESCRIPTION = Description(API)


def application(doors: Doors) -> FastAPI:
    """Build the application."""
    app = FastAPI(title="Newsreel", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.doors = doors
    app.state.background = Background()
    app.state.api = _DESCRIPTION
    for router in (*ROUTERS, *API):
        app.include_router(router)
    handle_errors(app, _DESCRIPTION.methods)
    # From the inside out: the last one added is asked first.
    app.add_middleware(Access, doors=doors)
    # A page elsewhere can have its name resolved to this machine, but cannot send another Host.
    app.add_middleware(KnownHosts, names=doors.host_names)
    app.add_middleware(Faults)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(SecurityHeaders)
    return app
