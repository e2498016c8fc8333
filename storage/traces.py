"""Removes what points to an article: its links with all that hangs on them, and its addresses in kept logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from storage import schema
from storage.counting import bump
from storage.namings import forget_namings

MARK = "[forgotten]"


def remove_links(connection: Connection, numbers: Sequence[int], now: datetime) -> set[str]:
    """Remove links with the pages that were kept for them; give their addresses.

    Those that a crawl under way has not dealt with are accounted for as duplicates in its run.
    """
    n, r, p = schema.links, schema.runs.c, schema.pages
    query = select(n.c.url, n.c.source, n.c.run_id, n.c.run_outcome, r.state)
    rows = connection.execute(
        query.join(schema.runs, r.id == n.c.run_id, isouter=True).where(n.c.id.in_(numbers))
    ).all()
    pending = Counter((row.source, row.run_id) for row in rows if row.state == "running" and row.run_outcome is None)
    for (source, run_id), count in pending.items():
        bump(connection, source, run_id, now, {"dup-url": count})
    addresses = forget_namings(connection, numbers)
    connection.execute(delete(p).where(p.c.link_id.in_(numbers)))
    connection.execute(delete(n).where(n.c.id.in_(numbers)))
    return addresses | {row.url for row in rows}


def remove_mentions(connection: Connection, addresses: Collection[str]) -> None:
    """Blot out addresses in the log lines that are kept of crawls."""
    t = schema.run_lines
    # The longest first: one may be the beginning of another.
    for address in sorted(addresses, key=len, reverse=True):
        told = t.c.text.contains(address, autoescape=True)
        connection.execute(update(t).where(told).values(text=func.replace(t.c.text, address, MARK)))
