"""Applies the outlet's memory and the cleaning rules to a candidate; at the end, to those that came too early."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from newsreel import parsing
from newsreel.cleaning import Memory, clean, clean_large, is_large, load_rules, prints_of
from newsreel.errors import PageRejected, StorageError
from newsreel.items import Article, Visit
from newsreel.sources import Source
from pipelines.faults import named_faults, settled
from pipelines.settling import Settling
from storage import ledger
from storage.memory import recall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class CleanPipeline:
    """Turns a candidate into an article, or rejects it with its code."""

    def __init__(self, crawler: Crawler, source: Source, database: str) -> None:
        self.crawler = crawler
        self.source = source
        self.database = database
        self.ledger = ledger.acquire(database)
        self.pool = parsing.acquire()
        self.rules = load_rules(source.rules)
        self.recalled: asyncio.Future[Memory] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        """Take the outlet's own rules; its memory is recalled with its first page."""
        return cls(crawler, crawler.spidercls.source, crawler.settings["NEWSREEL_DATABASE"])  # type: ignore[attr-defined]

    async def process_item(self, item: Visit) -> Visit:
        """Set the article, or the outcome where nothing acceptable remains."""
        if item.outcome is not None or item.candidate is None:
            return item
        if self.recalled is None:
            self.recalled = asyncio.ensure_future(self._recall())
        memory = await self.recalled
        try:
            with named_faults(item.candidate.url):
                prints = prints_of(item.candidate)
            item.fingerprints, item.story = prints.lines, prints.story
            # A page that is stored already is in the memory itself; only the other pages count.
            others, pages = memory.beside(prints.lines, item.known)
            item.memory_pages = pages + 1
            item.article = await self._clean(item, others, pages)
        except PageRejected as error:
            item.outcome, item.detail = error.code, error.detail
            return item
        if not item.known:
            memory.learn(prints)
        return item

    async def _clean(self, item: Visit, others: dict[int, int], pages: int) -> Article:
        candidate = item.candidate
        assert candidate is not None
        source = self.source
        asked = item.page.requested_url if item.page is not None else item.link.url
        fetched_at = item.page.fetched_at if item.page is not None else self.ledger.clock()
        if is_large(candidate):
            # It would hold up the other crawls; a worker has its time, and is stopped after it.
            work = (candidate, source.id, source.name, source.rules, others, pages, asked, fetched_at)
            return await settled(self.pool.submit(clean_large, *work), candidate.url)
        with named_faults(candidate.url):
            return clean(candidate, source.id, source.name, self.rules, others, pages, asked, fetched_at)

    async def _recall(self) -> Memory:
        return await asyncio.wrap_future(
            self.ledger.read(lambda c: recall(c, self.source.id), f"recall the memory of {self.source.id}")
        )

    async def close_spider(self) -> None:
        """Clean again what came before the memory could tell, then let go of the ledger and the pool."""
        try:
            # A crawl that was refused holds no lease, and one that is told to stop leaves this to the next.
            if self.crawler.crawling and getattr(self.crawler.spider, "run_id", None) is not None:
                await Settling(self.ledger, self.pool, self.source).run()
        except StorageError as error:
            logger.error("%s: its first pages are not cleaned again: %s", self.source.id, error)
        finally:
            parsing.release()
            ledger.release(self.database)
