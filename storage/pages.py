"""Raw pages, compressed, so that a better rule can be applied to what was fetched."""

from __future__ import annotations

from collections.abc import Sequence

import zstandard
from sqlalchemy import Connection, bindparam, delete, insert, select

from newsreel.items import Page
from storage import schema

LEVEL = 3
# Built once: that takes longer than running it.
_FORGET = delete(schema.pages).where(
    schema.pages.c.link_id == bindparam("its_link"), schema.pages.c.article_id.is_(None)
)


def keep_pages(
    connection: Connection, pages: Sequence[Page], source: str, link_id: int, kept_for: tuple[int, int] | None
) -> None:
    """Keep the pages of a visit for an article and its version, or for none where they were rejected.

    Those of an earlier rejected try at the same link go, also where there is nothing to keep now.
    """
    table = schema.pages
    connection.execute(_FORGET, {"its_link": link_id})
    article_id, version = kept_for or (None, None)
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    for part, page in enumerate(pages, 1):
        connection.execute(
            insert(table).values(
                source=source,
                link_id=link_id,
                article_id=article_id,
                version=version,
                part=part,
                url=page.url,
                requested_url=page.requested_url,
                status=page.status,
                headers=page.headers,
                fetched_at=page.fetched_at,
                size=len(page.body),
                body=compressor.compress(page.body),
            )
        )


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
