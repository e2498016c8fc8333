"""Whether new sources are crawled: they are paused before anybody sees them, or freed of an old pause."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from newsreel.sources import Source
from storage import health


def place(engine: Engine, sources: Iterable[Source], now: datetime, *, paused: bool) -> None:
    """Pause sources that are to be added, or lift the pause that another one of the same id left behind."""
    for source in sources:
        if paused:
            health.pause(engine, source.id, now)
        elif health.paused(engine, source.id):
            health.resume(engine, source.id, now)
