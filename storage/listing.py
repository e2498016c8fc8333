"""Lists of articles for readers: the newest first, page by page, without their texts.

A page is found by numbers, which grow with the time stored, in an index of what is asked for; what no index knows is
looked at in so many articles only. A page may thus be shorter than it could be, and its cursor then goes on where the
look ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, Text, and_, exists, func, select, type_coerce

from storage import schema
from storage.articles import Stored, by_numbers
from storage.database import reading
from storage.filing import Under, filing_key

# How many articles are looked at for one page where the index does not know all that is asked for.
WINDOW = 4000
# Writers' clocks may differ by so much, so that numbers and times are not quite in the same order.
_SLACK = timedelta(hours=1)
# No article has this number.
_NONE = 1 << 62


@dataclass(frozen=True, slots=True)
class Asked:
    """Which articles a list has: of a source, a kind, an author, a keyword, stored or published since a time; not read
    yet, starred, sponsored ones too."""

    source: str | None = None
    kind: str | None = None
    author: str | None = None
    keyword: str | None = None
    since: datetime | None = None
    unread: bool = False
    published_since: datetime | None = None
    starred: bool = False
    sponsored: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it. `rating` is as printed; `group` is the first article that has the same text."""

    id: int
    source: str
    source_name: str
    url: str
    headline: str
    description: str | None
    kind: str
    language: str | None
    rating: str | None
    word_count: int
    flags: tuple[str, ...]
    published_at: datetime | None
    stored_at: datetime
    group: int


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list, and the numbers that the pages before and after it lie beyond; None where there is none."""

    articles: tuple[Listed, ...]
    newer: int | None = None
    older: int | None = None


def newest(engine: Engine, asked: Asked, limit: int, before: int | None = None, after: int | None = None) -> ListPage:
    """Give the newest articles, or those next `before` or `after` an article's number; newest first in any case."""
    with reading(engine, "list articles") as connection:
        if after is not None:
            numbers, beyond = _numbers(connection, asked, limit, after, ascending=True)
            if len(numbers) == limit:
                articles = rows_of(connection, numbers[::-1])
                return ListPage(articles, numbers[-1] if beyond is not None else None, numbers[0])
            before = None
        numbers, older = _numbers(connection, asked, limit, before, ascending=False)
        top = (numbers[0] if numbers else before - 1) if before is not None else None
        return ListPage(rows_of(connection, numbers), top, older)


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of a list with all that is stored of its articles, and the number that the next page lies below."""

    articles: tuple[Stored, ...]
    older: int | None


def newest_stored(
    engine: Engine, asked: Asked, limit: int, before: int | None = None, *, texts: bool = True
) -> StoredPage:
    """Give the newest articles, or those next before an article's number, in full; their texts only if wanted."""
    with reading(engine, "list articles") as connection:
        numbers, older = _numbers(connection, asked, limit, before, ascending=False)
        return StoredPage(tuple(by_numbers(connection, numbers, texts=texts)), older)


def newest_numbers(engine: Engine, asked: Asked, limit: int, before: int | None = None) -> list[int]:
    """Give the numbers of the newest articles, or of those next before one."""
    with reading(engine, "list articles") as connection:
        return _numbers(connection, asked, limit, before, ascending=False)[0]


def listed(engine: Engine, numbers: Sequence[int]) -> tuple[Listed, ...]:
    """Give articles by their numbers, in this order; those that are gone are left out."""
    with reading(engine, "list articles") as connection:
        return rows_of(connection, numbers)


def count_kinds(engine: Engine) -> dict[str, int]:
    """Give the number of articles of each kind."""
    kind = schema.articles.c.kind
    with reading(engine, "count the articles by kind") as connection:
        return {row[0]: row[1] for row in connection.execute(select(kind, func.count()).group_by(kind))}


def as_listed(stored: Stored) -> Listed:
    """Give an article that was read in full as lists show it."""
    article = stored.article
    return Listed(
        id=stored.id,
        source=article.source_id,
        source_name=article.source_name,
        url=article.url,
        headline=article.headline,
        description=article.description,
        kind=article.kind,
        language=article.in_language,
        rating=article.review.raw if article.review else None,
        word_count=article.word_count,
        flags=article.flags,
        published_at=article.date_published,
        stored_at=stored.stored_at,
        group=int(article.duplicate_of or stored.id),
    )


