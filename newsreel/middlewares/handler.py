"""Fetches over HTTP with a bound on the headers; Scrapy bounds the body and the time, but reads endless headers.

All crawls of the process share the connections, so that two sources on one host use one, and a crawl that is being
stopped does not wait for a host that hangs.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.http import Response
from twisted.web._newclient import HEADER, STATUS
from twisted.web.client import HTTPConnectionPool

from newsreel.errors import FetchFailed
from newsreel.middlewares.guard import GuardedResolver

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress

MAX_HEADERS = 256 * 1024
# A connection that nobody needs is kept open for so many seconds; there may be one for every host of a long list.
KEEP_ALIVE = 30
# How long an answer may still take once the crawl is being stopped, and how often somebody looks for that.
STOP_AFTER = 3.0
LOOK = 0.5


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Ends a connection whose response headers pass the bound."""

    received = 0

    def request(self, request: Any) -> Any:
        """Begin to count anew."""
        self.received = 0
        result: Any = super().request(request)
        if self._parser is not None:
            # Single lines of more than 16 KiB occur (policies, cookies); the bound on the whole is ours.
            self._parser.MAX_LENGTH = MAX_HEADERS
        return result

    def dataReceived(self, data: bytes) -> None:
        """Count what comes until the headers are complete."""
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self.received += len(data)
            if self.received > MAX_HEADERS:
                transport: Any = self.transport
                transport.abortConnection()
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    """Builds bounded connections."""

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:
        """Build one."""
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Connections:
    """The process's open connections, one a host, and the number of handlers that use them."""

    def __init__(self) -> None:
        self.pool: HTTPConnectionPool | None = None
        self.holders = 0

    def acquire(self, reactor: Any) -> HTTPConnectionPool:
        """Give the connections, made by the first who asks."""
        if self.pool is None:
            self.pool = HTTPConnectionPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
            self.pool.maxPersistentPerHost = 1
            self.pool.cachedConnectionTimeout = KEEP_ALIVE
            self.pool._factory = _BoundedFactory
        self.holders += 1
        return self.pool

    def release(self) -> bool:
        """Let go of the connections; True for the last one, who closes them."""
        self.holders -= 1
        if not self.holders:
            self.pool = None
        return not self.holders


_connections = _Connections()


@dataclass(eq=False, slots=True)
class _Watched:
    """A request under way; `stop_at` is when it is called off, once its crawl is being stopped."""

    download: asyncio.Future[Response]
    crawler: Crawler
    stop_at: float | None = None
    called_off: bool = False


class _Watch:
    """Calls off what is under way for crawls that are being stopped; one look now and then for all of the process."""

    def __init__(self) -> None:
        self.under_way: set[_Watched] = set()
        self.timer: asyncio.TimerHandle | None = None

    def begin(self, download: asyncio.Future[Response], crawler: Crawler) -> _Watched:
        """Watch a request."""
        watched = _Watched(download, crawler)
        self.under_way.add(watched)
        if self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(LOOK, self._look)
        return watched

    def end(self, watched: _Watched) -> None:
        """Watch a request no more."""
        self.under_way.discard(watched)
        if not self.under_way and self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _look(self) -> None:
        self.timer = asyncio.get_running_loop().call_later(LOOK, self._look)
        now = time.monotonic()
        for watched in self.under_way:
            engine = watched.crawler.engine
            if engine is None or engine.running:
                continue
            if watched.stop_at is None:
                watched.stop_at = now + STOP_AFTER
            elif now >= watched.stop_at and not watched.called_off:
                watched.called_off = True
                watched.download.cancel()


_watch = _Watch()


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler on bounded connections, which go through the guard.

    Scrapy installs a resolver only where it starts the reactor itself; a crawl must not depend on who started it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        GuardedResolver.from_crawler(crawler, reactor).install_on_reactor()
        self._pool = _connections.acquire(reactor)

    async def download_request(self, request: Request) -> Response:
        """Fetch; FetchFailed("waiting") where the crawl is being stopped and the host takes too long."""
        download = asyncio.ensure_future(super().download_request(request))
        watched = _watch.begin(download, self._crawler)
        try:
            await asyncio.wait({download})
        finally:
            _watch.end(watched)
        if watched.called_off:
            raise FetchFailed("waiting", f"{request.url}: the crawl was stopped before the answer came")
        return download.result()

    async def close(self) -> None:
        """Close the connections, if no other crawl uses them."""
        if _connections.release():
            await super().close()
