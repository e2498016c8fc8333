"""Revisits: known articles that are looked at again because of their age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from newsreel.items import FETCH_CODES
from newsreel.schedule import ages_of, born, next_revisit
from storage import schema
from storage.counting import bump

# So that a source with a long past does not spend a run on it; the rest comes in the next one.
MOST = 200
# What is known of an article that is gone.
UNKNOWN = (None, "article")

# Built once: that takes longer than running it.
_AGING = select(schema.articles.c.id, schema.articles.c.published_at, schema.articles.c.kind).where(
    schema.articles.c.id.in_(bindparam("numbers", expanding=True))
)


def following(
    connection: Connection, link: Any, outcome: str, number: int | None, ages: Sequence[timedelta], now: datetime
) -> datetime | None:
    """Give when a link that was dealt with now is visited again.

    None for one that brought no article, and for a further address of one: a duplicate.
    """
    if not is_followed(link, outcome, ages):
        return None
    published_at, kind = aging(connection, [number] if number is not None else []).get(number, UNKNOWN)
    return after(link, published_at, kind, ages, now)


def is_followed(link: Any, outcome: str, ages: Sequence[timedelta]) -> bool:
    """Tell whether a link that was dealt with is visited again at some age, if that is not over."""
    if not ages or outcome in FETCH_CODES or outcome.startswith("dup-"):
        return False
    return link.revisit_at is not None or outcome in ("new", "updated")


def after(
    link: Any, published_at: datetime | None, kind: str, ages: Sequence[timedelta], now: datetime
) -> datetime | None:
    """Give when a link is visited again whose article, of a kind, was published then."""
    return next_revisit(born(published_at, link.first_seen_at), now, ages_of(kind, ages))


def aging(connection: Connection, numbers: Sequence[int]) -> dict[int | None, tuple[datetime | None, str]]:
    """Give when articles were published and of what kind they are, at most as many as a statement takes."""
    if not numbers:
        return {}
    return {row.id: (row.published_at, row.kind) for row in connection.execute(_AGING, {"numbers": numbers})}


def take(connection: Connection, source: str, run_id: int, now: datetime, most: int | None) -> list[Any]:
    """Give the links whose revisit is due, those that wait longest first, and count them into the run.

    One that a door named in this run counts already, as unchanged: it is that no more.
    """
    t = schema.links
    query = select(t).where(t.c.source == source, t.c.revisit_at <= now, t.c.state == "done")
    rows = connection.execute(query.order_by(t.c.revisit_at, t.c.id).limit(MOST if most is None else most)).all()
    named = sum(1 for row in rows if row.run_id == run_id)
    for row in rows:
        values = {"run_id": run_id, "run_outcome": None, "last_seen_at": now}
        connection.execute(update(t).where(t.c.id == row.id).values(**values))
    fresh = len(rows) - named
    bump(connection, source, run_id, now, {"found": fresh, "revisited": fresh, "unchanged": -named})
    return list(rows)