def rows_of(connection: Connection, numbers: Sequence[int]) -> tuple[Listed, ...]:
    """Read articles without their texts, in the order of `numbers`."""
    a = schema.articles.c
    columns = (
        *(a.id, a.source, a.source_name, a.url, a.headline, a.kind, a.language, a.word_count, a.flags),
        *(a.published_at, a.stored_at, a.duplicate_of, a.fields),
    )
    rows = connection.execute(select(*columns).where(a.id.in_(numbers))).all() if numbers else []
    by_number = {row.id: _listed(row) for row in rows}
    return tuple(by_number[number] for number in numbers if number in by_number)


def _listed(row: Any) -> Listed:
    review = row.fields.get("review") or {}
    return Listed(
        id=row.id,
        source=row.source,
        source_name=row.source_name,
        url=row.url,
        headline=row.headline,
        description=row.fields.get("description"),
        kind=row.kind,
        language=row.language,
        rating=review.get("raw"),
        word_count=row.word_count,
        flags=tuple(row.flags),
        published_at=row.published_at,
        stored_at=row.stored_at,
        group=row.id if row.duplicate_of is None else row.duplicate_of,
    )


def _numbers(
    connection: Connection, asked: Asked, limit: int, beyond: int | None, *, ascending: bool
) -> tuple[list[int], int | None]:
    """Give the next articles' numbers, and the number that the ones after them lie beyond."""
    query, number, rest = _indexed(asked)
    if beyond is not None:
        query = query.where(number > beyond if ascending else number < beyond)
    if asked.since is not None:
        query = query.where(number >= _first_since(connection, asked.since - _SLACK))
    if asked.published_since is not None:
        query = query.where(number >= _first_published(connection, asked.published_since))
    query = query.order_by(number.asc() if ascending else number.desc())
    if not rest:
        found = list(connection.execute(query.limit(limit + 1)).scalars())
        return found[:limit], found[limit - 1] if len(found) > limit else None
    a = schema.articles.c
    # A small window is mostly enough, and looking at the large one takes longer than all else.
    for window in (min(4 * limit, WINDOW), WINDOW):
        seen = query.limit(window).subquery().c[0]
        passed = select(seen).join(schema.articles, a.id == seen).where(and_(*rest))
        passed = passed.order_by(seen.asc() if ascending else seen.desc()).limit(limit + 1)
        found = list(connection.execute(passed).scalars())
        if len(found) > limit:
            return found[:limit], found[limit - 1]
    looked_at = connection.execute(select(seen).offset(WINDOW - 1).limit(1)).scalar_one_or_none()
    return found, looked_at


def _indexed(asked: Asked) -> tuple[Select[Any], Any, list[Any]]:
    """Give the query that an index answers, its column of numbers, and the conditions that are left."""
    a, f, m = schema.articles.c, schema.filed.c, schema.marks.c
    rest: list[Any] = []
    filings = [(under, name) for under, name in ((Under.author, asked.author), (Under.keyword, asked.keyword)) if name]
    for under, name in filings[1:]:
        rest.append(exists().where(f.article_id == a.id, f.under == under.value, f.key == filing_key(name)))
    if asked.published_since is not None:
        rest.append(a.published_at >= asked.published_since)
    if not asked.sponsored:
        # As the text that it is stored as, or the pattern would be encoded too.
        rest.append(type_coerce(a.flags, Text).not_like('%"sponsored"%'))
    if asked.unread:
        rest.append(~exists().where(m.article_id == a.id, m.read_at.is_not(None)))
    if asked.since is not None:
        rest.append(a.stored_at >= asked.since)
    own = [a.source == asked.source] if asked.source else []
    own += [a.kind == asked.kind] if asked.kind else []
    if asked.starred and not filings:
        return select(m.article_id).where(m.starred_at.is_not(None)), m.article_id, rest + own
    if asked.starred:
        rest.append(exists().where(m.article_id == a.id, m.starred_at.is_not(None)))
    if filings:
        under, name = filings[0]
        query = select(f.article_id).where(f.under == under.value, f.key == filing_key(name))
        return query, f.article_id, rest + own
    return select(a.id).where(*own[:1]), a.id, rest + own[1:]


def _first_published(connection: Connection, since: datetime) -> int:
    """Give the lowest number of the articles published since a time, or one that no article has yet."""
    a = schema.articles.c
    # For the least of a bare column SQLite would go through all of them from the lowest on.
    first = connection.execute(select(func.min(a.id + 0)).where(a.published_at >= since)).scalar_one()
    return _NONE if first is None else int(first)


def _first_since(connection: Connection, since: datetime) -> int:
    """Give the number of the first article stored since a time, or one that no article has yet."""
    a = schema.articles.c
    query = select(a.id).where(a.stored_at >= since).order_by(a.stored_at, a.id).limit(1)
    first = connection.execute(query).scalar_one_or_none()
    return _NONE if first is None else int(first)
