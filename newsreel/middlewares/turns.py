"""Turns at a host: one request at a time, a pause between two, and its own word when it wants to be left alone.

The turns are the process's, not a crawler's, so that two sources on one host do not double its load.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, ResponseDataLossError
from scrapy.http import Response

from newsreel.errors import FetchFailed
from newsreel.middlewares.guard import refusals
from newsreel.middlewares.outcomes import retry_after
from newsreel.middlewares.pauses import MAX_CRAWL_DELAY, MAX_RETRY_AFTER, pause_between, rest_after, smoothed
from newsreel.urls import host_of, origin_of
from storage import ledger
from storage.database import utc_now
from storage.hosts import HostState, host_state, keep_hosts

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

# A host that asks for a longer rest than this is left for a later run.
PATIENCE = timedelta(seconds=10)
# A pause that is longer than this is kept at once, so that a crawl that is killed leaves it to the next.
LONG_PAUSE = 5.0
# While it waits, a request looks so often whether the crawl is being stopped.
LOOK = 1.0
# So many requests of the process may be under way; each has a socket.
MAX_OPEN = 400
# The host answered, only not with a page for us: no reason to let it rest.
_NO_FAULT = (DownloadCancelledError, ResponseDataLossError)


@dataclass(frozen=True, slots=True)
class Times:
    """Where the turns take the time from; tests give their own."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


@dataclass(slots=True)
class Turn:
    """One host's queue in this process; `crawl_delays` by the origin whose robots.txt asks for them."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    asked_at: float = 0.0
    state: HostState | None = None
    crawl_delays: dict[str, float] = field(default_factory=dict)


@lru_cache(4096)
def host_key(url: str) -> str:
    """Give the host that a request goes to; http and https at their usual ports are one."""
    origin = origin_of(url)
    host = origin.removeprefix("http://")
    return origin if host == origin or ":" in host.rpartition("]")[2] else f"https://{host}"


class Turns:
    """The queues of a process, and its room for requests under way."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(MAX_OPEN)
        self._by_host: dict[str, Turn] = {}

    def of(self, host: str) -> Turn:
        """Give the queue of a host."""
        return self._by_host.setdefault(host, Turn())

    def learn_crawl_delay(self, origin: str, seconds: float | None) -> None:
        """Tell a host's queue what its robots.txt asks for."""
        self.of(host_key(origin)).crawl_delays[origin] = seconds or 0.0


# Those of this process.
turns = Turns()


