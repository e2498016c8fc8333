"""The values that pass between the parts: links, pages, blocks, candidates, articles, visits, runs.

All are plain: nothing that a process border would not let through. Times are aware and in UTC, but for an article's own
dates, which keep the offset that the page gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

BlockKind = Literal["p", "heading", "li", "quote", "pre", "row", "caption"]
Via = Literal["feed", "sitemap", "listing", "warc"]

_ADDRESS_CODES = ("robots", "robots-unreachable", "private-address", "dns", "tls", "timeout", "refused")
_ANSWER_CODES = (
    "http-4xx",
    "http-5xx",
    "rate-limited",
    "redirect",
    "too-large",
    "truncated",
    "bad-encoding",
    "not-html",
)
FETCH_CODES = _ADDRESS_CODES + _ANSWER_CODES
_PARSE_CODES = ("parse-timeout", "parse-memory", "parse-error")
PAGE_CODES = (*_PARSE_CODES, "bot-wall", "login", "soft-404", "not-article", "no-text", "too-short")
ARTICLE_CODES = ("new", "updated", "unchanged", "dup-url", "dup-title", "dup-body")
OUTCOME_CODES = FETCH_CODES + PAGE_CODES + ARTICLE_CODES
KINDS = (
    "article",
    "review",
    "listicle",
    "gallery",
    "recap",
    "interview",
    "obituary",
    "live-blog",
    "video",
    "podcast",
    "box-office",
    "commerce",
)
FLAGS = ("near-dup", "paywalled", "sponsored", "affiliate", "spoiler", "noarchive", "tdm-reserved", "feed-only")


@dataclass(frozen=True, slots=True)
class Author:
    """A person or a named desk."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Embed:
    """A foreign piece shown inside an article: a post, a player. `provider` is a lower-case word, e.g. instagram."""

    provider: str
    url: str | None = None
    author: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict: the value as printed (`raw`), as a number or letter grade (`value`) on a scale up to `best`."""

    value: str
    raw: str
    best: str | None = None
    item_name: str | None = None
    item_type: str | None = None


@dataclass(frozen=True, slots=True)
class Slide:
    """One picture of a gallery with its title and caption."""

    title: str | None
    caption: str | None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class ListItem:
    """One entry of a listicle, with its number as printed where it has one."""

    number: str | None
    title: str


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """One entry of a live-blog."""

    published: datetime | None
    text: str
    headline: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One line of text: a paragraph, heading, list item, quotation, verse or table row.

    `kind` and `text` are the content; `level` is a heading's level (1 to 6) or a list's depth (from 1), `marker`
    a list number as printed ("3."). The rest are features for cleaning and are not stored: `path` the tags from
    the body down ("article/div/p"), `classes` the class and id words on that path, `link_share` the share of the
    characters that are link text (0 to 1), `bold` whether all of it is set in bold, `chance` how likely the line is
    part of the story (0 to 1; None where nothing has judged it).
    """

    kind: BlockKind
    text: str
    level: int = 0
    marker: str | None = None
    path: str = ""
    classes: str = ""
    link_share: float = 0.0
    bold: bool = False
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A block, or a part of one, that cleaning took out: which rule, what text, and where it stood."""

    rule: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Link:
    """An article's address as a source named it, with what the source said about it.

    `url` is absolute and as found. `content_html` is the full text where the feed carries it. `updated` is the
    feed's `updated` or the sitemap's `lastmod`.
    """

    url: str
    via: Via
    door: str | None = None
    guid: str | None = None
    headline: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    summary_html: str | None = None
    content_html: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a fetch brought. `url` is where it ended, `requested_url` where it began; header names in lower case."""

    url: str
    requested_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A parsed page: its metadata and its body as blocks, before the outlet's memory and the rules are applied.

    `signals` are short words about the page as a whole ("paywalled", "sponsored", "noarchive", "tdm-reserved",
    "schema:Review", "schema:LiveBlogPosting", ...). `reject` is a page code where the page is no article; the
    blocks are then the best text there is.
    """

    url: str
    canonical_url: str | None = None
    headline: str = ""
    alternative_headline: str | None = None
    description: str | None = None
    section: str | None = None
    authors: tuple[Author, ...] = ()
    date_published: datetime | None = None
    date_modified: datetime | None = None
    date_published_raw: str | None = None
    date_source: str | None = None
    in_language: str | None = None
    keywords: tuple[str, ...] = ()
    main_image: Image | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Embed, ...] = ()
    audios: tuple[Embed, ...] = ()
    embeds: tuple[Embed, ...] = ()
    is_accessible_for_free: bool | None = None
    access_signal: str | None = None
    review: Review | None = None
    live_updates: tuple[LiveUpdate, ...] = ()
    site_name: str | None = None
    next_page: str | None = None
    blocks: tuple[Block, ...] = ()
    signals: tuple[str, ...] = ()
    reject: str | None = None
    probability: float | None = None
    extractor: str = "newsreel"


@dataclass(frozen=True, slots=True)
class Article:
    """A clean article, with the fields of DESIGN's list (JSON names are the same in camelCase)."""

    url: str
    source_id: str
    source_name: str
    headline: str
    blocks: tuple[Block, ...]
    canonical_url: str
    requested_url: str
    date_downloaded: datetime
    alternative_headline: str | None = None
    description: str | None = None
    section: str | None = None
    authors: tuple[Author, ...] = ()
    date_published: datetime | None = None
    date_modified: datetime | None = None
    date_published_raw: str | None = None
    date_source: str | None = None
    in_language: str | None = None
    keywords: tuple[str, ...] = ()
    main_image: Image | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Embed, ...] = ()
    audios: tuple[Embed, ...] = ()
    embeds: tuple[Embed, ...] = ()
    is_accessible_for_free: bool | None = None
    access_signal: str | None = None
    flags: tuple[str, ...] = ()
    kind: str = "article"
    review: Review | None = None
    slides: tuple[Slide, ...] = ()
    list_items: tuple[ListItem, ...] = ()
    live_updates: tuple[LiveUpdate, ...] = ()
    story_id: str | None = None
    duplicate_of: str | None = None
    word_count: int = 0
    content_hash: str = ""
    version: int = 1
    removals: tuple[Removal, ...] = ()
    extractor: str = "newsreel"
    extractor_version: str = ""
    rules_version: str = ""
    probability: float | None = None


