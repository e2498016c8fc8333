"""The metadata of one page: everything about a story but its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from newsreel.extraction import authors, headline, language, outlet, published, signals
from newsreel.extraction.jsonld import Value, types_of
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Author, Image, Page, Review

MOST_KEYWORDS = 40
MOST_KEYWORD_CHARACTERS = 80

_KEYWORDS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "cxenseparse:keywords")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src", "thumbnail", "parsely-image-url")
_NO_PICTURE = re.compile(r"(?:^|[/_.\-])(?:logo|placeholder|default|blank|spacer|favicon|avatar|fallback)[/_.\-]", re.IGNORECASE)
# Where English is written with the day before the month.
_DAY_FIRST = frozenset("uk au nz ie in za sg my ng ke pk gh hk mt".split())


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its story; fields as in Article, `article_body` the text that its JSON-LD carries."""

    headline: str
    alternative_headline: str | None
    description: str | None
    section: str | None
    authors: tuple[Author, ...]
    date_published: datetime | None
    date_modified: datetime | None
    date_published_raw: str | None
    date_source: str | None
    in_language: str | None
    keywords: tuple[str, ...]
    main_image: Image | None
    site_name: str | None
    canonical_url: str | None
    is_accessible_for_free: bool | None
    access_signal: str | None
    schema_types: tuple[str, ...]
    signals: tuple[str, ...]
    review: Review | None
    article_body: str | None


def read(tree: HtmlElement, structured: Structured, page: Page) -> Metadata:
    """Read a page's metadata from its markup, and from what readers see where markup is missing or doubtful."""
    owner = outlet.read(structured)
    title, other = headline.read(tree, structured, owner)
    heading = headline.heading_of(tree, title)
    tongue = language.read(tree, structured)
    first, last = published.read(tree, heading, structured, _date_language(tongue, page.url), page.fetched_at)
    section = _section(structured)
    access = signals.access(structured)
    return Metadata(
        headline=title,
        alternative_headline=_alternative(structured, title) or other,
        description=_description(structured, title),
        section=section,
        authors=authors.read(tree, heading, structured, owner),
        date_published=first.value if first else None,
        date_modified=last.value if last else None,
        date_published_raw=first.raw if first else None,
        date_source=first.source if first else None,
        in_language=tongue,
        keywords=_keywords(structured),
        main_image=_main_image(structured),
        site_name=owner.name,
        canonical_url=_canonical(structured),
        is_accessible_for_free=access.is_free,
        access_signal=access.signal,
        schema_types=signals.schema_types(structured),
        signals=signals.read(structured, page, section, access.is_free),
        review=_review(structured),
        article_body=next((plain_lines(value) for value in structured.in_article("articleBody") if isinstance(value, str)), None),
    )


def plain_lines(value: str) -> str:
    """The text of a JSON-LD body: tags and entities resolved, line breaks kept."""
    return "\n".join(line for part in re.split(r"\n|<br\s*/?>|</p>", value) if (line := plain(part)))


def _date_language(tongue: str | None, url: str) -> str | None:
    """The language for reading 3/4/2024: a country's domain says more than a template's "en-US"."""
    country = (urlsplit(url).hostname or "").rpartition(".")[2]
    return "en-GB" if (tongue or "en").startswith("en") and country in _DAY_FIRST else tongue


def _alternative(structured: Structured, title: str) -> str | None:
    other = next((text for value in structured.in_article("alternativeHeadline") if (text := plain(value))), "")
    return other if other and outlet.squash(other) != outlet.squash(title) else None


def _description(structured: Structured, title: str) -> str | None:
    node = structured.article
    told = plain(node.data.get("description")) if node is not None else ""
    for text in (told, structured.first("og:description", "description", "twitter:description", "dc.description")):
        if text and outlet.squash(text) != outlet.squash(title):
            return text
    return None


