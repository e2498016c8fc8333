"""Records a crawl as a run, from its start to its end, and holds the source's lease meanwhile."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import Spider, signals
from scrapy.exceptions import CloseSpider, NotConfigured

from newsreel.errors import NewsreelError
from newsreel.sources import Source
from storage import ledger, runs

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class RunRecord:
    """Opens the run before the spider starts and closes it after the last page is stored."""

    def __init__(self, crawler: Crawler, database: str, trigger: str, due_at: datetime | None) -> None:
        self.crawler = crawler
        self.database = database
        self.trigger = trigger
        self.due_at = due_at
        self.ledger = ledger.acquire(database, lambda: datetime.now(UTC))
        self.run_id: int | None = None
        self.outcome: str | None = None
        self.refusal: NewsreelError | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecord:
        """Read the database and why the crawl was started; NotConfigured without a database."""
        database = crawler.settings["NEWSREEL_DATABASE"]
        if not database:
            raise NotConfigured("NEWSREEL_DATABASE is not set")
        due = crawler.settings.getdict("NEWSREEL_DUES").get(crawler.spidercls.name)
        record = cls(
            crawler,
            database,
            crawler.settings.get("NEWSREEL_TRIGGER", "manual"),
            datetime.fromisoformat(due) if due else None,
        )
        crawler.signals.connect(record.spider_opened, signals.spider_opened)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        return record

    async def spider_opened(self, spider: Spider) -> None:
        """Begin the run; a source that is being crawled elsewhere closes the spider at once."""
        now = datetime.now(UTC)
        source: Source | None = getattr(spider, "source", None)
        # A crawl from a file asks no host.
        hosts = source.hosts if source is not None and not hasattr(spider, "warc") else ()
        try:
            self.run_id = await asyncio.wrap_future(
                self.ledger.write(
                    lambda connection: runs.start(connection, spider.name, self.trigger, self.due_at, now, hosts),
                    f"begin a run of {spider.name}",
                )
            )
        except NewsreelError as error:
            self.refusal = error
            logger.error("%s", error)
            raise CloseSpider("refused") from error
        self.ledger.hold(self.run_id)
        spider.run_id = self.run_id  # type: ignore[attr-defined]
        spider.ledger = self.ledger  # type: ignore[attr-defined]

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """End the run with Scrapy's reason and counters."""
        try:
            if self.run_id is None:
                return
            run_id, stats = self.run_id, _plain(self.crawler.stats.get_stats())
            if reason == "shutdown":
                # Scrapy's word for the end of a crawl on a signal.
                reason = "interrupted"
            elif reason == "finished" and stats.get("spider_exceptions/count"):
                # A door that nobody could read for an error of ours must not pass for one without news.
                reason = "finished with errors"
            self.outcome = await asyncio.wrap_future(
                self.ledger.write(
                    lambda connection: runs.finish(connection, run_id, spider.name, reason, stats, datetime.now(UTC)),
                    f"end the run of {spider.name}",
                )
            )
            self.ledger.drop(run_id)
        finally:
            ledger.release(self.database)


def _plain(stats: dict[str, Any]) -> dict[str, Any]:
    """Give Scrapy's counters as plain values."""
    return {
        name: value if isinstance(value, int | float | str | None) else str(value)
        for name, value in sorted(stats.items())
    }
