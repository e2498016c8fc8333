"""The metadata of one page: everything about a story but its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction import authors, headline, language, main_image, outlet, published, signals, verdict, visible
from newsreel.extraction.jsonld import listed
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Author, Image, Page, Review

MOST_KEYWORDS = 40
MOST_KEYWORD_CHARACTERS = 80

_KEYWORDS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "cxenseparse:keywords")
# The countries that write English with the day before the month, by their domains.
_DAY_FIRST = "uk au nz ie in za sg my ng ke pk gh hk mt"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its story; fields as in Article, `article_body` is the text in its JSON-LD, as written."""

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
    owner = outlet.read(structured, tree)
    title, other = headline.read(tree, structured, owner)
    heading = headline.heading_of(tree, title)
    tongue = language.read(tree, structured)
    layout = visible.Layout(tree, heading, _date_language(tongue, page.url))
    first, last = published.read(layout, structured, page.fetched_at)
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
        main_image=main_image.read(structured),
        site_name=owner.name,
        canonical_url=_canonical(structured),
        is_accessible_for_free=access.is_free,
        access_signal=access.signal,
        schema_types=signals.schema_types(structured),
        signals=signals.read(structured, page, section, access.is_free),
        review=verdict.read(structured),
        article_body=next((text for text in structured.in_article("articleBody") if isinstance(text, str)), None),
    )


def _date_language(tongue: str | None, url: str) -> str | None:
    """The language for reading 3/4/2024: a country's domain says more than a template's "en-US"."""
    country = urls.host_of(url).rpartition(".")[2]
    return "en-GB" if (tongue or "en").startswith("en") and country in _DAY_FIRST.split() else tongue


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
            name = keyword.strip()
            if 1 < len(name) <= MOST_KEYWORD_CHARACTERS:
                found.setdefault(name.casefold(), name)
        if found and len(found) >= MOST_KEYWORDS:
            break
    return tuple(found.values())[:MOST_KEYWORDS]


def _keyword_texts(structured: Structured) -> Iterator[str]:
    for value in structured.in_article("keywords"):
        yield from (plain(entry.get("name") if isinstance(entry, dict) else entry) for entry in listed(value))
    for name in _KEYWORDS:
        yield from structured.meta.get(name, ())


def _canonical(structured: Structured) -> str | None:
    """The canonical address, absolute but otherwise as the page says it."""
    for value in (*structured.links.get("canonical", ()), structured.first("og:url")):
        if address := urls.resolve(structured.url, value):
            return address
    return None
