"""The database is opened, made, brought up to date, or refused with a reason."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, event, insert, text
from stories import NOW, article, database, store

from newsreel.errors import DatabaseBusy, DatabaseTooNew, StorageError
from storage import schema
from storage.articles import Articles
from storage.database import check_integrity, open_database, reading, sqlite_url, writing
from storage.upgrading import schema_versions


def test_a_database_is_created_with_its_directory_and_opened_again(tmp_path: Path) -> None:
    engine = database(tmp_path / "some" / "where")
    version, head = schema_versions(engine)
    assert version == head
    store(engine, article("/kept"))
    engine.dispose()
    assert Articles(database(tmp_path / "some" / "where")).count() == 1


@pytest.mark.parametrize("name", ["a b.db", "what?.db", "100%25.db", "né#1.db"])
def test_any_file_name_can_be_an_address(tmp_path: Path, name: str) -> None:
    open_database(sqlite_url(tmp_path / name)).dispose()
    assert (tmp_path / name).is_file()


def test_the_migrations_make_what_the_metadata_says(tmp_path: Path) -> None:
    def ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or not str(name).startswith("search_index")

    engine = database(tmp_path)
    with reading(engine) as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []


def test_the_migrations_make_the_same_sqlite_tables_as_the_metadata(tmp_path: Path) -> None:
    """Columns, keys, constraints and indexes, which the comparison of types passes over."""

    def tables(file: Path) -> dict[str, object]:
        with sqlite3.connect(file) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: [
                    sorted(connection.execute(query, (name,)).fetchall(), key=repr)
                    for query in (
                        'SELECT name, type, "notnull", pk FROM pragma_table_info(?)',
                        'SELECT i."unique", i.origin, c.seqno, c.name FROM pragma_index_list(?) i,'
                        " pragma_index_info(i.name) c",
                        'SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)',
                    )
                ]
                for name in names
                if not name.startswith("search_index") and name != "alembic_version"
            }

    database(tmp_path).dispose()
    other = create_engine(sqlite_url(tmp_path / "other.db"))
    schema.metadata.create_all(other)
    other.dispose()
    assert tables(tmp_path / "newsreel.db") == tables(tmp_path / "other.db")
    assert len(tables(tmp_path / "other.db")) == len(schema.metadata.tables)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    engine = database(tmp_path)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseTooNew, match="schema 9999, newer than this Newsreel knows"):
        database(tmp_path)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cannot create the data directory .*file/below"):
        database(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "url", ["", "newsreel.db", "nonsense://x", "postgresql+psycopg://ada:secret@host:port/x", "sqlite+what:///x.db"]
)
def test_a_malformed_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StorageError, match="cannot open the database") as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "newsreel.db").write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StorageError, match=r"newsreel\.db: file is not a database"):
        database(tmp_path)
    assert (tmp_path / "newsreel.db").read_bytes() == b"Dear diary, " * 1000


def test_a_directory_in_the_database_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "newsreel.db").mkdir()
    with pytest.raises(StorageError, match="unable to open database file"):
        database(tmp_path)


def test_a_lock_held_by_another_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    engine = database(tmp_path, busy_timeout=0.05)
    other = sqlite3.connect(tmp_path / "newsreel.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(DatabaseBusy, match="cannot store a page: another process holds"),
        writing(engine, "store a page"),
    ):
        pytest.fail("the lock was not respected")
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM articles")).scalar_one() == 0
    other.close()
    with writing(engine, "store a page"):
        pass


def test_an_error_rolls_the_whole_transaction_back(tmp_path: Path) -> None:
    engine = database(tmp_path)

    def keep_twice() -> None:
        with writing(engine, "keep hosts") as connection:
            for _ in range(2):
                connection.execute(insert(schema.hosts).values(host="https://a.example:443", failures=0))

    with pytest.raises(StorageError, match="cannot keep hosts: UNIQUE"):
        keep_twice()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM hosts")).scalar_one() == 0


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    engine = database(tmp_path)
    with pytest.raises(StorageError, match="without a zone"), writing(engine) as connection:
        connection.execute(insert(schema.hosts).values(host="a", failures=0, robots_at=NOW.replace(tzinfo=None)))


def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    with reading(database(tmp_path)) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_a_write_begins_as_a_write_and_a_reading_does_not(tmp_path: Path) -> None:
    engine = database(tmp_path)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with writing(engine), reading(engine):
        pass
    assert statements == ["BEGIN IMMEDIATE", "BEGIN"]


def test_damage_is_found(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, *(article(f"/{n}") for n in range(30)))
    check_integrity(engine)
    engine.dispose()
    file = tmp_path / "newsreel.db"
    data = bytearray(file.read_bytes())
    data[20 * 4096 :] = bytes(len(data) - 20 * 4096)
    file.write_bytes(data)
    with pytest.raises(StorageError, match=r"damaged|malformed"):
        check_integrity(open_database(sqlite_url(file), migrate=False))


def test_rows_without_an_owner_are_found(tmp_path: Path) -> None:
    engine = database(tmp_path)
    with sqlite3.connect(tmp_path / "newsreel.db") as connection:
        connection.execute("INSERT INTO run_counts VALUES (7, 'found', 1)")
    with pytest.raises(StorageError, match="1 rows without owner"):
        check_integrity(engine)


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path: Path) -> None:
    code = "import sys; from storage.database import open_database; open_database(sys.argv[1]).dispose()"
    line = [sys.executable, "-c", code, sqlite_url(tmp_path / "newsreel.db")]
    children = [subprocess.Popen(line, cwd=Path(__file__).parents[1]) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    version, head = schema_versions(database(tmp_path))
    assert version == head
