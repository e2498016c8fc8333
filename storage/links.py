"""The frontier: every link that a source named, what became of it, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from newsreel.errors import StorageError
from newsreel.items import Link
from newsreel.urls import url_key as key_of
from storage import endings, namings, revisits, schema
from storage.columns import storable
from storage.counting import bump
from storage.doors import streak
from storage.hints import hint_after, hint_of, link_from
from storage.rhythm import Arrivals
from storage.tombstones import Graveyard
from storage.tries import decide

_CHUNK = 400

# Statements that each page needs are built once: that takes longer than running them.
_L = schema.links.c
_FIND = select(_L.id, _L.attempts, _L.article_id, _L.first_seen_at, _L.revisit_at).where(
    _L.source == bindparam("its_source"), _L.url_key == bindparam("its_key")
)
_INSERT = insert(schema.links)


@dataclass(frozen=True, slots=True)
class Task:
    """A link to fetch; `etag` and `last_modified` are those of the last fetch, `known` tells that it is stored."""

    link: Link
    url_key: str
    known: bool = False
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class DoorReading:
    """What reading a feed, sitemap or listing brought, as it is kept per source and address."""

    url: str
    kind: str
    outcome: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    problem: str | None = None
    found: int | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class DoorState:
    """What is known of a door from its last reading; `moved_to` is where it is to be asked for instead."""

    etag: str | None
    last_modified: str | None
    body_hash: str | None
    moved_to: str | None = None


class LinkWriter:
    """Writes the frontier inside the transaction that its connection holds."""

    def __init__(self, connection: Connection, run_id: int, source: str, now: datetime) -> None:
        self.connection = connection
        self.run_id = run_id
        self.source = source
        self.now = now
        self.arrivals = Arrivals(connection, source, run_id, now)

    def take_up(self) -> list[Task]:
        """Take what earlier runs left waiting and may be tried again; each counts as found in this run."""
        t = schema.links.c
        query = select(schema.links).where(
            t.source == self.source,
            t.state == "waiting",
            or_(t.run_id.is_(None), t.run_id != self.run_id),
            or_(t.retry_at.is_(None), t.retry_at <= self.now),
            # What robots.txt forbids is tried again only when the source still names it.
            or_(t.outcome.is_(None), t.outcome != "robots"),
        )
        rows = self.connection.execute(query.order_by(t.id)).all()
        self._mark([row.id for row in rows], None)
        bump(self.connection, self.source, self.run_id, self.now, {"found": len(rows)})
        return [task_of(row) for row in rows]

    def revisit(self, most: int | None) -> list[Task]:
        """Take at most so many known articles whose next look is due."""
        rows = revisits.take(self.connection, self.source, self.run_id, self.now, most)
        return [task_of(row) for row in rows]

    def discover(self, links: Sequence[Link]) -> list[Task]:
        """Record the links that a door named; give those that are to be fetched now.

        Each link counts once per run, whichever doors name it; what one door left alone another may know to have
        changed. What was forgotten is not found.
        """
        by_key: dict[str, Link] = {}
        named = [(storable(key_of(link.url)), link) for link in links]
        for key, link in named:
            by_key.setdefault(key, link)
        tasks: list[Task] = []
        unchanged: list[int] = []
        waiting: list[int] = []
        fetched: list[int] = []
        again = 0
        fresh: list[Link] = []
        inserted: list[dict[str, Any]] = []
        known = self._known(by_key)
        namings.note(self.connection, known, named, self.now)
        forgotten = Graveyard(self.connection).addresses(key for key in by_key if key not in known)
        # In the door's order: the newest first, if only so many are wanted.
        for key, link in by_key.items():
            row = known.get(key)
            if row is None and key in forgotten:
                continue
            if row is None:
                inserted.append(self._row(key, link))
                tasks.append(Task(link, key))
                fresh.append(link)
                continue
            seen = row.run_id == self.run_id
            if seen and row.run_outcome != "unchanged":
                continue
            decision = decide(row.state, row.fetched_at, row.retry_at, link.updated, self.now)
            if seen and decision != "fetch":
                continue
            again += seen
            if decision == "fetch":
                fetched.append(row.id)
                namings.keep_first(self.connection, row, link, self.now)
                hint = hint_after(row.hint, link)
                tasks.append(replace(task_of(row), link=link_from(link.url, hint)))
                self._hint(row.id, hint)
            else:
                (unchanged if decision == "unchanged" else waiting).append(row.id)
        if inserted:
            self.connection.execute(_INSERT, inserted)
            # Those that the door itself names twice.
            twice = [(key, link) for key, link in named if key not in known and by_key[key] is not link]
            namings.note(self.connection, self._known({key for key, _ in twice}), twice, self.now)
        self._mark(unchanged, "unchanged")
        self._mark(waiting + fetched, None)
        counts = {
            "found": len(fresh) + len(unchanged) + len(waiting) + len(fetched) - again,
            "unchanged": len(unchanged) - again,
        }
        bump(self.connection, self.source, self.run_id, self.now, counts)
        self.arrivals.note(fresh, len(by_key))
        return tasks

    def door(self, reading: DoorReading) -> None:
        """Keep what reading a door brought."""
        t = schema.doors
        where = (t.c.source == self.source, t.c.url == reading.url)
        old = self.connection.execute(select(t).where(*where)).first()
        self.arrivals.door(reading.kind, old)
        values: dict[str, Any] = asdict(reading) | {"checked_at": self.now}
        if reading.outcome == "read":
            values["changed_at"] = self.now
        elif old is not None:
            # Unchanged or unreadable: what is known of it holds for its last good reading.
            for name in ("etag", "last_modified", "body_hash", "found"):
                if values[name] is None:
                    values[name] = getattr(old, name)
        ok = reading.outcome in ("read", "unchanged")
        values |= streak(old, ok, reading.moved_to, self.now)
        bump(self.connection, self.source, self.run_id, self.now, {"doors-read" if ok else "doors-failed": 1})
        if old is None:
            self.connection.execute(insert(t).values(source=self.source, **values))
        else:
            self.connection.execute(update(t).where(*where).values(**values))

    def finish(self, url_key: str, outcome: str, ages: Sequence[timedelta] = (), **values: Any) -> int:
        """Set a link's outcome in this run and the given columns; give its number.

        `ages` are those at which its article is to be looked at again, none where its page was not fetched.
        """
        row = self.connection.execute(_FIND, {"its_source": self.source, "its_key": url_key}).first()
        if row is None:
            raise StorageError(
                f"cannot record {outcome} for {url_key}: {self.source} has no such link; was the source removed?"
            )
        number = values.get("article_id") or row.article_id
        again = revisits.following(self.connection, row, outcome, number, ages, self.now)
        endings.change(
            self.connection, [endings.ended(row, self.run_id, outcome, self.now, revisit_at=again, **values)]
        )
        return int(row.id)

    def _known(self, keys: Iterable[str]) -> dict[str, Any]:
        t = schema.links.c
        wanted = list(keys)
        found: dict[str, Any] = {}
        for start in range(0, len(wanted), _CHUNK):
            query = select(schema.links).where(t.source == self.source, t.url_key.in_(wanted[start : start + _CHUNK]))
            found |= {row.url_key: row for row in self.connection.execute(query)}
        return found

    def _mark(self, ids: Sequence[int], outcome: str | None) -> None:
        t = schema.links
        for start in range(0, len(ids), _CHUNK):
            self.connection.execute(
                update(t)
                .where(t.c.id.in_(ids[start : start + _CHUNK]))
                .values(run_id=self.run_id, run_outcome=outcome, last_seen_at=self.now)
            )

    def _row(self, key: str, link: Link) -> dict[str, Any]:
        return {
            "source": self.source,
            "url_key": key,
            "url": link.url,
            "state": "waiting",
            "hint": hint_of(link),
            "first_seen_at": self.now,
            "last_seen_at": self.now,
            "run_id": self.run_id,
        }

    def _hint(self, number: int, hint: dict[str, Any]) -> None:
        t = schema.links
        self.connection.execute(update(t).where(t.c.id == number).values(hint=hint, state="waiting"))


def door_state(connection: Connection, source: str, url: str) -> DoorState | None:
    """Give what is known of a door."""
    t = schema.doors.c
    row = connection.execute(
        select(t.etag, t.last_modified, t.body_hash, t.failures, t.moved_to).where(t.source == source, t.url == url)
    ).first()
    if row is None:
        return None
    # Where nothing is found at the new address, the old one is tried again, by turns.
    return DoorState(row.etag, row.last_modified, row.body_hash, None if (row.failures or 0) % 2 else row.moved_to)


def waiting_of(connection: Connection, run_id: int) -> int:
    """Count the links of a run that have no outcome in it."""
    t = schema.links.c
    query = select(func.count()).where(t.run_id == run_id, t.run_outcome.is_(None))
    return int(connection.execute(query).scalar_one())


def task_of(row: Any) -> Task:
    """Give what to fetch for a link's row."""
    return Task(
        link_from(row.url, row.hint),
        row.url_key,
        known=row.article_id is not None,
        etag=row.etag,
        last_modified=row.last_modified,
    )
