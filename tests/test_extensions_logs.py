"""The excerpt of a crawl's log, what a crawl used of its process, and Scrapy's figures as plain values."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.extensions.excerpt import Excerpt, ExcerptHandler, is_worth_keeping
from newsreel.extensions.figures import plain
from newsreel.extensions.resources import Meter, cpu_seconds, peak_memory
from newsreel.logs import Crawl

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def add(excerpt: Excerpt, *texts: str) -> None:
    """Add lines."""
    for text in texts:
        excerpt.add(NOW, "INFO", "tide", text)


def test_an_excerpt_keeps_the_last_lines_and_counts_the_others() -> None:
    excerpt = Excerpt(max_lines=3)
    assert (excerpt.take(), excerpt.first_kept) == ((), 1)
    add(excerpt, *"abcde")
    assert [(line.n, line.text) for line in excerpt.lines] == [(3, "c"), (4, "d"), (5, "e")]
    assert excerpt.first_kept == 3


@given(st.lists(st.text(max_size=80), max_size=40))
def test_an_excerpt_stays_within_its_bytes(texts: list[str]) -> None:
    excerpt = Excerpt(max_lines=10, max_bytes=200, max_line=50)
    add(excerpt, *texts)
    sizes = [len(line.text.encode()) for line in excerpt.lines]
    assert sum(sizes) <= 200
    assert all(size <= 50 for size in sizes)
    assert [line.n for line in excerpt.lines] == list(range(excerpt.first_kept, len(texts) + 1))


def test_a_long_line_keeps_its_beginning_and_its_end() -> None:
    excerpt = Excerpt(max_line=31)
    add(excerpt, "Traceback: " + "frame, " * 50 + "é ValueError: no pier")
    [line] = excerpt.lines
    assert line.text == "Traceback: fr ... rror: no pier"


def test_lines_are_given_once_unless_they_are_given_back() -> None:
    excerpt = Excerpt()
    add(excerpt, "a", "b")
    given_ = excerpt.take()
    assert [line.text for line in given_] == ["a", "b"]
    assert (excerpt.take(), excerpt.has_news) == ((), False)
    add(excerpt, "c")
    excerpt.give_back(given_)
    assert excerpt.has_news
    assert [line.text for line in excerpt.take()] == ["a", "b", "c"]


def record(level: int = logging.WARNING, name: str = "harbour", **marks: object) -> logging.LogRecord:
    """Make a record with the marks that say whose it is."""
    made = logging.LogRecord(name, level, "", 0, "x", None, None)
    vars(made).update(marks)
    return made


def test_lines_are_sorted_by_crawl_and_those_of_the_process_go_to_all() -> None:
    heard: list[None] = []
    handler = ExcerptHandler(lambda: heard.append(None))
    handler.excerpts = {"tide": Excerpt(), "reef": Excerpt()}
    handler.handle(record(crawl=Crawl("tide", 1)))
    handler.handle(record(source="reef"))
    handler.handle(record(source="cove"))
    handler.handle(record(logging.ERROR, "asyncio"))
    handler.handle(record(logging.INFO, "scrapy.middleware", crawl=Crawl("tide", 1)))
    kept = {name: [(line.logger, line.of_process) for line in e.lines] for name, e in handler.excerpts.items()}
    assert kept == {name: [("harbour", False), ("asyncio", True)] for name in ("tide", "reef")}
    # What is not kept is counted all the same, and the process's lines are no crawl's.
    assert dict(handler.excerpts["tide"].counts) == {"WARNING": 1, "INFO": 1}
    assert dict(handler.excerpts["reef"].counts) == {"WARNING": 1}
    assert len(heard) == 4


@pytest.mark.parametrize(
    ("level", "name", "kept"),
    [
        (logging.INFO, "tide", True),
        (logging.INFO, "newsreel.extensions.run_record", True),
        (logging.INFO, "scrapy.core.engine", True),
        (logging.INFO, "scrapy.core.scraper", False),
        (logging.INFO, "py.warnings", False),
        (logging.DEBUG, "tide", False),
        (logging.WARNING, "scrapy.core.scraper", True),
        (logging.ERROR, "asyncio", True),
    ],
)
def test_what_helps_to_understand_a_crawl_is_kept(level: int, name: str, kept: bool) -> None:
    assert is_worth_keeping(record(level, name)) is kept


def test_cpu_time_is_shared_evenly_among_the_crawls_under_way() -> None:
    cpu, clock = [0.0], [100.0]
    meter = Meter(lambda: cpu[0], lambda: clock[0])
    cpu[0] = 1.0  # nobody's
    meter.begin("tide")
    cpu[0] = 3.0  # tide's alone
    meter.begin("reef")
    cpu[0] = 7.0  # of both
    assert [meter.read()[name].cpu_share for name in ("tide", "reef")] == [4.0, 2.0]
    tide = meter.end("tide")
    cpu[0] = 6.5  # a worker ended and took its last second along
    assert meter.read()["reef"].cpu_share == 2.0
    cpu[0] = 8.0
    reef = meter.end("reef")
    assert (tide.cpu_share, tide.cpu_process, tide.shared_by, tide.began) == (4.0, 6.0, 2, 100.0)
    assert (reef.cpu_share, reef.cpu_process, reef.shared_by) == (3.0, 5.0, 2)


def test_the_machine_is_asked_for_time_and_memory() -> None:
    before = cpu_seconds()
    sum(n * n for n in range(300_000))
    assert cpu_seconds() > before
    peak = peak_memory()
    assert peak is not None
    assert 10 * 1024 * 1024 < peak < 64 * 1024**3


def test_figures_become_values_that_json_can_hold() -> None:
    tokyo = timezone(timedelta(hours=9))
    stats = {
        "start_time": datetime(2026, 11, 20, 12, 30),  # noqa: DTZ001
        "finish_time": datetime(2026, 11, 20, 21, 30, tzinfo=tokyo),
        "downloader/request_count": 3,
        "elapsed_time_seconds": 1.5,
        "rate": float("inf"),
        "finish_reason": "finished",
        "nothing": None,
        "set": {1},
        "error": ValueError("x"),
        "nested": {1: float("nan")},
    }
    expected = {
        "downloader/request_count": 3,
        "elapsed_time_seconds": 1.5,
        "error": "x",
        "finish_reason": "finished",
        "finish_time": "2026-11-20T12:30:00+00:00",
        "nested": {"1": "nan"},
        "nothing": None,
        "rate": "inf",
        "set": [1],
        "start_time": "2026-11-20T12:30:00+00:00",
    }
    assert plain(stats) == expected
    assert list(plain(stats)) == list(expected)
    assert json.loads(json.dumps(plain(stats), allow_nan=False)) == expected
