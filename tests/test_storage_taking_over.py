"""A database of an earlier version keeps its events, and its counters of texts are those of a recount."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from stories import DAY, HOUR, NOW, article, database, full_article, store, words

import storage
from newsreel.items import Block, Image, Removal
from storage.database import open_database, reading, sqlite_url, writing
from storage.recall import marks_of
from storage.recount import recount
from storage.statistics import Statistics

# The schema before this one.
BEFORE = "0010"
WEEK_AGO = NOW - 7 * DAY


def put_back(folder: Path) -> Path:
    """Copy a database into one as it was before: all counters by name and hour, those of texts of another kind."""
    other = folder / "old.db"
    engine = open_database(sqlite_url(other), migrate=False)
    with writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    engine.dispose()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("ATTACH ? AS new", (str(folder / "newsreel.db"),))

        def columns(place: str, table: str) -> set[str]:
            return {row[1] for row in connection.execute(f"PRAGMA {place}.table_info({table})")}

        names = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name == "alembic_version" or name.startswith(("search_index", "sqlite_")):
                continue
            both = ", ".join(f'"{column}"' for column in columns("main", name) & columns("new", name))
            connection.execute(f"INSERT INTO main.{name} ({both}) SELECT {both} FROM new.{name}")
        for name in ("chars", "with:author"):
            connection.execute(
                "INSERT INTO counters (source, hour, name, n) SELECT source, hour, ?, 7 FROM counters"
                " WHERE name = 'stored'",
                (name,),
            )
        connection.commit()
    return other


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
    engine = open_database(sqlite_url(put_back(tmp_path)))
    with reading(engine) as connection:
        marks = marks_of(connection)
    assert marks.keys() == {"tide", "reef"}
    assert None not in marks.values()
    assert len(set(marks.values())) == 2
    assert [each.differences for each in recount(engine, NOW + HOUR)] == [(), ()]
    assert Statistics(engine).sources(["tide", "reef"], WEEK_AGO) == before
