"""Crawls many sources on one reactor, as a batch that ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from sqlalchemy import Connection

from newsreel import parsing
from newsreel.configuration import Configuration
from newsreel.crawling.addon import settings_of
from newsreel.crawling.allocator import give_back
from newsreel.crawling.loader import spider_for
from newsreel.crawling.orders import Order, Progress, Result
from newsreel.crawling.places import Place, free_places
from newsreel.crawling.reactor import run_on_reactor
from newsreel.crawling.shared import SharedSettings
from newsreel.extensions.run_record import RunRecord
from newsreel.sources import Source
from spiders.archive import ArchiveSpider
from spiders.outlet import OutletSpider
from storage import ledger
from storage.database import utc_now

logger = logging.getLogger(__name__)

# How long pages under way may take to end after the first Ctrl-C or SIGTERM; the service waits a little longer.
GRACE = 6.0
TICK = 0.2
# How often progress is shown.
SHOW = 0.5


def run_batch(order: Order, configuration: Configuration, watch: Callable[[Progress], None] | None = None) -> Result:
    """Crawl the ordered sources in this process, and come back when all are done.

    `at_once` of them are crawled at a time; those whose hosts hang do not count.

    Takes over the process's reactor, so it can be called once in a process.
    """
    give_back()
    settings = settings_for(order, configuration)
    result = Result()

    async def work() -> None:
        # Scrapy's runner wants the reactor installed before it.
        nonlocal result
        batch = Batch(order, configuration, settings, watch)
        result = batch.result
        await batch.run()

    run_on_reactor(settings, work)
    return result


def settings_for(order: Order, configuration: Configuration) -> Settings:
    """Give the settings of a process that crawls an order."""
    settings = SharedSettings()
    settings.setmodule("newsreel.settings", priority="project")
    settings.setdict(settings_of(configuration), priority="cmdline")
    settings.setdict({"NEWSREEL_TRIGGER": order.trigger, "NEWSREEL_DUES": dict(order.dues)}, priority="cmdline")
    return settings


class Batch:
    """The crawls of one order."""

    def __init__(
        self,
        order: Order,
        configuration: Configuration,
        settings: Settings,
        watch: Callable[[Progress], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.order = order
        self.configuration = configuration
        self.watch = watch
        self.clock = clock
        self.result = Result()
        self.progress = Progress(len(order.sources))
        self.stopping = False
        self.ending: asyncio.Future[None] | None = None
        self.crawlers: dict[str, Crawler] = {}
        self.places: dict[str, Place] = {}
        self.runner = AsyncCrawlerRunner(settings)

    async def run(self) -> None:
        """Crawl everything; the ledger and the pool stay open from the first source to the last."""
        url = self.configuration.database_url
        self._catch_signals()
        ledger.acquire(url, self.clock)
        parsing.acquire()
        ticker = asyncio.create_task(self._tick())
        try:
            await self._crawl_all()
        finally:
            ticker.cancel()
            self._show()
            parsing.release()
            # Closing waits for the writing thread, which needs no loop.
            await asyncio.to_thread(ledger.release, url)

    async def _crawl_all(self) -> None:
        """Start the sources as places become free, and wait for the last one."""
        waiting = deque(self.order.sources)
        under_way: set[asyncio.Task[None]] = set()
        while under_way or (waiting and not self.stopping):
            room = 0 if self.stopping else self._room()
            for _ in range(min(room, len(waiting))):
                under_way.add(asyncio.create_task(self._crawl(waiting.popleft())))
            done, under_way = await asyncio.wait(under_way, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
                self.progress.sources_done += 1

    def _room(self) -> int:
        now = time.monotonic()
        for name, crawler in self.crawlers.items():
            # What was fetched and is still being read is no silence.
            if crawler.engine is not None and (slot := crawler.engine.scraper.slot) and not slot.is_idle():
                self.places[name].heard_at = now
        return free_places(self.places.values(), self.configuration.at_once, now)

    async def _crawl(self, source: Source) -> None:
        kind: type[OutletSpider] = ArchiveSpider if self.order.warc else OutletSpider
        crawler = self.runner.create_crawler(spider_for(source, kind))
        self.crawlers[source.id] = crawler
        place = self.places[source.id] = Place(time.monotonic())

        def hear() -> None:
            place.heard_at = time.monotonic()

        crawler.signals.connect(hear, signals.response_downloaded, weak=False)
        options: dict[str, Any] = {"limit": self.order.limit}
        if self.order.warc:
            options["warc"] = str(self.order.warc)
        try:
            await self.runner.crawl(crawler, **options)
        except Exception as error:
            logger.exception("the crawl of %s broke off", source.id, extra={"source": source.id})
            self.result.refused[source.id] = f"{type(error).__name__}: {error}"
        self._settle(source.id, crawler)

    def _settle(self, name: str, crawler: Crawler) -> None:
        self._count(crawler, self.progress)
        del self.crawlers[name], self.places[name]
        record = _record(crawler)
        if record is None:
            return
        if record.refusal is not None:
            self.result.refused[name] = str(record.refusal)
        elif record.outcome is not None:
            self.result.outcomes[name] = record.outcome

    @staticmethod
    def _count(crawler: Crawler, progress: Progress) -> None:
        if crawler._stats is None:
            return
        for name, n in crawler.stats.get_stats().items():
            if name == "newsreel/queued":
                progress.queued += n
            elif name.startswith("newsreel/"):
                progress.outcomes[name.removeprefix("newsreel/")] += n

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(SHOW)
            self._show()

    def _show(self) -> None:
        if self.watch is None:
            return
        now = Progress(
            self.progress.sources, self.progress.sources_done, self.progress.queued, self.progress.outcomes.copy()
        )
        for crawler in self.crawlers.values():
            self._count(crawler, now)
        self.watch(now)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        """End on the first signal what is under way; on the second, or when that takes too long, at once."""
        self.result.interrupted = True
        if self.stopping:
            self._abandon()
            return
        self.stopping = True
        self.ending = asyncio.ensure_future(self.runner.stop())
        asyncio.get_running_loop().call_later(GRACE, self._abandon)

    def _abandon(self) -> None:
        """Record the runs that will not end by themselves, commit what was handed over, and leave."""
        logger.warning("leaving before the crawls of %s have ended", ", ".join(sorted(self.crawlers)))
        url = self.configuration.database_url
        book = ledger.acquire(url)
        records = [record for crawler in self.crawlers.values() if (record := _record(crawler)) is not None]
        endings = [record.ending("interrupted") for record in records if record.run_id is not None]

        def end(connection: Connection) -> None:
            for ending in endings:
                ending(connection)

        # In one transaction: there may be two hundred, and little time.
        book.write(end, f"end the runs of {len(endings)} crawls")
        book.close()
        os._exit(130)


def _record(crawler: Crawler) -> RunRecord | None:
    extensions = crawler._extensions.middlewares if crawler._extensions is not None else ()
    return next((extension for extension in extensions if isinstance(extension, RunRecord)), None)
