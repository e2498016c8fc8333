"""An outlet's memory: how many of its pages carry a line, learned as pages come, bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from newsreel.cleaning.memory import SETTLED_PAGES, USABLE_PAGES, Memory, Prints
from storage import schema
from storage.counting import insert_for
from storage.handing import hand_over

MAX_FINGERPRINTS = 20_000
_CHUNK = 400

# Statements that each page needs are built once: that takes longer than running them.
_SETTLE = update(schema.articles).where(schema.articles.c.id == bindparam("its_id"))
_PAGES = select(schema.sources.c.memory_pages).where(schema.sources.c.source == bindparam("its_source"))
_S = schema.sources.c
_SIZES_OF = select(_S.source, _S.memory_pages, _S.memory_lines).where(
    _S.source.in_(bindparam("sources", expanding=True))
)
_UNCOUNTED = update(schema.sources).where(_S.source == bindparam("its_source")).values(memory_lines=None)
_SIZE = select(func.count()).where(schema.memory.c.source == bindparam("its_source"))
_COUNTS = select(schema.memory.c.fingerprint, schema.memory.c.pages).where(
    schema.memory.c.source == bindparam("its_source"),
    schema.memory.c.fingerprint.in_(bindparam("some", expanding=True)),
)


def learn(connection: Connection, source: str, pages: Sequence[Prints], now: datetime) -> None:
    """Add pages to a source's memory, one after the other; forget the rarest and oldest lines beyond the bound."""
    learn_all(connection, {source: pages}, now)


def learn_all(connection: Connection, sources: Mapping[str, Sequence[Prints]], now: datetime) -> None:
    """Add pages to the memories of several sources."""
    known = {row.source: row for row in connection.execute(_SIZES_OF, {"sources": list(sources)})}
    rows: list[dict[str, Any]] = []
    sizes: list[dict[str, Any]] = []
    for source, pages in sources.items():
        if not pages:
            continue
        # What is known of the lines of all pages is read at once.
        lines = {mark for page in pages for mark in page.lines}
        before = known.get(source)
        counts = _counts(connection, source, lines)
        memory = Memory(before.memory_pages if before else 0, dict(counts))
        for page in pages:
            seen = memory.pages
            memory.learn(page)
            if memory.pages < seen:
                t = schema.memory
                connection.execute(update(t).where(t.c.source == source).values(pages=(t.c.pages + 1) // 2))
        rows += [{"source": source, "fingerprint": f, "pages": n, "seen_at": now} for f, n in memory.counts.items()]
        held = None
        if before is not None and before.memory_lines is not None:
            held = before.memory_lines + len(memory.counts) - len(counts)
        sizes.append({"source": source, "memory_pages": memory.pages, "memory_lines": held})
    rows.sort(key=itemgetter("source", "fingerprint"))
    hand_over(connection, _learned(connection.dialect.name), rows)
    for size in sizes:
        # To count them with each batch would mean to go through them all.
        if size["memory_lines"] is None or size["memory_lines"] > MAX_FINGERPRINTS:
            size["memory_lines"] = _forget(connection, size["source"])
    hand_over(connection, _sized(connection.dialect.name), sizes)


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
    connection.execute(_UNCOUNTED, {"its_source": source})


def unlearn_all(connection: Connection, source: str) -> None:
    """Empty a source's memory; it learns anew from what comes."""
    connection.execute(delete(schema.memory).where(schema.memory.c.source == source))
    connection.execute(
        update(schema.sources).where(schema.sources.c.source == source).values(memory_pages=0, memory_lines=None)
    )


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
    connection.execute(_SETTLE, {"its_id": number, "memory_pages": pages})


@lru_cache
def _learned(dialect: str) -> Any:
    statement = insert_for(dialect, schema.memory)
    new = statement.excluded
    key = [schema.memory.c.source, schema.memory.c.fingerprint]
    return statement.on_conflict_do_update(index_elements=key, set_={"pages": new.pages, "seen_at": new.seen_at})


@lru_cache
def _sized(dialect: str) -> Any:
    statement = insert_for(dialect, schema.sources)
    sizes = {name: statement.excluded[name] for name in ("memory_pages", "memory_lines")}
    return statement.on_conflict_do_update(index_elements=[_S.source], set_=sizes)


def _pages(connection: Connection, source: str) -> int:
    return connection.execute(_PAGES, {"its_source": source}).scalar_one_or_none() or 0


def _counts(connection: Connection, source: str, lines: Iterable[int]) -> dict[int, int]:
    wanted = sorted(lines)
    found: dict[int, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(_COUNTS, {"its_source": source, "some": wanted[start : start + _CHUNK]})
        found |= {row.fingerprint: row.pages for row in rows}
    return found


def _forget(connection: Connection, source: str) -> int:
    """Forget the rarest and oldest lines where there are too many; give how many are left."""
    t = schema.memory.c
    size: int = connection.execute(_SIZE, {"its_source": source}).scalar_one()
    if size <= MAX_FINGERPRINTS:
        return size
    # A quarter goes at a time, so that this sort is rare.
    oldest = (
        select(t.fingerprint)
        .where(t.source == source)
        .order_by(t.pages, t.seen_at, t.fingerprint)
        .limit(size - MAX_FINGERPRINTS * 3 // 4)
    )
    gone = connection.execute(delete(schema.memory).where(t.source == source, t.fingerprint.in_(oldest)))
    return size - gone.rowcount
