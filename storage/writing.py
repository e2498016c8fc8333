"""Writes articles with their appearances, revisions and removals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from newsreel.items import Article, Link, Removal
from storage import indexing, schema
from storage.counting import Book, insert_for
from storage.filing import file_article
from storage.holdings import holding
from storage.removals import removals_of
from storage.values import article_from, row_of

# Statements that each article needs are built once: that takes longer than running them.
_INSERT = insert(schema.articles)
_REMOVALS = insert(schema.removals)


class ArticleWriter:
    """Writes articles inside the transaction that its connection holds.

    What this changes in the statistics is noted in `book`, which its owner writes; without one, it is written at once.
    """

    def __init__(self, connection: Connection, now: datetime, book: Book | None = None) -> None:
        self.connection = connection
        self.now = now
        self.book = book

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
        number = self.connection.execute(_INSERT, values).inserted_primary_key[0]  # type: ignore[index]
        self._removals(number, article.removals)
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, self.now)
        self._held(article.source_id, self.now, None, holding(article, lag))
        return int(number)

    def replace(self, number: int, article: Article, canonical_key: str, url_key: str) -> int:
        """Put a changed text in the place of the old one, which becomes a revision; give the new version.

        When it was stored, its lag and the group it belongs to stay.
        """
        a = schema.articles
        old = self.connection.execute(select(a).where(a.c.id == number)).one()
        before = self._old(old)
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
        self._held(old.source, old.stored_at, holding(before, old.lag_seconds), holding(article, old.lag_seconds))
        return int(old.version) + 1

    def refresh(self, number: int, article: Article) -> None:
        """Put new metadata and removals in the place of the old ones, for a text that is the same."""
        a = schema.articles
        old = self.connection.execute(select(a).where(a.c.id == number)).one()
        before = self._old(old)
        place = indexing.remove(self.connection, number)
        values = row_of(article, old.url_key, old.canonical_key) | {"flags": _flags(article, old.duplicate_of)}
        self.connection.execute(update(a).where(a.c.id == number).values(values))
        self.connection.execute(delete(schema.removals).where(schema.removals.c.article_id == number))
        self._removals(number, article.removals)
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, old.stored_at, place)
        self._held(old.source, old.stored_at, holding(before, old.lag_seconds), holding(article, old.lag_seconds))

    def appear(self, number: int, source: str, link: Link, url_key: str, outcome: str) -> bool:
        """Record that an article was seen at a link; False where it was seen there before."""
        values = {
            "article_id": number,
            "source": source,
            "url": link.url,
            "url_key": url_key,
            "via": link.via,
            "door": link.door,
            "guid": link.guid,
            "outcome": outcome,
            "seen_at": self.now,
        }
        return bool(self.connection.execute(_appearance(self.connection.dialect.name), values).rowcount)

    def _old(self, row: Any) -> Article:
        return article_from(row, removals_of(self.connection, [row.id]).get(row.id, ()))

    def _held(self, source: str, stored_at: datetime, before: Counter[str] | None, after: Counter[str]) -> None:
        book = self.book or Book(self.connection, self.now)
        book.hold(source, stored_at, before, after)
        if self.book is None:
            book.write()

    def _removals(self, number: int, removals: Sequence[Removal]) -> None:
        if removals:
            self.connection.execute(
                _REMOVALS,
                [
                    {"article_id": number, "n": n, "rule": r.rule, "text": r.text, "place": r.where}
                    for n, r in enumerate(removals)
                ],
            )


@lru_cache
def _appearance(dialect: str) -> Any:
    return insert_for(dialect, schema.appearances).on_conflict_do_nothing()


def _flags(article: Article, duplicate_of: int | None) -> list[str]:
    """Give an article's flags, with the one that only the store can set."""
    own = [flag for flag in article.flags if flag != "near-dup"]
    return own if duplicate_of is None else [*own, "near-dup"]
