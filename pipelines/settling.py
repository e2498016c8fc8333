"""Cleans pages again that were stored before the outlet's memory could tell what is furniture."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from sqlalchemy import Connection

from newsreel.cleaning import (
    Memory,
    classify,
    clean,
    clean_large,
    fingerprints,
    is_large,
    load_rules,
    without_repeated,
)
from newsreel.cleaning.memory import fingerprint
from newsreel.errors import PageRejected
from newsreel.extraction import extract, join_parts
from newsreel.items import Article, Page
from newsreel.parsing import ParsePool
from newsreel.sources import Source
from pipelines.faults import named_faults, settled
from storage.articles import Articles, Stored
from storage.ledger import Ledger
from storage.memory import recall, settle, unsettled
from storage.recleaning import recast, version_of

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Settling:
    """One outlet's pages at the end of a crawl; each is a transaction, so that what a kill leaves is done next time."""

    ledger: Ledger
    pool: ParsePool
    source: Source
    memory: Memory = field(default_factory=Memory)

    async def run(self) -> int:
        """Clean again what was cleaned with too little memory; give the number of texts that this changed."""
        name = self.source.id
        # What was handed over is in the memory once it is committed.
        await asyncio.wrap_future(self.ledger.flush())
        numbers = await asyncio.wrap_future(self.ledger.read(lambda c: unsettled(c, name), f"look up pages of {name}"))
        if not numbers:
            return 0
        self.memory = await asyncio.wrap_future(
            self.ledger.read(lambda c: recall(c, name), f"recall the memory of {name}")
        )
        changed = 0
        for number in numbers:
            changed += await self._settle(number)
        if changed:
            logger.info("%s: %d texts lost lines that other pages carry too", name, changed)
        return changed

    async def _settle(self, number: int) -> bool:
        articles = Articles(self.ledger.engine)
        stored = await asyncio.to_thread(articles.get, str(number))
        if stored is None:
            return False
        pages = await asyncio.to_thread(articles.pages, number)
        article = None
        try:
            article = await self._again(stored, pages)
        except PageRejected as error:
            # It was an article when it was stored, and stays one; a fault is in the log.
            logger.info("article %d stays as it is: %s", number, error)

        def work(connection: Connection) -> bool:
            if version_of(connection, number) != stored.article.version:
                return False
            if article is None or article.content_hash == stored.article.content_hash:
                settle(connection, number, self.memory.pages)
                return False
            recast(connection, number, article, self.memory.pages, self.ledger.clock())
            return True

        return await asyncio.wrap_future(self.ledger.write(work, f"store article {number} again"))

    async def _again(self, stored: Stored, pages: list[Page]) -> Article:
        old, source = stored.article, self.source
        if not pages:
            # Its text came from a feed, or its page says noarchive.
            lines = frozenset(fingerprint(block.text) for block in old.blocks)
            return without_repeated(old, *self.memory.beside(lines, is_known=True))
        parsed = [self.pool.submit(extract, page, source.rules, source.language) for page in pages]
        first, *rest = [await settled(future, old.url) for future in parsed]
        candidate = join_parts(first, rest) if rest else first
        others, count = self.memory.beside(fingerprints(candidate), is_known=True)
        asked, fetched_at = old.requested_url, pages[0].fetched_at
        if is_large(candidate):
            work = (candidate, source.id, old.source_name, source.rules, others, count, asked, fetched_at)
            return await settled(self.pool.submit(clean_large, *work), old.url)
        with named_faults(old.url):
            rules = load_rules(source.rules)
            article = clean(candidate, source.id, old.source_name, rules, others, count, asked, fetched_at)
            return classify(article, candidate)
