"""A database of an earlier version keeps its events, and its counters of texts are those of a recount."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from stories import DAY, HOUR, NOW, article, database, full_article, store, words

from newsreel.items import Block, Image, Removal
from storage.database import open_database, sqlite_url, writing
from storage.recount import recount
from storage.statistics import Statistics

TABLES = ("holdings", "day_counters")
WEEK_AGO = NOW - 7 * DAY


def put_back(folder: Path) -> None:
    """Make a database as schema 0008 left it: all counters by name and hour, those of an update in its hour."""
    engine = database(folder)
    with writing(engine) as connection:
        for table in TABLES:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("ALTER TABLE counters RENAME TO new_counters"))
        connection.execute(
            text(
                "CREATE TABLE counters (source VARCHAR NOT NULL, hour DATETIME NOT NULL, name VARCHAR NOT NULL,"
                " n BIGINT NOT NULL, CONSTRAINT pk_counters PRIMARY KEY (source, hour, name))"
            )
        )
        connection.execute(text("INSERT INTO counters SELECT * FROM new_counters"))
        for name in ("chars", "with:author"):
            connection.execute(
                text("INSERT INTO counters SELECT source, hour, :name, 7 FROM counters WHERE name = 'stored'"),
                {"name": name},
            )
        connection.execute(text("DROP TABLE new_counters"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0008'"))
    engine.dispose()


def test_an_older_database_is_taken_over(tmp_path: Path) -> None:
    engine = database(tmp_path)
    listed = article(
        "/list",
        blocks=(Block("heading", "Ten", level=2), Block("li", words("l"), 1, "1."), Block("p", "two \ud83c halves")),
        images=(Image("https://tide.example/1.jpg"),),
        date_published=NOW.replace(tzinfo=None),
    )
    store(engine, full_article(), listed, article("/b", "reef", removals=(Removal("memory", "Line", "p"),)))
    store(engine, article("/c"), now=NOW - DAY)
    store(engine, article("/c", text=words("other", 60)), now=NOW + HOUR)
    before = Statistics(engine).sources(["tide", "reef"], WEEK_AGO)
    engine.dispose()
    put_back(tmp_path)
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"))
    assert [each.differences for each in recount(engine, NOW + HOUR)] == [(), ()]
    assert Statistics(engine).sources(["tide", "reef"], WEEK_AGO) == before
