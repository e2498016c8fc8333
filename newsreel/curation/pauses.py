"""Whether new sources are crawled: they are paused before anybody sees them, or freed of an old pause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from newsreel.sources import Source
from storage import health


@contextmanager
def placed(engine: Engine, sources: Iterable[Source], now: datetime, *, paused: bool) -> Iterator[None]:
    """Pause sources that are to be added, or lift the pause that another one of the same id left behind.

    The catalogue is written inside; where that fails, each is again as it was.
    """
    before: list[tuple[str, str | None]] = []
    try:
        for source in sources:
            was = health.paused(engine, source.id)
            if paused:
                health.pause(engine, source.id, now)
            elif was is not None:
                health.resume(engine, source.id, now)
            if paused != (was is not None):
                before.append((source.id, None if was is None else was[1]))
        yield
    except BaseException:
        for name, note in before:
            if note is None:
                health.resume(engine, name, now)
            else:
                health.pause(engine, name, now, note or None)
        raise
