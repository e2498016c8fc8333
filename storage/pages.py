"""Raw pages, compressed, so that a better rule can be applied to what was fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import zstandard
from sqlalchemy import Connection, bindparam, delete, insert, select

from newsreel.items import Page, Visit
from storage import schema

LEVEL = 3
# Built once: that takes longer than running them.
_KEEP = insert(schema.pages)
_FORGET = delete(schema.pages).where(
    schema.pages.c.link_id == bindparam("its_link"), schema.pages.c.article_id.is_(None)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The pages of a visit, for an article and its version, or for none where they were rejected."""

    pages: Sequence[Page]
    source: str
    link_id: int
    article: tuple[int, int] | None


def keep_pages(connection: Connection, visits: Sequence[Kept]) -> None:
    """Keep the pages of visits.

    Those of an earlier rejected try at the same link go, also where there is nothing to keep now.
    """
    if not visits:
        return
    connection.execute(_FORGET, [{"its_link": kept.link_id} for kept in visits])
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    rows = [
        {
            "source": kept.source,
            "link_id": kept.link_id,
            "article_id": kept.article and kept.article[0],
            "version": kept.article and kept.article[1],
            "part": part,
            "url": page.url,
            "requested_url": page.requested_url,
            "status": page.status,
            "headers": page.headers,
            "fetched_at": page.fetched_at,
            "size": len(page.body),
            "body": compressor.compress(page.body),
        }
        for kept in visits
        for part, page in enumerate(kept.pages, 1)
    ]
    if rows:
        connection.execute(_KEEP, rows)


def keepable(visit: Visit) -> list[Page]:
    """Give the raw pages of a visit; none where there was no fetch, or the page says noarchive."""
    flags = visit.article.flags if visit.article is not None else ()
    signals = visit.candidate.signals if visit.candidate is not None else ()
    if visit.page is None or "noarchive" in (*flags, *signals):
        return []
    return [visit.page, *visit.parts]


def pages_of(connection: Connection, number: int) -> list[Page]:
    """Give the raw pages of an article's present version, in the order of its parts."""
    a, t = schema.articles.c, schema.pages.c
    query = (
        select(schema.pages)
        .join(schema.articles, a.id == t.article_id)
        .where(a.id == number, t.version == a.version)
        .order_by(t.part)
    )
    unpack = zstandard.ZstdDecompressor().decompress
    return [
        Page(row.url, row.requested_url, row.status, row.headers, unpack(row.body), row.fetched_at)
        for row in connection.execute(query)
    ]
