"""robots.txt by RFC 9309: asked once a day and host, 4xx allows all, a host that cannot be asked forbids all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from protego import Protego
from scrapy import Request, signals
from scrapy.http.request import NO_CALLBACK

from newsreel.errors import FetchFailed
from newsreel.middlewares.turns import learn_robots
from newsreel.urls import origin_of
from storage import ledger
from storage.hosts import host_state, keep_host

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
MAX_BYTES = 512 * 1024
# These say what is wrong with the address itself, better than "robots.txt cannot be asked".
_OWN_CODES = ("dns", "private-address", "tls", "waiting")


# Two sources on one host ask it once: the second finds what the first has kept.
_asking: dict[str, asyncio.Lock] = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a host's robots.txt says to us; `failure` where it could not be asked."""

    robots: Protego | None
    failure: FetchFailed | None = None


class RobotsMiddleware:
    """Refuses what robots.txt forbids, with the outcome `robots` or `robots-unreachable`."""

    def __init__(self, crawler: Crawler, ledger_url: str, agent: str, clock: Callable[[], datetime]) -> None:
        self.crawler = crawler
        self.ledger_url = ledger_url
        self.agent = agent
        self.clock = clock
        self.ledger = ledger.acquire(ledger_url, clock)
        self.policies: dict[str, asyncio.Task[Policy]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Take the crawler's engine for fetching and its user agent for matching."""
        middleware = cls(
            crawler,
            crawler.settings["NEWSREEL_DATABASE"],
            crawler.settings["USER_AGENT"],
            lambda: datetime.now(UTC),
        )
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        return middleware

    def spider_closed(self, spider: Spider) -> None:
        """Let go of the ledger."""
        ledger.release(self.ledger_url)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise FetchFailed."""
        if request.meta.get("newsreel_robots"):
            return
        host = origin_of(request.url)
        if host not in self.policies:
            self.policies[host] = asyncio.ensure_future(self._policy(host))
        policy = await asyncio.shield(self.policies[host])
        if policy.failure is not None:
            code = policy.failure.code
            raise FetchFailed(
                code if code in _OWN_CODES else "robots-unreachable",
                f"{request.url}: robots.txt cannot be asked ({policy.failure.detail})",
                policy.failure.retry_at,
            )
        if policy.robots is not None and not policy.robots.can_fetch(request.url, self.agent):
            raise FetchFailed("robots", f"{request.url}: forbidden by robots.txt")

    async def _policy(self, host: str) -> Policy:
        async with _asking.setdefault(host, asyncio.Lock()):
            return await self._ask(host)

    async def _ask(self, host: str) -> Policy:
        known = await asyncio.wrap_future(self.ledger.read(lambda c: host_state(c, host), f"look up host {host}"))
        if known.robots_at is not None and self.clock() - known.robots_at < KEPT_FOR:
            learn_robots(host, known)
            return Policy(_parse(known.robots_body))
        try:
            body = await self._fetch(f"{host}/robots.txt")
        except FetchFailed as failure:
            return Policy(None, failure)
        robots = _parse(body)
        delay = robots.crawl_delay(self.agent) if robots is not None else None
        state = replace(
            known,
            crawl_delay=float(delay) if delay is not None else None,
            robots_status="none" if body is None else "ok",
            robots_body=body,
            robots_at=self.clock(),
        )
        learn_robots(host, state)
        await asyncio.wrap_future(
            self.ledger.write(lambda connection: keep_host(connection, state), f"keep robots.txt of {host}")
        )
        return Policy(robots)

    async def _fetch(self, url: str) -> str | None:
        """Fetch robots.txt; None where the host has none; FetchFailed where it cannot be asked."""
        request = Request(url, meta={"newsreel_robots": True}, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except FetchFailed as failure:
            if failure.code in ("http-4xx", "not-html"):
                return None
            raise
        return response.body[:MAX_BYTES].decode("utf-8", errors="replace")


def _parse(body: str | None) -> Protego | None:
    return None if body is None else Protego.parse(body)
