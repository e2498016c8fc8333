"""Turns at a host: one connection at a time, a pause between two, and its own word when it wants to be left alone.

The turns are the process's, not a crawler's, so that two sources on one host do not double its load.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response

from newsreel.errors import FetchFailed
from newsreel.middlewares.outcomes import retry_after
from newsreel.urls import origin_of
from storage import ledger
from storage.hosts import HostState, host_state, keep_host

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

# A host that asks for a longer rest than this is left for a later run.
PATIENCE = timedelta(seconds=10)
MAX_CRAWL_DELAY = 60.0
# After so many failures in a row a host rests, longer each time.
FAILURES_BEFORE_REST = 4
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=6)
# The host answered, only not with a page for us, or was never asked: no reason to let it rest.
_NO_FAULT = (FetchFailed, CannotResolveHostError, DownloadCancelledError, ResponseDataLossError)


class Turn:
    """One host's queue in this process."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.free_at = 0.0
        self.state: HostState | None = None


_turns: dict[str, Turn] = {}


def rest_after(failures: int) -> timedelta | None:
    """Give how long a host rests after so many failures in a row, None where it need not yet."""
    if failures < FAILURES_BEFORE_REST:
        return None
    doublings: int = min(failures - FAILURES_BEFORE_REST, 16)
    return min(FIRST_REST * (1 << doublings), LONGEST_REST)


class TurnMiddleware:
    """Lets requests to a host pass one after the other; stands nearest to the downloader."""

    def __init__(self, crawler: Crawler, ledger_url: str, delay: float, clock: Callable[[], datetime]) -> None:
        self.crawler = crawler
        self.ledger_url = ledger_url
        self.delay = delay
        self.clock = clock
        self.ledger = ledger.acquire(ledger_url, clock)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TurnMiddleware:
        """Read the pause between two requests: the source's own, or DOWNLOAD_DELAY's stand-in of ours."""
        own = getattr(crawler.spidercls, "delay", None)
        delay = crawler.settings.getfloat("NEWSREEL_DELAY") if own is None else float(own)
        middleware = cls(crawler, crawler.settings["NEWSREEL_DATABASE"], delay, lambda: datetime.now(UTC))
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        return middleware

    def spider_closed(self, spider: Spider) -> None:
        """Let go of the ledger."""
        ledger.release(self.ledger_url)

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn; FetchFailed("waiting") where the host wants a longer rest than we wait for."""
        host = origin_of(request.url)
        turn = _turns.setdefault(host, Turn())
        await turn.lock.acquire()
        try:
            if turn.state is None:
                turn.state = await asyncio.wrap_future(
                    self.ledger.read(lambda connection: host_state(connection, host), f"look up host {host}")
                )
            await self._rest(host, turn.state)
            await asyncio.sleep(max(0.0, turn.free_at - time.monotonic()))
            if not self.crawler.engine.running:
                raise FetchFailed("waiting", f"{request.url}: the crawl was stopped before its turn came")
        except BaseException:
            turn.lock.release()
            raise
        request.meta["newsreel_turn"] = turn

    async def _rest(self, host: str, state: HostState) -> None:
        if state.not_before is None:
            return
        rest = state.not_before - self.clock()
        if rest > PATIENCE:
            detail = f"{host} wants to be left alone until {state.not_before:%Y-%m-%d %H:%M:%S} UTC"
            raise FetchFailed("waiting", detail, state.not_before)
        await asyncio.sleep(max(0.0, rest.total_seconds()))

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass the turn on and remember what the host said."""
        now = self.clock()
        told = retry_after(response, now) if response.status in (429, 503) else None
        failed = response.status in (429, 502, 503, 504)
        self._pass_on(request, failed, told, now)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Pass the turn on after a failure."""
        self._pass_on(request, not isinstance(exception, _NO_FAULT), None, self.clock())

    def _pass_on(self, request: Request, failed: bool, told: datetime | None, now: datetime) -> None:
        turn: Turn | None = request.meta.pop("newsreel_turn", None)
        if turn is None or turn.state is None:
            return
        state = turn.state
        failures = state.failures + 1 if failed else 0
        pause = rest_after(failures)
        not_before = told or (now + pause if pause else None)
        turn.free_at = time.monotonic() + max(self.delay, min(state.crawl_delay or 0.0, MAX_CRAWL_DELAY))
        if (failures, not_before) != (state.failures, state.not_before):
            turn.state = replace(state, failures=failures, not_before=not_before)
            self.remember(turn.state)
        turn.lock.release()

    def remember(self, state: HostState) -> None:
        """Keep what a host said, also for later runs."""
        self.ledger.write(lambda connection: keep_host(connection, state), f"keep the state of host {state.host}")


def learn_robots(host: str, state: HostState) -> None:
    """Tell a host's queue what its robots.txt says."""
    turn = _turns.setdefault(host, Turn())
    turn.state = (
        state
        if turn.state is None
        else replace(
            turn.state,
            crawl_delay=state.crawl_delay,
            robots_status=state.robots_status,
            robots_body=state.robots_body,
            robots_at=state.robots_at,
        )
    )
