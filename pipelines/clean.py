"""Applies the outlet's memory and the cleaning rules to a candidate."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsreel.cleaning import clean, fingerprints, load_rules
from newsreel.errors import PageRejected
from newsreel.items import Visit
from newsreel.sources import Source
from storage import ledger
from storage.memory import recall

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class CleanPipeline:
    """Turns a candidate into an article, or rejects it with its code."""

    def __init__(self, source: Source, database: str) -> None:
        self.source = source
        self.database = database
        self.ledger = ledger.acquire(database, lambda: datetime.now(UTC))
        self.rules = load_rules(source.rules)
        self.pages = 0
        self.recalled: asyncio.Future[dict[int, int]] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanPipeline:
        """Take the outlet's own rules; its memory is recalled with its first page."""
        return cls(crawler.spidercls.source, crawler.settings["NEWSREEL_DATABASE"])  # type: ignore[attr-defined]

    async def process_item(self, item: Visit) -> Visit:
        """Set the article, or the outcome where nothing acceptable remains."""
        if item.outcome is not None or item.candidate is None:
            return item
        if self.recalled is None:
            self.recalled = asyncio.ensure_future(self._recall())
        remembered = await self.recalled
        candidate = item.candidate
        item.fingerprints = fingerprints(candidate)
        # A page that is stored already is in the memory itself; only the other pages count.
        own = 1 if item.known else 0
        try:
            item.article = clean(
                candidate,
                source_id=self.source.id,
                source_name=self.source.name,
                rules=self.rules,
                memory={f: n - own for f in item.fingerprints if (n := remembered.get(f, 0)) > own},
                memory_pages=self.pages - own,
                requested_url=item.page.requested_url if item.page is not None else item.link.url,
                fetched_at=item.page.fetched_at if item.page is not None else self.ledger.clock(),
            )
        except PageRejected as error:
            item.outcome, item.detail = error.code, error.detail
            return item
        if not item.known:
            self.pages += 1
            for fingerprint in item.fingerprints:
                remembered[fingerprint] = remembered.get(fingerprint, 0) + 1
        return item

    async def _recall(self) -> dict[int, int]:
        self.pages, remembered = await asyncio.wrap_future(
            self.ledger.read(lambda c: recall(c, self.source.id), f"recall the memory of {self.source.id}")
        )
        return remembered

    def close_spider(self) -> None:
        """Let go of the ledger."""
        ledger.release(self.database)
