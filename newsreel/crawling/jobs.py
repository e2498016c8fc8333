"""The jobs of the service beside its tick: the daily tidying, and how jobs are kept from ending or delaying it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Engine

from newsreel.errors import NewsreelError
from newsreel.sources import Source
from storage import pruning, retention

logger = logging.getLogger("newsreel.scheduler")


def tidy(engine: Engine, sources: Iterable[Source], now: datetime) -> None:
    """Remove what is older than its source wants it, and old records of crawls."""
    for gone in retention.expire(engine, sources, now):
        what = f"{gone.articles} articles, {gone.revisions} revisions, {gone.pages} raw pages"
        logger.info("%s: removed as too old: %s", gone.source, what)
    pruning.prune(engine, now)


def aside(work: Callable[[], None], name: str) -> Callable[[], None]:
    """Do work in a thread that the service's end does not wait for: a mail server may hang, a backup take minutes."""
    at_work: list[threading.Thread] = []

    def begin() -> None:
        if at_work and at_work[0].is_alive():
            return
        at_work[:] = [threading.Thread(target=work, name=name, daemon=True)]
        at_work[0].start()

    return begin


def guarded(work: Callable[[], None]) -> Callable[[], None]:
    """Log what keeps a job from being done: the next round tries again."""

    def run() -> None:
        try:
            work()
        except NewsreelError as error:
            # The database is locked or the disk full: the next tick tries again.
            logger.error("%s", error)

    return run
