"""Pictures of articles, fetched for the reader's browser where the owner allows it."""

from __future__ import annotations

import hashlib
import hmac
import logging

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from newsreel.errors import FetchFailed
from newsreel.items import Article
from newsreel.web.doors import doors_of
from newsreel.web.pictures import Picture, fetch
from newsreel.web.problems import Fault
from newsreel.web.visits import Visit, visit_of
from storage.articles import Articles

logger = logging.getLogger(__name__)
router = APIRouter()
# Hosts that hang hold up other pictures, not the pages.
AT_ONCE = 8
# As many pictures of one article as are shown.
MOST = 200
_turns = CapacityLimiter(AT_ONCE)
_HEADERS = {
    "cache-control": "private, max-age=86400, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
}


def pictures_of(request: Request, number: int, article: Article) -> dict[str, str]:
    """Give our addresses of an article's pictures by theirs; none where pictures are not to be shown."""
    visit = visit_of(request)
    if not visit.preferences.images:
        return {}
    return {url: f"/picture/{number}/{_signed(visit, url)}" for url in _addresses(article)}


@router.get("/picture/{number:int}/{signature}")
async def picture(request: Request, number: int, signature: str) -> Response:
    """Give a picture of an article; its address is signed for one browser, and only stored pictures have one."""
    if not visit_of(request).preferences.images:
        raise Fault(403, "Pictures are off. Settings has the switch.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Fault(403, "Only pages of Newsreel show pictures by this address.")
    try:
        found = await to_thread.run_sync(_found, request, number, signature, limiter=_turns)
    except FetchFailed as error:
        logger.info("a picture of article %d could not be had: %s", number, error.detail)
        return PlainTextResponse(f"{error.detail}\n", 502)
    return Response(found.content, media_type=found.media_type, headers=_HEADERS)


def _found(request: Request, number: int, signature: str) -> Picture:
    doors, visit = doors_of(request), visit_of(request)
    stored = Articles(doors.engine).get(str(number))
    addresses = _addresses(stored.article) if stored else []
    address = next(
        (url for url in addresses if hmac.compare_digest(_signed(visit, url).encode(), signature.encode())), None
    )
    if address is None:
        raise Fault(404, "No article shows this picture, or this browser's session has ended.")
    configuration = doors.configuration() if doors.configuration else None
    if configuration is None:
        return fetch(address)
    return fetch(address, configuration.allow_networks, configuration.contact)


def _addresses(article: Article) -> list[str]:
    """Give the addresses of an article's pictures, each once."""
    shown = [image.url for image in ((article.main_image,) if article.main_image else ()) + article.images]
    shown += [slide.image for slide in article.slides if slide.image]
    return list(dict.fromkeys(url for url in shown if url.startswith(("http://", "https://"))))[:MOST]


def _signed(visit: Visit, url: str) -> str:
    """Give a sign of an address that only this browser's secret can make."""
    return hmac.digest(visit.secret.encode(), b"picture " + url.encode("utf-8", "replace"), hashlib.sha256).hex()[:32]
