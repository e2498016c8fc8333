"""Decides what a sample outlet answers at a path: a page, a door, a picture, a refusal."""

from __future__ import annotations

import gzip
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from newsreel.demo import shells
from newsreel.demo.doors import MEDIA_TYPES, feed, listing, sitemap
from newsreel.demo.editions import Edition
from newsreel.demo.outlets import Sitemap
from newsreel.demo.stories import status_in

_XML = "application/xml; charset=utf-8"
_PICTURE = b64decode("R0lGODlhAQABAIAAAMzMzAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is compressed; `modified` is None where the outlet says no Last-Modified."""

    status: int
    media_type: str
    body: bytes
    modified: datetime | None = None


def answer(edition: Edition, target: str) -> Answer:
    """Answer a request for a target: a path with or without a query."""
    path = urlsplit(target).path
    if path == "/robots.txt":
        return Answer(200, "text/plain; charset=utf-8", edition.filled(edition.outlet.robots).encode())
    if path == "/":
        return _html(edition, shells.front(edition), edition.moment)
    if path.startswith("/images/"):
        return Answer(200, "image/gif", _PICTURE)
    return _door(edition, path) or _story(edition, target) or _refusal(404)


def _door(edition: Edition, path: str) -> Answer | None:
    """Answer at a feed's, sitemap's or listing's path."""
    for door in edition.outlet.feeds:
        if path == door.path:
            return Answer(200, MEDIA_TYPES[door.format], feed(edition, door).encode(), edition.moment)
    for map_ in edition.outlet.sitemaps:
        if path == map_.path:
            return _sitemap(edition, map_, path)
        if path == map_.child:
            return _sitemap(edition, Sitemap(map_.path), path)
    for pages in edition.outlet.listings:
        number = path.removeprefix(pages.path).removesuffix("/") or "1"
        if path.startswith(pages.path) and number.isdecimal() and (page := listing(edition, pages, int(number))):
            return _html(edition, page, edition.moment)
    return None


def _sitemap(edition: Edition, door: Sitemap, path: str) -> Answer:
    """Answer with a sitemap, as a gzip file where its name says so."""
    text = sitemap(edition, door).encode()
    if path.endswith(".gz"):
        return Answer(200, "application/gzip", gzip.compress(text, mtime=0), edition.moment)
    return Answer(200, _XML, text, edition.moment)


def _story(edition: Edition, target: str) -> Answer | None:
    """Answer at a story's path, or at that of one of its further pages."""
    for story in edition.stories:
        for part in range(1, len(story.parts) + 2):
            if target.split("?utm_", maxsplit=1)[0] == shells.part_path(story, part):
                status = status_in(story, edition.number)
                if status != 200:
                    return _refusal(status)
                page = shells.render(edition, story, part)
                return _html(edition, page, edition.updated(story) or story.published)
    return None


def _html(edition: Edition, text: str, modified: datetime) -> Answer:
    """Answer with a page in the outlet's encoding; an old outlet leaves the charset to the page's meta element."""
    encoding = edition.outlet.encoding
    media_type = "text/html; charset=utf-8" if encoding == "utf-8" else "text/html"
    return Answer(200, media_type, text.encode(encoding, errors="xmlcharrefreplace"), modified)


def _refusal(status: int) -> Answer:
    """Answer with a short error page."""
    reason = HTTPStatus(status).phrase
    page = f"<!doctype html><html><head><title>{status} {reason}</title></head><body><h1>{reason}</h1></body></html>"
    return Answer(status, "text/html; charset=utf-8", page.encode())
