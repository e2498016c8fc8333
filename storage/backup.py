"""Backups of a SQLite database: made while others write, checked, and complete when they appear."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import zstandard

from newsreel.errors import StorageError
from storage.leases import lives
from storage.translating import hint, translated

FOLDER = "backups"
COMPRESSED = ".zst"
LEVEL = 3
# How many of those are kept that are made before the schema changes.
KEPT_BEFORE = 2
# What is left free on the disk for everybody else.
RESERVE = 64 * 1024 * 1024
_MIB = 1024 * 1024
_STAMP = "%Y%m%dT%H%M%SZ"
_BUSY_MS = 30_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in the folder; `kind` is daily, manual, before (a change of the schema) or replaced (by a restore)."""

    file: Path
    kind: str
    made_at: datetime
    size: int


def folder_of(database: Path) -> Path:
    """Give the folder for a database's backups: beside it."""
    return database.absolute().parent / FOLDER


def name_of(database: Path, kind: str, now: datetime, suffix: str) -> str:
    """Give a backup's file name: of what, why and when."""
    return f"{database.stem}-{kind}-{now.astimezone(UTC).strftime(_STAMP)}{suffix}"


def backups_of(database: Path) -> list[Backup]:
    """Give the backups in a database's folder, newest first."""
    form = re.compile(re.escape(database.stem) + r"-(daily|manual|before|replaced)(?:-\w+)?-(\d{8}T\d{6}Z)\.db(\.zst)?")
    found = []
    folder = folder_of(database)
    for file in folder.iterdir() if folder.is_dir() else ():
        if match := form.fullmatch(file.name):
            made_at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(file, match[1], made_at, file.stat().st_size))
    return sorted(found, key=lambda each: (each.made_at, each.file.name), reverse=True)


def prune(database: Path, kind: str, keep: int) -> list[Path]:
    """Remove the oldest backups of a kind, so that `keep` are left; give those that were removed."""
    old = [each.file for each in backups_of(database) if each.kind == kind][keep:]
    for file in old:
        file.unlink(missing_ok=True)
    return old


def daily_due(last: datetime | None, at: time, now: datetime) -> bool:
    """Tell whether the day's backup is still to be made, once `at` (UTC) has passed since the last one.

    A machine that slept through the hour makes it when it wakes.
    """
    moment = datetime.combine(now.astimezone(UTC).date(), at, UTC)
    if moment > now:
        moment -= timedelta(days=1)
    return last is None or last < moment


def back_up(database: Path, target: Path) -> int:
    """Copy a database to a file that is not there yet, compressed where its name ends in .zst; give its size.

    The copy is of one moment, whatever is written meanwhile; it appears under its name when it is checked and on the
    disk. StorageError where there is no room or anything fails; nothing is left then.
    """
    what = f"back {database} up to {target}"
    if not database.is_file():
        raise StorageError(f"cannot {what}: there is no such database")
    if target.exists():
        raise StorageError(f"cannot {what}: that file is there already; choose another name")
    compressed = target.name.endswith(COMPRESSED)
    copy, packed = fresh_file(target, "copy"), fresh_file(target, "partial")
    with translated(what), file_errors(what), removed_after(copy, packed):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        need_room(target.parent, size_of(database) * (2 if compressed else 1), what)
        _copy(database, copy)
        if compressed:
            pack(copy, packed)
        settle(packed if compressed else copy, target)
    return target.stat().st_size


def _copy(database: Path, copy: Path) -> None:
    address = database.absolute().as_uri() + "?mode=rw"
    with (
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        source.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        target.execute("PRAGMA synchronous = OFF")
        # All in one step: in many, each write of somebody else would begin the copy anew.
        source.backup(target)
        # One file that needs no other beside it.
        target.execute("PRAGMA journal_mode = DELETE")
        answers = [str(answer) for (answer,) in target.execute("PRAGMA quick_check(3)")]
    if answers != ["ok"]:
        raise StorageError(f"the copy of {database} is damaged: {'; '.join(answers)}; see newsreel db check")


def pack(plain: Path, packed: Path) -> None:
    """Compress a file, with a checksum that `unpack` compares, and read it back once."""
    with plain.open("rb") as source, packed.open("xb") as target:
        size = plain.stat().st_size
        zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).copy_stream(source, target, size=size)
    if sum(len(part) for part in unpacked(packed)) != size:
        raise StorageError(f"{packed} cannot be read back whole: the disk may be failing")


def unpacked(file: Path) -> Iterator[bytes]:
    """Give a compressed file's content in parts; StorageError where it is cut off or damaged."""
    reader = zstandard.ZstdDecompressor().decompressobj()
    try:
        with file.open("rb") as stream:
            while part := stream.read(_MIB):
                if reader.eof:
                    break
                yield reader.decompress(part)
    except zstandard.ZstdError as error:
        raise StorageError(f"{file} is damaged: {error}; take another backup") from error
    if not reader.eof:
        raise StorageError(f"{file} is cut off: its end is missing; take another backup")


def settle(fresh: Path, target: Path) -> None:
    """Give a complete file its name, when it is on the disk."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(fresh, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def size_of(database: Path) -> int:
    """Give the bytes of a database with what stands in its log."""
    log = Path(f"{database}-wal")
    return database.stat().st_size + (log.stat().st_size if log.exists() else 0)


def need_room(folder: Path, size: int, what: str) -> None:
    """Raise StorageError where a folder's disk has not `size` bytes and a reserve to give."""
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE:
        raise StorageError(
            f"cannot {what}: that takes {(size + RESERVE) // _MIB} MiB in {folder}, and {free // _MIB} MiB are free; "
            f"free some space, or name another place"
        )


def fresh_file(target: Path, kind: str) -> Path:
    """Name a file beside `target` for what is not complete yet; `sweep` removes it where this process is killed."""
    return target.with_name(f".{target.name}.{os.getpid()}.{kind}")


def sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished."""
    for file in folder.glob(".*"):
        match = re.fullmatch(r"\..+\.(\d+)\.(?:copy|partial)(?:-journal|-wal|-shm)?", file.name)
        if match and lives(socket.gethostname(), int(match[1]), None) is False:
            file.unlink(missing_ok=True)


@contextmanager
def removed_after(*files: Path) -> Iterator[None]:
    """Leave none of the files behind, however the work with them ends."""
    try:
        yield
    finally:
        for file in files:
            file.unlink(missing_ok=True)
            Path(f"{file}-journal").unlink(missing_ok=True)


@contextmanager
def file_errors(what: str) -> Iterator[None]:
    """Turn the file system's errors into StorageError, saying `what` was tried."""
    try:
        yield
    except OSError as error:
        told = error.strerror or str(error)
        raise StorageError(f"cannot {what}: {told}{hint(told)}") from error
