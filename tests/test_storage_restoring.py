"""A backup takes the database's place wholly or not at all, and never while somebody works with it."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from stories import DAY, NOW, article, begin, database, end, record, store, visit, words

from newsreel.errors import DatabaseBusy, StorageError
from storage import beats, schema
from storage.articles import Articles, Filter
from storage.backup import back_up, backups_of
from storage.checks import check
from storage.database import check_integrity, writing
from storage.forgetting import Subject, forget
from storage.restoring import restore
from storage.tombstones import tombstones

OLD, NEW = {"old0", "old1"}, {"new0", "new1", "new2"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the old articles, beside a backup (backup.db.zst, plain.db) with the new ones."""
    engine = database(tmp_path / "other")
    store(engine, *(article(f"/{name}") for name in sorted(NEW)))
    engine.dispose()
    back_up(tmp_path / "other" / "newsreel.db", tmp_path / "backup.db.zst")
    back_up(tmp_path / "other" / "newsreel.db", tmp_path / "plain.db")
    engine = database(tmp_path)
    store(engine, *(article(f"/{name}") for name in sorted(OLD)))
    engine.dispose()
    return tmp_path / "newsreel.db"


def stored(folder: Path, name: str = "newsreel.db") -> set[str]:
    """Give what a database holds, after a look whether it is whole."""
    from storage.database import open_database, sqlite_url

    engine = open_database(sqlite_url(folder / name))
    check_integrity(engine)
    found = {each.article.url.rpartition("/")[2] for each in Articles(engine).each(Filter())}
    engine.dispose()
    return found


def test_the_backup_takes_the_place_and_the_old_one_is_kept(file: Path) -> None:
    restored = restore(file.parent / "backup.db.zst", file, lambda: NOW)
    assert restored.articles == 3
    assert stored(file.parent) == NEW
    assert restored.replaced is not None
    assert [(each.kind, each.file) for each in backups_of(file)] == [("replaced", restored.replaced)]
    assert restore(restored.replaced, file, lambda: NOW + DAY).articles == 2
    assert stored(file.parent) == OLD


def test_what_was_forgotten_since_stays_forgotten(file: Path) -> None:
    secret = article("/secret", text=words("quexilda", 40))
    copy = article("/secret", "reef", text=words("quexilda", 40))
    engine = database(file.parent)
    store(engine, secret, copy)
    run_id = begin(engine)
    record(engine, visit(run_id, "https://tide.example/rejected-quexilda", outcome="no-text"))
    end(engine, run_id)
    engine.dispose()
    backup = file.parent / "held.db"
    back_up(file, backup)
    engine = database(file.parent)
    forget(engine, Subject(article=3), "a court says so", NOW)
    forget(engine, Subject(url="https://tide.example/rejected-quexilda"), "that too", NOW)
    engine.dispose()
    assert [
        restore(backup, file, lambda: NOW + DAY).forgotten,
        restore(backup, file, lambda: NOW + 2 * DAY).articles,
    ] == [2, 3]
    assert stored(file.parent) == OLD | {"secret"}, "the copy of another outlet"
    assert b"rejected-quexilda" not in file.read_bytes()
    engine = database(file.parent)
    assert [(stone.reason, stone.source) for stone in tombstones(engine)] == [
        ("that too", "tide"),
        ("a court says so", "tide"),
    ]
    assert store(engine, secret) == ["dup-url"]
    assert all(not each.problems for each in check(engine))
    engine.dispose()


def test_what_only_stands_in_the_log_is_kept_too_and_not_applied_to_the_restored_one(file: Path) -> None:
    """A crawl that was killed leaves its last pages in the log beside the database."""

    def crawl() -> None:
        store(database(file.parent), article("/old2"), article("/old3"))
        os.kill(os.getpid(), signal.SIGKILL)

    assert os.WTERMSIG(_forked(crawl)) == signal.SIGKILL
    assert Path(f"{file}-wal").stat().st_size > 0
    restored = restore(file.parent / "plain.db", file, lambda: NOW)
    assert not Path(f"{file}-wal").exists()
    assert stored(file.parent) == NEW
    assert restored.replaced is not None
    assert stored(restored.replaced.parent, restored.replaced.name) == {*OLD, "old2", "old3"}


