"""Looks at one site in this process, bounded in time, in a database that is thrown away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from scrapy.crawler import AsyncCrawlerRunner

from newsreel import parsing
from newsreel.configuration import Configuration, check_contact
from newsreel.crawling.addon import settings_of
from newsreel.crawling.reactor import run_on_reactor
from newsreel.crawling.shared import SharedSettings
from newsreel.discovery.findings import Findings
from newsreel.middlewares.robotstxt import product_token, read_robots
from newsreel.sources import Source
from spiders.probe import ProbeSpider
from storage import ledger
from storage.database import sqlite_url

logger = logging.getLogger(__name__)

# What is not found by then is left out; whoever started the process ends it a little later.
LONGEST = 50.0
# An answer may take so long, in seconds: somebody is waiting for it.
TIMEOUT = 12
_NO_CONNECTION = ("refused", "tls", "timeout", "robots-unreachable")


def probe(addresses: Sequence[str], configuration: Configuration, tell: Callable[[str], None]) -> Findings:
    """Find out where a site lists its articles, and read and clean three; nothing is kept.

    The second address is tried where no connection to the first one can be had. It takes over the process's reactor.
    """
    address = addresses[0]
    found = [Findings(address, address, "")]
    check_contact(configuration, (Source("probe", "probe", address),))
    with TemporaryDirectory(prefix="newsreel-probe-") as folder:
        url = sqlite_url(Path(folder) / "probe.db")
        settings = SharedSettings()
        settings.setmodule("newsreel.settings", priority="project")
        settings.setdict(settings_of(replace(configuration, database=url)), priority="cmdline")
        settings.setdict({"DOWNLOAD_TIMEOUT": TIMEOUT}, priority="cmdline")

        async def work() -> None:
            ledger.acquire(url, lambda: datetime.now(UTC))
            parsing.acquire()
            try:
                async with asyncio.timeout(LONGEST):
                    for each in addresses:
                        await _crawl(each, settings, tell, found)
                        if found[0].problem not in _NO_CONNECTION:
                            break
            except TimeoutError:
                logger.warning("%s took longer than %d s; what was found by then is shown", address, LONGEST)
            finally:
                parsing.release()
                await asyncio.to_thread(ledger.release, url)

        run_on_reactor(settings, work)
    return found[0]


async def _crawl(address: str, settings: SharedSettings, tell: Callable[[str], None], found: list[Findings]) -> None:
    """Look at one address; `found` holds what is known at any time."""

    class Probe(ProbeSpider):
        source: ClassVar[Source] = Source("probe", "probe", address, body="best", revisits=())

    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(Probe)
    agent = product_token(settings["USER_AGENT"])

    def keep(line: str) -> None:
        if isinstance(crawler.spider, ProbeSpider):
            found[0] = crawler.spider.findings
        tell(line)

    try:
        await runner.crawl(crawler, address=address, tell=keep)
    finally:
        spider = crawler.spider
        if isinstance(spider, ProbeSpider):
            found[0] = spider.findings
            if spider.robots is not None:
                robots = read_robots(spider.robots, agent)
                found[0] = replace(found[0], has_robots=True, forbidden=robots.forbidden[:50], pause=robots.crawl_delay)
