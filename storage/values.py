"""Articles to rows and back: the columns that are searched, and the rest as plain JSON values."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from newsreel.items import (
    Article,
    Author,
    Block,
    Embed,
    Image,
    ListItem,
    LiveUpdate,
    Removal,
    Review,
    Slide,
)

_TIMES = ("date_published", "date_modified", "date_downloaded")
_NESTED: dict[str, type[Any]] = {
    "images": Image,
    "videos": Embed,
    "audios": Embed,
    "embeds": Embed,
    "slides": Slide,
    "list_items": ListItem,
}
# These have a column or a table of their own.
_COLUMNS = frozenset(
    {
        *("url", "source_id", "source_name", "canonical_url", "headline", "kind", "in_language", "word_count"),
        *("content_hash", "version", "flags", "authors", "blocks", "removals", "duplicate_of", "story_id"),
    }
)


def headline_key(headline: str) -> str:
    """Fold a headline to its letters and digits, so that quotes, dashes and case make no difference."""
    folded = unicodedata.normalize("NFKC", headline).casefold()
    return re.sub(r"[\W_]+", " ", folded).strip()[:300]


def as_utc(value: datetime | None) -> datetime | None:
    """Give an article's own date in UTC; a day without a time counts from midnight UTC."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def plain_blocks(blocks: tuple[Block, ...]) -> list[list[Any]]:
    """Give blocks as short lists: kind and text, then level and marker where they say something."""
    rows: list[list[Any]] = []
    for block in blocks:
        row: list[Any] = [block.kind, block.text]
        if block.level or block.marker:
            row += [block.level, block.marker]
        rows.append(row)
    return rows


def blocks_from(rows: list[list[Any]]) -> tuple[Block, ...]:
    """Read back what `plain_blocks` gave."""
    return tuple(Block(*row) for row in rows)


def plain_fields(article: Article) -> dict[str, Any]:
    """Give the fields that have no column of their own, those left out that have their default."""
    result: dict[str, Any] = {}
    for field in fields(article):
        value = getattr(article, field.name)
        if field.name in _COLUMNS or value == field.default:
            continue
        if field.name in _TIMES and value is not None:
            value = value.isoformat()
        elif field.name == "live_updates":
            value = [
                {"published": u.published and u.published.isoformat(), "text": u.text, "headline": u.headline}
                for u in value
            ]
        elif isinstance(value, tuple):
            value = [_plain(item) if hasattr(item, "__dataclass_fields__") else item for item in value]
        elif hasattr(value, "__dataclass_fields__"):
            value = _plain(value)
        result[field.name] = value
    return result


def _plain(item: Any) -> dict[str, Any]:
    """Give the fields of one of our values, which holds no other of them; asdict() would copy each one deeply."""
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def article_from(row: Any, removals: tuple[Removal, ...], *, texts: bool = True) -> Article:
    """Build an article from its row and its removals; without `texts` the row has no blocks, and neither has it."""
    rest: dict[str, Any] = dict(row.fields)
    for name in _TIMES:
        if name in rest:
            rest[name] = datetime.fromisoformat(rest[name])
    for name, kind in _NESTED.items():
        rest[name] = tuple(kind(**item) for item in rest.get(name, ()))
    if "main_image" in rest:
        rest["main_image"] = Image(**rest["main_image"])
    if "review" in rest:
        rest["review"] = Review(**rest["review"])
    rest["keywords"] = tuple(rest.get("keywords", ()))
    rest["live_updates"] = tuple(
        LiveUpdate(u["published"] and datetime.fromisoformat(u["published"]), u["text"], u["headline"])
        for u in rest.get("live_updates", ())
    )
    return Article(
        url=row.url,
        source_id=row.source,
        source_name=row.source_name,
        canonical_url=row.canonical_url,
        headline=row.headline,
        kind=row.kind,
        in_language=row.language,
        word_count=row.word_count,
        content_hash=row.content_hash,
        version=row.version,
        flags=tuple(row.flags),
        authors=tuple(Author(**author) for author in row.authors),
        blocks=blocks_from(row.blocks) if texts else (),
        duplicate_of=None if row.duplicate_of is None else str(row.duplicate_of),
        story_id=row.story_id,
        removals=removals,
        **rest,
    )


def row_of(article: Article, url_key: str, canonical_key: str) -> dict[str, Any]:
    """Give an article's columns, but for the times and the group that only the store knows."""
    return {
        "source": article.source_id,
        "source_name": article.source_name,
        "url": article.url,
        "url_key": url_key,
        "canonical_url": article.canonical_url,
        "canonical_key": canonical_key,
        "headline": article.headline,
        "headline_key": headline_key(article.headline),
        "kind": article.kind,
        "language": article.in_language,
        "published_at": as_utc(article.date_published),
        "word_count": article.word_count,
        "content_hash": article.content_hash,
        "flags": list(article.flags),
        "authors": [_plain(author) for author in article.authors],
        "fields": plain_fields(article),
        "blocks": plain_blocks(article.blocks),
    }
