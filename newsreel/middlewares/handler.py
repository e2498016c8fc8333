"""Fetches over HTTP with a bound on the headers; Scrapy bounds the body and the time, but reads endless headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.web._newclient import HEADER, STATUS

from newsreel.middlewares.guard import GuardedResolver

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress

MAX_HEADERS = 256 * 1024


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


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler on bounded connections, which go through the guard.

    Scrapy installs a resolver only where it starts the reactor itself; a crawl must not depend on who started it.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        GuardedResolver.from_crawler(crawler, reactor).install_on_reactor()
        self._pool._factory = _BoundedFactory
