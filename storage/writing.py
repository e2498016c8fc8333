"""Writes articles with their appearances, revisions and removals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from newsreel.items import Article, Link
from storage import indexing, schema
from storage.counting import Book, insert_for
from storage.filing import file_article, file_new
from storage.handing import hand_over
from storage.holdings import holding
from storage.removals import removals_of
from storage.values import article_from, row_of

# Statements that each article needs are built once: that takes longer than running them.
_INSERT = insert(schema.articles)
_REMOVALS = insert(schema.removals)
_LAST = select(func.coalesce(func.max(schema.articles.c.id), 0))


@dataclass(frozen=True, slots=True)
class Entry:
    """A new article, the keys that it is stored under, and with how many pages in the memory it was cleaned."""

    article: Article
    url_key: str
    canonical_key: str
    memory_pages: int


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
        values = self._new_row(article, url_key, canonical_key)
        number = int(self.connection.execute(_INSERT, values).inserted_primary_key[0])  # type: ignore[index]
        self._removals([(number, article)])
        file_new(self.connection, [(number, article)])
        indexing.add(self.connection, number, article, self.now)
        self._held(article.source_id, self.now, None, holding(article, values["lag_seconds"]))
        return number

    def insert_all(self, entries: Sequence[Entry]) -> list[int]:
        """Store new articles together and give their numbers; they are in no group yet."""
        if not entries:
            return []
        a = schema.articles.c
        rows = [self._new_row(each.article, each.url_key, each.canonical_key, each.memory_pages) for each in entries]
        before = self.connection.execute(_LAST).scalar_one()
        hand_over(self.connection, _INSERT, rows)
        query = select(a.id, a.source, a.url_key).where(a.id > before)
        by_key = {(row.source, row.url_key): row.id for row in self.connection.execute(query)}
        numbered = [(by_key[each.article.source_id, each.url_key], each.article) for each in entries]
        self._removals(numbered)
        file_new(self.connection, numbered)
        indexing.add_all(self.connection, numbered, self.now)
        for row, (_, article) in zip(rows, numbered, strict=True):
            self._held(article.source_id, self.now, None, holding(article, row["lag_seconds"]))
        return [number for number, _ in numbered]

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
        self._removals([(number, article)])
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
        self._removals([(number, article)])
        file_article(self.connection, number, article)
        indexing.add(self.connection, number, article, old.stored_at, place)
        self._held(old.source, old.stored_at, holding(before, old.lag_seconds), holding(article, old.lag_seconds))

    def appear_all(self, appearances: Sequence[Mapping[str, Any]]) -> None:
        """Record where articles were seen that nothing is known of yet."""
        hand_over(self.connection, _appearance(self.connection.dialect.name), appearances)

    def appear(self, number: int, source: str, link: Link, url_key: str, outcome: str) -> bool:
        """Record that an article was seen at a link; False where it was seen there before."""
        values = self.appearance(number, source, link, url_key, outcome)
        # What PostgreSQL's driver counts tells nothing here.
        return self.connection.execute(_first_appearance(self.connection.dialect.name), values).first() is not None

    def appearance(self, number: int, source: str, link: Link, url_key: str, outcome: str) -> dict[str, Any]:
        """Give how an article was seen at a link."""
        return {
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

    def _old(self, row: Any) -> Article:
        return article_from(row, removals_of(self.connection, [row.id]).get(row.id, ()))

    def _held(self, source: str, stored_at: datetime, before: Counter[str] | None, after: Counter[str]) -> None:
        book = self.book or Book(self.connection, self.now)
        book.hold(source, stored_at, before, after)
        if self.book is None:
            book.write()

    def _new_row(self, article: Article, url_key: str, canonical_key: str, memory_pages: int = 0) -> dict[str, Any]:
        published = article.date_published
        lag = None
        if published is not None and published.tzinfo is not None and published <= self.now:
            lag = int((self.now - published).total_seconds())
        return row_of(article, url_key, canonical_key) | {
            "stored_at": self.now,
            "changed_at": self.now,
            "lag_seconds": lag,
            "version": 1,
            "story_id": article.story_id,
            "flags": _flags(article, None),
            "memory_pages": memory_pages,
        }

    def _removals(self, articles: Iterable[tuple[int, Article]]) -> None:
        rows = [
            {"article_id": number, "n": n, "rule": r.rule, "text": r.text, "place": r.where}
            for number, article in articles
            for n, r in enumerate(article.removals)
        ]
        hand_over(self.connection, _REMOVALS, rows)


@lru_cache
def _appearance(dialect: str) -> Any:
    return insert_for(dialect, schema.appearances).on_conflict_do_nothing()


@lru_cache
def _first_appearance(dialect: str) -> Any:
    return _appearance(dialect).returning(schema.appearances.c.id)


def _flags(article: Article, duplicate_of: int | None) -> list[str]:
    """Give an article's flags, with the one that only the store can set."""
    own = [flag for flag in article.flags if flag != "near-dup"]
    return own if duplicate_of is None else [*own, "near-dup"]
