"""Puts articles into the search index and takes them out, inside the transaction that stores or removes them.

An article's place in the index is its time: when it was published, or where it says nothing, when it was stored. So
the index gives the newest first without sorting, and a span of time is a span of places. New articles wait in
`search_pending`, already folded, and go into the index together, since one at a time costs more than twice as much; a
search looks through those that wait besides (storage.pending).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsreel.items import Article, body_text
from storage import schema
from storage.columns import storable
from storage.handing import hand_over
from storage.values import article_from, as_utc
from storage.words import EVERY, SPONSORED, fold, mark

# So many articles go into the index at once. A search looks through up to as many that wait.
BATCH = 50
# As many are read at once where all are indexed.
_UPGRADED = 500
# The places of so many minutes are asked for in one statement.
_MINUTES = 25
COLUMNS = ("body", "headline", "authors", "marks")

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
# Few, since the distance between neighbours is what the index mostly consists of.
_PLACES_A_MINUTE = 16
# PostgreSQL's limits for one entry: its size, the highest position, and the positions of one word.
_MOST_BYTES = 900_000
_LAST_POSITION = 16_383
_MOST_POSITIONS = 256
# What a word weighs in PostgreSQL; SQLite's weights are in storage.searching.
WEIGHTS = {"headline": "A", "authors": "B", "marks": "C", "body": "D"}

# Made once: to build a statement costs more than to run it.
_places = schema.search_places
_HIGHEST = select(func.max(_places.c.place)).where(_places.c.place.between(bindparam("first"), bindparam("last")))
_TAKE = {
    "sqlite": sqlite_insert(_places).on_conflict_do_nothing(index_elements=[_places.c.place]),
    "postgresql": postgresql_insert(_places).on_conflict_do_nothing(index_elements=[_places.c.place]),
}
_TAKEN = select(_places.c.place).where(_places.c.place.in_(bindparam("some", expanding=True)))
_ENTER_PLACES = insert(_places)
_WAIT = insert(schema.search_pending)
_ENTER_SQLITE = text(
    "INSERT INTO search_index(rowid, body, headline, authors, marks)"
    " VALUES (:place, :body, :headline, :authors, :marks)"
)
_ENTER_POSTGRESQL = text("INSERT INTO search_index(place, words) VALUES (:place, :words ::tsvector)")
_WAITING = select(func.count()).select_from(schema.search_pending)


def first_place(moment: datetime) -> int:
    """Give the lowest place of the minute that a time lies in."""
    return (moment - _EPOCH) // _MINUTE * _PLACES_A_MINUTE


def add(connection: Connection, number: int, article: Article, stored_at: datetime, was: int | None = None) -> None:
    """Have a stored article indexed: from now on it is found. `was` is its place before, which it keeps if it can."""
    place = _take_place(connection, number, as_utc(article.date_published) or stored_at, was)
    connection.execute(_WAIT, {"place": place, **_folded(article)})


def add_all(connection: Connection, articles: Sequence[tuple[int, Article]], stored_at: datetime) -> None:
    """Have articles indexed, by their numbers, that were all stored just now; many go into the index at once."""
    moments = [as_utc(article.date_published) or stored_at for _, article in articles]
    places = _take_places(connection, [number for number, _ in articles], moments)
    by_place = sorted((place, number) for number, place in enumerate(places))
    entries: list[dict[str, Any]] = [{"place": place, **_folded(articles[number][1])} for place, number in by_place]
    if len(entries) < BATCH:
        connection.execute(_WAIT, entries)
    elif connection.dialect.name == "sqlite":
        connection.execute(_ENTER_SQLITE, entries)
    else:
        connection.execute(_ENTER_POSTGRESQL, [{"place": each["place"], "words": vector(each)} for each in entries])


def remove(connection: Connection, number: int) -> int | None:
    """Take an article out of the index, before its row changes or goes; give the place that it had.

    The index holds no texts, so it is told from the row what is in it. An article that is in no index is let be.
    """
    places, pending = schema.search_places, schema.search_pending
    place = connection.execute(select(places.c.place).where(places.c.article_id == number)).scalar_one_or_none()
    if place is None:
        return None
    if not connection.execute(delete(pending).where(pending.c.place == place)).rowcount:
        if connection.dialect.name == "sqlite":
            row = connection.execute(select(schema.articles).where(schema.articles.c.id == number)).one()
            connection.execute(
                text(
                    "INSERT INTO search_index(search_index, rowid, body, headline, authors, marks)"
                    " VALUES ('delete', :place, :body, :headline, :authors, :marks)"
                ),
                {"place": place, **_folded(article_from(row, ()))},
            )
        else:
            connection.execute(text("DELETE FROM search_index WHERE place = :place"), {"place": place})
    connection.execute(delete(places).where(places.c.place == place))
    return int(place)


def settle(connection: Connection, least: int = BATCH) -> int:
    """Put the articles that wait into the index where they are `least` or more; give how many went in."""
    pending = schema.search_pending
    waiting = connection.execute(_WAITING).scalar_one()
    if not waiting or waiting < least:
        return 0
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                "INSERT INTO search_index(rowid, body, headline, authors, marks)"
                " SELECT place, body, headline, authors, marks FROM search_pending ORDER BY place"
            )
        )
        connection.execute(delete(pending))
        return int(waiting)
    # Another process may be at it; its rows are passed over.
    rows = connection.execute(select(pending).with_for_update(skip_locked=True)).all()
    entries = [{"place": row.place, "words": vector(row._mapping)} for row in rows]
    if entries:
        connection.execute(_ENTER_POSTGRESQL, entries)
        connection.execute(delete(pending).where(pending.c.place.in_([row.place for row in rows])))
    return len(entries)


def catch_up(connection: Connection) -> int:
    """Index every article that has no place in the index, as after an upgrade; give how many."""
    a, places = schema.articles, schema.search_places
    missing = select(a).where(a.c.id.not_in(select(places.c.article_id)))
    last = done = 0
    while True:
        rows = connection.execute(missing.where(a.c.id > last).order_by(a.c.id).limit(_UPGRADED)).all()
        for row in rows:
            add(connection, row.id, article_from(row, ()), row.stored_at)
        settle(connection)
        done += len(rows)
        if len(rows) < _UPGRADED:
            return done
        last = rows[-1].id


def vector(words: Any) -> str:
    """Give folded columns as a text that PostgreSQL reads as an entry of its index."""
    positions: defaultdict[str, list[str]] = defaultdict(list)
    place = size = 0
    # The body comes last: of a text that is too long for an entry, its end is what cannot be found.
    for name in reversed(COLUMNS):
        for word in words[name].split():
            place += 1
            size += 2 if word in positions else len(word.encode()) + 10
            if size > _MOST_BYTES:
                break
            if len(positions[word]) < _MOST_POSITIONS:
                positions[word].append(f"{min(place, _LAST_POSITION)}{WEIGHTS[name]}")
        # No phrase goes from one column into the next.
        place += 1
    return " ".join(f"'{word}':{','.join(found)}" for word, found in positions.items())


def _take_places(connection: Connection, numbers: Sequence[int], moments: Sequence[datetime]) -> list[int]:
    """Take the next free place of each article's minute; those whose minute is full look further one by one."""
    firsts = [first_place(moment) for moment in moments]
    minutes = sorted(set(firsts))
    highest: dict[int, int] = {}
    for start in range(0, len(minutes), _MINUTES):
        some = [first + n for first in minutes[start : start + _MINUTES] for n in range(_PLACES_A_MINUTE)]
        for place in connection.execute(_TAKEN, {"some": some}).scalars():
            first = place // _PLACES_A_MINUTE * _PLACES_A_MINUTE
            highest[first] = max(place, highest.get(first, place))
    places: list[int | None] = []
    for first in firsts:
        place = highest.get(first, first - 1) + 1
        is_free = place < first + _PLACES_A_MINUTE
        places.append(place if is_free else None)
        if is_free:
            highest[first] = place
    taken = [
        {"place": place, "article_id": number}
        for number, place in zip(numbers, places, strict=True)
        if place is not None
    ]
    hand_over(connection, _ENTER_PLACES, taken)
    return [
        _take_place(connection, number, moment, None) if place is None else place
        for number, moment, place in zip(numbers, moments, places, strict=True)
    ]


