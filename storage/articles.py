"""Reads articles: each kept once, with its appearances, revisions, raw pages and removals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, func, select, type_coerce

from newsreel.items import Article, Page
from newsreel.urls import url_key as key_of
from storage import schema
from storage.database import reading
from storage.namings import further
from storage.pages import pages_of
from storage.removals import removals_of
from storage.revisions import Revision, revisions_of
from storage.values import article_from

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as it is kept: its number, when it came, when it last changed."""

    id: int
    article: Article
    stored_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Appearance:
    """One place where an article was seen, or one way in which a door named it there."""

    source: str
    url: str
    via: str
    door: str | None
    guid: str | None
    outcome: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles are wanted; `since` is by the time stored, `published_since` by the article's own date."""

    source: str | None = None
    kind: str | None = None
    since: datetime | None = None
    published_since: datetime | None = None
    sponsored: bool = True

    def apply(self, query: Select[Any]) -> Select[Any]:
        """Add the conditions to a query over articles."""
        a = schema.articles.c
        if self.source:
            query = query.where(a.source == self.source)
        if self.kind:
            query = query.where(a.kind == self.kind)
        if self.since:
            query = query.where(a.stored_at >= self.since)
        if self.published_since:
            query = query.where(a.published_at >= self.published_since)
        if not self.sponsored:
            # As the text that it is stored as, or the pattern would be encoded too.
            query = query.where(type_coerce(a.flags, Text).not_like('%"sponsored"%'))
        return query


class Articles:
    """Reads articles."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, wanted: str) -> Stored | None:
        """Find an article by its number, by an address it was seen at, or by its canonical one."""
        a, seen = schema.articles.c, schema.appearances.c
        key = key_of(wanted)
        ways = [a.id.in_(select(seen.article_id).where(seen.url_key == key)), a.canonical_key == key]
        if wanted.isdecimal():
            # No database counts further.
            ways = [a.id == int(wanted)] if len(wanted) <= 18 else []
        with reading(self.engine, f"look up article {wanted}") as connection:
            for way in ways:
                row = connection.execute(select(schema.articles).where(way).order_by(a.id).limit(1)).first()
                if row is not None:
                    return stored_from(connection, [row])[0]
        return None

    def some(self, numbers: Sequence[int]) -> list[Stored]:
        """Give articles by their numbers, in this order; those that are gone are left out."""
        with reading(self.engine, "read articles") as connection:
            return by_numbers(connection, numbers)

    def newest(self, wanted: Filter, limit: int | None) -> list[Stored]:
        """Give the articles that were stored last, newest first."""
        a = schema.articles
        query = wanted.apply(select(a)).order_by(a.c.stored_at.desc(), a.c.id.desc())
        with reading(self.engine, "list articles") as connection:
            return stored_from(connection, connection.execute(query if limit is None else query.limit(limit)).all())

    def each(self, wanted: Filter, per_source: int | None = None) -> Iterator[Stored]:
        """Go through the wanted articles, oldest first, in batches, so that an export of any size fits in memory.

        `per_source` leaves only the newest so many of each source.
        """
        a = schema.articles
        last = 0
        newest = None if per_source is None else self._newest_of_each(wanted, per_source)
        while True:
            query = wanted.apply(select(a).where(a.c.id > last)).order_by(a.c.id).limit(_BATCH)
            if newest is not None:
                query = select(a).where(a.c.id.in_(newest[:_BATCH])).order_by(a.c.id)
                newest = newest[_BATCH:]
            with reading(self.engine, "read articles") as connection:
                batch = stored_from(connection, connection.execute(query).all())
            yield from batch
            if not newest and len(batch) < _BATCH:
                return
            last = batch[-1].id if batch else last

    def _newest_of_each(self, wanted: Filter, most: int) -> list[int]:
        a = schema.articles.c
        rank = func.row_number().over(partition_by=a.source, order_by=(a.stored_at.desc(), a.id.desc()))
        ranked = wanted.apply(select(a.id, rank.label("rank"))).subquery()
        query = select(ranked.c.id).where(ranked.c.rank <= most).order_by(ranked.c.id)
        with reading(self.engine, "choose articles") as connection:
            return list(connection.execute(query).scalars())

    def appearances(self, number: int) -> list[Appearance]:
        """Give all places where an article was seen, with every door, spelling and GUID, first ones first."""
        t = schema.appearances.c
        columns = (t.source, t.url, t.via, t.door, t.guid, t.outcome, t.seen_at)
        with reading(self.engine, f"read the appearances of article {number}") as connection:
            query = select(*columns).where(t.article_id == number).order_by(t.id)
            seen = [Appearance(*row) for row in connection.execute(query).all()]
            named = [
                # To be named again is nothing new.
                Appearance(source, naming.url, naming.via, naming.door, naming.guid, "unchanged", seen_at)
                for source, naming, seen_at in further(connection, number)
            ]
        told = {(each.source, each.url, each.via, each.door, each.guid) for each in seen}
        seen += [each for each in named if (each.source, each.url, each.via, each.door, each.guid) not in told]
        return sorted(seen, key=lambda each: each.seen_at)

    def revisions(self, number: int) -> list[Revision]:
        """Give an article's earlier texts, oldest first."""
        with reading(self.engine, f"read the revisions of article {number}") as connection:
            return revisions_of(connection, number)

    def pages(self, number: int) -> list[Page]:
        """Give the raw pages of an article's present version, in the order of its parts."""
        with reading(self.engine, f"read the pages of article {number}") as connection:
            return pages_of(connection, number)

    def count(self) -> int:
        """Count the stored articles."""
        with reading(self.engine, "count articles") as connection:
            return int(connection.execute(select(func.count()).select_from(schema.articles)).scalar_one())


def by_numbers(connection: Connection, numbers: Sequence[int], *, texts: bool = True) -> list[Stored]:
    """Read articles in the order of `numbers`; without `texts` they have neither blocks nor removals."""
    a = schema.articles
    columns = [column for column in a.c if texts or column is not a.c.blocks]
    rows = connection.execute(select(*columns).where(a.c.id.in_(numbers))).all() if numbers else []
    found = {each.id: each for each in (stored_from(connection, rows) if texts else map(_without_text, rows))}
    return [found[number] for number in numbers if number in found]


def _without_text(row: Any) -> Stored:
    return Stored(row.id, article_from(row, (), texts=False), row.stored_at, row.changed_at)


def stored_from(connection: Connection, rows: Sequence[Any]) -> list[Stored]:
    """Build articles from their rows, fetching the removals of many at once."""
    removals = removals_of(connection, [row.id for row in rows])
    return [Stored(row.id, article_from(row, removals.get(row.id, ())), row.stored_at, row.changed_at) for row in rows]
