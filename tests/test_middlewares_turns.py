"""Turns at a host with a clock of the test's own: nothing is asked a moment before its time, also after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from scrapy.http import Response
from stories import NOW

from newsreel.errors import FetchFailed
from newsreel.middlewares.pauses import MAX_RETRY_AFTER
from newsreel.middlewares.turns import Times, TurnMiddleware, Turns, host_key
from storage.database import open_database, reading, sqlite_url
from storage.hosts import HostState, host_state


class Clock:
    """A time that passes only while somebody sleeps, or when the test says so; `off` is how far it is set wrong."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.off = timedelta(0)

    def now(self) -> datetime:
        return NOW + self.off + timedelta(seconds=self.passed)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.passed += seconds
        await asyncio.sleep(0)

    @property
    def times(self) -> Times:
        return Times(self.now, lambda: self.passed, self.sleep)


class Desk:
    """A host of its own name, and crawls of it one after the other on the same database."""

    def __init__(self, folder: Path) -> None:
        self.url = sqlite_url(folder / "turns.db")
        self.clock = Clock()
        self.running = True
        self.site = "https://harbour.example"

    @contextmanager
    def crawl(self, delay: float = 2.0) -> Iterator[TurnMiddleware]:
        turn = TurnMiddleware(lambda: self.running, self.url, delay, self.clock.times, Turns())
        yield turn
        turn.spider_closed()

    def state(self) -> HostState:
        engine = open_database(self.url)
        try:
            with reading(engine) as connection:
                return host_state(connection, self.site)
        finally:
            engine.dispose()

    async def ask(
        self, turn: TurnMiddleware, answer: int | Exception = 200, takes: float = 0.1, **headers: str
    ) -> float | FetchFailed:
        """Ask the host once; give when it was asked, or why it was not."""
        request = Request(self.site + "/a")
        try:
            await turn.process_request(request)
        except FetchFailed as failure:
            return failure
        asked = self.clock.passed
        self.clock.passed += takes
        if isinstance(answer, Exception):
            turn.process_exception(request, answer)
        else:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            turn.process_response(request, Response(request.url, status=answer, headers=given))
        return asked


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]


async def waiting(result: float | FetchFailed, until: datetime) -> None:
    assert isinstance(result, FetchFailed)
    assert (result.code, result.retry_at) == ("waiting", until)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_kept_to_the_second_also_after_a_restart(desk: Desk, status: int, form: str) -> None:
    async def work() -> None:
        until = NOW + timedelta(seconds=3600)
        word = "3600" if form == "seconds" else format_datetime(until, usegmt=True)
        with desk.crawl() as turn:
            await desk.ask(turn, status, takes=0.0, Retry_After=word)
            await waiting(await desk.ask(turn), until)
        assert desk.state().not_before == until
        desk.clock.passed = 3589.0
        with desk.crawl() as turn:
            await waiting(await desk.ask(turn), until)
            desk.clock.passed = 3595.5
            # A few seconds are waited for, and not one is missed.
            assert await desk.ask(turn) == 3600.0
        assert desk.state().not_before is None

    run(work)


@pytest.mark.parametrize("word", ["soon", "", "-5", "Sat, 99 Nov 2026 08:00:00 GMT", "²"])
def test_a_retry_after_that_cannot_be_read_asks_for_nothing(desk: Desk, word: str) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            await desk.ask(turn, 503, takes=0.0, Retry_After=word)
            assert await desk.ask(turn) == 2.0

    run(work)


