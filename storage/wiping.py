"""Wipes what deleted rows leave in the file of the database, so that a forgotten text is in none of its bytes."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Engine

from newsreel.errors import DatabaseBusy
from storage.database import name_of, translated

# Pages of the index that are merged in one transaction, so that a crawl does not wait long for its turn.
_STEP = 2_000


def wipe(engine: Engine) -> None:
    """Merge the words of removed articles out of the search index, then write the file anew.

    Takes about a second for 100 MB and as much free space as the database is large; a crawl meanwhile waits. Raises
    DatabaseBusy where the lock cannot be had or a reader holds on to the old state: what is forgotten stays so, its
    traces in the file go when this is called again.
    """
    with translated(f"wipe {name_of(engine.url)}"):
        if engine.dialect.name != "sqlite":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")
            return
        with closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            merging = True
            size = -_STEP
            while merging:
                before = connection.total_changes
                cursor.execute("INSERT INTO search_index(search_index, rank) VALUES ('merge', ?)", (size,))
                # The command itself counts as one change.
                merging = connection.total_changes - before >= 2
                size = _STEP
            cursor.execute("VACUUM")
            [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise DatabaseBusy(
            f"cannot wipe {name_of(engine.url)}: another process reads it for too long; try again when it ends"
        )
