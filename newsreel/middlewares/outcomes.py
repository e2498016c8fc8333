"""Turns whatever ends a fetch without a page into one FetchFailed with its outcome code."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure

from newsreel.errors import FetchFailed, NewsreelError
from newsreel.middlewares.guard import refusals
from newsreel.middlewares.pauses import MAX_RETRY_AFTER
from storage.database import utc_now
from storage.ledger import clock_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# Links that end so are never given up, so they must not be tried in every crawl.
_DEAD = ("refused", "dns")


class OutcomeMiddleware:
    """Stands nearest to the engine: a page, or 304 to a question about one, passes; all else becomes FetchFailed."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OutcomeMiddleware:
        """Take the clock of the process."""
        return cls(clock_of(crawler.settings["NEWSREEL_DATABASE"]))

    def process_response(self, request: Request, response: Response) -> Response:
        """Let a page through, or say why there is none."""
        # 203 is a page that a proxy has worked on.
        if response.status in (200, 203) or (response.status == 304 and _asked_for_news(request)):
            return response
        raise status_failure(request, response, self.clock())

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Name what went wrong on the way."""
        if isinstance(exception, NewsreelError | IgnoreRequest):
            return
        failure = failure_of(request.url, exception)
        if failure.code in _DEAD:
            # A dead host's links wait for as long as the host is left alone.
            failure.retry_at = request.meta.get("newsreel_not_before")
        raise failure from exception


def _asked_for_news(request: Request) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def status_failure(request: Request, response: Response, now: datetime) -> FetchFailed:
    """Give the failure that an HTTP status means."""
    status = response.status
    told = retry_after(response, now)
    detail = f"{request.url} answered {status}"
    if status == 429:
        return FetchFailed("rate-limited", detail, told)
    if status == 304:
        return FetchFailed("redirect", f"{detail}, though it was not asked what is new since then")
    if status == 206:
        return FetchFailed("truncated", f"{detail}: a part, though the whole was asked for")
    if 200 <= status < 300:
        return FetchFailed("not-html", f"{detail}, which is no page")
    if 300 <= status < 400:
        return FetchFailed("redirect", f"{detail} without a place to go to")
    if 400 <= status < 500:
        return FetchFailed("http-4xx", detail)
    return FetchFailed("http-5xx", detail, told)


def retry_after(response: Response, now: datetime) -> datetime | None:
    """Read Retry-After, in seconds or as a date, up to a week ahead; None where there is none that can be read."""
    header = response.headers.get("Retry-After")
    value = header.decode("latin-1").strip() if header else ""
    if not value:
        return None
    if value.isascii() and value.isdecimal():
        return now + min(timedelta(seconds=int(value[:9])), MAX_RETRY_AFTER)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return min(max(date, now), now + MAX_RETRY_AFTER)


def failure_of(url: str, error: BaseException) -> FetchFailed:
    """Give the failure that an exception of the downloader means."""
    host = urlsplit(url).hostname or ""
    if isinstance(error, CannotResolveHostError):
        if host in refusals:
            return FetchFailed(
                "private-address",
                f"{url}: {host} is {refusals[host]}, which is no public address; --allow-network opens a local network",
            )
        return FetchFailed("dns", f"{url}: the name {host} cannot be resolved")
    if isinstance(error, DownloadTimeoutError):
        return FetchFailed("timeout", str(error))
    if isinstance(error, DownloadConnectionRefusedError):
        return FetchFailed("refused", f"{url}: the connection was refused")
    if isinstance(error, ResponseDataLossError):
        return FetchFailed("truncated", f"{url}: the answer ended before it was complete")
    if isinstance(error, DownloadCancelledError):
        return FetchFailed("too-large", f"{url}: the answer is larger than the budget")
    if isinstance(error, UnsupportedURLSchemeError):
        return FetchFailed("redirect", f"{url}: only http and https are fetched")
    reasons = list(_reasons(error))
    if any(isinstance(reason, ConnectionAborted) for reason in reasons):
        return FetchFailed("too-large", f"{url}: the headers are larger than the budget")
    if any(isinstance(reason, SSL.Error) or "verif" in type(reason).__name__.lower() for reason in reasons):
        return FetchFailed("tls", f"{url}: no secure connection ({_words(reasons)})")
    if any(isinstance(reason, socket.gaierror) for reason in reasons):
        return FetchFailed("dns", f"{url}: the name {host} cannot be resolved")
    if isinstance(error, DownloadFailedError | OSError) or error.__class__.__module__.startswith("twisted."):
        return FetchFailed("refused", f"{url}: the connection broke ({_words(reasons)})")
    return FetchFailed("refused", f"{url}: {type(error).__name__}: {error}")


def _reasons(error: BaseException) -> Any:
    """Walk an exception, its causes, and the failures that Twisted wraps in it."""
    todo: list[Any] = [error]
    seen: set[int] = set()
    while todo:
        item = todo.pop(0)
        item = item.value if isinstance(item, Failure) else item
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        todo += [getattr(item, "__cause__", None), *getattr(item, "reasons", ())]


def _words(reasons: list[BaseException]) -> str:
    innermost = reasons[-1]
    return f"{type(innermost).__name__} {innermost}".strip()[:200]
