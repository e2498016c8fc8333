"""How long things are kept: removes what is older than its source wants it, in small transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, tuple_, update

from newsreel.sources import Source
from storage import schema
from storage.database import reading, writing
from storage.namings import forget_namings
from storage.removing import AT_ONCE, remove_articles

EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Expiry:
    """How much of a source is, or was, removed as too old."""

    source: str
    pages: int = 0
    revisions: int = 0
    articles: int = 0

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing of it."""
        return not (self.pages or self.revisions or self.articles)


def expired(engine: Engine, sources: Iterable[Source], now: datetime) -> list[Expiry]:
    """Give what would go of each source, those left out of which nothing would."""
    found = []
    with reading(engine, "look for what is too old") as connection:
        for source in sources:
            pages, revisions, articles = (
                0 if query is None else connection.execute(_count(query)).scalar_one()
                for query in (_pages(source, now), _revisions(source, now), _articles(source, now))
            )
            found.append(Expiry(source.id, pages, revisions, articles))
    return [expiry for expiry in found if not expiry.nothing]


def expire(engine: Engine, sources: Iterable[Source], now: datetime) -> list[Expiry]:
    """Remove what is older than its source wants it, and give how much; raw pages and revisions before articles.

    The links of articles stay, so that these do not come back as new; their appearances go with them.
    """
    gone = []
    for source in sources:
        pages = _in_steps(engine, _pages(source, now), _remove_pages)
        revisions = _in_steps(engine, _revisions(source, now), _remove_revisions)
        articles = _in_steps(engine, _articles(source, now), partial(_remove_articles, now=now))
        gone.append(Expiry(source.id, pages, revisions, articles))
    return [expiry for expiry in gone if not expiry.nothing]


def _horizon(keep: timedelta | None, now: datetime) -> datetime | None:
    """Give the time before which things go; None where all are kept."""
    try:
        return None if keep is None else now - keep
    except OverflowError:
        return None


def _pages(source: Source, now: datetime) -> Any:
    t = schema.pages.c
    horizon = _horizon(source.keep_pages, now)
    return None if horizon is None else select(t.id).where(t.source == source.id, t.fetched_at < horizon).order_by(t.id)


def _revisions(source: Source, now: datetime) -> Any:
    t, a = schema.revisions.c, schema.articles.c
    horizon = _horizon(source.keep_revisions, now)
    if horizon is None:
        return None
    query = select(t.article_id, t.version).join(schema.articles, a.id == t.article_id)
    return query.where(a.source == source.id, t.replaced_at < horizon).order_by(t.article_id, t.version)


def _articles(source: Source, now: datetime) -> Any:
    t = schema.articles.c
    horizon = _horizon(source.keep_articles, now)
    return None if horizon is None else select(t.id).where(t.source == source.id, t.changed_at < horizon).order_by(t.id)


def _count(query: Any) -> Any:
    return select(func.count()).select_from(query.order_by(None).subquery())


def _in_steps(engine: Engine, query: Any, remove: Callable[[Connection, Sequence[Any]], None]) -> int:
    """Remove what a query names, some at a time, each in a transaction of its own; give how much it was."""
    if query is None:
        return 0
    with reading(engine, "look for what is too old") as connection:
        # One pass over what may be a large table; what a crawl changes meanwhile is younger than a day.
        rows = connection.execute(query).all()
    for start in range(0, len(rows), AT_ONCE):
        with writing(engine, "remove what is too old") as connection:
            remove(connection, rows[start : start + AT_ONCE])
    return len(rows)


def _remove_pages(connection: Connection, rows: Sequence[Any]) -> None:
    connection.execute(delete(schema.pages).where(schema.pages.c.id.in_([row.id for row in rows])))


def _remove_revisions(connection: Connection, rows: Sequence[Any]) -> None:
    t = schema.revisions
    keys = tuple_(t.c.article_id, t.c.version)
    connection.execute(delete(t).where(keys.in_([tuple(row) for row in rows])))


def _remove_articles(connection: Connection, rows: Sequence[Any], now: datetime) -> None:
    numbers = [row.id for row in rows]
    t = schema.links
    forget_namings(connection, connection.execute(select(t.c.id).where(t.c.article_id.in_(numbers))).scalars().all())
    values = {"state": EXPIRED, "article_id": None, "hint": None, "revisit_at": None, "retry_at": None}
    connection.execute(update(t).where(t.c.article_id.in_(numbers)).values(**values))
    remove_articles(connection, numbers, now)