@pytest.mark.parametrize("kind", ["backup.db.zst", "plain.db"])
def test_a_kill_at_any_moment_leaves_the_one_or_the_other(file: Path, kind: str) -> None:
    states = []
    for moment in range(1, 200):

        def work(moment: int = moment) -> None:
            _die_at(moment, file.parent)
            restore(file.parent / kind, file, lambda: NOW)

        status = _forked(work)
        found = stored(file.parent)
        assert found in (OLD, NEW)
        states.append(found == NEW)
        kept = [each.file for each in backups_of(file)]
        if found == NEW:
            (replaced,) = kept
            assert stored(replaced.parent, replaced.name) == OLD
            os.replace(replaced, file)
        for each in kept:
            each.unlink(missing_ok=True)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
    # It was killed before, between and after.
    assert states.count(False) > 5
    assert states[-1]
    assert states.count(True) >= 2
    assert [each.name for each in file.parent.glob(".*")] == []


def _forked(work: Callable[[], None]) -> int:
    """Do work in a process of its own and give how it ended."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _die_at(moment: int, folder: Path) -> None:
    """Kill this process at its n-th step in a folder: a file opened, named, removed, a database connected."""
    left = moment

    def look(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        watched = event in ("open", "os.rename", "os.link", "os.remove", "sqlite3.connect", "shutil.copyfile")
        if watched and str(folder) in str(args[0]):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _turned(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) * 64 + data[middle + 64 :]


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("backup.db.zst", _cut, "cut off|damaged"),
        ("backup.db.zst", _turned, "damaged"),
        ("backup.db.zst", lambda data: b"", "is no backup of a Newsreel database"),
        ("backup.db.zst", lambda data: b"Dear diary, " * 99, "is no backup of a Newsreel database"),
        ("plain.db", lambda data: data[: len(data) // 3], "damaged|malformed"),
        ("plain.db", lambda data: data[:16] + bytes(len(data) - 16), "not a database|malformed"),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    file: Path, name: str, change: Callable[[bytes], bytes], told: str
) -> None:
    broken = file.parent / name
    broken.write_bytes(change(broken.read_bytes()))
    with pytest.raises(StorageError, match=told) as caught:
        restore(broken, file, lambda: NOW)
    assert ".copy" not in str(caught.value)
    assert stored(file.parent) == OLD
    assert backups_of(file) == []
    assert list(file.parent.glob(".*")) == []


def test_another_program_s_database_is_refused(file: Path) -> None:
    other = file.parent / "bookmarks.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    with pytest.raises(StorageError, match="none of Newsreel's"):
        restore(other, file, lambda: NOW)
    with pytest.raises(StorageError, match="No such file"):
        restore(file.parent / "missing.db", file, lambda: NOW)
    assert stored(file.parent) == OLD


def test_it_is_refused_while_a_crawl_holds_a_source(file: Path) -> None:
    engine = database(file.parent)
    run_id = begin(engine)
    engine.dispose()
    with pytest.raises(DatabaseBusy, match="tide is being crawled"):
        restore(file.parent / "plain.db", file, lambda: NOW)
    engine = database(file.parent)
    end(engine, run_id)
    engine.dispose()
    restore(file.parent / "plain.db", file, lambda: NOW)
    assert stored(file.parent) == NEW


def test_a_dead_crawl_s_lease_is_no_hindrance(file: Path) -> None:
    engine = database(file.parent)
    run_id = begin(engine)
    with writing(engine) as connection:
        connection.execute(schema.leases.update().values(pid=99999999, process_started="1"))
        connection.execute(
            insert(schema.beats).values(
                host=os.uname().nodename, pid=99999999, started_at=NOW, beat_at=NOW, crawls=0, process_started="1"
            )
        )
    engine.dispose()
    assert run_id
    assert restore(file.parent / "plain.db", file, lambda: NOW).articles == 3


def test_it_is_refused_while_a_service_lives(file: Path) -> None:
    engine = database(file.parent)
    with writing(engine) as connection:
        beats.beat(connection, NOW, NOW, 0)
    engine.dispose()
    with pytest.raises(DatabaseBusy, match=f"the service works with .*: process {os.getpid()}; stop it"):
        restore(file.parent / "plain.db", file, lambda: NOW)


def test_it_is_refused_while_any_process_has_the_file_open(file: Path) -> None:
    engine = database(file.parent)
    Articles(engine).count()
    with pytest.raises(DatabaseBusy, match=r"another process has .* open"):
        restore(file.parent / "plain.db", file, lambda: NOW)
    engine.dispose()
    assert stored(file.parent) == OLD


def test_a_database_that_is_damaged_can_be_replaced(file: Path) -> None:
    file.write_bytes(b"Dear diary, " * 1000)
    Path(f"{file}-wal").write_bytes(b"rubbish" * 1000)
    restored = restore(file.parent / "backup.db.zst", file, lambda: NOW)
    assert stored(file.parent) == NEW
    assert restored.replaced is not None
    assert restored.replaced.read_bytes().startswith(b"Dear diary")
