"""Feeds as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from typing import Any

from newsreel.export.feed import Entry, Feed, rfc3339

_HALF = re.compile("[\ud800-\udfff]")
MEDIA_TYPE = "application/feed+json"


def json_feed(feed: Feed) -> bytes:
    """Give a feed as JSON Feed."""
    values: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "description": f"{feed.title}: clean articles, in full",
    }
    if feed.language:
        values["language"] = feed.language
    values["items"] = [_item(each) for each in feed.entries]
    # Half a surrogate pair cannot be written in UTF-8, and strict readers refuse its escape.
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", json.dumps(values, ensure_ascii=False)).encode()


def _item(each: Entry) -> dict[str, Any]:
    article = each.article
    picture = article.main_image.url if article.main_image else None
    values = {
        "id": each.id,
        "url": each.link,
        "title": each.title,
        "content_html": each.html,
        "summary": article.description,
        "image": picture if picture and picture.startswith(("http://", "https://")) else None,
        "date_published": rfc3339(each.published),
        "date_modified": rfc3339(each.updated),
        "authors": [{"name": name} | ({"url": address} if address else {}) for name, address in each.authors],
        "tags": [article.kind, *article.keywords],
        "language": each.language,
    }
    return {name: value for name, value in values.items() if value is not None}
