"""Writes articles with their appearances, revisions and removals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from newsreel.items import Article, Link, Removal
from storage import indexing, schema
from storage.filing import file_article
from storage.values import row_of


class ArticleWriter:
    """Writes articles inside the transaction that its connection holds."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def insert(self, article: Article, url_key: str, canonical_key: str) -> int:
        """Store a new article and give its number; it is in no group yet."""
        values = row_of(article, url_key, canonical_key)
        published = article.date_published
        lag = None
        if published is not None and published.tzinfo is not None and published <= self.now:
            lag = int((self.now - published).total_seconds())
        values |= {
            "stored_at": self.now,
            "changed_at": self.now,
            "lag_seconds": lag,
            "version": 1,
            "story_id": article.story_id,
            "flags": _flags(article, None),
        }
        number = self.connection.execute(insert(schema.articles).values(values)).inserted_primary_key[0]  # type: ignore[index]
        self._removals(number, article.removals)
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, self.now)
        return int(number)

    def replace(self, number: int, article: Article, canonical_key: str, url_key: str) -> int:
        """Put a changed text in the place of the old one, which becomes a revision; give the new version.

        When it was stored, its lag and the group it belongs to stay.
        """
        a = schema.articles
        old = self.connection.execute(select(a).where(a.c.id == number)).one()
        place = indexing.remove(self.connection, number)
        self.connection.execute(
            insert(schema.revisions).values(
                article_id=number,
                version=old.version,
                headline=old.headline,
                content_hash=old.content_hash,
                blocks=old.blocks,
                replaced_at=self.now,
            )
        )
        values = row_of(article, url_key, canonical_key) | {
            "version": old.version + 1,
            "changed_at": self.now,
            "flags": _flags(article, old.duplicate_of),
        }
        self.connection.execute(update(a).where(a.c.id == number).values(values))
        self.connection.execute(delete(schema.removals).where(schema.removals.c.article_id == number))
        self._removals(number, article.removals)
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, old.stored_at, place)
        return int(old.version) + 1

    def refresh(self, number: int, article: Article) -> None:
        """Put new metadata and removals in the place of the old ones, for a text that is the same."""
        a = schema.articles
        old = self.connection.execute(select(a).where(a.c.id == number)).one()
        place = indexing.remove(self.connection, number)
        values = row_of(article, old.url_key, old.canonical_key) | {"flags": _flags(article, old.duplicate_of)}
        self.connection.execute(update(a).where(a.c.id == number).values(values))
        self.connection.execute(delete(schema.removals).where(schema.removals.c.article_id == number))
        self._removals(number, article.removals)
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, old.stored_at, place)

    def appear(self, number: int, source: str, link: Link, url_key: str, outcome: str) -> None:
        """Record that an article was seen at a link."""
        table = schema.appearances
        known = self.connection.execute(
            select(table.c.id).where(table.c.article_id == number, table.c.source == source, table.c.url_key == url_key)
        ).first()
        if known is None:
            self.connection.execute(
                insert(table).values(
                    article_id=number,
                    source=source,
                    url=link.url,
                    url_key=url_key,
                    via=link.via,
                    door=link.door,
                    guid=link.guid,
                    outcome=outcome,
                    seen_at=self.now,
                )
            )

    def _removals(self, number: int, removals: Sequence[Removal]) -> None:
        if removals:
            self.connection.execute(
                insert(schema.removals),
                [
                    {"article_id": number, "n": n, "rule": r.rule, "text": r.text, "place": r.where}
                    for n, r in enumerate(removals)
                ],
            )


def _flags(article: Article, duplicate_of: int | None) -> list[str]:
    """Give an article's flags, with the one that only the store can set."""
    own = [flag for flag in article.flags if flag != "near-dup"]
    return own if duplicate_of is None else [*own, "near-dup"]
