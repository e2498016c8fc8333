"""Prunes what the service writes down of itself and would keep without end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, select

from storage import schema
from storage.database import writing

# Due times that were met, and crawls, beside the newest of each source; changes of health.
DUES_KEPT = timedelta(days=90)
RUNS_KEPT = timedelta(days=400)
CHANGES_KEPT = timedelta(days=400)
_STEP = 500


def prune(engine: Engine, now: datetime) -> int:
    """Remove old due times, crawls and changes of health, in small transactions; give how many rows went.

    The counters by source and hour stay, and so do the newest due time and the newest crawl of each source.
    """
    done = 0
    for step in (_dues, _runs, _changes):
        while True:
            with writing(engine, "prune old records of crawls") as connection:
                gone = step(connection, now)
            done += gone
            if gone < _STEP:
                break
    return done


def _dues(connection: Connection, now: datetime) -> int:
    t = schema.dues
    d = t.alias("own")
    newest = select(func.max(t.c.due_at)).where(t.c.source == d.c.source).scalar_subquery()
    old = select(d.c.source, d.c.due_at).where(
        d.c.due_at < now - DUES_KEPT, d.c.state.not_in(("claimed", "handed")), d.c.due_at < newest
    )
    rows = connection.execute(old.limit(_STEP)).all()
    for row in rows:
        connection.execute(delete(t).where(t.c.source == row.source, t.c.due_at == row.due_at))
    return len(rows)


def _runs(connection: Connection, now: datetime) -> int:
    t = schema.runs
    r = t.alias("own")
    newest = select(func.max(t.c.id)).where(t.c.source == r.c.source).scalar_subquery()
    old = select(r.c.id).where(r.c.started_at < now - RUNS_KEPT, r.c.state != "running", r.c.id < newest)
    numbers = connection.execute(old.limit(_STEP)).scalars().all()
    for table in (schema.run_counts, schema.run_figures, schema.run_lines, schema.run_logs):
        connection.execute(delete(table).where(table.c.run_id.in_(numbers)))
    connection.execute(delete(t).where(t.c.id.in_(numbers)))
    return len(numbers)


def _changes(connection: Connection, now: datetime) -> int:
    t = schema.health_changes
    c = t.alias("own")
    newest = select(func.max(t.c.id)).where(t.c.source == c.c.source).scalar_subquery()
    old = select(c.c.id).where(c.c.at < now - CHANGES_KEPT, c.c.id < newest)
    numbers = connection.execute(old.limit(_STEP)).scalars().all()
    connection.execute(delete(t).where(t.c.id.in_(numbers)))
    return len(numbers)
