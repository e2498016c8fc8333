"""The web application: `/healthz`, `/readyz`, `/metrics` and `/changes.atom`, under allowed host names only."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from newsreel.errors import NewsreelError
from newsreel.telling import atom
from newsreel.web.metrics import registry
from storage import outbox
from storage.beats import SILENCE, last_beat
from storage.database import reading

logger = logging.getLogger(__name__)

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the application is built from: the database, who may ask for what, and the clock."""

    engine: Engine
    host_names: tuple[str, ...] = LOCAL_NAMES
    metrics_token: str | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


def application(doors: Doors) -> FastAPI:
    """Build the application. Nothing but these addresses is served; the first two say no more than their status."""
    app = FastAPI(title="Newsreel", openapi_url=None, docs_url=None, redoc_url=None)
    # A page elsewhere can have its name resolved to this machine, but cannot send another Host.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(doors.host_names), www_redirect=False)
    measured = registry(doors.engine, doors.clock)

    @app.get("/healthz")
    def healthz() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    def readyz() -> Response:
        if is_ready(doors.engine, doors.clock()):
            return PlainTextResponse("ready\n")
        return PlainTextResponse("not ready\n", 503)

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        if not _may_measure(request, doors.metrics_token):
            return PlainTextResponse("a token is needed: Authorization: Bearer TOKEN (metrics_token)\n", 401)
        try:
            return Response(generate_latest(measured), media_type=CONTENT_TYPE_LATEST)
        except NewsreelError as error:
            logger.error("%s", error)
            return PlainTextResponse("the database cannot be read; see the log\n", 503)

    @app.get("/changes.atom")
    def changes(request: Request) -> Response:
        if not _may_measure(request, doors.metrics_token):
            return PlainTextResponse("a token is needed: Authorization: Bearer TOKEN (metrics_token)\n", 401)
        now = doors.clock()
        try:
            with reading(doors.engine, "read the changes of state") as connection:
                found = outbox.told_changes(connection, now - outbox.IN_FEED, outbox.MOST_IN_FEED)
        except NewsreelError as error:
            logger.error("%s", error)
            return PlainTextResponse("the database cannot be read; see the log\n", 503)
        return Response(atom(found, now), media_type="application/atom+xml")

    return app


def is_ready(engine: Engine, now: datetime) -> bool:
    """Tell whether a service has lately done a round of its work, database included."""
    try:
        beat = last_beat(engine)
    except NewsreelError as error:
        logger.error("%s", error)
        return False
    return beat is not None and abs(now - beat.beat_at) <= SILENCE


def _may_measure(request: Request, token: str | None) -> bool:
    if token is not None:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
