"""What the API says of articles, with the field names of zyte-common-items and a few of our own."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from newsreel.items import FLAGS, KINDS
from newsreel.web.api.values import Next, Time, Value

Kind = Literal[KINDS]  # type: ignore[valid-type]
Flag = Literal[FLAGS]  # type: ignore[valid-type]
Operation = Literal["same", "changed", "added", "removed"]
_DATES = ["2026-11-20T09:05:00-05:00", "2026-11-20"]


class Author(Value):
    """A person or a named desk."""

    name: str = Field(examples=["Ada Moss"])
    url: str | None = None


class Address(Value):
    """Where something is."""

    url: str


class Image(Value):
    """A picture of an article."""

    url: str
    caption: str | None = None
    credit: str | None = None


class Embed(Value):
    """A foreign piece shown inside an article."""

    provider: str = Field(examples=["instagram"])
    url: str | None = None
    author: str | None = None
    text: str | None = None


class Review(Value):
    """A verdict: as printed (`raw`), and as a value on a scale up to `best`."""

    value: str = Field(examples=["3.5"])
    raw: str = Field(examples=["★★★½"])
    best: str | None = Field(None, examples=["4"])
    item_name: str | None = None
    item_type: str | None = None


class Slide(Value):
    """A picture of a gallery."""

    title: str | None = None
    caption: str | None = None
    image: str | None = None


class ListItem(Value):
    """An entry of a listicle, with its number as printed."""

    number: str | None = None
    title: str


class LiveUpdate(Value):
    """An entry of a live-blog."""

    published: str | None = None
    headline: str | None = None
    text: str


class Source(Value):
    """An outlet."""

    id: str = Field(examples=["tide"])
    name: str = Field(examples=["Tide"])


class Removal(Value):
    """What cleaning took out of the text: which rule, what, and where it stood."""

    rule: str = Field(examples=["ad.marker"])
    text: str = Field(examples=["Advertisement"])
    where: str = Field(examples=["4/article/div/p"])


class ReasonedRemoval(Removal):
    """What cleaning took out of the text, and why."""

    reason: str = Field(examples=["a marker of advertising"])
    moved: bool = Field(description="Whether it stands elsewhere in the article: as a credit, a caption, the rating.")


class Metadata(Value):
    """How the article was made."""

    date_downloaded: str = Field(examples=_DATES)
    extractor: str
    extractor_version: str
    rules_version: str
    probability: float | None = Field(description="How likely it is an article; null where nothing judged that.")


class ArticleSummary(Value):
    """An article without its text; with it where `include` says so."""

    model_config = ConfigDict(
        json_schema_extra={"description": "An article; the text and what was removed from it only where wanted."}
    )

    id: int = Field(description="Its number here.", examples=[4711])
    stored_at: Time
    changed_at: Time
    read: bool
    starred: bool
    url: str = Field(examples=["https://tide.example/film/reel-two"])
    canonical_url: str
    requested_url: str
    headline: str = Field(examples=["Reel Two Is Found"])
    alternative_headline: str | None
    description: str | None
    section: str | None
    authors: list[Author]
    date_published: str | None = Field(
        description="With the offset that the page gave, or the day alone; never invented.",
        examples=_DATES,
    )
    date_modified: str | None
    date_published_raw: str | None
    date_source: str | None
    in_language: str | None = Field(description="BCP 47.", examples=["en"])
    article_body: str | None = Field(
        None,
        description="The clean text; an empty line between paragraphs. Not null where it was asked for.",
        examples=["The second reel was in the attic.\n\nIt runs eleven minutes."],
    )
    article_body_html: str | None = Field(None, description="Only where asked for.")
    article_body_markdown: str | None = Field(None, description="Only where asked for.")
    keywords: list[str]
    main_image: Address | None
    images: list[Image]
    videos: list[Address]
    audios: list[Address]
    embeds: list[Embed]
    is_accessible_for_free: bool | None
    access_signal: str | None
    flags: list[Flag]
    kind: Kind
    review: Review | None
    slides: list[Slide]
    list_items: list[ListItem]
    live_updates: list[LiveUpdate]
    source: Source
    story_id: str | None
    duplicate_of: str | None = Field(description="The number of the first article that has the same text.")
    word_count: int = Field(examples=[412])
    content_hash: str
    version: int
    removals: list[Removal] | None = Field(None, description="Only where asked for.")
    metadata: Metadata


class ArticlePage(Value):
    """A page of articles, the newest first."""

    items: list[ArticleSummary]
    next: Next


class Appearance(Value):
    """A place where an article was seen."""

    source: str = Field(examples=["tide"])
    url: str
    via: Literal["feed", "sitemap", "listing", "warc"]
    door: str | None = Field(description="The feed, sitemap or listing that named it.")
    guid: str | None = Field(description="What the door calls it.")
    outcome: str = Field(examples=["new"])
    seen_at: Time


class Copy(Value):
    """The same text at another outlet."""

    id: int
    source: Source
    headline: str
    came: Time = Field(description="When it was published, as far as known, else when it was stored.")


class Article(ArticleSummary):
    """An article with its text, what was removed from it, where it was seen, and who else has it."""

    model_config = ConfigDict(json_schema_extra={"description": "An article with its text."})

    article_body: str = Field(
        description="The clean text; an empty line between paragraphs.",
        examples=["The second reel was in the attic.\n\nIt runs eleven minutes."],
    )
    removals: list[Removal]
    appearances: list[Appearance]
    copies: list[Copy] = Field(description="All copies of the text, this one too, the first ones first.")


class Removals(Value):
    """What cleaning took out of an article, in order."""

    items: list[ReasonedRemoval]


class Version(Value):
    """A version of an article."""

    version: int
    since: Time | None = Field(description="When it was stored; null where the version before it is not kept.")
    headline: str
    article_body: str


class Revisions(Value):
    """The versions of an article that are kept, the oldest first; the last one is the present one."""

    items: list[Version]


class Span(Value):
    """A piece of a paragraph."""

    operation: Literal["same", "added", "removed"]
    text: str


class Line(Value):
    """A paragraph; the spans of a changed one make up both of its versions."""

    operation: Operation
    spans: list[Span]


class VersionMark(Value):
    """Which version."""

    version: int
    since: Time | None


class Changes(Value):
    """What differs between two versions of an article, word by word."""

    before: VersionMark
    after: VersionMark
    summary: str = Field(examples=["1 paragraph reworded, 1 added"])
    headline: list[Line]
    lines: list[Line]


class Marks(Value):
    """Whether an article was read and starred; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"starred": True}]})

    read: bool | None = None
    starred: bool | None = None


class ManyMarks(Marks):
    """The same for several articles."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"articles": [4711, 4712], "read": True}]})

    articles: list[int] = Field(min_length=1, max_length=200, description="Their numbers.")


class Marked(Value):
    """How an article is marked now."""

    id: int
    read: bool
    starred: bool


class MarkedMany(Value):
    """How articles are marked now; those that are not there are left out."""

    items: list[Marked]
