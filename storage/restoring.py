"""Puts a backup in the place of a SQLite database, wholly or not at all; the database that was there is kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from newsreel.errors import DatabaseBusy, StorageError
from storage import backup
from storage.beats import last_beat
from storage.database import check_integrity, connect, reading, sqlite_url
from storage.leases import held, lives
from storage.reburying import rebury, tombstones_of
from storage.translating import translated
from storage.upgrading import check_known, schema_versions, upgrade
from storage.wiping import wipe

_SQLITE = b"SQLite format 3\0"
_ZSTD = b"\x28\xb5\x2f\xfd"
# Beside a database there may be these, which belong to it alone.
SIDES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the backup's schema, the present one, and where the database of before is (None: there was none).

    `articles` are in the database now; so many rows of articles and links are not that the backup holds, since they
    were `forgotten` after it was made.
    """

    schema: str
    upgraded_to: str
    replaced: Path | None
    articles: int
    forgotten: int = 0


def restore(file: Path, database: Path, clock: Callable[[], datetime]) -> Restored:
    """Put the backup `file` in the place of `database`.

    The backup is unpacked beside it, checked and brought to the present schema before anything is touched; what was
    forgotten since is removed from it, as far as the present database can be read. Raises
    StorageError where it is no backup, damaged or cut off, DatabaseTooNew where a newer Newsreel wrote it, and
    DatabaseBusy where a process works with the database. A kill at any moment leaves the one or the other in place.
    """
    what = f"restore {file}"
    fresh = backup.fresh_file(database, "copy")
    with translated(what), backup.file_errors(what), _without(fresh):
        database.parent.mkdir(parents=True, exist_ok=True)
        backup.sweep(database.parent)
        _unpack(file, fresh, what)
        schema, head, articles, forgotten = _made_ready(file, fresh, database, clock())
        refuse_in_use(database, clock())
        with _alone(database) as whole:
            replaced = _set_aside(database, clock(), whole)
            backup.settle(fresh, database)
    return Restored(schema, head, replaced, articles, forgotten)


def refuse_in_use(database: Path, now: datetime) -> None:
    """Raise DatabaseBusy where a service or a crawl that lives works with a database, as far as it can be read."""
    if not database.is_file():
        return
    engine = connect(sqlite_url(database), 1.0)
    try:
        with reading(engine) as connection:
            crawled = sorted(held(connection, now))
        beat = last_beat(engine)
    except DatabaseBusy:
        raise
    except StorageError:
        # It is damaged or of another schema; whether it is open shows when it is locked.
        return
    finally:
        engine.dispose()
    if beat is not None and lives(beat.host, beat.pid, beat.process_started):
        raise DatabaseBusy(f"the service works with {database}: process {beat.pid}; stop it, then try again")
    if crawled:
        raise DatabaseBusy(f"{', '.join(crawled[:3])} is being crawled into {database}; wait for the end, or stop it")


def _unpack(file: Path, fresh: Path, what: str) -> None:
    with file.open("rb") as stream:
        start = stream.read(len(_SQLITE))
    size = file.stat().st_size
    if start.startswith(_ZSTD):
        with fresh.open("xb") as target:
            for part in backup.unpacked(file):
                backup.need_room(fresh.parent, len(part), what)
                target.write(part)
        with fresh.open("rb") as stream:
            start = stream.read(len(_SQLITE))
    elif start == _SQLITE:
        backup.need_room(fresh.parent, size, what)
        shutil.copyfile(file, fresh)
    if start != _SQLITE:
        raise StorageError(f"{file} is no backup of a Newsreel database; newsreel db backup makes one")


def _made_ready(file: Path, fresh: Path, present: Path, now: datetime) -> tuple[str, str, int, int]:
    """Check a copy of a backup, bring it to the present schema, remove what was forgotten, and make it one file.

    Gives the schemas, the number of articles and what was removed.
    """
    engine = connect(sqlite_url(fresh))
    try:
        check_integrity(engine)
        schema, head = schema_versions(engine)
        if schema is None:
            raise StorageError("it is a SQLite database, but none of Newsreel's")
        check_known(str(file), schema)
        upgrade(engine, None)
        forgotten = _forgotten_since(present, engine, now)
        with reading(engine) as connection:
            articles = int(connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one())
    except StorageError as error:
        # It names the copy, which is gone when the message is read.
        raise type(error)(f"cannot restore {file}: {str(error).replace(str(fresh), str(file))}") from error
    finally:
        engine.dispose()
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return schema, head, articles, forgotten


def _forgotten_since(present: Path, restored: Engine, now: datetime) -> int:
    if not present.is_file():
        return 0
    engine = connect(sqlite_url(present), 1.0)
    try:
        stones = tombstones_of(engine)
    except StorageError:
        # It is damaged or of an older schema.
        return 0
    finally:
        engine.dispose()
    removed = rebury(stones, restored, now)
    if removed:
        wipe(restored)
    return removed


@contextmanager
def _alone(database: Path) -> Iterator[bool]:
    """Hold a database so that nobody else can open it, and tell whether all that was committed is in its file now.

    One that is too damaged for that is nobody's.
    """
    whole = False
    with ExitStack() as stack:
        if database.is_file():
            connection = stack.enter_context(closing(sqlite3.connect(database, isolation_level=None, timeout=1.0)))
            try:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("PRAGMA journal_mode = DELETE")
                # So that this connection has no file beside the database when another one is in its place.
                connection.execute("PRAGMA journal_mode = MEMORY")
                connection.execute("BEGIN EXCLUSIVE")
                whole = True
            except sqlite3.OperationalError as error:
                if "locked" in str(error) or "busy" in str(error):
                    raise DatabaseBusy(
                        f"another process has {database} open; end it (a service, a crawl, sqlite3), then try again"
                    ) from error
            except sqlite3.DatabaseError:
                pass
        yield whole


def _set_aside(database: Path, now: datetime, whole: bool) -> Path | None:
    """Give the present database a second name among the backups; the files beside it go, they would spoil the next.

    They are kept with it unless it is whole without them.
    """
    if not database.is_file():
        return None
    folder = backup.folder_of(database)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / backup.name_of(database, "replaced", now, ".db")
    if kept.exists():
        raise StorageError(f"{kept} is there already; wait a second and try again")
    os.link(database, kept)
    for side in SIDES:
        beside = Path(f"{database}{side}")
        if beside.exists() and not whole:
            os.link(beside, f"{kept}{side}")
    backup.sync_folder(folder)
    for side in SIDES:
        Path(f"{database}{side}").unlink(missing_ok=True)
    backup.sync_folder(database.parent)
    return kept


@contextmanager
def _without(fresh: Path) -> Iterator[None]:
    with backup.removed_after(fresh, *(Path(f"{fresh}{side}") for side in SIDES)):
        yield
