"""Records a crawl as a run, from its start to its end, and holds the source's lease meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from scrapy import Spider, signals
from scrapy.exceptions import CloseSpider, NotConfigured
from sqlalchemy import Connection

from newsreel.errors import NewsreelError
from newsreel.extensions.figures import plain
from newsreel.extensions.run_log import RunLogKeeper, keeper_of
from newsreel.logs import enter_crawl, guard
from newsreel.redaction import secrets_in
from newsreel.sources import Source
from storage import ledger, run_logs, runs
from storage.run_logs import Retention

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class RunRecord:
    """Opens the run before the spider starts and closes it after the last page is stored."""

    def __init__(
        self, crawler: Crawler, database: str, trigger: str, due_at: datetime | None, retention: Retention
    ) -> None:
        self.crawler = crawler
        self.database = database
        self.trigger = trigger
        self.due_at = due_at
        self.retention = retention
        self.ledger = ledger.acquire(database)
        self.run_id: int | None = None
        self.outcome: str | None = None
        self.refusal: NewsreelError | None = None
        self.keeper: RunLogKeeper | None = None
        # Scrapy makes its components in the crawl's own task, so that whatever the crawl logs is its own.
        self.crawl = enter_crawl(crawler.spidercls.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecord:
        """Read the database, why the crawl was started and how long logs are kept; NotConfigured without a database."""
        settings = crawler.settings
        database = settings["NEWSREEL_DATABASE"]
        if not database:
            raise NotConfigured("NEWSREEL_DATABASE is not set")
        # Under `scrapy crawl` nobody did so before.
        guard(secrets_in("database", database))
        due = settings.getdict("NEWSREEL_DUES").get(crawler.spidercls.name)
        record = cls(
            crawler,
            database,
            settings.get("NEWSREEL_TRIGGER", "manual"),
            datetime.fromisoformat(due) if due else None,
            Retention(settings.getint("NEWSREEL_KEEP_LOGS_DAYS"), settings.getint("NEWSREEL_KEEP_LOGS_RUNS")),
        )
        crawler.signals.connect(record.spider_opened, signals.spider_opened)
        crawler.signals.connect(record.spider_closed, signals.spider_closed)
        return record

    async def spider_opened(self, spider: Spider) -> None:
        """Begin the run; a source that is being crawled elsewhere closes the spider at once."""
        now = self.ledger.clock()
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
        self.crawl.run = self.run_id
        spider.run_id = self.run_id  # type: ignore[attr-defined]
        spider.ledger = self.ledger  # type: ignore[attr-defined]
        self.keeper = keeper_of(self.ledger)
        self.keeper.follow(spider.name, self.run_id, self.crawler.stats)

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """End the run with Scrapy's reason and counters."""
        try:
            if self.run_id is None:
                return
            if reason == "shutdown":
                # Scrapy's word for the end of a crawl on a signal.
                reason = "interrupted"
            elif reason == "finished" and self.crawler.stats.get_value("spider_exceptions/count"):
                # A door that nobody could read for an error of ours must not pass for one without news.
                reason = "finished with errors"
            end = self.ending(reason)
            self.outcome = await asyncio.wrap_future(self.ledger.write(end, f"end the run of {spider.name}"))
            self.ledger.drop(self.run_id)
            logger.info("run %d ended: %s (%s)", self.run_id, self.outcome, reason)
        finally:
            ledger.release(self.database)

    def ending(self, reason: str) -> Callable[[Connection], str]:
        """Give the transaction that ends the run, with all that is not stored of its log."""
        assert self.run_id is not None
        run_id, source = self.run_id, self.crawl.source
        last = self.keeper.leave(source) if self.keeper is not None else None
        stats = plain(self.crawler.stats.get_stats())

        def end(connection: Connection) -> str:
            now = self.ledger.clock()
            if last is not None:
                run_logs.keep(connection, [last], now)
            outcome = runs.finish(connection, run_id, source, reason, stats, now)
            run_logs.prune(connection, source, self.retention, now)
            return outcome

        return end
