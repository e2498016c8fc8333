"""Reads what a source's health is judged from: its last runs and those that brought pages, all by index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from newsreel.health import WEEKS, Crawl, Door, Episode, History, Pages, hour_of
from storage import schema
from storage.rhythm import OVERFLOWED

LAST_RUNS = 60
LAST_WITH_PAGES = 150
LAST_EPISODES = 20


def history_of(connection: Connection, source: str, now: datetime, watched_from: datetime | None = None) -> History:
    """Give what is known of a source."""
    crawls = _crawls(connection, source)
    s, d = schema.sources.c, schema.dues.c
    kept = connection.execute(select(s.last_due_at, s.next_due_at).where(s.source == source)).first()
    open_ = select(d.due_at).where(d.source == source, d.state.in_(("claimed", "handed"))).order_by(d.due_at).limit(1)
    claimed = connection.execute(open_).scalar_one_or_none()
    t = schema.health.c
    paused = connection.execute(select(t.paused_at, t.pause_note).where(t.source == source)).first()
    return History(
        crawls=crawls,
        arrivals=_arrivals(connection, source, now),
        doors=_doors(connection, source, crawls[-1].started_at) if crawls else (),
        episodes=_episodes(connection, source),
        last_due_at=kept.last_due_at if kept is not None else None,
        next_due_at=claimed or (kept.next_due_at if kept is not None else None),
        claimed=claimed is not None,
        watched_from=watched_from,
        paused_at=paused.paused_at if paused is not None else None,
        pause_note=paused.pause_note if paused is not None else None,
    )


def _statements() -> tuple[Select[Any], Select[Any]]:
    """Give the queries for the newest runs of a source, and for those that brought pages.

    They are put together once: that takes longer than to run them.
    """
    r, f = schema.runs, schema.run_figures
    failed, read, full = (schema.run_counts.alias(name) for name in ("failed", "read", "full"))
    columns = (
        *(r.c.id, r.c.started_at, r.c.finished_at, r.c.state, r.c.outcome, f.c.figures),
        *(failed.c.n.label("failed"), read.c.n.label("read"), full.c.n.label("full")),
    )
    both = (
        r.outerjoin(failed, and_(failed.c.run_id == r.c.id, failed.c.name == "doors-failed"))
        .outerjoin(read, and_(read.c.run_id == r.c.id, read.c.name == "doors-read"))
        .outerjoin(full, and_(full.c.run_id == r.c.id, full.c.name == OVERFLOWED))
        .outerjoin(f, f.c.run_id == r.c.id)
    )
    source: BindParameter[str] = bindparam("wanted")
    newest = (
        select(*columns)
        .select_from(both)
        .where(r.c.source == source, r.c.state != "running")
        .order_by(r.c.started_at.desc())
        .limit(LAST_RUNS)
    )
    with_pages = select(f.c.run_id).where(f.c.source == source).order_by(f.c.run_id.desc()).limit(LAST_WITH_PAGES)
    return newest, select(*columns).select_from(both).where(r.c.id.in_(with_pages))


_NEWEST, _OLDER = _statements()


def _crawls(connection: Connection, source: str) -> list[Crawl]:
    rows = {row.id: row for row in connection.execute(_NEWEST, {"wanted": source})}
    if len(rows) == LAST_RUNS:
        # Else there are no others.
        rows = {row.id: row for row in connection.execute(_OLDER, {"wanted": source})} | rows
    return _in_order(rows.values())


def _in_order(rows: Iterable[Any]) -> list[Crawl]:
    return [_crawl(row) for row in sorted(rows, key=lambda row: (row.started_at, row.id))]


def _crawl(row: Any) -> Crawl:
    return Crawl(
        row.started_at,
        row.finished_at,
        "died" if row.state == "died" else row.outcome,
        row.failed or 0,
        Pages(**row.figures) if row.figures is not None else None,
        row.read or 0,
        row.full or 0,
    )


def _arrivals(connection: Connection, source: str, now: datetime) -> list[tuple[int, int]]:
    t = schema.arrivals.c
    query = select(t.hour, t.n).where(t.source == source, t.hour >= now - timedelta(weeks=WEEKS)).order_by(t.hour)
    return [(hour_of(row.hour), row.n) for row in connection.execute(query)]


def _doors(connection: Connection, source: str, asked_since: datetime) -> tuple[Door, ...]:
    """Give the doors that the last crawl asked; others have left the catalogue, or the sitemap that named them."""
    t = schema.doors.c
    columns = (t.kind, t.url, t.outcome, t.problem, t.failures, t.failing_since, t.moved_to, t.moved_at)
    query = select(*columns).where(t.source == source, t.checked_at >= asked_since, t.kind != "warc").order_by(t.url)
    return tuple(
        Door(row.kind, row.url, row.outcome, row.problem, row.failures or 0, *row[5:])
        for row in connection.execute(query)
    )


def _episodes(connection: Connection, source: str) -> list[Episode]:
    t = schema.health_changes.c
    query = select(t.state, t.since, t.at, t.signals).where(t.source == source).order_by(t.id.desc())
    episodes: list[Episode] = []
    until: datetime | None = None
    for row in connection.execute(query.limit(LAST_EPISODES)):
        episodes.append(Episode(row.state, row.since, until, tuple(row.signals)))
        until = row.at
    return episodes[::-1]
