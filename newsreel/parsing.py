"""The parse pool: killable workers with hard limits of time and memory a page.

Some pages of a few hundred kB keep every parser busy for longer than ten seconds, and a signal cannot
interrupt lxml: only the end of its process can.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from newsreel.errors import PageRejected

SECONDS = 10.0
MEMORY = 512 * 1024 * 1024
# A worker is replaced after so many pages, so that what a parser leaks does not grow for months.
PAGES_A_WORKER = 2_000

Result = TypeVar("Result")


class ParsePool:
    """Runs pure functions of plain values in worker processes; one that passes its limits loses only its own page."""

    def __init__(self, workers: int | None = None, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self._waiting: set[Future[Any]] = set()
        self._pool = ProcessPool(
            max_workers=workers or max(1, min(4, os.cpu_count() or 1)),
            max_tasks=PAGES_A_WORKER,
            initializer=_prepare,
            initargs=[memory],
            context=_context(),
        )

    def submit(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Run `function(*args)`; its Future raises PageRejected("parse-timeout" or "parse-memory") past a limit.

        A worker that dies may have been killed by somebody else: its page is tried once more.
        """
        result: Future[Result] = Future()
        self._waiting.add(result)
        result.add_done_callback(self._waiting.discard)

        def begin(*, is_last: bool) -> None:
            inner = self._pool.schedule(function, args=args, timeout=self.seconds)
            inner.add_done_callback(partial(hand_on, is_last=is_last))

        def hand_on(done: Any, *, is_last: bool) -> None:
            if is_last or done.cancelled() or not isinstance(done.exception(), ProcessExpired):
                _hand_on(done, result, self.seconds)
                return
            try:
                begin(is_last=True)
            except RuntimeError:
                # The pool is being closed.
                _hand_on(done, result, self.seconds)

        begin(is_last=False)
        return result

    def close(self) -> None:
        """End the workers at once; who still waits for a page is told that it was cancelled."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        for future in list(self._waiting):
            future.cancel()


def _hand_on(done: Any, result: Future[Any], seconds: float) -> None:
    if done.cancelled():
        result.cancel()
    if not result.set_running_or_notify_cancel():
        # The one who asked has gone, or the pool was closed.
        return
    error = done.exception()
    if error is None:
        result.set_result(done.result())
    elif isinstance(error, FutureTimeoutError):
        result.set_exception(PageRejected("parse-timeout", f"parsing took longer than {seconds:g} s"))
    elif isinstance(error, MemoryError | ProcessExpired):
        result.set_exception(PageRejected("parse-memory", "parsing needed more memory than a page may have"))
    else:
        result.set_exception(error)


def _context() -> Any:
    """Fork from a small server that holds the parsers, not from a process with a reactor and threads in it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["newsreel.extraction", "newsreel.discovery.feeds", "newsreel.discovery.sitemaps"])
    return context


def _prepare(memory: int) -> None:
    """Set a worker's limits; Ctrl-C is its parent's to answer, and it does not outlive its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Shared:
    """The process's pool and the number of those who hold it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pool: ParsePool | None = None
        self.holders = 0


_shared = _Shared()


def acquire() -> ParsePool:
    """Give this process's pool, started by the first who asks; `release` it in the end."""
    with _shared.lock:
        if _shared.pool is None:
            _shared.pool = ParsePool()
        _shared.holders += 1
        return _shared.pool


def release() -> None:
    """Let go of the pool; the last one ends it."""
    with _shared.lock:
        _shared.holders -= 1
        pool = _shared.pool
        if _shared.holders or pool is None:
            return
        _shared.pool = None
    pool.close()
