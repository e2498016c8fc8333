"""What is known of feeds, sitemaps and listings, and whether their tags can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from storage import schema
from storage.counting import bump, upsert
from storage.database import reading

# After so many answers "not modified", or so long after it was read, a door is asked without its tags.
MAX_UNREAD = 8
MAX_UNREAD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DoorRecord:
    """A door at its last reading; `outcome` is read, unchanged, failed, waiting, or the code of a failed fetch."""

    source: str
    url: str
    kind: str
    outcome: str
    problem: str | None
    found: int | None
    checked_at: datetime
    failures: int = 0
    failing_since: datetime | None = None


def streak(old: Any | None, ok: bool, moved_to: str | None, now: datetime) -> dict[str, Any]:
    """Give how often a door failed in a row and since when, and where it moved: a failure says nothing of that."""
    failures = (old.failures or 0) if old is not None else 0
    since = old.failing_since if old is not None and failures else None
    if not ok:
        values = {"failures": failures + 1, "failing_since": since or now}
        return values | {"moved_to": old.moved_to if old is not None else None}
    known = old is not None and old.moved_to == moved_to
    moved_at = (old.moved_at if known and old is not None else now) if moved_to is not None else None
    return {"failures": 0, "failing_since": None, "moved_to": moved_to, "moved_at": moved_at}


class Doors:
    """Reads doors."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def all(self) -> list[DoorRecord]:
        """Give every door of every source."""
        return self._records(None)

    def of(self, source: str) -> list[DoorRecord]:
        """Give every door of a source."""
        return self._records(source)

    def _records(self, source: str | None) -> list[DoorRecord]:
        t = schema.doors.c
        query = select(t.source, t.url, t.kind, t.outcome, t.problem, t.found, t.checked_at)
        query = query.add_columns(func.coalesce(t.failures, 0), t.failing_since).order_by(t.source, t.url)
        if source is not None:
            query = query.where(t.source == source)
        with reading(self.engine, "read the doors") as connection:
            return [DoorRecord(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class DoorTrust:
    """What speaks for the tags (ETag, Last-Modified) of a door: when its body was read last, and how many times it
    said "not modified" since then; `distrusted_at` is when its tags were found to lie."""

    unread: int = 0
    read_at: datetime | None = None
    distrusted_at: datetime | None = None

    def sends_tags(self, now: datetime) -> bool:
        """Tell whether the door is asked with its tags: not if they lie, nor when it is time to see whether they do."""
        if self.distrusted_at is not None or self.read_at is None or self.unread >= MAX_UNREAD:
            return False
        return timedelta(0) <= now - self.read_at < MAX_UNREAD_FOR


def door_trust(connection: Connection, source: str, url: str) -> DoorTrust:
    """Give what speaks for a door's tags."""
    t = schema.doors.c
    query = select(t.unread, t.read_at, t.distrusted_at).where(t.source == source, t.url == url)
    row = connection.execute(query).first()
    return DoorTrust() if row is None else DoorTrust(row.unread or 0, row.read_at, row.distrusted_at)


def note_unread(connection: Connection, source: str, url: str) -> None:
    """Keep that a door said "not modified" once more."""
    _note(connection, source, url, unread=func.coalesce(schema.doors.c.unread, 0) + 1)


def note_read(connection: Connection, source: str, url: str, now: datetime) -> None:
    """Keep that a door's body was read."""
    _note(connection, source, url, unread=0, read_at=now)


def distrust(connection: Connection, source: str, url: str, now: datetime) -> None:
    """Keep that a door's tags lie; from now on its body tells whether it changed."""
    _note(connection, source, url, distrusted_at=now)


def wait(connection: Connection, source: str, run_id: int, url: str, kind: str, detail: str, now: datetime) -> None:
    """Count a door whose host wants to be left alone; what its last reading brought stays."""
    values = {"source": source, "url": url, "kind": kind, "outcome": "waiting", "problem": detail, "checked_at": now}
    connection.execute(upsert(connection, schema.doors).values(**values).on_conflict_do_nothing())
    bump(connection, source, run_id, now, {"doors-waiting": 1})


def _note(connection: Connection, source: str, url: str, **values: Any) -> None:
    t = schema.doors
    connection.execute(update(t).where(t.c.source == source, t.c.url == url).values(**values))
