"""Redirects, with their end named: too many of them, or to an address that is not the web."""

from __future__ import annotations

from collections.abc import Callable

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newsreel.errors import FetchFailed
from newsreel.urls import is_web


class NamedRedirectMiddleware(RedirectMiddleware):
    """Follows redirects as Scrapy does and says FetchFailed("redirect") where it will not."""

    def _engine_started(self) -> None:
        """Leave out Scrapy's warning that nobody sets a referer: none is to be sent."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Follow, or say why not."""
        return _named(super().process_response, request, response)


class NamedMetaRefreshMiddleware(MetaRefreshMiddleware):
    """Follows the refresh of a page as Scrapy does and says FetchFailed("redirect") where it will not."""

    def _engine_started(self) -> None:
        """Leave out Scrapy's warning that nobody sets a referer: none is to be sent."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Follow, or say why not; a robots.txt is text, whatever it looks like."""
        if "newsreel_robots" in request.meta:
            return response
        return _named(super().process_response, request, response)


def _named(
    follow: Callable[[Request, Response], Request | Response], request: Request, response: Response
) -> Request | Response:
    try:
        result = follow(request, response)
    except IgnoreRequest as error:
        raise FetchFailed("redirect", f"{request.url}: redirected too often") from error
    except ValueError as error:
        raise FetchFailed("redirect", f"{request.url} redirects to no address ({error})") from error
    if isinstance(result, Request) and not is_web(result.url):
        raise FetchFailed("redirect", f"{request.url} redirects to {result.url}, which is not on the web")
    return result
