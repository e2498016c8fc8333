"""Keeps forgotten what a backup still holds: the tombstones of the present database hold for what is restored too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from storage import schema
from storage.database import reading, writing
from storage.forgetting import forget_rows
from storage.tombstones import address_digest
from storage.traces import remove_links, remove_mentions

Stones = Mapping[int, tuple[Any, list[Any]]]


def tombstones_of(engine: Engine) -> Stones:
    """Give the tombstones of a database with their keys."""
    with reading(engine, "read what was forgotten") as connection:
        stones: dict[int, tuple[Any, list[Any]]] = {
            row.id: (row, []) for row in connection.execute(select(schema.tombstones))
        }
        for key in connection.execute(select(schema.tombstone_keys)):
            stones[key.tombstone_id][1].append(key)
        return stones


def rebury(stones: Stones, restored: Engine, now: datetime) -> int:
    """Take over the tombstones that a restored database lacks, and remove what they stand for; give how many rows.

    An article or a link goes where it is of the tombstone's outlet and at an address of it; copies of its text stay.
    """
    with writing(restored, "keep forgotten what was") as connection:
        known = set(connection.execute(select(schema.tombstone_keys.c.digest)).scalars())
        lacking = {number: each for number, each in stones.items() if any(key.digest not in known for key in each[1])}
        by_address: dict[str, set[str]] = defaultdict(set)
        for stone, keys in lacking.values():
            values = {"source": stone.source, "reason": stone.reason, "forgotten_at": stone.forgotten_at}
            number = connection.execute(insert(schema.tombstones).values(values)).inserted_primary_key[0]  # type: ignore[index]
            rows = [{"digest": key.digest, "tombstone_id": number, "kind": key.kind} for key in keys]
            connection.execute(insert(schema.tombstone_keys), rows)
            by_address[stone.source].update(key.digest for key in keys if key.kind == "address")
        return sum(_remove(connection, source, digests, now) for source, digests in by_address.items())


def _remove(connection: Connection, source: str, digests: set[str], now: datetime) -> int:
    a, n = schema.articles.c, schema.links.c
    rows = connection.execute(select(a.id, a.url_key).where(a.source == source)).all()
    articles = [row.id for row in rows if address_digest(row.url_key) in digests]
    for number in articles:
        forget_rows(connection, number, now)
    rows = connection.execute(select(n.id, n.url_key).where(n.source == source)).all()
    links = [row.id for row in rows if address_digest(row.url_key) in digests]
    remove_mentions(connection, remove_links(connection, links, now))
    return len(articles) + len(links)
