"""An outlet's memory: how many of its pages carry a line, learned as pages come, bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from newsreel.cleaning.memory import SETTLED_PAGES, USABLE_PAGES, Memory, Prints
from storage import schema
from storage.counting import upsert

MAX_FINGERPRINTS = 20_000
_CHUNK = 400


def learn(connection: Connection, source: str, pages: Sequence[Prints], now: datetime) -> None:
    """Add pages to a source's memory, one after the other; forget the rarest and oldest lines beyond the bound."""
    seen = _pages(connection, source)
    for page in pages:
        seen = _learn(connection, source, page, seen, now)
    if pages:
        _set_pages(connection, source, seen)
        _forget(connection, source)


def unlearn(connection: Connection, source: str, lines: Collection[int]) -> None:
    """Take a page's lines out of a source's memory: those that only it carried go, others stand on one page less.

    How many pages the memory speaks of stays: what of the page was no text of its own is not known any more.
    """
    t = schema.memory
    wanted = sorted(lines)
    for start in range(0, len(wanted), _CHUNK):
        some = (t.c.source == source, t.c.fingerprint.in_(wanted[start : start + _CHUNK]))
        connection.execute(delete(t).where(*some, t.c.pages <= 1))
        connection.execute(update(t).where(*some).values(pages=t.c.pages - 1))


def unlearn_all(connection: Connection, source: str) -> None:
    """Empty a source's memory; it learns anew from what comes."""
    connection.execute(delete(schema.memory).where(schema.memory.c.source == source))
    connection.execute(update(schema.sources).where(schema.sources.c.source == source).values(memory_pages=0))


def recall(connection: Connection, source: str) -> Memory:
    """Give all that a source's memory holds."""
    t = schema.memory.c
    rows = connection.execute(select(t.fingerprint, t.pages).where(t.source == source)).all()
    return Memory(_pages(connection, source), {row.fingerprint: row.pages for row in rows})


def unsettled(connection: Connection, source: str) -> list[int]:
    """List the articles that were cleaned with too little memory, of which there is enough now.

    That is so once when the memory becomes usable, and once more when it has seen what is rare too.
    """
    pages = _pages(connection, source)
    if pages < USABLE_PAGES:
        return []
    a = schema.articles.c
    below = SETTLED_PAGES if pages >= SETTLED_PAGES else USABLE_PAGES
    query = select(a.id).where(a.source == source, a.memory_pages < below).order_by(a.id)
    return list(connection.execute(query).scalars())


def settle(connection: Connection, number: int, pages: int) -> None:
    """Note with how many pages in the memory an article was cleaned, its own included."""
    a = schema.articles
    connection.execute(update(a).where(a.c.id == number).values(memory_pages=pages))


def _learn(connection: Connection, source: str, page: Prints, seen: int, now: datetime) -> int:
    """Add a page; give the number of pages after it."""
    known = _counts(connection, source, page.lines)
    memory = Memory(seen, dict(known))
    memory.learn(page)
    if memory.pages < seen:
        t = schema.memory
        connection.execute(update(t).where(t.c.source == source).values(pages=(t.c.pages + 1) // 2))
    if memory.counts:
        table = schema.memory
        statement = upsert(connection, table)
        new = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.source, table.c.fingerprint],
                set_={"pages": new.pages, "seen_at": new.seen_at},
            ),
            [{"source": source, "fingerprint": f, "pages": n, "seen_at": now} for f, n in memory.counts.items()],
        )
    return memory.pages


def _pages(connection: Connection, source: str) -> int:
    s = schema.sources.c
    return connection.execute(select(s.memory_pages).where(s.source == source)).scalar_one_or_none() or 0


def _set_pages(connection: Connection, source: str, pages: int) -> None:
    s = schema.sources
    changed = connection.execute(update(s).where(s.c.source == source).values(memory_pages=pages))
    if not changed.rowcount:
        connection.execute(insert(s).values(source=source, memory_pages=pages))


def _counts(connection: Connection, source: str, lines: Iterable[int]) -> dict[int, int]:
    t = schema.memory.c
    wanted = sorted(lines)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = t.fingerprint.in_(wanted[start : start + _CHUNK])
        rows = connection.execute(select(t.fingerprint, t.pages).where(t.source == source, some))
        found |= {row.fingerprint: row.pages for row in rows}
    return found


def _forget(connection: Connection, source: str) -> None:
    t = schema.memory.c
    size = connection.execute(select(func.count()).where(t.source == source)).scalar_one()
    if size <= MAX_FINGERPRINTS:
        return
    # A quarter goes at a time, so that this sort is rare.
    oldest = (
        select(t.fingerprint)
        .where(t.source == source)
        .order_by(t.pages, t.seen_at, t.fingerprint)
        .limit(size - MAX_FINGERPRINTS * 3 // 4)
    )
    connection.execute(delete(schema.memory).where(t.source == source, t.fingerprint.in_(oldest)))
