"""Hands a visit that ended to the ledger, and stops the crawl when nothing can be stored any more."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from typing import TYPE_CHECKING

from newsreel.errors import StorageError
from newsreel.items import Visit
from storage import ledger
from storage.replacing import replaced_in

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class StorePipeline:
    """Stores every visit with its outcome; a link whose visit fails here stays waiting for the next run."""

    def __init__(self, crawler: Crawler, database: str) -> None:
        self.crawler = crawler
        self.database = database
        self.ledger = ledger.acquire(database)
        self.pending: set[Future[str]] = set()
        self.closing: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        """Take the database's address, and the crawler to stop it when the disk is full."""
        return cls(crawler, crawler.settings["NEWSREEL_DATABASE"])

    async def process_item(self, item: Visit) -> Visit:
        """Hand over; wait only where too much of all crawls of this process waits for its commit already."""
        await asyncio.wrap_future(self.ledger.room())
        if item.article is not None and (fields := replaced_in(item.article)):
            logger.warning(
                "%s: null characters or halves of surrogate pairs in %s are stored as U+FFFD, since no database holds "
                "them",
                item.link.url,
                ", ".join(fields),
            )
        future = self.ledger.record(item)
        self.pending.add(future)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._settled, done))
        return item

    async def close_spider(self) -> None:
        """See to it that everything is committed, then let go of the ledger."""
        if self.pending:
            await asyncio.wrap_future(self.ledger.flush())
            # Those that are committed have left in the meantime.
            await asyncio.gather(*(asyncio.wrap_future(f) for f in self.pending), return_exceptions=True)
        ledger.release(self.database)

    def _settled(self, future: Future[str]) -> None:
        self.pending.discard(future)
        stats = self.crawler.stats
        error = future.exception()
        if error is None:
            stats.inc_value(f"newsreel/{future.result()}")
            return
        stats.inc_value("newsreel/not-stored")
        if isinstance(error, StorageError) and self.crawler.spider is not None:
            engine = self.crawler.engine
            # The disk is full or the database gone: what is not stored stays waiting for the next run.
            self.closing = asyncio.ensure_future(engine.close_spider_async(reason="storage"))
