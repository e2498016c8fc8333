"""Which crawl a log line belongs to: many sources are crawled in one process, on one reactor."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Crawl:
    """A crawl under way; its run's number is known once the run has begun."""

    source: str
    run: int | None = None


_current: ContextVar[Crawl | None] = ContextVar("crawl", default=None)


def enter_crawl(source: str) -> Crawl:
    """Let what this task does, and the tasks that it starts, belong to a crawl of `source`."""
    crawl = Crawl(source)
    _current.set(crawl)
    return crawl


def current_crawl() -> Crawl | None:
    """Give the crawl that the running task belongs to."""
    return _current.get()


def crawl_of(record: logging.LogRecord) -> tuple[str | None, int | None]:
    """Give the source and the run that a line belongs to, None for a line of the process alone.

    What the line says itself (`extra={"source": ..., "run": ...}`) goes before Scrapy's mark, the spider, and that
    before the task which logged it.
    """
    if (source := getattr(record, "source", None)) is not None:
        return str(source), getattr(record, "run", None)
    if (spider := getattr(record, "spider", None)) is not None:
        return spider.name, getattr(spider, "run_id", None)
    crawl: Crawl | None = getattr(record, "crawl", None)
    return (crawl.source, crawl.run) if crawl is not None else (None, None)
