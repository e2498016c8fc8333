"""Gives the space of what was removed back to the disk."""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from storage import backup
from storage.translating import name_of, translated


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """The bytes of the database before and after."""

    before: int
    after: int

    @property
    def won(self) -> int:
        """How many bytes the disk got back."""
        return self.before - self.after


def size_of(engine: Engine) -> int:
    """Give the bytes of a database on the disk."""
    if engine.dialect.name == "sqlite":
        return backup.size_of(Path(str(engine.url.database)))
    with translated("read the size of the database"), engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def vacuum(engine: Engine) -> Vacuumed:
    """Write the database anew without its gaps, and renew what its queries are planned by.

    StorageError where the disk has not the room for a second copy, DatabaseBusy where somebody writes too long.
    """
    what = f"vacuum {name_of(engine.url)}"
    before = size_of(engine)
    if engine.dialect.name == "sqlite":
        _need_room(Path(str(engine.url.database)), before, what)
        with translated(what), closing(engine.raw_connection()) as connection:
            # Past SQLAlchemy, which would begin a transaction: none may be under way.
            cursor = connection.cursor()
            for statement in ("VACUUM", "PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"):
                cursor.execute(statement)
                cursor.fetchall()
            cursor.close()
    else:
        options = {"isolation_level": "AUTOCOMMIT", "newsreel_reads": True}
        with translated(what), engine.connect().execution_options(**options) as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
    return Vacuumed(before, size_of(engine))


def _need_room(file: Path, size: int, what: str) -> None:
    """The copy is built in the folder for temporary files, and written to the log before it is the database."""
    folder = file.absolute().parent
    temporary = Path(os.environ.get("SQLITE_TMPDIR") or os.environ.get("TMPDIR") or "/var/tmp")
    if not temporary.is_dir():
        temporary = Path(tempfile.gettempdir())
    same = temporary.stat().st_dev == folder.stat().st_dev
    backup.need_room(folder, size * (2 if same else 1), what)
    if not same:
        backup.need_room(temporary, size, what)
