"""The ledger writes in order and in batches, acknowledges after the commit, and survives what fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert, select, text
from stories import NOW, article, begin, counts, database, discover, end, visit

from newsreel.errors import DatabaseBusy, StorageError
from newsreel.items import Visit
from storage import ledger, runs, schema
from storage.articles import Articles, Filter
from storage.database import reading, sqlite_url, writing
from storage.ledger import BATCH, Ledger
from storage.links import LinkWriter

PATIENCE = 20.0


def clock() -> datetime:
    return NOW


@pytest.fixture
def book(dialect: str, tmp_path: Path) -> Iterator[Ledger]:
    book = Ledger(database(tmp_path, busy_timeout=0.1), clock)
    yield book
    book.close()


def visits(book: Ledger, n: int) -> list[Visit]:
    run_id = begin(book.engine)
    discover(book.engine, run_id, [f"https://tide.example/{i}" for i in range(n)])
    return [visit(run_id, article(f"/{i}")) for i in range(n)]


def outcomes(futures: list[Future[str]]) -> list[str]:
    return [future.result(PATIENCE) for future in futures]


def commits(book: Ledger) -> list[int]:
    """Watch the commits of writing transactions: each adds the number of articles there are then."""
    seen: list[int] = []

    def count(connection: Connection) -> None:
        if not connection.get_execution_options().get("newsreel_reads"):
            seen.append(connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one())

    event.listen(book.engine, "commit", count)
    return seen


def test_what_is_handed_over_is_written_in_order(book: Ledger) -> None:
    handed = visits(book, 5)
    futures = [book.record(each) for each in handed[:3]]
    between = book.write(lambda connection: len(connection.execute(select(schema.articles.c.id)).all()), "look")
    futures += [book.record(each) for each in handed[3:]]
    assert between.result(PATIENCE) == 3
    book.flush().result(PATIENCE)
    assert outcomes(futures) == ["new"] * 5
    stored = [stored.article.url for stored in Articles(book.engine).each(Filter())]
    assert stored == [each.link.url for each in handed]


def test_a_full_batch_is_one_transaction(book: Ledger) -> None:
    handed = visits(book, BATCH + 3)
    seen = commits(book)
    futures = [book.record(each) for each in handed]
    assert outcomes(futures[:BATCH]) == ["new"] * BATCH
    assert seen == [BATCH]
    book.flush().result(PATIENCE)
    assert outcomes(futures) == ["new"] * (BATCH + 3)
    assert seen == [BATCH, BATCH + 3, BATCH + 3]


def test_a_batch_that_is_not_full_is_written_soon(book: Ledger) -> None:
    [only] = visits(book, 1)
    assert book.record(only).result(PATIENCE) == "new"


def test_a_future_is_done_after_its_commit(book: Ledger) -> None:
    future = book.record(visits(book, 1)[0])
    found: list[int] = []
    future.add_done_callback(lambda done: found.append(Articles(book.engine).count()))
    book.flush().result(PATIENCE)
    assert found == [1]


def test_one_bad_visit_does_not_cost_the_others(book: Ledger) -> None:
    handed = visits(book, 4)
    handed[1].article = None
    handed[2].url_key = "unknown"
    futures = [book.record(each) for each in handed]
    book.flush().result(PATIENCE)
    assert [futures[n].result() for n in (0, 3)] == ["new", "new"]
    assert isinstance(futures[1].exception(), ValueError)
    assert isinstance(futures[2].exception(), StorageError)
    assert counts(book.engine, handed[0].run_id) == {
        "found": 4,
        "new": 2,
        "stored": 2,
        "bytes": 22,
        "chars": sum(len(each.article.blocks[0].text) for each in handed if each.article and each is not handed[2]),
    }


def test_an_article_that_cannot_be_stored_through_a_fault_of_ours_is_given_up_at_the_third_try(book: Ledger) -> None:
    outcomes = []
    for _ in range(3):
        (handed,) = visits(book, 1)
        assert handed.article is not None
        handed.article = replace(handed.article, headline=None)  # type: ignore[arg-type]
        future = book.record(handed)
        book.flush().result(PATIENCE)
        outcomes.append(future.result())
        end(book.engine, handed.run_id)
    assert outcomes == ["waiting", "waiting", "parse-error"]
    link = schema.links.c
    with reading(book.engine) as connection:
        row = connection.execute(select(link.outcome, link.detail)).one()
    assert row.outcome == "parse-error"
    assert row.detail.startswith("cannot be stored: ")


def test_a_failing_write_changes_nothing_and_says_why(book: Ledger) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(insert(schema.hosts).values(host="a", failures=0))
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        book.write(fail, "fail").result(PATIENCE)
    look = book.read(lambda connection: connection.execute(select(schema.hosts)).all(), "look")
    assert look.result(PATIENCE) == []
    assert book.write(lambda connection: 7, "go on").result(PATIENCE) == 7


def test_a_reading_that_fails_carries_its_error(book: Ledger) -> None:
    with pytest.raises(StorageError, match=r"cannot look: (no such table|relation)"):
        book.read(lambda connection: connection.execute(text("SELECT * FROM nowhere")), "look").result(PATIENCE)


def test_a_reading_does_not_wait_for_a_write(book: Ledger) -> None:
    go_on = threading.Event()
    slow = book.write(lambda connection: go_on.wait(PATIENCE), "wait")
    assert book.read(lambda connection: 1, "look").result(PATIENCE) == 1
    go_on.set()
    assert slow.result(PATIENCE) is True


def test_a_lock_held_too_long_fails_the_batch_at_once_and_the_ledger_goes_on(book: Ledger) -> None:
    handed = visits(book, 30)
    attempts: list[str] = []
    with writing(book.engine, "hold the lock"):
        event.listen(book.engine, "before_cursor_execute", lambda *args: attempts.append(args[2]))
        futures = [book.record(each) for each in handed]
        with pytest.raises(DatabaseBusy):
            book.flush().result(PATIENCE)
        assert {type(future.exception(PATIENCE)) for future in futures} == {DatabaseBusy}
        # The batch's one and the flush's own; none for each page alone.
        assert len(attempts) == 2
    futures = [book.record(each) for each in handed]
    book.flush().result(PATIENCE)
    assert outcomes(futures) == ["new"] * 30


def test_nothing_that_was_handed_over_can_be_cancelled(book: Ledger) -> None:
    async def change_ones_mind() -> None:
        task = asyncio.ensure_future(asyncio.wrap_future(future))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    go_on = threading.Event()
    book.write(lambda connection: go_on.wait(PATIENCE), "wait")
    future = book.record(visits_later(book))
    asyncio.run(change_ones_mind())
    go_on.set()
    book.flush().result(PATIENCE)
    assert future.result(PATIENCE) == "new"
    assert book.write(lambda connection: 7, "go on").result(PATIENCE) == 7


def visits_later(book: Ledger) -> Visit:
    """Give a visit whose link is discovered behind the write under way."""
    ready = visit(0, article("/a"))

    def prepare(connection: Connection) -> None:
        ready.run_id = runs.start(connection, "tide", "manual", None, NOW)
        LinkWriter(connection, ready.run_id, "tide", NOW).discover([ready.link])

    book.write(prepare, "prepare")
    return ready


def test_closing_writes_what_was_handed_over(tmp_path: Path) -> None:
    book = Ledger(database(tmp_path), clock)
    futures = [book.record(each) for each in visits(book, 3)]
    book.close()
    assert [future.result(0) for future in futures] == ["new"] * 3
    book.close()
    for late in (book.write(lambda connection: None, "come late"), book.record(visit(1, article("/late")))):
        with pytest.raises(StorageError, match="the ledger is closed"):
            late.result(0)


def test_a_process_has_one_ledger_for_a_database(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "newsreel.db")
    first, second = ledger.acquire(url, clock), ledger.acquire(url, clock)
    assert first is second
    ledger.release(url)
    assert first.write(lambda connection: 1, "still open").result(PATIENCE) == 1
    ledger.release(url)
    with pytest.raises(StorageError, match="closed"):
        first.write(lambda connection: 1, "come late").result(PATIENCE)
    third = ledger.acquire(url, clock)
    assert third is not first
    ledger.release(url)


def test_many_threads_may_hand_over_at_once(book: Ledger) -> None:
    handed = visits(book, 60)
    futures: list[Future[str]] = []

    def hand_over(some: list[Visit]) -> None:
        futures.extend([book.record(each) for each in some])

    threads = [threading.Thread(target=hand_over, args=(handed[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    book.flush().result(PATIENCE)
    assert outcomes(futures) == ["new"] * 60
    with reading(book.engine) as connection:
        assert len(connection.execute(select(schema.articles.c.id)).all()) == 60
