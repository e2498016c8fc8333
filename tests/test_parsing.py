"""The parse pool: a page that passes its limits loses only itself."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from newsreel import parsing
from newsreel.errors import PageRejected
from newsreel.parsing import ParsePool

DEADLINE = 60.0


def spin() -> None:
    """Go on for ever."""
    while True:
        pass


def grow(size: int) -> int:
    """Take memory."""
    return len(bytearray(size))


def vanish() -> None:
    """End the worker as a crash of a parser does."""
    os._exit(11)


def vanish_once(mark: str) -> str:
    """Be killed by somebody else, but only the first time."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "parsed"


def unsendable() -> object:
    """Give what no pipe takes."""
    return lambda: None


def refuse() -> None:
    """Find that a page is none."""
    raise PageRejected("soft-404", "the page says that nothing was found")


@pytest.fixture(scope="module")
def pool() -> Iterator[ParsePool]:
    pool = ParsePool(workers=1, seconds=0.5)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("function", "args", "code", "says"),
    [
        (spin, (), "parse-timeout", "longer than 0.5 s"),
        (grow, (1024**3,), "parse-memory", "more memory"),
        (vanish, (), "parse-memory", "more memory"),
        (refuse, (), "soft-404", "nothing was found"),
    ],
)
def test_a_page_past_its_limits_is_rejected_and_the_pool_goes_on(
    pool: ParsePool, function: object, args: tuple[int, ...], code: str, says: str
) -> None:
    first = pool.submit(function, *args)  # type: ignore[arg-type]
    second = pool.submit(grow, 1000)
    with pytest.raises(PageRejected, match=says) as caught:
        first.result(DEADLINE)
    assert caught.value.code == code
    assert second.result(DEADLINE) == 1000


def test_the_page_of_a_worker_that_was_killed_is_tried_again(pool: ParsePool, tmp_path: Path) -> None:
    assert pool.submit(vanish_once, str(tmp_path / "mark")).result(DEADLINE) == "parsed"


def die_sending(mark: str, size: int) -> bytes:
    """Be killed, but only the first time, when a part of the result is on its way."""
    if not Path(mark).exists():
        Path(mark).touch()
        # What is written fills the pipe: it is killed while it waits for the rest to be read, or before.
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return b"x" * size


def test_a_worker_that_is_killed_in_the_middle_of_a_message_holds_up_no_other(tmp_path: Path) -> None:
    pool = ParsePool(workers=2)
    try:
        for n in range(8):
            dying = pool.submit(die_sending, str(tmp_path / f"mark{n}"), 20_000_000)
            beside = [pool.submit(grow, 300_000) for _ in range(6)]
            assert len(dying.result(DEADLINE)) == 20_000_000
            assert [future.result(DEADLINE) for future in beside] == [300_000] * 6
    finally:
        pool.close()


def whoami() -> tuple[int, int]:
    """Give the worker's process, and the one that it was forked from."""
    return os.getpid(), os.getppid()


def test_idle_workers_and_their_server_may_be_killed() -> None:
    pool = ParsePool(workers=1)
    try:
        for _ in range(3):
            worker, server = pool.submit(whoami).result(DEADLINE)
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            assert pool.submit(whoami).result(DEADLINE)[0] != worker
            # A worker may outlive its server for a moment, and work on.
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGKILL)
            assert pool.submit(grow, 3).result(DEADLINE) == 3
    finally:
        pool.close()


def test_what_cannot_be_sent_is_told(pool: ParsePool) -> None:
    with pytest.raises(RuntimeError, match="unsendable"):
        pool.submit(unsendable).result(DEADLINE)
    with pytest.raises(Exception, match="pickle"):
        pool.submit(grow, lambda: None).result(DEADLINE)
    assert pool.submit(grow, 5).result(DEADLINE) == 5


def test_what_waits_for_a_worker_does_not_spend_its_time(pool: ParsePool) -> None:
    spinning = [pool.submit(spin) for _ in range(2)]
    assert pool.submit(grow, 7).result(DEADLINE) == 7
    assert {type(future.exception(DEADLINE)) for future in spinning} == {PageRejected}


def test_closing_ends_what_is_under_way() -> None:
    pool = ParsePool(workers=1)
    assert pool.submit(grow, 1).result(DEADLINE) == 1
    under_way = [pool.submit(spin) for _ in range(3)]
    pool.close()
    for future in under_way:
        with pytest.raises((CancelledError, PageRejected)):
            future.result(0)


def test_a_process_has_one_pool_until_the_last_holder_lets_go() -> None:
    with ThreadPoolExecutor(4) as threads:
        pools = list(threads.map(lambda _: parsing.acquire(), range(4)))
    assert len(set(pools)) == 1
    for _ in range(3):
        parsing.release()
    assert pools[0].submit(grow, 3).result(DEADLINE) == 3
    parsing.release()
    later = parsing.acquire()
    assert later is not pools[0]
    parsing.release()
