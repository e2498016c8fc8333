"""A backup is whole, of one moment, and appears when it is complete; the schema changes behind one."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from alembic import command
from stories import DAY, HOUR, NOW, article, database, store

from newsreel.errors import DatabaseTooNew, StorageError
from storage import backup, upgrading
from storage.articles import Articles, Filter
from storage.backup import back_up, backups_of, daily_due, prune
from storage.daily import PAUSE, DailyBackups
from storage.database import check_integrity, connect, open_database, sqlite_url, writing
from storage.restoring import restore
from storage.upgrading import newest_schema, schema_versions

AT = time(4)


def old_database(file: Path, revision: str = "0005") -> None:
    """Make a database with an older schema and one row."""
    engine = connect(sqlite_url(file))
    config = upgrading._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql("INSERT INTO hosts (host, failures) VALUES ('https://tide.example:443', 3)")
    engine.dispose()


@pytest.mark.parametrize("suffix", [".db", ".db.zst"])
def test_a_backup_made_while_others_write_is_of_one_moment(tmp_path: Path, suffix: str) -> None:
    engine = database(tmp_path)
    store(engine, *(article(f"/{n}") for n in range(5)))
    ended = threading.Event()
    begun = threading.Event()

    def crawl() -> None:
        for n in range(5, 400):
            store(engine, article(f"/{n}"))
            begun.set()
            if ended.is_set():
                return

    crawling = threading.Thread(target=crawl)
    crawling.start()
    begun.wait()
    target = tmp_path / f"copy{suffix}"
    size = back_up(tmp_path / "newsreel.db", target)
    ended.set()
    crawling.join()
    assert size == target.stat().st_size
    restored = restore(target, tmp_path / "other" / "newsreel.db", lambda: NOW)
    assert 6 <= restored.articles <= Articles(engine).count()
    other = database(tmp_path / "other")
    check_integrity(other)
    assert [each.article.url for each in Articles(other).each(Filter())] == [
        f"https://tide.example/{n}" for n in range(restored.articles)
    ]
    assert sorted(file.name for file in tmp_path.glob(".*")) == []


def test_a_backup_is_one_file_and_replaces_none(tmp_path: Path) -> None:
    store(database(tmp_path), article("/a"))
    back_up(tmp_path / "newsreel.db", tmp_path / "new" / "copy.db")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["copy.db"]
    with pytest.raises(StorageError, match="is there already; choose another name"):
        back_up(tmp_path / "newsreel.db", tmp_path / "new" / "copy.db")
    with pytest.raises(StorageError, match="there is no such database"):
        back_up(tmp_path / "nothing.db", tmp_path / "x.db")


def test_what_a_killed_backup_left_goes_with_the_next_one(tmp_path: Path) -> None:
    store(database(tmp_path), article("/a"))
    left = tmp_path / ".copy.db.zst.99999999.copy"
    mine = tmp_path / ".notes"
    left.write_bytes(b"half")
    mine.write_bytes(b"mine")
    back_up(tmp_path / "newsreel.db", tmp_path / "copy.db")
    assert not left.exists()
    assert mine.exists()


def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, *(article(f"/{n}") for n in range(30)))
    engine.dispose()
    file = tmp_path / "newsreel.db"
    data = bytearray(file.read_bytes())
    data[20 * 4096 : 60 * 4096] = bytes(40 * 4096)
    file.write_bytes(data)
    with pytest.raises(StorageError, match=r"damaged|malformed"):
        back_up(file, tmp_path / "copy.db.zst")
    assert not (tmp_path / "copy.db.zst").exists()
    assert list(tmp_path.glob(".*")) == []


def test_without_room_nothing_is_begun(tmp_path: Path) -> None:
    store(database(tmp_path), article("/a"))
    size = shutil.disk_usage(tmp_path).free
    with pytest.raises(StorageError, match=r"takes \d+ MiB in .*, and \d+ MiB are free; free some space"):
        backup.need_room(tmp_path, size, "back up")


def test_before_the_schema_changes_the_database_is_kept(tmp_path: Path) -> None:
    old_database(tmp_path / "newsreel.db")
    engine = database(tmp_path, clock=lambda: NOW)
    version, head = schema_versions(engine)
    assert version == head
    (kept,) = backups_of(tmp_path / "newsreel.db")
    assert (kept.kind, kept.made_at) == ("before", NOW)
    assert f"before-{head}" in kept.file.name
    before = connect(sqlite_url(kept.file))
    assert schema_versions(before)[0] == "0005"
    with sqlite3.connect(kept.file) as connection:
        assert connection.execute("SELECT failures FROM hosts").fetchone() == (3,)
    database(tmp_path)
    assert len(backups_of(tmp_path / "newsreel.db")) == 1


def test_a_new_database_needs_no_backup(tmp_path: Path) -> None:
    database(tmp_path)
    assert not (tmp_path / "backups").exists()


def test_where_no_backup_can_be_made_the_schema_stays(tmp_path: Path) -> None:
    old_database(tmp_path / "newsreel.db")
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StorageError, match="is left as it is; before its schema changes"):
        database(tmp_path)
    assert schema_versions(connect(sqlite_url(tmp_path / "newsreel.db")))[0] == "0005"


def test_only_the_last_backups_of_a_kind_stay(tmp_path: Path) -> None:
    store(database(tmp_path), article("/a"))
    file = tmp_path / "newsreel.db"
    for days in range(4):
        for kind in ("daily", "manual"):
            back_up(file, backup.folder_of(file) / backup.name_of(file, kind, NOW + days * DAY, ".db"))
    prune(file, "daily", 2)
    left = [(each.kind, (each.made_at - NOW).days) for each in backups_of(file)]
    assert sorted(left) == [("daily", 2), ("daily", 3), *(("manual", n) for n in range(4))]


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "2026-11-20T00:00", True),
        ("2026-11-19T04:00", "2026-11-20T03:59", False),
        ("2026-11-19T04:00", "2026-11-20T04:00", True),
        ("2026-11-20T04:00", "2026-11-20T23:00", False),
        ("2026-11-18T04:00", "2026-11-20T02:00", True),
    ],
)
def test_the_day_s_backup_is_due_once_its_hour_has_passed(last: str | None, now: str, due: bool) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert daily_due(last and moment(last), AT, moment(now)) is due  # type: ignore[arg-type]


def test_the_service_makes_one_a_day_and_keeps_the_last(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, article("/a"))
    daily = DailyBackups(engine)
    made = [daily.round(AT, 3, NOW + n * 6 * HOUR) for n in range(20)]
    assert [made.index(each) for each in made if each is not None] == [0, 3, 7, 11, 15, 19]
    assert len(backups_of(tmp_path / "newsreel.db")) == 3
    assert daily.round(None, 3, NOW + timedelta(days=99)) is None


def test_a_daily_backup_that_cannot_be_made_is_tried_again_later(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, article("/a"))
    daily = DailyBackups(engine)
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StorageError):
        daily.round(AT, 3, NOW)
    assert daily.round(AT, 3, NOW + PAUSE / 2) is None
    (tmp_path / "backups").unlink()
    assert daily.round(AT, 3, NOW + PAUSE) is not None


def test_a_restored_database_of_an_older_schema_is_brought_up_and_of_a_newer_refused(tmp_path: Path) -> None:
    old_database(tmp_path / "old.db")
    restored = restore(tmp_path / "old.db", tmp_path / "newsreel.db", lambda: NOW)
    assert (restored.schema, restored.upgraded_to, restored.replaced) == ("0005", newest_schema(), None)
    assert schema_versions(connect(sqlite_url(tmp_path / "old.db")))[0] == "0005"
    engine = database(tmp_path)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    back_up(tmp_path / "newsreel.db", tmp_path / "newer.db")
    with pytest.raises(DatabaseTooNew, match=r"newer\.db has schema 9999"):
        restore(tmp_path / "newer.db", tmp_path / "third.db", lambda: NOW)
    assert not (tmp_path / "third.db").exists()
    assert open_database(sqlite_url(tmp_path / "fourth.db")) is not None
