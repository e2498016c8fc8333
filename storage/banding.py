"""The bands of signatures: kept in two tables, of which the small one takes what is new.

Bands are numbers without any order, so that each of an article's sixteen falls into another page of a large table.
They wait in a small one; with every hundred articles what waits in one slice of the numbers moves to the large one,
into neighbouring pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text

from newsreel.stories import BANDS, bands
from storage import schema
from storage.counting import insert_for
from storage.handing import hand_over

# Of each band so many of the newest articles are looked at: a text that hundreds of articles share needs no more.
MOST_OF_A_BAND = 20
# A slice moves with each so many articles. More slices leave more rows waiting, fewer touch more pages at once.
ARTICLES_A_MOVE = 100
SLICES = 48
_LOWEST, _WIDTH = -(2**63), 2**64 // SLICES + 1
_HIGHEST = 2**63 - 1
_CHUNK = 400
_TABLES = (schema.bands, schema.fresh_bands)
# As plain text: building sixteen selects anew would cost more than running them.
_SHARING = text(
    "SELECT article_id, signature FROM signatures WHERE article_id IN ("
    + " UNION ALL ".join(
        f"SELECT article_id FROM ("
        f"SELECT article_id FROM bands WHERE band = :b{n} AND article_id < :below "
        f"UNION ALL SELECT article_id FROM fresh_bands WHERE band = :b{n} AND article_id < :below "
        f"ORDER BY article_id DESC LIMIT {MOST_OF_A_BAND}) AS s{n}"
        for n in range(BANDS)
    )
    + ")"
)
_KNOWN = tuple(select(t.c.band).where(t.c.band.in_(bindparam("some", expanding=True))).distinct() for t in _TABLES)
_FRESH = schema.fresh_bands.c
_IN_SLICE = _FRESH.band.between(bindparam("first"), bindparam("last"))
_WAITING = select(_FRESH.band, _FRESH.article_id).where(_IN_SLICE).order_by(_FRESH.band, _FRESH.article_id)
_MOVED = delete(schema.fresh_bands).where(_IN_SLICE)


def sharing(connection: Connection, signed: bytes, below: int) -> Sequence[Any]:
    """Give the newest articles, of those with numbers below one, that share a band with a signature; with their own."""
    places = {f"b{n}": band for n, band in enumerate(bands(signed))} | {"below": below}
    return connection.execute(_SHARING, places).all()


def known(connection: Connection, wanted: Iterable[int]) -> Iterator[int]:
    """Give those of the bands that some article has."""
    some = sorted(wanted)
    for start in range(0, len(some), _CHUNK):
        for query in _KNOWN:
            yield from connection.execute(query, {"some": some[start : start + _CHUNK]}).scalars()


def add(connection: Connection, signed: Sequence[tuple[int, bytes]]) -> None:
    """Keep the bands of signatures, by the numbers of their articles; move what waits where it is time."""
    if not signed:
        return
    rows = sorted((band, number) for number, mine in signed for band in bands(mine))
    # Neighbours go in together.
    hand_over(
        connection,
        _new(connection.dialect.name),
        [{"band": band, "article_id": number} for band, number in rows],
    )
    first, last = min(number for number, _ in signed), max(number for number, _ in signed)
    for move in range((first - 1) // ARTICLES_A_MOVE, last // ARTICLES_A_MOVE)[-SLICES:]:
        _move(connection, move % SLICES)


def remove(connection: Connection, number: int, signed: bytes) -> None:
    """Remove the bands of an article's signature."""
    for table in _TABLES:
        mine = table.c.band.in_(bands(signed))
        connection.execute(delete(table).where(mine, table.c.article_id == number))


def _move(connection: Connection, number: int) -> None:
    """Move what waits of a slice."""
    first = _LOWEST + number * _WIDTH
    those = {"first": first, "last": min(first + _WIDTH - 1, _HIGHEST)}
    connection.execute(_moving(connection.dialect.name), those)
    connection.execute(_MOVED, those)


@lru_cache
def _moving(dialect: str) -> Any:
    return insert_for(dialect, schema.bands).from_select(["band", "article_id"], _WAITING).on_conflict_do_nothing()


@lru_cache
def _new(dialect: str) -> Any:
    # Where an article was deleted by others, its bands may have stayed and its number come again.
    return insert_for(dialect, schema.fresh_bands).on_conflict_do_nothing()
