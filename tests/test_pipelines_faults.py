"""A page on which a step fails through a fault of ours is named, tried three times, and then given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from stories import HOUR, NOW, article, begin, counts, database, discover, end, page, recount, visit

from newsreel import parsing
from newsreel.items import Block, Candidate, Link, Page, Visit
from newsreel.sources import Source
from pipelines.classify import ClassifyPipeline
from pipelines.clean import CleanPipeline
from pipelines.extract import ExtractPipeline
from storage import schema
from storage.database import reading, sqlite_url, writing
from storage.recording import record_all

URL = "https://tide.example/a"
SOURCE = Source(id="tide", name="Tide", home="https://tide.example/", feeds=("https://tide.example/feed",))
# What no parser of ours can meet, since nothing else hands it on.
UNREADABLE: Any = None
NO_CRAWLER: Any = None


class Crawler:
    """A crawl that was never opened."""

    crawling = False
    spider = None


@pytest.fixture(scope="module", autouse=True)
def pool() -> Iterator[None]:
    parsing.acquire()
    yield
    parsing.release()


def extracted(item: Visit) -> Visit:
    async def work() -> Visit:
        step = ExtractPipeline(NO_CRAWLER, SOURCE)
        try:
            return await step.process_item(item)
        finally:
            step.close_spider()

    return asyncio.run(work())


def cleaned(item: Visit, folder: Path) -> Visit:
    crawler: Any = Crawler()

    async def work() -> Visit:
        step = CleanPipeline(crawler, SOURCE, sqlite_url(folder / "newsreel.db"))
        try:
            return await step.process_item(item)
        finally:
            await step.close_spider()

    return asyncio.run(work())


def test_a_parser_that_fails_is_a_named_rejection(caplog: pytest.LogCaptureFixture) -> None:
    broken: Page = replace(page(URL), body=UNREADABLE)
    item = extracted(visit(1, URL, page=broken))
    assert item.outcome == "parse-error"
    assert item.detail is not None
    assert "Error: " in item.detail
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert URL in record.getMessage()
    assert record.exc_info is not None


def test_a_rule_that_fails_is_a_named_rejection(tmp_path: Path) -> None:
    blocks = (
        Block("p", "The ferry left pier 9 at dawn, and nobody on deck said a word of it."),
        Block("p", UNREADABLE),
    )
    for broken in (Candidate(URL, blocks=blocks), Candidate(URL, headline=UNREADABLE, blocks=blocks[:1])):
        item = cleaned(visit(1, URL, candidate=broken, page=page(URL)), tmp_path)
        assert (item.outcome, item.article) == ("parse-error", None)


def test_a_kind_that_cannot_be_told_is_a_named_rejection() -> None:
    candidate = Candidate(URL, headline=UNREADABLE)
    item = ClassifyPipeline().process_item(visit(1, article("/a"), candidate=candidate))
    assert (item.outcome, item.article) == ("parse-error", None)


def link(engine: Engine) -> Any:
    t = schema.links.c
    with reading(engine) as connection:
        return connection.execute(select(t.state, t.outcome, t.detail, t.attempts, t.retry_at)).one()


def stumbling_run(
    engine: Engine, number: int, outcome: str = "parse-error"
) -> tuple[list[str], dict[str, int], dict[str, int]]:
    now = NOW + number * HOUR
    run_id = begin(engine, now=now)
    assert discover(engine, run_id, [Link(URL, "feed", updated=now)], now=now) == [URL]
    with writing(engine) as connection:
        failed = visit(run_id, URL, outcome=outcome, detail=f"TypeError: {number}", page=page(URL))
        outcomes = record_all(connection, [failed], now)
    end(engine, run_id, now=now)
    return outcomes, counts(engine, run_id), recount(engine, run_id)


def test_such_a_page_is_tried_three_times_and_then_given_up_with_its_error(tmp_path: Path) -> None:
    engine = database(tmp_path)
    for number in (1, 2):
        outcomes, kept, again = stumbling_run(engine, number)
        assert outcomes == ["waiting"]
        assert (kept["found"], kept["waiting"]) == (1, 1)
        assert again == {"waiting": 1}
        assert link(engine) == ("waiting", "parse-error", f"TypeError: {number}", number, None)
    outcomes, kept, again = stumbling_run(engine, 3)
    assert outcomes == ["parse-error"]
    assert (kept["found"], kept["parse-error"], kept.get("waiting", 0)) == (1, 1, 0)
    assert again == {"parse-error": 1}
    assert link(engine) == ("done", "parse-error", "TypeError: 3", 0, None)
    with reading(engine) as connection:
        # For diagnosis.
        assert connection.execute(select(schema.pages.c.url)).scalars().all() == [URL]
    run_id = begin(engine, now=NOW + 4 * HOUR)
    assert discover(engine, run_id, [URL], now=NOW + 4 * HOUR) == []
    end(engine, run_id, now=NOW + 4 * HOUR)
    engine.dispose()


def test_failed_fetches_before_it_do_not_count(tmp_path: Path) -> None:
    engine = database(tmp_path)
    for number in (1, 2):
        stumbling_run(engine, number * 24, outcome="timeout")
    assert [stumbling_run(engine, 100 + number)[0] for number in range(3)] == [
        ["waiting"],
        ["waiting"],
        ["parse-error"],
    ]
    engine.dispose()
