"""robots.txt by RFC 9309: asked once a day and host, 4xx allows all, a host that cannot be asked forbids all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from newsreel.errors import FetchFailed
from newsreel.middlewares.pauses import MAX_RETRY_AFTER, robots_rest_after
from newsreel.middlewares.robotstxt import MAX_BYTES, Robots, decode, product_token, read_robots
from newsreel.middlewares.turns import turns
from newsreel.urls import origin_of
from storage import ledger
from storage.database import utc_now
from storage.hosts import RobotsState, keep_robots, robots_state

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
# A robots.txt that cannot be asked any more stays in force for so long after it was read.
OLD_COPY_FOR = timedelta(days=7)
# These say what is wrong with the address itself, better than "robots.txt cannot be asked".
_OWN_CODES = ("dns", "private-address", "tls", "waiting")
# Nothing was asked, so there is nothing to remember: the next request may find it otherwise.
_NOT_ASKED = ("private-address", "waiting")

# Two sources on one host ask it once: the second finds what the first has kept.
_asking: dict[str, asyncio.Lock] = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a host's robots.txt says to us until a time; `failure` where it could not be asked."""

    until: datetime
    robots: Robots | None = None
    failure: FetchFailed | None = None


class RobotsMiddleware:
    """Refuses what robots.txt forbids, with the outcome `robots` or `robots-unreachable`."""

    def __init__(
        self,
        fetch: Callable[[Request], Awaitable[Response]],
        ledger_url: str,
        agent: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.fetch = fetch
        self.ledger_url = ledger_url
        self.token = product_token(agent)
        self.ledger = ledger.acquire(ledger_url, clock)
        self.clock = self.ledger.clock
        self.policies: dict[str, asyncio.Task[Policy]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Take the crawler's engine for fetching and its user agent for matching."""

        async def fetch(request: Request) -> Response:
            return await crawler.engine.download_async(request)

        middleware = cls(fetch, crawler.settings["NEWSREEL_DATABASE"], crawler.settings["USER_AGENT"])
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        crawler.signals.connect(middleware.bytes_received, signals.bytes_received)
        return middleware

    def spider_closed(self, spider: Spider | None = None) -> None:
        """Let go of the ledger."""
        ledger.release(self.ledger_url)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """End the download of a robots.txt that is longer than what counts of it."""
        if "newsreel_robots" in request.meta:
            request.meta["newsreel_robots"] += len(data)
            if request.meta["newsreel_robots"] > MAX_BYTES:
                raise StopDownload(fail=False)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise FetchFailed."""
        if "newsreel_robots" in request.meta:
            return
        host = origin_of(request.url)
        policy = await self._policy(host)
        if policy.failure is not None:
            code, detail = policy.failure.code, policy.failure.detail
            raise FetchFailed(
                code if code in _OWN_CODES else "robots-unreachable",
                f"{request.url}: robots.txt cannot be asked ({detail})",
                policy.failure.retry_at,
            )
        if policy.robots is not None and not policy.robots.allows(request.url):
            raise FetchFailed("robots", f"{request.url}: forbidden by robots.txt")

    async def _policy(self, host: str) -> Policy:
        """Give what is in force now; a crawl may last longer than an answer counts."""
        task = self.policies.get(host)
        if task is None or (task.done() and self._is_over(task)):
            task = self.policies[host] = asyncio.ensure_future(self._find(host))
        return await asyncio.shield(task)

    def _is_over(self, task: asyncio.Task[Policy]) -> bool:
        return task.cancelled() or task.exception() is not None or task.result().until <= self.clock()

    async def _find(self, host: str) -> Policy:
        async with _asking.setdefault(host, asyncio.Lock()):
            known = await asyncio.wrap_future(
                self.ledger.read(lambda c: robots_state(c, host), f"look up robots.txt of {host}")
            )
            policy = self._kept(known) or await self._ask(host, known)
            turns.learn_crawl_delay(host, policy.robots.crawl_delay if policy.robots else None)
            return policy

    def _kept(self, known: RobotsState) -> Policy | None:
        """Give the policy that follows from what is kept; None where robots.txt is to be asked."""
        now = self.clock()
        if known.robots_failures:
            until = known.robots_retry_at
            # One that lies further ahead was kept by a clock that has been set back since.
            waits = until is not None and now < until <= now + MAX_RETRY_AFTER
            return self._unreachable(known, until) if waits and until else None
        if known.robots_at is None or not timedelta(0) <= now - known.robots_at < KEPT_FOR:
            return None
        return Policy(known.robots_at + KEPT_FOR, self._parse(known.robots_body))

    def _unreachable(self, known: RobotsState, until: datetime) -> Policy:
        """Give the policy of a host whose robots.txt cannot be asked: the copy we have, for some days, or nothing."""
        old = known.robots_at is not None and self.clock() - known.robots_at < OLD_COPY_FOR
        if old and known.robots_body is not None:
            return Policy(until, self._parse(known.robots_body))
        detail = f"{known.robots_problem}; tried again from {until:%Y-%m-%d %H:%M} UTC on"
        return Policy(until, None, FetchFailed(known.robots_code or "refused", detail, until))

    async def _ask(self, host: str, known: RobotsState) -> Policy:
        try:
            body = await self._read(f"{host}/robots.txt")
        except FetchFailed as failure:
            return await self._lose(known, failure)
        robots, now = self._parse(body), self.clock()
        state = RobotsState(
            host,
            crawl_delay=robots.crawl_delay if robots else None,
            robots_status="none" if body is None else "ok",
            robots_body=body,
            robots_at=now,
        )
        await self._keep(state)
        return Policy(now + KEPT_FOR, robots)

    async def _lose(self, known: RobotsState, failure: FetchFailed) -> Policy:
        """Remember that robots.txt could not be asked, and since when how often: the pauses grow."""
        now = self.clock()
        if failure.code in _NOT_ASKED:
            return Policy(failure.retry_at or now, None, failure)
        failures = (known.robots_failures or 0) + 1
        until = max(now + robots_rest_after(failures), failure.retry_at or now)
        state = replace(
            known,
            robots_failures=failures,
            robots_retry_at=until,
            robots_code=failure.code,
            robots_problem=failure.detail,
        )
        await self._keep(state)
        policy = self._unreachable(state, until)
        if policy.failure is None:
            logger.warning("%s: the robots.txt read at %s stays in force", failure.detail, known.robots_at)
        return policy

    async def _keep(self, state: RobotsState) -> None:
        await asyncio.wrap_future(
            self.ledger.write(lambda connection: keep_robots(connection, state), f"keep robots.txt of {state.host}")
        )

    async def _read(self, url: str) -> str | None:
        """Fetch robots.txt; None where the host has none; FetchFailed where it cannot be asked."""
        # Unpacked, so that its size is known while it comes.
        headers = {"Accept-Encoding": "identity"}
        request = Request(url, headers=headers, meta={"newsreel_robots": 0}, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await self.fetch(request)
        except FetchFailed as failure:
            if failure.code in ("http-4xx", "not-html"):
                return None
            raise
        return decode(response.body)

    def _parse(self, body: str | None) -> Robots | None:
        return None if body is None else read_robots(body, self.token)
