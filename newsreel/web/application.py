"""The web application: its pages, and what stands before them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from newsreel.web.access import Access
from newsreel.web.doors import Doors
from newsreel.web.headers import SecurityHeaders
from newsreel.web.pages import ROUTERS
from newsreel.web.problems import Faults, handle_errors


def application(doors: Doors) -> FastAPI:
    """Build the application."""
    app = FastAPI(title="Newsreel", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.doors = doors
    for router in ROUTERS:
        app.include_router(router)
    handle_errors(app)
    # From the inside out: the last one added is asked first.
    app.add_middleware(Access, doors=doors)
    # A page elsewhere can have its name resolved to this machine, but cannot send another Host.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(doors.host_names), www_redirect=False)
    app.add_middleware(Faults)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(SecurityHeaders)
    return app
