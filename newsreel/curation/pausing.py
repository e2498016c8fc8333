"""Sources that are paused before the service can see them, and not at all where writing the catalogue fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from storage import health


@contextmanager
def paused_first(engine: Engine, sources: Collection[str], clock: Callable[[], datetime]) -> Iterator[None]:
    """Pause sources, then let the catalogue be written; where that fails, those that were not paused are so no more."""
    fresh = [source for source in sources if health.paused(engine, source) is None]
    done: list[str] = []
    try:
        for source in fresh:
            health.pause(engine, source, clock())
            done.append(source)
        yield
    except BaseException:
        for source in done:
            health.resume(engine, source, clock())
        raise