def _take_place(connection: Connection, number: int, moment: datetime, was: int | None) -> int:
    """Take the next free place of an article's minute, or of a later one where many share it."""
    tries = 0
    while True:
        first = first_place(moment) + _minutes_later(number, tries) * _PLACES_A_MINUTE
        taken = connection.execute(_HIGHEST, {"first": first, "last": first + _PLACES_A_MINUTE - 1}).scalar_one()
        place = first if taken is None else taken + 1
        if was is not None and not tries and first <= was < first + _PLACES_A_MINUTE:
            place = was
        if place == first + _PLACES_A_MINUTE:
            tries += 1
            continue
        values = {"place": place, "article_id": number}
        # Another process may have taken it in between.
        if connection.execute(_TAKE[connection.dialect.name], values).rowcount:
            return place


def _minutes_later(number: int, tries: int) -> int:
    """Give how far from its own minute an article looks for a free place: in a span that doubles now and then.

    Days without a time put many articles into their first minute, so that the nearest minutes are full.
    """
    return 1 + (number * 2_654_435_761 + tries * 40_503) % (2 << min(tries // 2, 20)) if tries else 0


def _folded(article: Article) -> dict[str, str]:
    marks = [EVERY, mark("source", article.source_id), mark("kind", article.kind)]
    if "sponsored" in article.flags:
        marks.append(SPONSORED)
    return {
        "body": fold(storable(body_text(article.blocks))),
        "headline": fold(storable(article.headline)),
        # No phrase goes from one name into the next.
        "authors": f" {mark('author')} ".join(fold(storable(author.name)) for author in article.authors),
        "marks": " ".join(marks),
    }
