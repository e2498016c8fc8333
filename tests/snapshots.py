"""What a database holds, without the numbers of its rows: two that were written in another order are held equal.

Left out is what the order decides and nothing else: which article of a group is called its first (the group counts,
and the figures of it are counted again), and at which place of a minute, or in the index or before it, an article is
found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from benchmarks.invariants import unindexed
from storage import schema
from storage.groups import COUNTED
from storage.indexing import first_place
from storage.metadata import metadata
from storage.recount import recounted

# The places of a day in the index.
_DAY = 60 * 24 * 16

Snapshot = dict[str, list[str]]

_LEFT_OUT = ("search_pending", "bands", "fresh_bands")


def snapshot(connection: Connection) -> Snapshot:
    """Give all rows by their tables, an article by its source and address instead of its number; likewise a link."""
    names = {
        table.name: {
            row.id: f"{row.source} {row.url_key}"
            for row in connection.execute(select(table.c.id, table.c.source, table.c.url_key))
        }
        for table in (schema.articles, schema.links)
    }
    return {
        table.name: sorted(
            repr(_told(table, row._mapping, names))
            for row in connection.execute(select(table))
            if row._mapping.get("name") not in COUNTED
        )
        for table in metadata.sorted_tables
        if table.name not in _LEFT_OUT
    } | {"groups": _groups(connection, names["articles"])}


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """Name the rows that only one of two databases has."""
    return [
        f"{which} {name}: {row}"
        for name in one
        for which, mine, theirs in (("-", one[name], other[name]), ("+", other[name], one[name]))
        for row in sorted(set(mine) - set(theirs))
    ] + [f"{name}: {len(one[name])} and {len(other[name])}" for name in one if len(one[name]) != len(other[name])]


def wrong(connection: Connection, now: Any) -> Iterator[str]:
    """Name what contradicts itself: counters and rows, flags and groups, articles and the index."""
    for source in recounted(connection, now):
        yield from map(str, source.differences)
    a = schema.articles.c
    for number, flags, first in connection.execute(select(a.id, a.flags, a.duplicate_of)):
        if ("near-dup" in flags) != (first is not None):
            yield f"article {number} is flagged {flags}, and a duplicate of {first}"
    places = schema.search_places.c
    for row in connection.execute(
        select(places.place, a.id, a.published_at, a.stored_at).where(a.id == places.article_id)
    ):
        minute = first_place(row.published_at or row.stored_at)
        # Many may share a minute; they go into later ones.
        if not minute <= row.place < minute + _DAY:
            yield f"article {row.id} has the place {row.place} in the index, and belongs to {minute}"
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
        yield from unindexed(connection)
    else:
        yield from _unplaced(connection)


def _told(table: Table, row: Any, names: dict[str, dict[int, str]]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in ("id", "duplicate_of")}
    for column, of in (("article_id", "articles"), ("link_id", "links")):
        if told.get(column) is not None:
            told[column] = names[of].get(told[column], told[column])
    if table is schema.articles:
        told["flags"] = [flag for flag in told["flags"] if flag != "near-dup"]
    if table is schema.search_places:
        del told["place"]
    if table is schema.sources:
        # Drawn anew with every change.
        told["mark"] = told["mark"] is not None
    return told


def _groups(connection: Connection, names: dict[int, str]) -> list[str]:
    groups: dict[int, list[str]] = defaultdict(list)
    a = schema.articles.c
    for row in connection.execute(select(a.id, a.duplicate_of)):
        groups[row.duplicate_of or row.id].append(names[row.id])
    return sorted(repr(sorted(group)) for group in groups.values() if len(group) > 1)


def _unplaced(connection: Connection) -> Iterator[str]:
    articles, places, pending = (
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (schema.articles, schema.search_places, schema.search_pending)
    )
    indexed = connection.execute(text("SELECT count(*) FROM search_index")).scalar_one()
    if not articles == places == indexed + pending:
        yield f"{articles} articles, {places} places, {indexed} in the index, {pending} waiting for it"
