"""An outlet's memory: how many of its pages carry a block, learned as pages come, bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import schema
from storage.counting import upsert

MAX_FINGERPRINTS = 20_000


def learn(connection: Connection, source: str, pages: Sequence[frozenset[int]], now: datetime) -> None:
    """Add pages, each as the fingerprints of its blocks, to a source's memory; forget the rarest beyond the bound."""
    table = schema.memory
    counted = Counter(f for page in pages for f in page)
    if counted:
        statement = upsert(connection, table)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.source, table.c.fingerprint],
                set_={"pages": table.c.pages + statement.excluded.pages, "seen_at": statement.excluded.seen_at},
            ),
            [{"source": source, "fingerprint": f, "pages": n, "seen_at": now} for f, n in counted.items()],
        )
    state = schema.sources
    changed = connection.execute(
        update(state).where(state.c.source == source).values(memory_pages=state.c.memory_pages + len(pages))
    )
    if not changed.rowcount:
        connection.execute(insert(state).values(source=source, memory_pages=len(pages)))
    _forget(connection, source)


def recall(connection: Connection, source: str) -> tuple[int, dict[int, int]]:
    """Give the number of pages that a source's memory has seen, and how many of them carried each block."""
    pages = connection.execute(
        select(schema.sources.c.memory_pages).where(schema.sources.c.source == source)
    ).scalar_one_or_none()
    t = schema.memory.c
    rows = connection.execute(select(t.fingerprint, t.pages).where(t.source == source)).all()
    return pages or 0, {row.fingerprint: row.pages for row in rows}


def _forget(connection: Connection, source: str) -> None:
    t = schema.memory.c
    size = connection.execute(select(func.count()).where(t.source == source)).scalar_one()
    if size <= MAX_FINGERPRINTS:
        return
    # A quarter goes at a time, so that this sort is rare.
    oldest = (
        select(t.fingerprint)
        .where(t.source == source)
        .order_by(t.pages, t.seen_at)
        .limit(size - MAX_FINGERPRINTS * 3 // 4)
    )
    connection.execute(delete(schema.memory).where(t.source == source, t.fingerprint.in_(oldest)))
