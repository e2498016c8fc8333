"""Revisits: known articles that are looked at again because of their age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from newsreel.schedule import born, next_revisit
from storage import schema
from storage.counting import bump

# So that a source with a long past does not spend a run on it; the rest comes in the next one.
MOST = 200


def following(
    connection: Connection, link: Any, outcome: str, number: int | None, ages: Sequence[timedelta], now: datetime
) -> datetime | None:
    """Give when a link that was dealt with now is visited again.

    None for one that brought no article, and for a further address of one: a duplicate.
    """
    if not ages or outcome.startswith("dup-") or (link.revisit_at is None and outcome not in ("new", "updated")):
        return None
    a = schema.articles.c
    published = connection.execute(select(a.published_at).where(a.id == number)).scalar_one_or_none()
    return next_revisit(born(published, link.first_seen_at), now, ages)


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
