"""Brings a database's schema up to date, one step of `migrations/` after the other, with a backup before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from newsreel.errors import DatabaseTooNew, StorageError
from storage import backup
from storage.indexing import catch_up
from storage.translating import name_of, translated

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done: `before` is None where the database was empty, `backup` where none was made."""

    before: str | None
    after: str
    backup: Path | None = None


def newest_schema() -> str:
    """Give the version of the schema that this Newsreel writes."""
    return _steps()[0]


def schema_versions(engine: Engine) -> tuple[str | None, str]:
    """Tell the schema's version in the database (None: empty) and the one that this Newsreel writes."""
    what = f"read the schema version of {name_of(engine.url)}"
    with translated(what), engine.connect().execution_options(newsreel_reads=True) as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest_schema()


def check_known(name: str, version: str | None) -> None:
    """Raise DatabaseTooNew where the database called `name` has a schema that this Newsreel does not know."""
    if version is not None and version not in _steps():
        raise DatabaseTooNew(
            f"the database {name} has schema {version}, newer than this Newsreel knows "
            f"({newest_schema()}): upgrade Newsreel, or use another --data-dir"
        )


def upgrade(engine: Engine, clock: Callable[[], datetime] | None) -> Upgrade:
    """Bring the schema up to date; of a SQLite file that has one already a backup is made before, named by `clock`.

    No backup without a clock. Where the backup cannot be made nothing is touched. All steps are one transaction.
    """
    current, head = schema_versions(engine)
    check_known(name_of(engine.url), current)
    if current == head:
        return Upgrade(current, head)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with translated("bring the schema up to date"), engine.begin() as connection:
        # Another process may have done it while this one waited for the lock.
        current = MigrationContext.configure(connection).get_current_revision()
        kept = None
        if current not in (None, head) and clock is not None and engine.dialect.name == "sqlite":
            kept = _keep(connection, head, clock())
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        catch_up(connection)
    if kept is not None:
        logger.info("the schema went from %s to %s; the database of before is %s", current, head, kept)
    return Upgrade(current, head, kept)


def _keep(connection: Connection, head: str, now: datetime) -> Path:
    """Back the database up while this transaction keeps others from writing to it."""
    file = Path(str(connection.engine.url.database))
    folder = backup.folder_of(file)
    target = folder / backup.name_of(file, f"before-{head}", now, ".db")
    try:
        backup.back_up(file, target)
    except StorageError as error:
        raise StorageError(
            f"the database {file} is left as it is; before its schema changes to {head} a backup is made: {error}"
        ) from error
    backup.prune(file, "before", backup.KEPT_BEFORE)
    return target


@cache
def _steps() -> tuple[str, ...]:
    """Give the versions that the schema ever had, newest first; read once, which takes longer than the opening else."""
    scripts = ScriptDirectory.from_config(_config())
    return tuple(script.revision for script in scripts.walk_revisions("base", "heads"))


def _config() -> Config:
    config = Config()
    # The configuration takes a percent sign for the start of a variable.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
