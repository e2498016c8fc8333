"""One search over all stored articles, whichever database they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, exists, func, literal_column, select, table, text

from storage import cursors, pending, schema
from storage.articles import Filter, Stored, stored_from
from storage.completing import completed
from storage.cursors import Cursor
from storage.database import reading
from storage.expressions import Wanted, fts5, fts5_term, tsquery, wanted
from storage.indexing import COLUMNS, first_place, vector
from storage.query import parse
from storage.words import SPONSORED

# Ranked by how well they match are only so many of the newest matches; all of a common word would take a second.
RANKED = 2000
MOST = 500
_WEIGHTS = {"body": 1.0, "headline": 8.0, "authors": 4.0, "marks": 0.0}
_BEFORE_ALL = -(1 << 62)
_AFTER_ALL = 1 << 62


class Order(StrEnum):
    """Newest first, by the time published or else stored; or by rank, among the newest matches."""

    newest = "newest"
    rank = "rank"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results, and the cursor that gives the next one; None on the last page."""

    articles: list[Stored]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Match:
    place: int
    article: int
    score: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search: what the index is asked for, the filters that it knows nothing of, and the span of places."""

    index: Wanted
    rest: Filter
    low: int
    below: int


def search(
    engine: Engine,
    query: str = "",
    filters: Filter | None = None,
    order: str = Order.newest,
    cursor: str | None = None,
    limit: int = 20,
    now: datetime | None = None,
) -> Found:
    """Find articles: what `query` says (see storage.query) and `filters` let through; an empty query lists all.

    A cursor gives the next page of the search that it came from, whatever is stored in between: nothing comes twice
    and nothing that was there is left out. `now` is what 7d and 24h in a query count from. Raises QueryError for a
    query or a cursor that cannot be understood.
    """
    filters = filters or Filter()
    order = Order(order)
    read = parse(query, now or datetime.now(UTC))
    given = f"{order} {query} {filters.source} {filters.kind} {filters.sponsored}"
    start = None if cursor is None else cursors.decode(cursor, given)
    asked = _Asked(
        index=wanted(
            read,
            [filters.source] if filters.source else (),
            [filters.kind] if filters.kind else (),
            () if filters.sponsored else (SPONSORED,),
        ),
        rest=replace(filters, source=None, kind=None, sponsored=True),
        low=max(
            (first_place(moment) for moment in (read.after, filters.published_since) if moment), default=_BEFORE_ALL
        ),
        below=first_place(read.before) if read.before else _AFTER_ALL,
    )
    limit = min(max(limit, 1), MOST)
    with reading(engine, f"search for {query!r}") as connection:
        if filters.since:
            asked = replace(asked, low=max(asked.low, _lowest_since(connection, filters.since)))
        if order is Order.newest or not read.wanted:
            page, following = _newest(connection, asked, start, limit)
        else:
            page, following = _ranked(connection, asked, start, limit)
        numbers = [match.article for match in page]
        a = schema.articles
        found = stored_from(connection, connection.execute(select(a).where(a.c.id.in_(numbers))).all())
    by_number = {stored.id: stored for stored in found}
    articles = [by_number[number] for number in numbers]
    return Found(articles, None if following is None else cursors.encode(following, given))


def _newest(
    connection: Connection, asked: _Asked, start: Cursor | None, limit: int
) -> tuple[list[_Match], Cursor | None]:
    if start is not None:
        asked = replace(asked, below=min(asked.below, start.below))
    found = _matches(connection, asked, limit + 1)
    page = found[:limit]
    return page, Cursor(below=page[-1].place) if len(found) > limit else None


def _ranked(
    connection: Connection, asked: _Asked, start: Cursor | None, limit: int
) -> tuple[list[_Match], Cursor | None]:
    """Rank the newest matches; what is stored after the first page was made takes no part in the further ones."""
    if start is not None:
        asked = replace(asked, low=max(asked.low, start.low), below=min(asked.below, start.high + 1))
    found = _matches(connection, asked, RANKED, scored=True)
    if start is None:
        a = schema.articles.c
        newest = connection.execute(select(func.coalesce(func.max(a.id), 0))).scalar_one()
        places = [match.place for match in found] or [0]
        start = Cursor(low=min(places), high=max(places), last=newest)
    shown = set(start.shown)
    left = [match for match in found if match.article <= start.last and match.article not in shown]
    left.sort(key=lambda match: (match.score, -match.place))
    page = left[:limit]
    following = replace(start, shown=(*start.shown, *(match.article for match in page)))
    return page, following if len(left) > limit else None


def _matches(connection: Connection, asked: _Asked, most: int, *, scored: bool = False) -> list[_Match]:
    """Give the newest matches, those that wait to be indexed among them."""
    sqlite = connection.dialect.name == "sqlite"
    place: Any = literal_column("search_index.rowid" if sqlite else "search_index.place")
    index = table("search_index")
    number = select(schema.search_places.c.article_id).where(schema.search_places.c.place == place).scalar_subquery()
    if sqlite:
        # Ranked, a beginning counts as one word.
        terms = () if scored else (*asked.index.wanted, *asked.index.unwanted)
        expression = fts5(asked.index, completed(connection, terms))
    else:
        expression = tsquery(asked.index)
    condition = "search_index MATCH :asked" if sqlite else "search_index.words @@ CAST(:asked AS tsquery)"
    score = "0.0"
    if scored and sqlite:
        score = f"bm25(search_index, {', '.join(str(_WEIGHTS[name]) for name in COLUMNS)})"
    elif scored:
        score = "-ts_rank(search_index.words, CAST(:ranked AS tsquery))"
    query = (
        select(place, number, text(score))
        .select_from(index)
        .where(text(condition), place < asked.below, place >= asked.low)
    )
    query = _rest(query, asked.rest, place).order_by(place.desc()).limit(most)
    found = [
        _Match(*row) for row in connection.execute(query, {"asked": expression, "ranked": _ranking(asked.index)}).all()
    ]
    waiting = _waiting(connection, asked)
    if waiting:
        numbers = [article for _, article in waiting]
        scores = _scores(connection, asked.index, [row for row, _ in waiting]) if scored else [0.0] * len(numbers)
        found += [_Match(row.place, article, score) for (row, article), score in zip(waiting, scores, strict=True)]
        found.sort(key=lambda match: -match.place)
    return found[:most]


def _lowest_since(connection: Connection, moment: datetime) -> int:
    """Give the lowest place of the articles stored since a time, so that no match below it is looked at."""
    a, places = schema.articles.c, schema.search_places.c
    # For the least of a bare column SQLite would go through all of them from the lowest on.
    first = connection.execute(select(func.min(a.id + 0)).where(a.stored_at >= moment)).scalar_one()
    if first is None:
        return _AFTER_ALL
    lowest = select(func.min(places.place + 0)).where(places.article_id >= first)
    place = connection.execute(lowest).scalar_one()
    return _AFTER_ALL if place is None else int(place)


def _waiting(connection: Connection, asked: _Asked) -> list[tuple[Any, int]]:
    """Give the matches among the articles that wait, each with its number."""
    t, places = schema.search_pending, schema.search_places
    query = select(t).where(t.c.place < asked.below, t.c.place >= asked.low)
    rows = {row.place: row for row in connection.execute(query) if pending.matches(asked.index, row)}
    if not rows:
        return []
    numbers = select(places.c.place, places.c.article_id).where(places.c.place.in_(rows))
    passed = connection.execute(_rest(numbers, asked.rest, places.c.place))
    return [(rows[place], article) for place, article in passed]


def _rest(query: Select[Any], rest: Filter, place: Any) -> Select[Any]:
    """Add the filters that the index knows nothing of."""
    if rest == Filter():
        return query
    a, places = schema.articles.c, schema.search_places.alias("filtered")
    passed = select(a.id).join(places, and_(places.c.article_id == a.id, places.c.place == place))
    return query.where(exists(rest.apply(passed)))


def _scores(connection: Connection, asked: Wanted, rows: Sequence[Any]) -> list[float]:
    if connection.dialect.name != "sqlite":
        rank = text("SELECT -ts_rank(CAST(:words AS tsvector), CAST(:asked AS tsquery))")
        asking = _ranking(asked)
        return [
            float(connection.execute(rank, {"words": vector(row._mapping), "asked": asking}).scalar_one())
            for row in rows
        ]
    counting = text("SELECT count(*) FROM search_index WHERE search_index MATCH :term")
    having = [connection.execute(counting, {"term": fts5_term(term)}).scalar_one() for term in asked.wanted]
    corpus = pending.Corpus(*_size(connection), having)
    return [pending.score(asked, row, corpus, _WEIGHTS) for row in rows]


def _ranking(asked: Wanted) -> str:
    """Give what PostgreSQL ranks by: the terms alone, since it also counts what is not wanted."""
    return tsquery(Wanted(asked.wanted, (), (), ()))


def _size(connection: Connection) -> tuple[int, float]:
    """Give the number of indexed articles and their average length, from the record that SQLite's index keeps."""
    record = connection.execute(text("SELECT block FROM search_index_data WHERE id = 1")).scalar_one_or_none() or b""
    numbers, value = [], 0
    for byte in record:
        # The highest bits come first here.
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    if not numbers or not numbers[0]:
        return 0, 1.0
    return numbers[0], sum(numbers[1 : 1 + len(COLUMNS)]) / numbers[0]