@dataclass(slots=True)
class Visit:
    """One discovered link on its way through a run; each step fills in its part, `outcome` ends it.

    `detail` is a failure in words; `known` tells that the article is stored already. `fingerprints` and `story` are
    those of its blocks and paragraphs, for the outlet's memory, which held `memory_pages`, this one included, when
    it was cleaned. `canonical_key` is the identity it may claim, `revisits` the ages at which it is asked for again.
    """

    run_id: int
    source_id: str
    link: Link
    url_key: str
    known: bool = False
    page: Page | None = None
    parts: tuple[Page, ...] = ()
    candidate: Candidate | None = None
    article: Article | None = None
    fingerprints: frozenset[int] = field(default_factory=frozenset)
    story: frozenset[int] = field(default_factory=frozenset)
    memory_pages: int = 0
    canonical_key: str | None = None
    outcome: str | None = None
    detail: str | None = None
    retry_at: datetime | None = None
    revisits: tuple[timedelta, ...] = ()


def body_text(blocks: Iterable[Block]) -> str:
    """Give the blocks as plain text: paragraphs separated by one empty line, list numbers in front of their text.

    >>> body_text((Block("heading", "Cast", level=2), Block("li", "Ada Moss", marker="1.")))
    'Cast\\n\\n1. Ada Moss'
    """
    return "\n\n".join(f"{block.marker} {block.text}" if block.marker else block.text for block in blocks)
