"""The picture that stands for a story."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from newsreel import urls
from newsreel.extraction.jsonld import Value, listed
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Image

_META = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "thumbnail")
_NO_PICTURE = re.compile(
    # Drupal keeps all of a site's files below sites/default.
    r"(?:^|[/_.\-])(?:logo|placeholder|(?<!sites/)default|blank|spacer|favicon|avatar|fallback)[/_.\-]",
    re.IGNORECASE,
)


def read(structured: Structured) -> Image | None:
    """The picture that the story's JSON-LD object names, else the one for sharing; logos and placeholders are none."""
    for value in structured.in_article("image", "thumbnailUrl", "primaryImageOfPage"):
        for entry in listed(value):
            picture = _picture(structured, structured.resolve(entry))
            if picture is not None:
                return picture
    for text in (*(structured.first(name) for name in _META), *structured.links.get("image_src", ())[:1]):
        if address := _address(structured, text):
            return Image(address, caption=structured.first("og:image:alt", "twitter:image:alt") or None)
    return None


def _picture(structured: Structured, value: Value) -> Image | None:
    if not isinstance(value, dict):
        address = _address(structured, value)
        return Image(address) if address else None
    told = next((entry for key in ("url", "contentUrl", "@id") for entry in listed(value.get(key)) if entry), None)
    address = _address(structured, told)
    owner = structured.resolve(value.get("author") or value.get("creator") or value.get("copyrightHolder"))
    credit = plain(value.get("creditText")) or plain(owner.get("name") if isinstance(owner, dict) else owner)
    caption = plain(value.get("caption")) or plain(value.get("description"))
    return Image(address, caption or None, credit or None) if address else None


def _address(structured: Structured, value: Value) -> str | None:
    address = urls.resolve(structured.url, value) if isinstance(value, str) else None
    return None if address is None or "#" in address or _NO_PICTURE.search(urlsplit(address).path) else address
