"""What `newsreel db check` looks at: a list that grows with what is kept twice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text

from newsreel.errors import StorageError
from storage.database import damage, reading, strays
from storage.recount import recounted
from storage.translating import name_of
from storage.upgrading import schema_versions

# How many steps of SQLite's machine pass between two looks at the clock.
_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Check:
    """One look at the database: `look` gives what is wrong, nothing where all is well; `mend` says what helps."""

    name: str
    look: Callable[[Connection], Sequence[str]]
    mend: str
    dialects: tuple[str, ...] = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, and the seconds it took."""

    name: str
    problems: tuple[str, ...]
    mend: str
    seconds: float
    check: Check | None = None


def _index_against_articles(connection: Connection) -> list[str]:
    """Compare the articles with their places in the index, and those with what is in it or waits to enter it."""
    sqlite = connection.dialect.name == "sqlite"
    entries = "SELECT id AS place FROM search_index_docsize" if sqlite else "SELECT place FROM search_index"
    held = f"{entries} UNION ALL SELECT place FROM search_pending"
    articles = f"SELECT article_id FROM search_places WHERE place IN ({held})"
    lacking = _count(connection, f"SELECT count(*) FROM articles WHERE id NOT IN ({articles})")
    places = "SELECT place FROM search_places"
    strange = _count(connection, f"SELECT count(*) FROM ({held}) AS held WHERE place NOT IN ({places})")
    return [f"{lacking} articles are not in the index"] * bool(lacking) + [
        f"{strange} entries of the index have no article"
    ] * bool(strange)


def _groups(connection: Connection) -> list[str]:
    """Look for articles whose group begins with one that is gone."""
    query = (
        "SELECT count(*) FROM articles WHERE duplicate_of IS NOT NULL AND duplicate_of NOT IN (SELECT id FROM articles)"
    )
    lost = _count(connection, query)
    return [f"{lost} articles are said to repeat one that is gone"] * bool(lost)


def _links(connection: Connection) -> list[str]:
    """Look for links whose article is gone."""
    article = "SELECT 1 FROM articles a WHERE a.id = l.article_id"
    query = f"SELECT count(*) FROM links l WHERE l.article_id IS NOT NULL AND NOT EXISTS ({article})"
    lost = _count(connection, query)
    return [f"{lost} links lead to an article that is gone"] * bool(lost)


def _counters(connection: Connection) -> list[str]:
    """Count what the statistics say of the articles again."""
    found = []
    for each in recounted(connection, datetime.now(UTC)):
        if each.differences:
            first = each.differences[0]
            found.append(
                f"{len(each.differences)} counters of {each.source} are wrong, the first is {first.name} of the "
                f"{first.span} {first.at:%Y-%m-%d %H:%M}: {first.counter}, and {first.rows} by the articles"
            )
    return found


def _count(connection: Connection, query: str) -> int:
    return int(connection.execute(text(query)).scalar_one())


RESTORE = "newsreel db restore BACKUP"
MEND = "newsreel db check --mend"
INDEX = Check("search index", _index_against_articles, MEND)
GROUPS = Check("groups of duplicates", _groups, MEND)
LINKS = Check("links", _links, MEND)
STATISTICS = Check("statistics", _counters, MEND)
CHECKS = (
    Check("file", damage, RESTORE, ("sqlite",)),
    Check("owners of rows", strays, RESTORE, ("sqlite",)),
    INDEX,
    GROUPS,
    LINKS,
    STATISTICS,
)


def check(engine: Engine, checks: Sequence[Check] = CHECKS) -> Iterator[Checked]:
    """Look through the whole database; each result comes when its check is done.

    Raises StorageError where the database cannot be read so far.
    """
    version, head = schema_versions(engine)
    if version != head:
        yield Checked(
            "schema", (f"it is {version or 'empty'}, and this Newsreel writes {head}",), "newsreel db upgrade", 0
        )
        return
    for each in checks:
        if engine.dialect.name not in each.dialects:
            continue
        began = time.monotonic()
        with reading(engine, f"check the {each.name} of {name_of(engine.url)}") as connection:
            problems = tuple(each.look(connection))
        yield Checked(each.name, problems, each.mend, time.monotonic() - began, each)


def quick_check(engine: Engine, seconds: float) -> bool:
    """Look whether the database's file is whole, for so many seconds; False where the time was too short for all.

    Raises StorageError with what is wrong with it.
    """
    if engine.dialect.name != "sqlite":
        return True
    end = time.monotonic() + seconds
    with reading(engine, f"check {name_of(engine.url)}") as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            cursor = raw.execute("PRAGMA quick_check(5)")
            found = [str(answer) for (answer,) in cursor.fetchall() if answer != "ok"]
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                return False
            raise
        finally:
            raw.set_progress_handler(None, 0)
    if found:
        raise StorageError(f"the database {name_of(engine.url)} is damaged: {'; '.join(found)}; restore a backup")
    return True
