"""For machines: whether the service lives, whether it works, its figures, and the sources' changes of state."""

from __future__ import annotations

import logging
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Engine

from newsreel.errors import NewsreelError
from newsreel.telling import atom
from newsreel.web.doors import doors_of
from newsreel.web.metrics import registry
from storage import outbox
from storage.beats import SILENCE, last_beat
from storage.database import reading

logger = logging.getLogger(__name__)
router = APIRouter()

_UNREADABLE = "the database cannot be read; see the log\n"


@router.get("/healthz")
def healthz() -> Response:
    """Tell that the page answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """Tell whether the service works."""
    doors = doors_of(request)
    if is_ready(doors.engine, doors.clock()):
        return PlainTextResponse("ready\n")
    return PlainTextResponse("not ready\n", 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Give the figures for Prometheus."""
    doors = doors_of(request)
    try:
        return Response(generate_latest(registry(doors.engine, doors.clock)), media_type=CONTENT_TYPE_LATEST)
    except NewsreelError as error:
        logger.error("%s", error)
        return PlainTextResponse(_UNREADABLE, 503)


@router.get("/changes.atom")
def changes(request: Request) -> Response:
    """Give the sources' changes of state as a feed."""
    doors = doors_of(request)
    now = doors.clock()
    try:
        with reading(doors.engine, "read the changes of state") as connection:
            found = outbox.told_changes(connection, now - outbox.IN_FEED, outbox.MOST_IN_FEED)
    except NewsreelError as error:
        logger.error("%s", error)
        return PlainTextResponse(_UNREADABLE, 503)
    return Response(atom(found, now), media_type="application/atom+xml")


def is_ready(engine: Engine, now: datetime) -> bool:
    """Tell whether a service has lately done a round of its work, database included."""
    try:
        beat = last_beat(engine)
    except NewsreelError as error:
        logger.error("%s", error)
        return False
    return beat is not None and abs(now - beat.beat_at) <= SILENCE
