"""What waits for its commit is bounded for a whole process, by pages and by bytes; who comes first goes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from stories import NOW, article, begin, database, discover, visit

from newsreel.items import Page
from storage.backlog import MOST_BYTES, MOST_PAGES, Backlog
from storage.database import writing
from storage.ledger import Ledger

PATIENCE = 20.0


def page(path: str, body: bytes) -> Page:
    url = f"https://tide.example{path}"
    return Page(url, url, 200, {}, body, NOW)


@pytest.mark.parametrize(("pages", "size", "added"), [(3, 1000, [1, 1, 1]), (100, 1000, [400, 700])])
def test_there_is_room_up_to_a_bound(pages: int, size: int, added: list[int]) -> None:
    backlog = Backlog(pages, size)
    for each in added:
        assert backlog.room().done()
        backlog.add(each)
    turn = backlog.room()
    assert not turn.done()
    backlog.remove(added[0])
    assert turn.done()


def test_who_asked_first_is_let_in_first_and_no_more_than_there_is_room_for() -> None:
    backlog = Backlog(2, 1000)
    backlog.add(1)
    backlog.add(1)
    turns = [backlog.room() for _ in range(3)]
    backlog.remove(1)
    assert [turn.done() for turn in turns] == [True, False, False]
    backlog.add(1)
    backlog.remove(1)
    backlog.remove(1)
    assert [turn.done() for turn in turns] == [True, True, True]


def test_who_has_gone_takes_nobodys_place() -> None:
    backlog = Backlog(1, 1000)
    backlog.add(1)
    gone, next_one = backlog.room(), backlog.room()
    assert gone.cancel()
    backlog.remove(1)
    assert next_one.done()


def test_a_page_larger_than_the_bound_passes_when_nothing_waits() -> None:
    backlog = Backlog(10, 1000)
    assert backlog.room().done()
    backlog.add(5000)
    turn = backlog.room()
    assert not turn.done()
    backlog.remove(5000)
    assert turn.done()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Ledger]:
    book = Ledger(database(tmp_path), lambda: NOW)
    yield book
    book.close()


@pytest.mark.parametrize(("number", "size"), [(MOST_PAGES, 10), (4, MOST_BYTES // 4)])
def test_a_ledger_that_waits_for_a_lock_takes_in_no_more_than_that(book: Ledger, number: int, size: int) -> None:
    run_id = begin(book.engine)
    discover(book.engine, run_id, [f"https://tide.example/{i}" for i in range(number)])
    body = b"x" * size
    with writing(book.engine, "hold the lock"):
        futures = []
        for i in range(number):
            assert book.room().done()
            futures.append(book.record(replace(visit(run_id, article(f"/{i}")), page=page(f"/{i}", body))))
        turn = book.room()
        assert not turn.done()
    assert {future.result(PATIENCE) for future in futures} == {"new"}
    turn.result(PATIENCE)


def test_nobody_waits_for_room_at_a_ledger_that_is_closed(tmp_path: Path) -> None:
    book = Ledger(database(tmp_path), lambda: NOW)
    book.close()
    assert book.room().done()
