"""`newsreel db` and what `doctor` says of the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stories import NOW, article, begin, database, store
from typer.testing import CliRunner, Result

from newsreel.cli.application import app
from newsreel.errors import StorageError
from storage.articles import Articles
from storage.backup import backups_of
from storage.database import writing
from storage.indexing import settle
from storage.links import LinkWriter
from storage.searching import search


def newsreel(data: Path, *words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [*map(str, words), "--data-dir", str(data)], catch_exceptions=False)


def said(data: Path, *words: object) -> list[dict[str, Any]]:
    """Give the rows that a command prints as JSON."""
    result = newsreel(data, *words, "--format", "json")
    rows = json.loads(result.stdout)
    assert isinstance(rows, list)
    return rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    engine = database(tmp_path)
    store(engine, *(article(f"/{n}") for n in range(9)))
    engine.dispose()
    return tmp_path


def test_a_database_is_backed_up_and_restored(data: Path) -> None:
    (made,) = said(data, "db", "backup")
    assert made["bytes"] == Path(made["file"]).stat().st_size < made["of"]
    engine = database(data)
    store(engine, article("/later"))
    engine.dispose()
    (restored,) = said(data, "db", "restore", made["file"])
    assert restored["articles"] == 9
    assert Articles(database(data)).count() == 9
    assert {row["kind"] for row in said(data, "db", "backups")} == {"manual", "replaced"}


def test_a_backup_goes_where_it_is_wanted(data: Path) -> None:
    assert newsreel(data, "db", "backup", "--out", data / "there" / "mine.db").exit_code == 0
    assert (data / "there" / "mine.db").read_bytes().startswith(b"SQLite format 3")
    assert backups_of(data / "newsreel.db") == []


def test_the_check_names_what_is_wrong(data: Path) -> None:
    assert {row["ok"] for row in said(data, "db", "check")} == {True}
    with writing(database(data)) as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("UPDATE articles SET duplicate_of = 77 WHERE id = 3")
        connection.exec_driver_sql("UPDATE links SET article_id = 88 WHERE id = 4")
    result = newsreel(data, "db", "check")
    assert result.exit_code == 1
    assert "1 articles are said to repeat one that is gone" in result.stdout
    assert "1 links lead to an article that is gone" in result.stdout


def test_the_check_names_what_the_index_lacks(data: Path) -> None:
    with writing(database(data)) as connection:
        place = "(SELECT place FROM search_places WHERE article_id = 2)"
        connection.exec_driver_sql(f"DELETE FROM search_pending WHERE place = {place}")
    (found,) = [row for row in said(data, "db", "check") if not row["ok"]]
    assert found["check"] == "search index"
    assert "1 articles are not in the index" in found["found"]


def broken(data: Path) -> None:
    """Break what follows from the articles."""
    copies = [
        article("/copy", source, text="the same words in all of them " * 9) for source in ("reef", "gull", "cove")
    ]
    store(database(data), *copies)
    with writing(database(data)) as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("UPDATE articles SET duplicate_of = 77 WHERE source IN ('gull', 'cove')")
        connection.exec_driver_sql("UPDATE links SET article_id = 88 WHERE id = 4")
        connection.exec_driver_sql("DELETE FROM search_pending WHERE place IN (SELECT min(place) FROM search_pending)")
        connection.exec_driver_sql("UPDATE day_counters SET n = 40 WHERE name IN ('near-dup', 'found')")
        connection.exec_driver_sql("DELETE FROM holdings WHERE span = 'week'")


def test_what_follows_from_the_articles_is_mended(data: Path) -> None:
    broken(data)
    assert {row["check"] for row in said(data, "db", "check") if not row["ok"]} == {
        "search index",
        "groups of duplicates",
        "links",
        "statistics",
    }
    result = newsreel(data, "db", "check", "--mend", "--format", "json")
    assert result.exit_code == 0
    assert result.stderr.count("mended: ") == 4
    assert {row["ok"] for row in said(data, "db", "check")} == {True}
    assert len(search(database(data), "", limit=100).articles) == 12
    run_id = begin(database(data))
    with writing(database(data)) as connection:
        taken = LinkWriter(connection, run_id, "tide", NOW).take_up()
    assert [task.link.url for task in taken] == ["https://tide.example/3"], "what is lost is fetched again"


def test_an_index_with_entries_of_nothing_is_built_anew(data: Path) -> None:
    with writing(database(data)) as connection:
        settle(connection, 1)
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("DELETE FROM search_places WHERE article_id = 2")
    assert newsreel(data, "db", "check").exit_code == 1
    assert newsreel(data, "db", "check", "--mend").exit_code == 0
    assert len(search(database(data), "strange story", limit=100).articles) == 9


def test_a_damaged_database_is_not_mended(data: Path) -> None:
    broken(data)
    raw = sqlite3.connect(data / "newsreel.db")
    raw.execute("INSERT INTO removals VALUES (999, 1, 'x', 'x', 'x')")
    raw.commit()
    raw.close()
    result = newsreel(data, "db", "check", "--mend")
    assert result.exit_code == 1
    assert "mended" not in result.stderr
    assert "newsreel db restore BACKUP" in result.stdout


def test_vacuum_gives_space_back(data: Path) -> None:
    engine = database(data)
    store(engine, article("/large", text="word " * 400_000))
    with writing(engine) as connection:
        for table in ("appearances", "pages", "links", "search_places", "search_pending", "articles"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    engine.dispose()
    (done,) = said(data, "db", "vacuum")
    assert done["won"] == done["before"] - done["after"] > 1_000_000
    assert (data / "newsreel.db").stat().st_size == done["after"]
    assert {row["ok"] for row in said(data, "db", "check") if row["check"] not in ("search index", "statistics")} == {
        True
    }


def test_upgrade_says_what_it_did(data: Path) -> None:
    (row,) = said(data, "db", "upgrade")
    assert row["before"] == row["after"]
    assert row["backup"] is None


@pytest.mark.parametrize("words", [("check",), ("vacuum",), ("backup",)])
def test_looking_makes_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(StorageError, match=r"there is no (such )?database"):
        newsreel(tmp_path, "db", *words)
    assert not (tmp_path / "newsreel.db").exists()


def test_restore_is_refused_while_a_crawl_works(data: Path) -> None:
    (made,) = said(data, "db", "backup")
    engine = database(data)
    begin(engine)
    engine.dispose()
    with pytest.raises(StorageError, match="tide is being crawled"):
        newsreel(data, "db", "restore", made["file"])


def finding(data: Path, what: str) -> dict[str, Any]:
    """Give one finding of the doctor."""
    (found,) = [row for row in said(data, "doctor") if row["check"] == what]
    return found


def test_the_doctor_says_how_old_the_last_backup_is(data: Path) -> None:
    assert "none yet" in finding(data, "backups")["detail"]
    newsreel(data, "db", "backup")
    found = finding(data, "backups")
    assert found["ok"]
    assert "the last of 1 is" in found["detail"]
    assert "integrity ok" in finding(data, "database")["detail"]


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_figures_are_printed_in_every_form(data: Path, form: str) -> None:
    for command in ("check", "backups", "upgrade", "vacuum"):
        assert newsreel(data, "db", command, "--format", form).exit_code == 0


def test_postgresql_s_backups_are_the_owner_s(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSREEL_DATABASE", "postgresql://ada:hush@127.0.0.1:1/newsreel")
    refused: list[tuple[Callable[[], Result], str]] = [
        (lambda: newsreel(data, "db", "backup"), "pg_dump"),
        (lambda: newsreel(data, "db", "restore", data / "newsreel.db"), "pg_restore"),
        (lambda: newsreel(data, "db", "check"), "see that the server runs"),
    ]
    for call, told in refused:
        with pytest.raises(StorageError, match=told) as caught:
            call()
        assert "hush" not in str(caught.value)
