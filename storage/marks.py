"""What the reader read and starred."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from storage import schema
from storage.counting import upsert
from storage.database import reading, writing

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """When an article was read and starred; None for not."""

    read_at: datetime | None = None
    starred_at: datetime | None = None


NONE = Mark()


def marks_of(engine: Engine, articles: Iterable[int]) -> dict[int, Mark]:
    """Give the marks of articles; those without one are left out."""
    t, wanted = schema.marks.c, list(articles)
    found: dict[int, Mark] = {}
    with reading(engine, "read the marks of articles") as connection:
        for start in range(0, len(wanted), _BATCH):
            query = select(t.article_id, t.read_at, t.starred_at).where(
                t.article_id.in_(wanted[start : start + _BATCH])
            )
            found |= {number: Mark(read, starred) for number, read, starred in connection.execute(query)}
    return found


def mark_read(engine: Engine, articles: Iterable[int], read_at: datetime | None) -> int:
    """Mark articles as read at a time, or with None as unread; numbers without an article are passed over.

    Gives how many were marked otherwise before.
    """
    return _mark(engine, articles, "read_at", read_at)


def mark_starred(engine: Engine, articles: Iterable[int], starred_at: datetime | None) -> int:
    """Star articles at a time, or with None unstar them; as `mark_read`."""
    return _mark(engine, articles, "starred_at", starred_at)


def starred(engine: Engine, limit: int, before: tuple[datetime, int] | None = None) -> list[tuple[int, datetime]]:
    """Give starred articles with their time, newest first; `before` is the last one of the page before."""
    t = schema.marks.c
    query = select(t.article_id, t.starred_at).where(t.starred_at.is_not(None))
    if before is not None:
        at, number = before
        query = query.where((t.starred_at < at) | ((t.starred_at == at) & (t.article_id < number)))
    query = query.order_by(t.starred_at.desc(), t.article_id.desc()).limit(limit)
    with reading(engine, "list starred articles") as connection:
        return [(number, at) for number, at in connection.execute(query)]


def count_starred(engine: Engine) -> int:
    """Count the starred articles."""
    query = select(func.count()).select_from(schema.marks).where(schema.marks.c.starred_at.is_not(None))
    with reading(engine, "count starred articles") as connection:
        return int(connection.execute(query).scalar_one())


def _mark(engine: Engine, articles: Iterable[int], column: str, at: datetime | None) -> int:
    """Set one of the two times. What is read or starred already keeps its first time."""
    t, wanted = schema.marks, sorted(set(articles))
    changed = 0
    with writing(engine, f"mark {len(wanted)} articles") as connection:
        for start in range(0, len(wanted), _BATCH):
            part = wanted[start : start + _BATCH]
            a = schema.articles.c
            numbers = connection.execute(select(a.id).where(a.id.in_(part))).scalars().all()
            query = select(t.c.article_id).where(t.c.article_id.in_(part), t.c[column].is_not(None))
            marked = set(connection.execute(query).scalars())
            new = [number for number in numbers if (number in marked) == (at is None)]
            changed += len(new)
            if new:
                statement = upsert(connection, t).values([{"article_id": number, column: at} for number in new])
                connection.execute(statement.on_conflict_do_update(index_elements=["article_id"], set_={column: at}))
    return changed
