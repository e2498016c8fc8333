"""Runs: one crawl of one source each, recorded from start to end; one whose process died is marked so."""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from newsreel.errors import SourceBusy
from newsreel.items import FETCH_CODES
from storage import health, leases, rhythm, schema
from storage.counting import bump, upsert
from storage.database import reading, writing
from storage.links import waiting_of

_BATCH = 500


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A crawl of one source: state is running, done or died; outcome ok, partial or failed."""

    id: int
    source: str
    trigger: str
    state: str
    outcome: str | None
    reason: str | None
    started_at: datetime
    finished_at: datetime | None
    due_at: datetime | None
    counts: Mapping[str, int]
    stats: Mapping[str, Any]


_T = schema.run_counts.c
_COUNTS = select(_T.name, _T.n).where(_T.run_id == bindparam("wanted"))


def judge(counts: Mapping[str, int], waiting: int, doors_read: int, doors_failed: int) -> str:
    """Give a run's outcome: failed where no door could be read, partial where anything was missed, else ok.

    What robots.txt forbids is a rule kept, nothing missed; a door whose host wants to be left alone has only to wait.
    """
    if doors_failed and not doors_read:
        return "failed"
    missed = waiting + sum(counts.get(code, 0) for code in FETCH_CODES if code != "robots")
    return "partial" if missed or doors_failed or counts.get("doors-waiting", 0) else "ok"


def start(
    connection: Connection,
    source: str,
    trigger: str,
    due_at: datetime | None,
    now: datetime,
    hosts: Collection[str] = (),
) -> int:
    """Begin a run: marks dead ones of the source, takes its lease and hosts (SourceBusy), gives the run's number.

    A due time that was met is not run again: the service that started the other crawl may have been killed at once.
    """
    _check_unmet(connection, source, due_at)
    run_id = connection.execute(
        insert(schema.runs).values(
            source=source,
            trigger=trigger,
            due_at=due_at,
            state="running",
            started_at=now,
            host=socket.gethostname(),
            pid=os.getpid(),
        )
    ).inserted_primary_key[0]  # type: ignore[index]
    leases.take(connection, source, run_id, now)
    leases.take_hosts(connection, source, hosts, run_id, now)
    t = schema.runs.c
    dead = select(t.id).where(t.source == source, t.state == "running", t.id != run_id)
    for number in connection.execute(dead).scalars().all():
        _bury(connection, number, source, now)
    state = upsert(connection, schema.sources).values(source=source, memory_pages=0, last_run_id=run_id)
    connection.execute(
        state.on_conflict_do_update(index_elements=[schema.sources.c.source], set_={"last_run_id": run_id})
    )
    return int(run_id)


def _check_unmet(connection: Connection, source: str, due_at: datetime | None) -> None:
    t = schema.runs.c
    query = select(t.id).where(t.source == source, t.due_at == due_at, t.state == "done")
    met = connection.execute(query).scalar() if due_at is not None else None
    if met is not None:
        raise SourceBusy(
            f"{source} was crawled for {due_at:%Y-%m-%d %H:%M:%S} by run {met}; it is left alone until it is due"
        )


def finish(
    connection: Connection, run_id: int, source: str, reason: str, stats: Mapping[str, Any], now: datetime
) -> str:
    """End a run, give its lease back and give its outcome; one that has ended keeps its first ending."""
    t = schema.runs.c
    ended = connection.execute(select(t.outcome).where(t.id == run_id, t.state == "done")).first()
    if ended is not None:
        return str(ended.outcome)
    waiting = _count_waiting(connection, run_id, source, now)
    counts = _counts(connection, run_id)
    outcome = judge(counts, waiting, counts.get("doors-read", 0), counts.get("doors-failed", 0))
    if reason != "finished" and outcome == "ok":
        outcome = "partial"
    _end(connection, run_id, "done", outcome, reason, now, stats)
    rhythm.learn(connection, source, counts, now)
    values: dict[str, Any] = {"last_outcome": outcome}
    if outcome != "failed":
        values["last_success_at"] = now
    connection.execute(update(schema.sources).where(schema.sources.c.source == source).values(**values))
    leases.release(connection, run_id)
    health.record_figures(connection, run_id, source, counts)
    health.judge_source(connection, source, now)
    return outcome


def bury_dead(engine: Engine, now: datetime) -> list[int]:
    """Mark the runs whose processes died; give their numbers. Where none did, nothing is written or locked."""
    with reading(engine, "look for dead runs") as connection:
        if not _dead(connection, now):
            return []
    with writing(engine, "mark dead runs") as connection:
        dead = _dead(connection, now)
        for number, source in dead:
            _bury(connection, number, source, now)
    return [number for number, _ in dead]


def _dead(connection: Connection, now: datetime) -> list[tuple[int, str]]:
    t = schema.runs.c
    holders = {row.run_id: row for row in connection.execute(select(schema.leases)).all()}
    return [
        (number, source)
        for number, source in connection.execute(select(t.id, t.source).where(t.state == "running")).all()
        if number not in holders or not leases.alive(holders[number], now)
    ]


def _count_waiting(connection: Connection, run_id: int, source: str, now: datetime) -> int:
    """Set the run's counter of waiting links; it was counted before where a living run was taken for dead."""
    waiting = waiting_of(connection, run_id)
    before = _counts(connection, run_id).get("waiting", 0)
    bump(connection, source, run_id, now, {"waiting": waiting - before})
    return waiting


