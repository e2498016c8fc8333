"""What is kept of each source beside the catalogue: when it is due, how it fared last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, select

from storage import schema
from storage.database import reading, writing
from storage.removing import AT_ONCE, remove_articles


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source's state."""

    source: str
    memory_pages: int
    next_due_at: datetime | None
    last_due_at: datetime | None
    plan: str | None
    last_run_id: int | None
    last_outcome: str | None
    last_success_at: datetime | None


class SourceStates:
    """Reads the state of sources, and removes all that is stored of one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def all(self) -> dict[str, SourceState]:
        """Give the state of every source that was ever due or crawled."""
        t = schema.sources.c
        columns = (
            t.source,
            t.memory_pages,
            t.next_due_at,
            t.last_due_at,
            t.plan,
            t.last_run_id,
            t.last_outcome,
            t.last_success_at,
        )
        with reading(self.engine, "read the state of the sources") as connection:
            return {row.source: SourceState(*row) for row in connection.execute(select(*columns))}

    def remove(self, source: str, now: datetime | None = None) -> int:
        """Remove a source with everything that is stored of it; give the number of its articles."""
        with writing(self.engine, f"remove {source}") as connection:
            return remove_source(connection, source, now or datetime.now(UTC))


def remove_source(connection: Connection, source: str, now: datetime) -> int:
    """Remove all rows of a source inside the transaction that `connection` holds."""
    a = schema.articles.c
    numbers = connection.execute(select(a.id).where(a.source == source)).scalars().all()
    for start in range(0, len(numbers), AT_ONCE):
        remove_articles(connection, numbers[start : start + AT_ONCE], now, with_figures=True)
    runs = select(schema.runs.c.id).where(schema.runs.c.source == source)
    for table in (schema.run_counts, schema.run_figures, schema.held_hosts):
        connection.execute(delete(table).where(table.c.run_id.in_(runs)))
    tables = (
        schema.appearances,
        schema.pages,
        schema.links,
        schema.doors,
        schema.memory,
        schema.counters,
        schema.day_counters,
        schema.holdings,
        schema.arrivals,
        schema.health,
        schema.health_changes,
        schema.leases,
        schema.dues,
        schema.runs,
        schema.sources,
    )
    for table in tables:
        connection.execute(delete(table).where(table.c.source == source))
    return len(numbers)
