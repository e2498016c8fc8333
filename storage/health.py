"""Health as it is kept: the figures each run leaves behind, each source's state, and every change of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from newsreel.health import Health, State, judge
from newsreel.items import OUTCOME_CODES
from newsreel.redaction import redact
from storage import schema
from storage.counting import upsert
from storage.database import reading, writing
from storage.histories import history_of

# A look that comes so long after the last one shows that nobody was looking: the machine slept, or the service was off.
ASLEEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Change:
    """A source went from one state (`before`, None for the first judgement) into another at `at`."""

    source: str
    state: State
    before: State | None
    reason: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source's state as it was judged last, at `judged_at`."""

    source: str
    health: Health
    judged_at: datetime


def record_figures(connection: Connection, run_id: int, source: str, counts: Mapping[str, int]) -> None:
    """Keep what a run's pages were like, in the transaction that ends it; a run without pages keeps nothing."""
    codes = {code: counts[code] for code in OUTCOME_CODES if code != "unchanged" and counts.get(code)}
    if not codes:
        return
    link, a = schema.links.c, schema.articles.c
    stored = connection.execute(
        select(a.word_count, a.flags)
        .join(schema.links, link.article_id == a.id)
        .where(link.run_id == run_id, link.run_outcome.in_(("new", "updated")))
        .order_by(a.word_count)
    ).all()
    middle = [row.word_count for row in stored[(len(stored) - 1) // 2 : len(stored) // 2 + 1]]
    figures = {
        "codes": codes,
        "stored": counts.get("stored", 0),
        "with_author": counts.get("with:author", 0),
        "with_date": counts.get("with:date", 0),
        "paywalled": sum("paywalled" in row.flags for row in stored),
        "words": sum(middle) / len(middle) if middle else None,
        "chars": counts.get("chars", 0),
        "removed": sum(n for name, n in counts.items() if name.startswith("removed:")),
    }
    connection.execute(insert(schema.run_figures).values(run_id=run_id, source=source, figures=figures))


def judge_source(
    connection: Connection, source: str, now: datetime, watched_from: datetime | None = None
) -> Change | None:
    """Judge a source and keep the result in this transaction; give the change of its state, if it changed."""
    return _keep(connection, source, _judged(connection, source, now, watched_from), now)


def judge_all(
    engine: Engine, sources: Collection[str], now: datetime, watched_from: datetime | None = None
) -> list[Change]:
    """Judge these sources where something may have changed since they were judged last; give the changes.

    `watched_from` is since when the service has been looking: what was due before could not be started.
    """
    with reading(engine, "look at the health of the sources") as connection:
        wanted = [
            source
            for source in _unsettled(connection, now)
            if source in sources and _differs(connection, source, now, watched_from)
        ]
    changes = []
    for source in wanted:
        with writing(engine, f"judge the health of {source}") as connection:
            changes.append(judge_source(connection, source, now, watched_from))
    return [change for change in changes if change is not None]


def pause(engine: Engine, source: str, now: datetime, note: str | None = None) -> Change | None:
    """Let the service leave a source alone until it is resumed; `note` says why."""
    return _set_pause(engine, source, now, now, note)


def resume(engine: Engine, source: str, now: datetime) -> Change | None:
    """Let the service crawl a paused source again."""
    return _set_pause(engine, source, None, now)


def paused(engine: Engine, source: str) -> tuple[datetime, str] | None:
    """Give since when a source is paused, and its owner's note; None where it is not paused."""
    t = schema.health.c
    with reading(engine, f"look whether {source} is paused") as connection:
        row = connection.execute(select(t.paused_at, t.pause_note).where(t.source == source)).first()
    return None if row is None or row.paused_at is None else (row.paused_at, row.pause_note or "")


def states(engine: Engine) -> dict[str, SourceHealth]:
    """Give the state of every source that was judged."""
    t = schema.health
    with reading(engine, "read the health of the sources") as connection:
        return {
            row.source: SourceHealth(
                row.source,
                Health(row.state, row.reason, row.since, tuple(row.signals), tuple(row.notes)),
                row.judged_at,
            )
            for row in connection.execute(select(t).where(t.c.state.is_not(None)))
        }


def states_now(engine: Engine, sources: Collection[str], now: datetime) -> dict[str, SourceHealth]:
    """Give the state of every source, these as they would be judged now; nothing is kept of it."""
    found = states(engine)
    with reading(engine, "look at the health of the sources") as connection:
        for source in _unsettled(connection, now):
            if source in sources and _differs(connection, source, now, None):
                found[source] = SourceHealth(source, _judged(connection, source, now, None), now)
    return found


def changes(engine: Engine, source: str | None = None, limit: int = 50) -> list[Change]:
    """Give the latest changes of state, newest first."""
    t = schema.health_changes.c
    query = select(t.source, t.state, t.before, t.reason, t.since, t.at).order_by(t.id.desc()).limit(limit)
    if source is not None:
        query = query.where(t.source == source)
    with reading(engine, "read the changes of health") as connection:
        return [Change(*row) for row in connection.execute(query)]


class Watch:
    """Looks at the sources from time to time, and knows since when it has been doing so without a gap."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.watched_from: datetime | None = None
        self.looked_at: datetime | None = None

    def look(self, sources: Collection[str], now: datetime) -> list[Change]:
        """Judge the sources; after a gap, crawls that were due meanwhile get time to come."""
        if self.looked_at is None or not timedelta(0) <= now - self.looked_at <= ASLEEP:
            self.watched_from = now
        self.looked_at = now
        return judge_all(self.engine, sources, now, self.watched_from)


def _unsettled(connection: Connection, now: datetime) -> list[str]:
    """Give the sources that ended a run since they were judged, are due, or were called late."""
    s, h, r = schema.sources, schema.health, schema.runs
    query = (
        select(s.c.source, s.c.next_due_at, h.c.state, h.c.judged_at, r.c.finished_at)
        .outerjoin(h, h.c.source == s.c.source)
        .outerjoin(r, r.c.id == s.c.last_run_id)
        .order_by(s.c.source)
    )
    return [
        row.source
        for row in connection.execute(query)
        if row.judged_at is None
        or row.state == "late"
        or (row.next_due_at is not None and row.next_due_at < now)
        or (row.finished_at is not None and row.finished_at > row.judged_at)
    ]


def _differs(connection: Connection, source: str, now: datetime, watched_from: datetime | None) -> bool:
    """Tell whether a judgement now says something new, before a write is begun for it."""
    health = _judged(connection, source, now, watched_from)
    t = schema.health.c
    row = connection.execute(select(t.state, t.reason).where(t.source == source)).first()
    if row is None or row.state is None:
        return bool(history_of(connection, source, now, watched_from).crawls) or health.state != "ok"
    return bool(row.state != health.state or row.reason != health.reason)


def _judged(connection: Connection, source: str, now: datetime, watched_from: datetime | None) -> Health:
    """Judge a source; reasons quote addresses and answers, which may hold secrets."""
    health = judge(history_of(connection, source, now, watched_from), now)
    return replace(health, reason=redact(health.reason), notes=tuple(redact(note) for note in health.notes))


def _keep(connection: Connection, source: str, health: Health, now: datetime) -> Change | None:
    t, c = schema.health, schema.health_changes
    row = connection.execute(select(t.c.state).where(t.c.source == source)).first()
    before = row.state if row is not None else None
    values: dict[str, Any] = {
        "state": health.state,
        "signals": list(health.signals),
        "reason": health.reason,
        "since": health.since,
        "notes": list(health.notes),
        "judged_at": now,
    }
    _put(connection, source, values)
    told = {name: values[name] for name in ("state", "signals", "reason", "since")}
    if before != health.state:
        connection.execute(insert(c).values(source=source, before=before, at=now, **told))
        return Change(source, health.state, before, health.reason, health.since, now)
    newest = select(c.c.id).where(c.c.source == source).order_by(c.c.id.desc()).limit(1).scalar_subquery()
    connection.execute(update(c).where(c.c.id == newest).values(signals=told["signals"]))
    return None


def _put(connection: Connection, source: str, values: dict[str, Any]) -> None:
    statement = upsert(connection, schema.health).values(source=source, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[schema.health.c.source], set_=values))


def _set_pause(
    engine: Engine, source: str, paused_at: datetime | None, now: datetime, note: str | None = None
) -> Change | None:
    t = schema.health
    with writing(engine, f"{'pause' if paused_at else 'resume'} {source}") as connection:
        was = connection.execute(select(t.c.paused_at).where(t.c.source == source)).scalar_one_or_none()
        if (was is None) != (paused_at is None):
            _put(connection, source, {"paused_at": paused_at, "pause_note": note})
        elif note is not None:
            _put(connection, source, {"pause_note": note})
        return judge_source(connection, source, now, watched_from=now)
