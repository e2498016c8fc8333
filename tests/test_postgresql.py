"""Newsreel on a real PostgreSQL: the schema from nothing, one writer at a time, and a crawl from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from crawl_process import ROOT
from postgres import Postgres
from sqlalchemy import insert, text
from stories import NOW

from newsreel.errors import DatabaseBusy, DatabaseTooNew, SchemaTooOld, StorageError
from storage import schema, upgrading
from storage.database import connect, open_database, reading, writing
from storage.upgrading import newest_schema, schema_versions, upgrade


@pytest.fixture
def empty(postgres: Postgres) -> str:
    """The address of an empty database."""
    return postgres.empty()


def bring_to(url: str, revision: str) -> None:
    engine = connect(url)
    config = upgrading._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_all_migrations_make_what_the_metadata_says(empty: str) -> None:
    def ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or not str(name).startswith("search_index")

    engine = open_database(empty)
    with reading(engine) as connection:
        options = {"compare_type": True, "include_name": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []
    assert schema_versions(engine) == (newest_schema(), newest_schema())
    engine.dispose()


def test_an_older_schema_is_changed_only_when_the_owner_says_so(empty: str) -> None:
    bring_to(empty, "0005")
    with pytest.raises(SchemaTooOld, match=r"has schema 0005, .*pg_dump.*, then run newsreel db upgrade"):
        open_database(empty)
    engine = connect(empty)
    assert schema_versions(engine)[0] == "0005"
    done = upgrade(engine, lambda: NOW)
    assert (done.before, done.after, done.backup) == ("0005", newest_schema(), None)
    open_database(empty).dispose()
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(DatabaseTooNew, match="schema 9999"):
        open_database(empty)


def test_processes_that_open_an_empty_database_at_once_all_succeed(empty: str) -> None:
    code = "import sys; from storage.database import open_database; open_database(sys.argv[1]).dispose()"
    children = [subprocess.Popen([sys.executable, "-c", code, empty], cwd=ROOT) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]


def test_one_writes_at_a_time_and_readers_see_one_moment(postgres_url: str) -> None:
    engine, impatient = open_database(postgres_url), open_database(postgres_url, busy_timeout=0.05)
    with writing(engine) as connection:
        connection.execute(insert(schema.hosts).values(host="https://tide.example:443", failures=0))
        with (
            pytest.raises(DatabaseBusy, match="cannot store a page: another process holds"),
            writing(impatient, "store a page"),
        ):
            pytest.fail("the lock was not respected")
        with reading(impatient) as other:
            assert other.execute(text("SELECT count(*) FROM hosts")).scalar_one() == 0
    with reading(impatient) as other:
        assert other.execute(text("SELECT count(*) FROM hosts")).scalar_one() == 1

        def add() -> None:
            with writing(engine) as connection:
                connection.execute(insert(schema.hosts).values(host="https://reef.example:443", failures=0))

        adding = threading.Thread(target=add)
        adding.start()
        adding.join()
        assert other.execute(text("SELECT count(*) FROM hosts")).scalar_one() == 1
    engine.dispose()
    impatient.dispose()


def test_a_reader_cannot_write(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with pytest.raises(StorageError, match="read-only"), reading(engine) as connection:
        connection.execute(insert(schema.hosts).values(host="https://tide.example:443", failures=0))
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:hu%2Fsh@127.0.0.1:1/newsreel",
        "postgresql://ada:hu/sh@127.0.0.1:1/newsreel",
        "postgresql://127.0.0.1:1/newsreel?user=ada&password=hush",
        "postgresql://ada:hush@127.0.0.1:1/newsreel?sslmode=nonsense",
        "postgresql://ada:hush@127.0.0.1:1/newsreel?no_such_option=1",
        "mysql://ada:hush@127.0.0.1:1/newsreel",
    ],
)
def test_no_error_shows_the_password(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        open_database(url)
    assert "hush" not in str(caught.value)
    assert "hu/sh" not in str(caught.value)
    assert "hu%2Fsh" not in str(caught.value)


def test_without_the_driver_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ModuleNotFoundError('no psycopg here', name='psycopg')")
    code = "from storage.database import open_database; open_database('postgresql://ada:hush@127.0.0.1/x')"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = found.stderr.splitlines()[-1]
    assert "PostgreSQL needs the extra postgresql: pip install 'newsreel[postgresql]'" in last
    assert "hush" not in last


def test_the_sample_newsroom_is_crawled_and_exported(postgres_url: str, tmp_path: Path) -> None:
    def newsreel(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "newsreel", *words, "--data-dir", str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "NEWSREEL_DATABASE": postgres_url},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    done = newsreel("demo")
    assert done.returncode == 0, done.stderr[-2000:]
    assert not (tmp_path / "newsreel.db").exists()
    exported = newsreel("export", "--format", "jsonl", "--out", "-")
    assert exported.returncode == 0, exported.stderr[-2000:]
    assert len(exported.stdout.splitlines()) > 50
    for words in (("stats",), ("articles", "list"), ("runs", "list"), ("db", "check"), ("db", "vacuum")):
        shown = newsreel(*words)
        assert shown.returncode == 0, shown.stderr[-2000:]
