"""Opens a database and gives connections for reading and writing."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsreel.errors import DatabaseBusy, DatabaseTooNew, SchemaTooOld, StorageError
from storage.translating import name_of, translated, without_password
from storage.upgrading import check_known, schema_versions, upgrade

BUSY_TIMEOUT = 30.0
# How much of a SQLite file a connection keeps in memory at most, in KiB. SQLite takes less by itself than a batch
# of 100 pages touches in a large database: whoever stores would read and write some pages several times. The service
# stays small, with a connection for each of its threads.
USUAL_CACHE = 2_000
STORING_CACHE = 16_384
# How many seconds a writer waits until it looks again whether it may write; for what part of the time it wrote, and how
# long at most, it then leaves the file to others.
_LOOK = 0.002
_GAP = 0.05
_LONGEST_GAP = 0.05
# The number of the lock that whoever writes to a PostgreSQL database holds.
_WRITERS = 6397733507


def sqlite_url(file: Path) -> str:
    """Give the address under which SQLAlchemy opens a SQLite file."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


def open_database(
    url: str,
    *,
    migrate: bool = True,
    busy_timeout: float = BUSY_TIMEOUT,
    clock: Callable[[], datetime] = utc_now,
    cache: int = USUAL_CACHE,
) -> Engine:
    """Open the database at `url`, create it where it is missing, and bring its schema up to date.

    Before the schema of a SQLite file changes, a backup is made, with the time by `clock` in its name; on PostgreSQL an
    older schema is refused, since its backups are the owner's: `newsreel db upgrade` changes it. `busy_timeout` is how
    many seconds to wait for another process's lock, `cache` how many KiB of a SQLite file a connection keeps. Raises
    DatabaseTooNew for a database that a newer Newsreel wrote, DatabaseBusy, and StorageError where it cannot be opened.
    """
    engine = connect(url, busy_timeout, cache)
    try:
        if migrate and engine.dialect.name != "sqlite":
            _refuse_older(engine)
        if migrate:
            upgrade(engine, clock)
    except StorageError as error:
        engine.dispose()
        if isinstance(error, DatabaseTooNew | DatabaseBusy | SchemaTooOld):
            raise
        raise StorageError(f"cannot open the database {name_of(engine.url)}: {error}") from error
    return engine


def connect(url: str, busy_timeout: float = BUSY_TIMEOUT, cache: int = USUAL_CACHE) -> Engine:
    """Give the engine for an address, without a look at what is there; StorageError where it is malformed."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed)
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise _unusable(url, error) from error
        raise StorageError(
            f"cannot open the database {without_password(url)!r}: PostgreSQL needs the extra postgresql: "
            f"pip install 'newsreel[postgresql]'"
        ) from error
    except (SQLAlchemyError, ValueError, ImportError) as error:
        raise _unusable(url, error) from error
    if engine.dialect.name == "sqlite":
        _make_folder(parsed)
        event.listen(engine, "connect", _prepare_sqlite(busy_timeout, cache))
        manners = _Manners(busy_timeout)
        event.listen(engine, "begin", manners.begin)
        event.listen(engine, "commit", manners.end)
        event.listen(engine, "rollback", manners.end)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _prepare_postgresql(busy_timeout))
        event.listen(engine, "begin", _begin_postgresql)
    else:
        raise _unusable(url, f"{engine.dialect.name} is not one of the databases that are supported")
    return engine


def _unusable(url: str, reason: object) -> StorageError:
    return StorageError(
        f"cannot open the database {without_password(url)!r}: {without_password(str(reason))}; give an address like "
        f"sqlite:////home/me/newsreel.db or postgresql://me:password@host/newsreel"
    )


def _refuse_older(engine: Engine) -> None:
    current, head = schema_versions(engine)
    check_known(name_of(engine.url), current)
    if current not in (None, head):
        raise SchemaTooOld(
            f"the database {name_of(engine.url)} has schema {current}, and this Newsreel writes {head}: stop what "
            f"works with it, make a backup (pg_dump), then run newsreel db upgrade"
        )


def _make_folder(url: URL) -> None:
    if url.database in (None, "", ":memory:"):
        return
    folder = Path(str(url.database)).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot create the data directory {folder}: {error.strerror or error}; choose another one with --data-dir"
        ) from error


def _prepare_sqlite(busy_timeout: float, cache: int) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # SQLAlchemy issues BEGIN itself (below), so that a write begins as a write.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{cache}")
        cursor.close()

    return prepare


class _Manners:
    """How the writers of a SQLite file take turns: each looks often whether it may write, and lets others in.

    SQLite itself looks ten times a second: between two transactions of a busy crawl it would hardly ever find a gap.
    """

    def __init__(self, busy_timeout: float) -> None:
        self.busy_timeout = busy_timeout
        self.began = 0.0
        self.polite_until = 0.0

    def begin(self, connection: Connection) -> None:
        """Begin a read, or a write when nobody else writes."""
        if connection.get_execution_options().get("newsreel_reads", False):
            connection.exec_driver_sql("BEGIN")
            return
        time.sleep(max(0.0, self.polite_until - time.monotonic()))
        raw: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        deadline = time.monotonic() + self.busy_timeout
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            # A read that turns into a write would fail at once with "database is locked"; IMMEDIATE waits its turn.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            if not _seize(raw, deadline):
                raise
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(self.busy_timeout * 1000)}")
        self.began = time.monotonic()

    def end(self, connection: Connection) -> None:
        """Leave a gap after a long write."""
        if not connection.get_execution_options().get("newsreel_reads", False):
            now = time.monotonic()
            self.polite_until = now + min(_LONGEST_GAP, (now - self.began) * _GAP)


def _seize(raw: sqlite3.Connection, deadline: float) -> bool:
    """Begin a write as soon as the file is free; tell whether it was in time."""
    while time.monotonic() < deadline:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
            time.sleep(_LOOK)
        else:
            return True
    return False


def _prepare_postgresql(busy_timeout: float) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(busy_timeout * 1000)}")
        connection.commit()

    return prepare


def _begin_postgresql(connection: Connection) -> None:
    # One writer at a time, as on SQLite: what was looked up in a transaction still holds when it writes.
    if not connection.get_execution_options().get("newsreel_reads", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


@contextmanager
def reading(engine: Engine, what: str = "read the database") -> Iterator[Connection]:
    """Give a connection for reading: one consistent view, no lock held against writers."""
    options: dict[str, Any] = {"newsreel_reads": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated(what), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, what: str = "write to the database") -> Iterator[Connection]:
    """Give a connection for one transaction that is committed at the end, or rolled back on an error."""
    with translated(what), engine.begin() as connection:
        yield connection


def damage(connection: Connection, quick: bool = False) -> list[str]:
    """Give what the database itself says is wrong with its file; `quick` leaves out the comparison with indexes."""
    if connection.dialect.name != "sqlite":
        return []
    answers = connection.exec_driver_sql(f"PRAGMA {'quick' if quick else 'integrity'}_check(5)").scalars()
    return [str(answer) for answer in answers if answer != "ok"]


def strays(connection: Connection) -> list[str]:
    """Give the tables that have rows without their owner, and how many."""
    if connection.dialect.name != "sqlite":
        return []
    tables = Counter(row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    return [f"{n} rows without owner in {table}" for table, n in sorted(tables.items())]


def check_integrity(engine: Engine) -> None:
    """Ask the database whether it is whole; StorageError with what it says if it is not."""
    with reading(engine, "check the database") as connection:
        found = damage(connection) + strays(connection)
    if found:
        raise StorageError(f"the database {name_of(engine.url)} is damaged: {'; '.join(found)}; restore a backup")
