"""The schedule's own tables: which due times were claimed, by which run they were met, what has to be tried again.

A due time is `claimed` by a service, then `handed` to a crawl process; it ends as `done`, `died` after the last try, or
`dropped` where its source left the catalogue. Each keeps the process that has it, so that what a killed one leaves is
found. One that somebody asked for (`storage.requests`) is `requested` before it is claimed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage import leases, schema
from storage.counting import upsert

MAX_ATTEMPTS = 2
# A process on another machine cannot be asked; a due time it has held for so long is taken from it.
SILENCE = timedelta(days=1)

_OPEN = ("claimed", "handed")
# Asked at every tick: to put a statement together takes longer than to run it.
_SOURCES, _DUES, _HEALTH = schema.sources.c, schema.dues.c, schema.health.c
_EXPECTATIONS = select(_SOURCES.source, _SOURCES.last_due_at, _SOURCES.next_due_at, _SOURCES.plan)
_OPEN_CLAIMS = select(schema.dues).where(_DUES.state.in_(_OPEN)).order_by(_DUES.due_at, _DUES.source)
_OPEN_SOURCES = select(_DUES.source).where(_DUES.state.in_(_OPEN))
_PAUSED = select(_HEALTH.source).where(_HEALTH.paused_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Claim:
    """A due time that is to be run; `merged` earlier ones, from `merged_from` on, are met by it too."""

    source: str
    due_at: datetime
    merged: int = 0
    attempt: int = 1
    merged_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is kept of a source's schedule: when it was due last, when it is next, and why."""

    last_due_at: datetime | None
    next_due_at: datetime | None
    plan: str | None


def expectations(connection: Connection) -> dict[str, Expectation]:
    """Give what is kept of each source's schedule."""
    return {source: Expectation(*rest) for source, *rest in connection.execute(_EXPECTATIONS)}


def expect(connection: Connection, source: str, next_due_at: datetime, plan: str) -> None:
    """Keep when a source is due next, and why."""
    _keep_source(connection, source, {"next_due_at": next_due_at, "plan": plan})


def unavailable(connection: Connection, now: datetime) -> frozenset[str]:
    """Give the sources that are being crawled, have a due time that is not met yet, or are paused."""
    return open_sources(connection).union(leases.held(connection, now), paused(connection))


def open_sources(connection: Connection) -> frozenset[str]:
    """Give the sources that have a due time that is not met yet."""
    return frozenset(connection.execute(_OPEN_SOURCES).scalars())


def paused(connection: Connection) -> frozenset[str]:
    """Give the sources that their owner has paused."""
    return frozenset(connection.execute(_PAUSED).scalars())


def claim(connection: Connection, wanted: Claim, now: datetime) -> bool:
    """Claim a due time in this transaction; False where it was claimed before or the source is not available.

    Due times come in order. Later ones were recorded by a clock that ran ahead, have not come yet, and are forgotten.
    """
    table = schema.dues
    own = table.c.source == wanted.source
    taken = select(table.c.due_at).where(own, or_(table.c.due_at == wanted.due_at, table.c.state.in_(_OPEN)))
    if connection.execute(taken).first() is not None or leases.is_held(connection, wanted.source, now):
        return False
    connection.execute(delete(table).where(own, table.c.due_at > wanted.due_at))
    connection.execute(
        insert(table).values(
            source=wanted.source,
            due_at=wanted.due_at,
            state="claimed",
            claimed_at=now,
            merged=wanted.merged,
            merged_from=wanted.merged_from,
            attempts=wanted.attempt,
            **_holder(os.getpid()),
        )
    )
    _keep_source(connection, wanted.source, {"last_due_at": wanted.due_at})
    return True


def claim_requested(connection: Connection, wanted: Claim, now: datetime) -> bool:
    """Claim a due time that was asked for; False where it is gone, or the source is being crawled."""
    table = schema.dues
    own = table.c.source == wanted.source
    open_ = select(table.c.due_at).where(own, table.c.state.in_(_OPEN))
    if connection.execute(open_).first() is not None or leases.is_held(connection, wanted.source, now):
        return False
    values = {"state": "claimed", "claimed_at": now, **_holder(os.getpid())}
    here = (own, table.c.due_at == wanted.due_at, table.c.state == "requested")
    if not connection.execute(update(table).where(*here).values(**values)).rowcount:
        return False
    _keep_source(connection, wanted.source, {"last_due_at": wanted.due_at})
    return True


def hand_over(connection: Connection, claims: Sequence[Claim], pid: int, now: datetime) -> None:
    """Note the crawl process of this machine that is to meet claims."""
    holder = _holder(pid)
    for claimed in claims:
        _change(connection, claimed, {"state": "handed", "claimed_at": now, **holder})


def left_over(connection: Connection, now: datetime) -> list[Claim]:
    """Give the open claims whose process, a service or a crawl, is no more."""
    left = [row for row in connection.execute(_OPEN_CLAIMS) if not _lives(row, now)]
    return [Claim(row.source, row.due_at, row.merged, row.attempts, row.merged_from) for row in left]


def drop(connection: Connection, claims: Sequence[Claim]) -> None:
    """Close claims of sources that are not crawled any more."""
    for claimed in claims:
        _change(connection, claimed, {"state": "dropped"})


def settle(connection: Connection, claimed: Claim, now: datetime, *, stopped: bool = False) -> Claim | None:
    """Close a claim whose process ended; give it back, to be tried once more, where its run died or never began.

    A crawl that was stopped before it came to a source has not tried it.
    """
    r, t = schema.runs.c, schema.dues.c
    tries = select(r.id, r.state).where(r.source == claimed.source, r.due_at == claimed.due_at).order_by(r.id.desc())
    runs = connection.execute(tries).all()
    run = runs[0] if runs else None
    here = select(t.state).where(t.source == claimed.source, t.due_at == claimed.due_at)
    state = connection.execute(here).scalar_one_or_none()
    if state not in _OPEN or (run is not None and run.state == "running"):
        return None
    if run is not None and run.state == "done":
        _change(connection, claimed, {"state": "done", "run_id": run.id})
        return None
    # A service may be killed between starting a crawl and noting that: a run that died is a try all the same.
    tried = len(runs) >= claimed.attempt or (state == "handed" and not stopped)
    again = replace(claimed, attempt=claimed.attempt + tried)
    if again.attempt > MAX_ATTEMPTS:
        _change(connection, claimed, {"state": "died", "run_id": run.id if run is not None else None})
        return None
    values = {"state": "claimed", "attempts": again.attempt, "claimed_at": now, **_holder(os.getpid())}
    _change(connection, claimed, values)
    return again


def _holder(pid: int) -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": pid, "process_started": leases.process_started(pid)}


def _lives(row: Any, now: datetime) -> bool:
    known = leases.lives(row.host, row.pid, row.process_started)
    return bool(now - row.claimed_at < SILENCE) if known is None else known


def _change(connection: Connection, claimed: Claim, values: dict[str, Any]) -> None:
    table = schema.dues
    where = (table.c.source == claimed.source, table.c.due_at == claimed.due_at)
    connection.execute(update(table).where(*where).values(**values))


def _keep_source(connection: Connection, source: str, values: dict[str, Any]) -> None:
    statement = upsert(connection, schema.sources).values(source=source, memory_pages=0, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[schema.sources.c.source], set_=values))