def _section(structured: Structured) -> str | None:
    for value in structured.in_article("articleSection"):
        text = plain(value[0] if isinstance(value, list) else value)
        if text and len(text) <= 60:
            return text
    text = structured.first("article:section", "parsely-section", "og:article:section", "section") or next(
        iter(structured.items.get("articlesection", ())), ""
    )
    return text if text and len(text) <= 60 and not text.startswith("http") else None


def _keywords(structured: Structured) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in _keyword_texts(structured):
        for keyword in re.split(r"[,;|]", text):
            keyword = keyword.strip()
            if 1 < len(keyword) <= MOST_KEYWORD_CHARACTERS:
                found.setdefault(keyword.casefold(), keyword)
        if found and len(found) >= MOST_KEYWORDS:
            break
    return tuple(found.values())[:MOST_KEYWORDS]


def _keyword_texts(structured: Structured) -> Iterator[str]:
    for value in structured.in_article("keywords"):
        yield from (plain(entry.get("name") if isinstance(entry, dict) else entry) for entry in _listed(value))
    for name in _KEYWORDS:
        yield from structured.meta.get(name, ())


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _canonical(structured: Structured) -> str | None:
    """The canonical address, absolute but otherwise as the page says it."""
    for value in (*structured.links.get("canonical", ()), structured.first("og:url")):
        try:
            address = urljoin(structured.url, value) if value else ""
        except ValueError:
            continue
        if address.startswith(("http://", "https://")):
            return address
    return None


def _main_image(structured: Structured) -> Image | None:
    for value in structured.in_article("image", "thumbnailUrl", "primaryImageOfPage"):
        for entry in _listed(value):
            picture = _picture(structured, structured.resolve(entry))
            if picture is not None:
                return picture
    for text in (*(structured.first(name) for name in _PICTURES), *structured.links.get("image_src", ())[:1]):
        if address := _picture_address(structured, text):
            return Image(address, caption=structured.first("og:image:alt", "twitter:image:alt") or None)
    return None


def _picture(structured: Structured, value: Value) -> Image | None:
    if not isinstance(value, dict):
        address = _picture_address(structured, value)
        return Image(address) if address else None
    told = next((entry for key in ("url", "contentUrl", "@id") for entry in _listed(value.get(key)) if entry), None)
    address = _picture_address(structured, told)
    owner = structured.resolve(value.get("author") or value.get("creator") or value.get("copyrightHolder"))
    credit = plain(value.get("creditText")) or plain(owner.get("name") if isinstance(owner, dict) else owner)
    caption = plain(value.get("caption")) or plain(value.get("description"))
    return Image(address, caption or None, credit or None) if address else None


def _picture_address(structured: Structured, value: Value) -> str | None:
    if not isinstance(value, str) or not value.strip() or value.startswith(("data:", "#")):
        return None
    try:
        address = urljoin(structured.url, value.strip())
    except ValueError:
        return None
    return None if "#" in address or _NO_PICTURE.search(urlsplit(address).path) else address


def _review(structured: Structured) -> Review | None:
    """The verdict of a review; a rating that readers gave (AggregateRating) is none."""
    for node in structured.nodes:
        if not any(kind.endswith("Review") or kind == "ReviewNewsArticle" for kind in node.types):
            continue
        rating = structured.resolve(node.data.get("reviewRating"))
        if not isinstance(rating, dict) or node.under in ("itemListElement", "hasPart") or node.level > 2:
            continue
        raw = plain(rating.get("ratingValue"))
        if not raw or "AggregateRating" in types_of(rating):
            continue
        value, _, best = (part.strip() for part in re.sub(r"\s+(?:out\s+of|von|sur|de|su)\s+", "/", raw).partition("/"))
        item = structured.resolve(node.data.get("itemReviewed"))
        named = item if isinstance(item, dict) else {}
        return Review(
            value=value,
            raw=raw,
            best=best or plain(rating.get("bestRating")) or None,
            item_name=plain(named.get("name")) or None,
            item_type=next(iter(types_of(named)), None),
        )
    return None