def _bury(connection: Connection, run_id: int, source: str, now: datetime) -> None:
    _count_waiting(connection, run_id, source, now)
    _end(connection, run_id, "died", "failed", "the crawl process died", now, None)
    connection.execute(update(schema.sources).where(schema.sources.c.source == source).values(last_outcome="failed"))
    leases.release(connection, run_id)


def _end(
    connection: Connection,
    run_id: int,
    state: str,
    outcome: str,
    reason: str,
    now: datetime,
    stats: Mapping[str, Any] | None,
) -> None:
    values: dict[str, Any] = {"state": state, "outcome": outcome, "reason": reason, "finished_at": now}
    if stats is not None:
        # Those of a run that died stay as it last reported them.
        values["stats"] = dict(stats)
    connection.execute(update(schema.runs).where(schema.runs.c.id == run_id).values(**values))


def _counts(connection: Connection, run_id: int) -> dict[str, int]:
    return {row.name: row.n for row in connection.execute(_COUNTS, {"wanted": run_id})}


def _counts_of(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Give the counters of many runs."""
    t = schema.run_counts.c
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for start in range(0, len(numbers), _BATCH):
        query = select(t.run_id, t.name, t.n).where(t.run_id.in_(numbers[start : start + _BATCH]))
        for number, name, n in connection.execute(query):
            found[number][name] = n
    return found


class Runs:
    """Reads runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, run_id: int) -> RunRecord | None:
        """Find a run by its number."""
        with reading(self.engine, f"look up run {run_id}") as connection:
            row = connection.execute(select(schema.runs).where(schema.runs.c.id == run_id)).first()
            return None if row is None else _record(row, _counts(connection, run_id))

    def newest(
        self,
        source: str | None = None,
        limit: int | None = 20,
        state: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
    ) -> list[RunRecord]:
        """Give the latest runs, newest first; those of a source, in a state, begun since a time, before a number."""
        t = schema.runs.c
        query = select(schema.runs).order_by(t.id.desc())
        if source:
            query = query.where(t.source == source)
        if state:
            query = query.where(t.state == state)
        if since:
            query = query.where(t.started_at >= since)
        if before is not None:
            query = query.where(t.id < before)
        with reading(self.engine, "list runs") as connection:
            rows = connection.execute(query if limit is None else query.limit(limit)).all()
            counts = _counts_of(connection, [row.id for row in rows])
            return [_record(row, counts.get(row.id, {})) for row in rows]


def _record(row: Any, counts: Mapping[str, int]) -> RunRecord:
    return RunRecord(
        row.id,
        row.source,
        row.trigger,
        row.state,
        row.outcome,
        row.reason,
        row.started_at,
        row.finished_at,
        row.due_at,
        counts,
        row.stats or {},
    )
