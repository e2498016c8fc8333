"""Opens a database, brings its schema up to date, and turns the driver's errors into ours."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsreel.errors import DatabaseBusy, DatabaseTooNew, StorageError

BUSY_TIMEOUT = 30.0


def sqlite_url(file: Path) -> str:
    """Give the address under which SQLAlchemy opens a SQLite file."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def name_of(url: URL) -> str:
    """Give a database's name for messages: the file's path, or the address without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string()


def open_database(url: str, *, migrate: bool = True, busy_timeout: float = BUSY_TIMEOUT) -> Engine:
    """Open the database at `url`, create it where it is missing, and bring its schema up to date.

    `busy_timeout` is how many seconds to wait for another process's lock. Raises DatabaseTooNew for a database that a
    newer Newsreel wrote, DatabaseBusy, and StorageError where it cannot be opened.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except (SQLAlchemyError, ValueError, ImportError) as error:
        raise StorageError(
            f"cannot open the database {_without_password(url)!r}: {error}; give an address like "
            f"sqlite:////home/me/newsreel.db"
        ) from error
    if engine.dialect.name == "sqlite":
        _make_folder(parsed)
        event.listen(engine, "connect", _prepare_sqlite(busy_timeout))
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with translated(f"open the database {name_of(parsed)}"):
            if migrate:
                _upgrade(engine)
    except StorageError:
        engine.dispose()
        raise
    return engine


def _without_password(url: str) -> str:
    return re.sub(r"(?<=:)[^:@/]*(?=@)", "***", url)


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


def _prepare_sqlite(busy_timeout: float) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # SQLAlchemy issues BEGIN itself (below), so that a write begins as a write.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return prepare


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once with "database is locked"; IMMEDIATE waits its turn.
    reading = connection.get_execution_options().get("newsreel_reads", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine, what: str = "read the database") -> Iterator[Connection]:
    """Give a connection for reading: one consistent view, no lock held against writers."""
    with translated(what), engine.connect().execution_options(newsreel_reads=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, what: str = "write to the database") -> Iterator[Connection]:
    """Give a connection for one transaction that is committed at the end, or rolled back on an error."""
    with translated(what), engine.begin() as connection:
        yield connection


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn the driver's errors into StorageError, saying `what` was tried."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            raise DatabaseBusy(
                f"cannot {what}: another process holds the database's lock for too long; try again when it ends"
            ) from error
        hint = {
            "readonly": "; make it and its directory writable for this user",
            "unable to open": "; see that its directory exists and is writable for this user",
            "disk is full": "; free some space and run again, nothing that was committed is lost",
        }
        raise StorageError(f"cannot {what}: {text}" + next((h for k, h in hint.items() if k in text), "")) from error
    except SQLAlchemyError as error:
        raise StorageError(f"cannot {what}: {getattr(error, 'orig', None) or error}") from error


def _config() -> Config:
    config = Config()
    # The configuration takes a percent sign for the start of a variable.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def schema_versions(engine: Engine) -> tuple[str | None, str]:
    """Tell the schema's version in the database (None: empty) and the one that this Newsreel writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    with reading(engine, f"read the schema version of {name_of(engine.url)}") as connection:
        return MigrationContext.configure(connection).get_current_revision(), head


def _upgrade(engine: Engine) -> None:
    current, head = schema_versions(engine)
    if current == head:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseTooNew(
            f"the database {name_of(engine.url)} has schema {current}, newer than this Newsreel knows "
            f"({head}): upgrade Newsreel, or use another --data-dir"
        )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with writing(engine, "bring the schema up to date") as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_integrity(engine: Engine) -> None:
    """Ask the database whether it is whole; StorageError with what it says if it is not."""
    if engine.dialect.name != "sqlite":
        return
    with reading(engine, "check the database") as connection:
        answers = list(connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars())
        strays = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if answers != ["ok"] or strays:
        found = "; ".join(str(answer) for answer in answers) + (f"; {len(strays)} rows without owner" * bool(strays))
        raise StorageError(f"the database {name_of(engine.url)} is damaged: {found}; restore a backup")
