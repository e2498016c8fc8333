"""Invented sources, runs, visits and articles for the tests of the store, and a database to put them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from newsreel.items import Article, Author, Block, Image, Link, Page, Removal, Visit
from newsreel.urls import url_key
from storage import runs, schema
from storage.database import open_database, reading, sqlite_url, writing
from storage.links import LinkWriter
from storage.recording import record_all

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The file in a test's folder that names another database than the SQLite file beside it.
ADDRESS = "database.url"
OPENED: list[Engine] = []


def database(folder: Path, **options: Any) -> Engine:
    """Open the test's own database."""
    named = folder / ADDRESS
    url = named.read_text() if named.is_file() else sqlite_url(folder / "newsreel.db")
    engine = open_database(url, **options)
    OPENED.append(engine)
    return engine


def dispose_all() -> None:
    """Close what the tests opened."""
    while OPENED:
        OPENED.pop().dispose()


def words(story: str, n: int = 30) -> str:
    """Give a sentence of `n` words that no other story has."""
    return " ".join(f"{story}{i}" for i in range(n)) + "."


def article(path: str = "/a", source: str = "tide", **changes: Any) -> Article:
    """Give an article whose text belongs to its path, unless `text` says otherwise."""
    text = changes.pop("text", words(path.strip("/")))
    url = f"https://{source}.example{path}"
    return replace(
        Article(
            url=url,
            source_id=source,
            source_name=source.title(),
            headline=f"The strange story of {path.strip('/')}",
            blocks=(Block("p", text),),
            canonical_url=url,
            requested_url=url,
            date_downloaded=NOW,
            word_count=len(text.split()),
            content_hash=f"hash of {text!a}",
        ),
        **changes,
    )


def full_article() -> Article:
    """Give an article with authors, a date, a picture, a language and removals."""
    return article(
        "/full",
        authors=(Author("Ada Moss"),),
        date_published=NOW - 2 * HOUR,
        main_image=Image("https://tide.example/1.jpg"),
        in_language="en",
        removals=(Removal("ads.marker", "Advertisement", "body"), Removal("credit.photo", "Getty", "body")),
    )


def page(url: str, body: bytes = b"<p>page</p>", **headers: str) -> Page:
    """Give a fetched page."""
    return Page(url, url, 200, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


def begin(
    engine: Engine,
    source: str = "tide",
    now: datetime = NOW,
    due_at: datetime | None = None,
    hosts: Sequence[str] = (),
) -> int:
    """Begin a run."""
    with writing(engine) as connection:
        return runs.start(connection, source, "manual", due_at, now, hosts)


def end(engine: Engine, run_id: int, source: str = "tide", now: datetime = NOW, reason: str = "finished") -> str:
    """End a run."""
    with writing(engine) as connection:
        return runs.finish(connection, run_id, source, reason, {}, now)


def discover(
    engine: Engine, run_id: int, urls: Sequence[str | Link], source: str = "tide", now: datetime = NOW
) -> list[str]:
    """Record links in a run; give the addresses of those that are to be fetched."""
    links = [Link(url, "feed") if isinstance(url, str) else url for url in urls]
    with writing(engine) as connection:
        return [task.link.url for task in LinkWriter(connection, run_id, source, now).discover(links)]


def visit(run_id: int, subject: Article | str, source: str = "tide", **changes: Any) -> Visit:
    """Give a visit that brought an article, or one of an address with the outcome in `changes`."""
    if isinstance(subject, str):
        return Visit(run_id, source, Link(subject, "feed"), url_key(subject), **changes)
    link = Link(changes.pop("at", subject.url), "feed", door="https://tide.example/feed")
    values: dict[str, Any] = {"page": page(link.url), "canonical_key": url_key(subject.canonical_url)} | changes
    return Visit(run_id, subject.source_id, link, url_key(link.url), article=subject, **values)


def record(engine: Engine, *visits: Visit, now: datetime = NOW) -> list[str]:
    """Discover the visits' links and record them in one transaction."""
    with writing(engine) as connection:
        for each in visits:
            LinkWriter(connection, each.run_id, each.source_id, now).discover([each.link])
        return record_all(connection, visits, now)


def store(engine: Engine, *subjects: Article, now: datetime = NOW) -> list[str]:
    """Crawl articles, a run for each source's next ones."""
    outcomes = []
    for subject in subjects:
        run_id = begin(engine, subject.source_id, now)
        outcomes += record(engine, visit(run_id, subject), now=now)
        end(engine, run_id, subject.source_id, now)
    return outcomes


def counts(engine: Engine, run_id: int) -> dict[str, int]:
    """Give a run's counters."""
    run = runs.Runs(engine).get(run_id)
    assert run is not None
    return {name: n for name, n in run.counts.items() if n}


def recount(engine: Engine, run_id: int) -> dict[str, int]:
    """Count a run's links by what became of them in it, from the frontier alone."""
    t = schema.links.c
    query = select(t.run_outcome, func.count()).where(t.run_id == run_id).group_by(t.run_outcome)
    with reading(engine) as connection:
        return {outcome or "waiting": n for outcome, n in connection.execute(query)}
