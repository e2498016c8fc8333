"""Tombstones: what was forgotten is known again by hashes of its addresses and texts, and not stored again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, delete, func, insert, select

from storage import schema
from storage.columns import storable
from storage.database import reading, writing

# Texts shorter than this ("Watch it above.") are shared by different stories.
MIN_WORDS = 20
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of something forgotten: by how many addresses and texts it is known again."""

    id: int
    source: str
    reason: str
    forgotten_at: datetime
    addresses: int
    texts: int


class Graveyard:
    """Tells what was forgotten, inside the transaction that its connection holds."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def empty(self) -> bool:
        """Tell whether nothing was ever forgotten: then nothing is looked up."""
        return self.connection.execute(select(schema.tombstones.c.id).limit(1)).first() is None

    def addresses(self, url_keys: Iterable[str]) -> frozenset[str]:
        """Give those of the addresses, by their keys, that lead to something forgotten."""
        if self.empty:
            return frozenset()
        return self._known({address_digest(key): key for key in url_keys})

    def texts(self, content_hashes: Iterable[str]) -> frozenset[str]:
        """Give those of the texts, by their hashes, that were forgotten."""
        return frozenset() if self.empty else self._known({_text(text): text for text in content_hashes})

    def holds(self, url_keys: Iterable[str], content_hash: str, words: int) -> str | None:
        """Give the outcome of a page that brought what was forgotten, by its addresses or its text; else None."""
        if self.addresses(url_keys):
            return "dup-url"
        if words < MIN_WORDS or not self.texts([content_hash]):
            return None
        return "dup-body"

    def bury(
        self, source: str, reason: str, now: datetime, url_keys: Iterable[str], content_hashes: Iterable[str]
    ) -> int:
        """Set up a tombstone and give its number."""
        self.__dict__.pop("empty", None)
        values = {"source": source, "reason": reason, "forgotten_at": now}
        number = self.connection.execute(insert(schema.tombstones).values(values)).inserted_primary_key[0]  # type: ignore[index]
        keys = {address_digest(key): "address" for key in url_keys} | {_text(text): "text" for text in content_hashes}
        rows = [{"digest": digest, "tombstone_id": number, "kind": kind} for digest, kind in keys.items()]
        if rows:
            self.connection.execute(insert(schema.tombstone_keys), rows)
        return int(number)

    def _known(self, digests: dict[str, str]) -> frozenset[str]:
        t = schema.tombstone_keys.c
        wanted = list(digests)
        found: set[str] = set()
        for start in range(0, len(wanted), _CHUNK):
            query = select(t.digest).where(t.digest.in_(wanted[start : start + _CHUNK]))
            found.update(digests[digest] for digest in self.connection.execute(query).scalars())
        return frozenset(found)


def tombstones(engine: Engine, limit: int | None = None) -> list[Tombstone]:
    """Give the tombstones, newest first."""
    t, k = schema.tombstones.c, schema.tombstone_keys.c
    with reading(engine, "list what was forgotten") as connection:
        query = select(t.id, t.source, t.reason, t.forgotten_at).order_by(t.id.desc())
        rows = connection.execute(query if limit is None else query.limit(limit)).all()
        counts: dict[tuple[int, str], int] = {}
        for rows_of in _chunks([row.id for row in rows]):
            grouped = select(k.tombstone_id, k.kind, func.count()).where(k.tombstone_id.in_(rows_of))
            for number, kind, n in connection.execute(grouped.group_by(k.tombstone_id, k.kind)):
                counts[(number, kind)] = n
    return [Tombstone(*row, counts.get((row.id, "address"), 0), counts.get((row.id, "text"), 0)) for row in rows]


def remember(engine: Engine, number: int) -> bool:
    """Take a tombstone away, so that what it stands for may be found and stored again; False if there is none."""
    with writing(engine, f"take tombstone {number} away") as connection:
        connection.execute(delete(schema.tombstone_keys).where(schema.tombstone_keys.c.tombstone_id == number))
        return bool(connection.execute(delete(schema.tombstones).where(schema.tombstones.c.id == number)).rowcount)


def _chunks(numbers: Sequence[int]) -> Collection[Sequence[int]]:
    return [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]


def address_digest(url_key: str) -> str:
    """Give what is kept of an address, by its key."""
    return _digest("address", url_key)


def _text(content_hash: str) -> str:
    return _digest("text", content_hash)


def _digest(kind: str, key: str) -> str:
    return hashlib.sha256(f"{kind} {storable(key)}".encode()).hexdigest()