def test_a_host_may_ask_for_a_week_at_most_and_a_clock_set_back_prolongs_nothing(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            await desk.ask(turn, 503, takes=0.0, Retry_After="99999999999999999999")
            await waiting(await desk.ask(turn), NOW + MAX_RETRY_AFTER)
        desk.clock.off = timedelta(days=-30)
        with desk.crawl() as turn:
            assert isinstance(await desk.ask(turn), float)

    run(work)


def test_crawl_delay_is_kept_from_one_run_to_the_next(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl(delay=0.0) as turn:
            turn.turns.learn_crawl_delay(desk.site, 20.0)
            assert [await desk.ask(turn, takes=0.0) for _ in range(3)] == [0.0, 20.0, 40.0]
        assert desk.state().free_at == NOW + timedelta(seconds=60)
        desk.clock.passed = 47.0
        with desk.crawl(delay=0.0) as turn:
            turn.turns.learn_crawl_delay(desk.site, 20.0)
            assert [await desk.ask(turn, takes=0.0) for _ in range(2)] == [60.0, 80.0]

    run(work)


def test_a_crawl_delay_of_a_day_means_a_minute(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            turn.turns.learn_crawl_delay(desk.site, 86400.0)
            assert [await desk.ask(turn, takes=0.0) for _ in range(2)] == [0.0, 60.0]

    run(work)


def test_a_slow_host_is_asked_less_often_also_in_the_next_run(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            assert [await desk.ask(turn, takes=4.0) for _ in range(2)] == [0.0, 12.0]
        assert desk.state().latency == 4.0
        desk.clock.passed = 1000.0
        with desk.crawl() as turn:
            # The errors come fast, and the pause stays; good answers shorten it.
            assert await desk.ask(turn, 500, takes=0.1) == 1000.0
            assert await desk.ask(turn, takes=0.0) == pytest.approx(1008.1)
            assert await desk.ask(turn, takes=0.0) == pytest.approx(1012.1)
            assert await desk.ask(turn, takes=0.0) == pytest.approx(1014.1)

    run(work)


DOWN = [502, 503, 504, 500, 429, DownloadTimeoutError("it took too long"), OSError("broken")]


@pytest.mark.parametrize("answer", DOWN, ids=str)
def test_a_host_that_fails_rests_longer_each_time_and_one_success_ends_it(desk: Desk, answer: int | Exception) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            for _ in range(4):
                assert isinstance(await desk.ask(turn, answer, takes=0.0), float)
        rests = []
        for _ in range(8):
            # Each run finds the rest of the one before, waits for its end, and asks once.
            until = desk.state().not_before
            assert until is not None
            rests.append((until - desk.clock.now()).total_seconds())
            with desk.crawl() as turn:
                await waiting(await desk.ask(turn, answer), until)
                desk.clock.passed += rests[-1]
                assert isinstance(await desk.ask(turn, answer, takes=0.0), float)
                assert isinstance(await desk.ask(turn, answer, takes=0.0), FetchFailed)
        assert rests == [60, 120, 240, 480, 960, 1920, 3600, 3600]
        desk.clock.passed += 3600
        with desk.crawl() as turn:
            asked = [await desk.ask(turn, takes=0.0) for _ in range(3)]
            assert all(isinstance(at, float) for at in asked)
        assert (desk.state().failures, desk.state().not_before) == (0, None)

    run(work)


def test_the_longer_of_a_host_s_word_and_its_rest_counts(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            for _ in range(4):
                await desk.ask(turn, 503, takes=0.0, Retry_After="1")
            now = desk.clock.now()
            await waiting(await desk.ask(turn), now + timedelta(minutes=1))
            desk.clock.passed += 60
            now = desk.clock.now()
            await desk.ask(turn, 503, takes=0.0, Retry_After="9999")
            await waiting(await desk.ask(turn), now + timedelta(seconds=9999))

    run(work)


def test_of_two_crawls_on_a_host_the_last_word_is_kept_whichever_ends_first(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as one:
            other = TurnMiddleware(lambda: True, desk.url, 2.0, desk.clock.times, one.turns)
            await desk.ask(one, takes=0.0)
            await desk.ask(other, 503, takes=0.0, Retry_After="3600")
            other.spider_closed()
        # The first one had nothing to say any more when it ended.
        assert desk.state().not_before == NOW + timedelta(seconds=3602)

    run(work)


def test_a_page_that_is_missing_is_no_failure_of_its_host_and_a_name_that_is_is(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            for status in (404, 403, 410, 301, 404, 404):
                assert isinstance(await desk.ask(turn, status), float)
            for _ in range(4):
                assert isinstance(await desk.ask(turn, CannotResolveHostError("no such name")), float)
            assert isinstance(await desk.ask(turn), FetchFailed)

    run(work)


def test_after_a_rest_one_request_finds_out_and_the_others_wait_for_it(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            for _ in range(4):
                await desk.ask(turn, 503, takes=0.0)
            desk.clock.passed += 60
            probe, *others = [Request(f"{desk.site}/{n}") for n in range(5)]
            await turn.process_request(probe)
            asking = [asyncio.ensure_future(turn.process_request(request)) for request in others]
            for _ in range(20):
                await asyncio.sleep(0)
            assert not any(task.done() for task in asking)
            turn.process_response(probe, Response(probe.url, status=503))
            results = await asyncio.gather(*asking, return_exceptions=True)
            assert [getattr(result, "code", None) for result in results] == ["waiting"] * 4

    run(work)


def test_what_was_called_off_says_nothing_about_the_host(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl() as turn:
            for _ in range(3):
                await desk.ask(turn, 503, takes=0.0)
            await desk.ask(turn, FetchFailed("waiting", "the crawl was stopped"), takes=0.0)
            await desk.ask(turn, 503, takes=0.0)
            assert isinstance(await desk.ask(turn), FetchFailed)

    run(work)


def test_a_crawl_that_is_stopped_waits_for_no_pause(desk: Desk) -> None:
    async def work() -> None:
        with desk.crawl(delay=60.0) as turn:
            await desk.ask(turn, takes=0.0)
            pending = asyncio.ensure_future(desk.ask(turn))
            while desk.clock.passed < 3.0:
                await asyncio.sleep(0)
            desk.running = False
            await waiting(await pending, None)  # type: ignore[arg-type]
            assert desk.clock.passed <= 5.0

    run(work)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://harbour.example/a", "https://harbour.example"),
        ("https://harbour.example/b", "https://harbour.example"),
        ("http://harbour.example:80/", "https://harbour.example"),
        ("http://harbour.example:8080/", "http://harbour.example:8080"),
        ("https://harbour.example:8443/", "https://harbour.example:8443"),
        ("http://[2606:4700::1]/", "https://[2606:4700::1]"),
        ("http://[2606:4700::1]:81/", "http://[2606:4700::1]:81"),
        ("https://www.harbour.example/", "https://www.harbour.example"),
    ],
)
def test_http_and_https_are_one_host(url: str, key: str) -> None:
    assert host_key(url) == key
