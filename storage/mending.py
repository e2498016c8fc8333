"""Mends what a look through the database finds wrong, as far as it follows from what else is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, text, update

from storage import schema
from storage.checks import GROUPS, INDEX, LINKS, STATISTICS, Check
from storage.counting import correct
from storage.database import writing
from storage.indexing import catch_up
from storage.recount import Recount, recounted

_CHUNK = 400


def mend(engine: Engine, check: Check, now: datetime) -> bool:
    """Mend what a check found, in one transaction; False where only a backup helps."""
    way = _WAYS.get(check)
    if way is None:
        return False
    with writing(engine, f"mend the {check.name}") as connection:
        way(connection, now)
    return True


def _links(connection: Connection, now: datetime) -> None:
    """Let links whose article is gone be fetched again."""
    t, a = schema.links, schema.articles.c
    lost = t.c.article_id.is_not(None) & ~select(a.id).where(a.id == t.c.article_id).exists()
    values = {"article_id": None, "state": "waiting", "attempts": 0, "retry_at": None, "run_id": None}
    connection.execute(update(t).where(lost).values(values | {"run_outcome": None, "revisit_at": None}))


def _groups(connection: Connection, now: datetime) -> None:
    """Keep those together that were said to repeat an article that is gone, under the first of them.

    The counters of groups are mended with the others.
    """
    a = schema.articles
    heads = select(a.c.id)
    lost = select(a.c.id, a.c.duplicate_of, a.c.flags).where(a.c.duplicate_of.not_in(heads)).order_by(a.c.id)
    first: dict[int, int] = {}
    for row in connection.execute(lost).all():
        head = first.setdefault(row.duplicate_of, row.id)
        values: dict[str, Any] = {"duplicate_of": head}
        if head == row.id:
            values = {"duplicate_of": None, "flags": [flag for flag in row.flags if flag != "near-dup"]}
        connection.execute(update(a).where(a.c.id == row.id).values(values))


def _index(connection: Connection, now: datetime) -> None:
    """Index the articles that are not in the index; all anew where it holds what has no article."""
    sqlite = connection.dialect.name == "sqlite"
    entries = "SELECT id AS place FROM search_index_docsize" if sqlite else "SELECT place FROM search_index"
    held = set(connection.execute(text(f"{entries} UNION ALL SELECT place FROM search_pending")).scalars())
    places = set(connection.execute(select(schema.search_places.c.place)).scalars())
    empty = sorted(places - held)
    if held - places:
        wipe = "INSERT INTO search_index(search_index) VALUES ('delete-all')" if sqlite else "DELETE FROM search_index"
        connection.execute(text(wipe))
        connection.execute(delete(schema.search_pending))
        empty = sorted(places)
    t = schema.search_places
    for start in range(0, len(empty), _CHUNK):
        connection.execute(delete(t).where(t.c.place.in_(empty[start : start + _CHUNK])))
    catch_up(connection)


def _counters(connection: Connection, now: datetime) -> None:
    """Bring every counter to what a recount says."""
    for each in list(recounted(connection, now)):
        _correct(connection, each)


def _correct(connection: Connection, wrong: Recount) -> None:
    by_place: dict[tuple[str, datetime], Counter[str]] = {}
    for each in wrong.differences:
        by_place.setdefault((each.span, each.at), Counter())[each.name] = each.rows - each.counter
    for (span, at), change in sorted(by_place.items()):
        correct(connection, wrong.source, span, at, change)


_WAYS: Mapping[Check, Callable[[Connection, datetime], None]] = {
    LINKS: _links,
    GROUPS: _groups,
    INDEX: _index,
    STATISTICS: _counters,
}
