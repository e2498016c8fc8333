"""Wipes what deleted rows leave in the file of the database, so that a forgotten text is in none of its bytes."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Engine

from newsreel.errors import DatabaseBusy
from storage.translating import name_of, translated
from storage.vacuuming import vacuum

# Pages of the index that are merged in one transaction, so that a crawl does not wait long for its turn.
_STEP = 2_000


def wipe(engine: Engine) -> None:
    """Merge the words of removed articles out of the search index, then write the database anew.

    Takes about a second for 100 MB and as much free space as the database is large; a crawl meanwhile waits. Raises
    StorageError where there is no such space, DatabaseBusy where the lock cannot be had or a reader holds on to the old
    state: what is forgotten stays so, its traces in the file go when this is called again.
    """
    if engine.dialect.name == "sqlite":
        _merge_index(engine)
    vacuum(engine)
    if engine.dialect.name == "sqlite":
        _empty_log(engine)


def _merge_index(engine: Engine) -> None:
    with translated(f"wipe the index of {name_of(engine.url)}"), closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        merging, size = True, -_STEP
        while merging:
            before = connection.total_changes
            cursor.execute("INSERT INTO search_index(search_index, rank) VALUES ('merge', ?)", (size,))
            # The command itself counts as one change.
            merging, size = connection.total_changes - before >= 2, _STEP


def _empty_log(engine: Engine) -> None:
    with translated(f"wipe the log of {name_of(engine.url)}"), closing(engine.raw_connection()) as connection:
        [busy, *_] = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise DatabaseBusy(
            f"cannot wipe the log of {name_of(engine.url)}: another process reads it for too long; when that ends, run "
            f"newsreel db vacuum"
        )
