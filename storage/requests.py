"""Crawls that somebody asked for: a due time of now, which the running service claims with its next tick."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from storage import leases, schema
from storage.database import reading, writing
from storage.runs import RunRecord, Runs

REQUESTED = "requested"
_TAKEN = ("claimed", "handed")
_OPEN = (REQUESTED, *_TAKEN)


@dataclass(frozen=True, slots=True)
class Asked:
    """How far a crawl is: `state` of its due time (None where it was started by hand), and its run once it began."""

    due_at: datetime | None
    state: str | None
    run: RunRecord | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come of it."""
        if self.state in _OPEN:
            # The crawl process may have to do with other sources still.
            return self.run is not None and self.run.state == "done" and self.run.due_at == self.due_at
        return self.run is None or self.run.state != "running"

    @property
    def is_held(self) -> bool:
        """Tell whether it is over, but no other can be asked for: its process is still at other sources."""
        return self.is_over and self.state in _TAKEN


def ask(engine: Engine, source: str, now: datetime) -> datetime:
    """Ask for a crawl now; give its due time. What is asked for or due already is not asked for twice."""
    t = schema.dues
    with writing(engine, f"ask for a crawl of {source}") as connection:
        own = select(t.c.due_at).where(t.c.source == source)
        found = connection.execute(own.where(t.c.state.in_(_OPEN)).order_by(t.c.due_at.desc())).first()
        if found is not None:
            open_: datetime = found.due_at
            return open_
        taken = set(connection.execute(own.where(t.c.due_at >= now)).scalars())
        due_at = now
        while due_at in taken:
            # A due time of this very moment was met or dropped: this is another one.
            due_at += timedelta(microseconds=1)
        started = leases.process_started(os.getpid())
        holder = {"host": socket.gethostname(), "pid": os.getpid(), "process_started": started}
        values = {"source": source, "due_at": due_at, "state": REQUESTED, "claimed_at": now}
        connection.execute(insert(t).values(**values, **holder))
    return due_at


def take_back(engine: Engine, source: str) -> bool:
    """Ask no longer for a crawl; False where none is asked for, or it has begun."""
    t = schema.dues
    with writing(engine, f"ask no longer for a crawl of {source}") as connection:
        gone = connection.execute(delete(t).where(t.c.source == source, t.c.state == REQUESTED))
        return bool(gone.rowcount)


def waiting(connection: Connection) -> dict[str, datetime]:
    """Give the sources whose crawl was asked for and is not claimed, the longest waiting first."""
    t = schema.dues.c
    rows = connection.execute(select(t.source, t.due_at).where(t.state == REQUESTED).order_by(t.due_at.desc()))
    return dict(reversed([(source, due_at) for source, due_at in rows]))


def progress(engine: Engine, source: str) -> Asked:
    """Give how far a source's latest crawl is: the one that is asked for or under way, or else the last one."""
    t = schema.dues.c
    query = select(t.due_at, t.state).where(t.source == source).order_by(t.due_at.desc()).limit(1)
    with reading(engine, f"look how far the crawl of {source} is") as connection:
        row = connection.execute(query).first()
    runs = Runs(engine).newest(source, 1)
    run = runs[0] if runs else None
    if row is None or row.state not in _OPEN:
        return Asked(row.due_at if row is not None else None, None if row is None else row.state, run)
    # The run before it is none of its own.
    mine = run if run is not None and (run.due_at == row.due_at or run.state == "running") else None
    return Asked(row.due_at, row.state, mine)