class TurnMiddleware:
    """Lets requests to a host pass one after the other; stands nearest to the downloader."""

    def __init__(self, running: Callable[[], bool], ledger_url: str, delay: float, times: Times, turns: Turns) -> None:
        self.running = running
        self.ledger_url = ledger_url
        self.delay = delay
        self.times = times
        self.turns = turns
        self.ledger = ledger.acquire(ledger_url, times.now)
        # What is not written down yet: it says nothing that a killed crawl would have to leave to the next.
        self.unkept: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TurnMiddleware:
        """Read the pause between two requests: the source's own, or DOWNLOAD_DELAY's stand-in of ours."""
        own = getattr(crawler.spidercls, "delay", None)
        delay = crawler.settings.getfloat("NEWSREEL_DELAY") if own is None else float(own)

        def running() -> bool:
            return crawler.engine is not None and crawler.engine.running

        middleware = cls(running, crawler.settings["NEWSREEL_DATABASE"], delay, Times(), turns)
        crawler.signals.connect(middleware.spider_closed, signals.spider_closed)
        return middleware

    def spider_closed(self, spider: Spider | None = None) -> None:
        """Keep what is not kept yet, and let go of the ledger."""
        if self.unkept:
            # As they are now: another crawl may have heard from the same host since.
            states = [state for host in self.unkept if (state := self.turns.of(host).state) is not None]
            self.ledger.write(lambda connection: keep_hosts(connection, states), "keep the states of hosts")
        ledger.release(self.ledger_url)

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn; FetchFailed("waiting") where the host wants a longer rest than we wait for."""
        host = host_key(request.url)
        turn = self.turns.of(host)
        await turn.lock.acquire()
        try:
            if turn.state is None:
                await self._recall(turn, host)
            await self._wait(request, turn)
            await self.turns.room.acquire()
        except BaseException:
            turn.lock.release()
            raise
        turn.asked_at = self.times.monotonic()
        request.meta["newsreel_turn"] = turn

    async def _recall(self, turn: Turn, host: str) -> None:
        """Take over what earlier runs kept; a clock that was set back must not prolong a rest."""
        state = await asyncio.wrap_future(self.ledger.read(lambda c: host_state(c, host), f"look up host {host}"))
        now = self.ledger.clock()
        if state.not_before is not None and state.not_before - now > MAX_RETRY_AFTER:
            state = replace(state, not_before=None)
        if state.free_at is not None:
            left = (state.free_at - now).total_seconds()
            turn.free_at = self.times.monotonic() + min(left, MAX_CRAWL_DELAY)
        turn.state = state

    async def _wait(self, request: Request, turn: Turn) -> None:
        """Wait until the host may be asked; look now and then whether the crawl goes on."""
        assert turn.state is not None
        while True:
            if not self.running():
                raise FetchFailed("waiting", f"{request.url}: the crawl was stopped before its turn came")
            left = turn.free_at - self.times.monotonic()
            if turn.state.not_before is not None:
                rest = turn.state.not_before - self.ledger.clock()
                if rest > PATIENCE:
                    until = f"{turn.state.not_before:%Y-%m-%d %H:%M:%S} UTC"
                    raise FetchFailed(
                        "waiting", f"{turn.state.host} is left alone until {until}", turn.state.not_before
                    )
                left = max(left, rest.total_seconds())
            if left <= 0:
                return
            await self.times.sleep(min(left, LOOK))

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass the turn on and remember what the host said."""
        now = self.ledger.clock()
        told = retry_after(response, now) if response.status in (429, 503) else None
        self._pass_on(request, response.status == 429 or response.status >= 500, response.status < 400, told, now)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Pass the turn on after a failure."""
        if isinstance(exception, FetchFailed):
            # Called off by ourselves: that says nothing about the host.
            self._release(request)
            return
        refused = isinstance(exception, CannotResolveHostError) and host_of(request.url) in refusals
        failed = not isinstance(exception, _NO_FAULT) and not refused
        self._pass_on(request, failed, False, None, self.ledger.clock())

    def _pass_on(self, request: Request, failed: bool, good: bool, told: datetime | None, now: datetime) -> None:
        turn = self._release(request)
        if turn is None or turn.state is None:
            return
        old = turn.state
        failures = old.failures + 1 if failed else 0
        pause = rest_after(failures)
        not_before = max(filter(None, (told, now + pause if pause else None)), default=None)
        latency = smoothed(old.latency, self.times.monotonic() - turn.asked_at, good)
        seconds = pause_between(self.delay, max(turn.crawl_delays.values(), default=None), latency)
        turn.free_at = self.times.monotonic() + seconds
        turn.state = replace(
            old, failures=failures, not_before=not_before, free_at=now + timedelta(seconds=seconds), latency=latency
        )
        # Whoever names the failure says when the host may be asked again.
        request.meta["newsreel_not_before"] = not_before
        if (failures, not_before) != (old.failures, old.not_before) or seconds > LONG_PAUSE:
            self.remember(turn.state)
        else:
            self.unkept.add(old.host)

    def _release(self, request: Request) -> Turn | None:
        """Let the next request have the turn; it runs only after what is noted here."""
        turn: Turn | None = request.meta.pop("newsreel_turn", None)
        if turn is not None:
            self.turns.room.release()
            turn.lock.release()
        return turn

    def remember(self, state: HostState) -> None:
        """Keep how a host is doing, also for later runs."""
        self.unkept.discard(state.host)
        self.ledger.write(lambda connection: keep_hosts(connection, [state]), f"keep the state of host {state.host}")
