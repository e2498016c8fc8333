"""A process that runs functions one after the other, with hard limits, over a pipe that nobody else uses.

A worker that is killed in the middle of a message, by the system or by us, breaks its own pipe only. Workers that
share a pipe and its locks all wait for ever for the one that died (decision 0024).
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

# How long a worker may take until it is ready; a busy machine takes its time.
START = 60.0


class WorkerGone(Exception):
    """The worker's process had ended before it was given the work."""


class WorkerDied(Exception):
    """The worker's process ended while it worked."""


class WorkerSlow(Exception):
    """The worker took longer than it may."""


class Remote(Exception):
    """Where in the worker an error was raised; stands as the cause of that error."""


class Worker:
    """One process; `memory` is what a page may take beyond what the process has at its start, in bytes.

    Raises OSError where the process cannot be started.
    """

    def __init__(self, memory: int) -> None:
        context = _context()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, memory), name="parse worker", daemon=True)
        self.done = 0
        try:
            try:
                self._process.start()
            finally:
                # With a copy of its end here, the pipe would not tell that the worker died.
                theirs.close()
            if not self._pipe.poll(START):
                raise OSError(f"a parse worker was not ready within {START:g} s")
            self._pipe.recv()
        except (OSError, EOFError) as error:
            self.end()
            raise OSError(f"a parse worker cannot be started: {error or type(error).__name__}") from error

    def run(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Any:
        """Give what `function(*args)` gives, or raise what it raises.

        Raises WorkerSlow after so many seconds, WorkerDied, or WorkerGone where nothing was begun. After all three the
        worker is of no more use.
        """
        self.done += 1
        try:
            self._pipe.send((function, args))
        except OSError as error:
            raise WorkerGone from error
        try:
            is_late = not self._pipe.poll(seconds)
            answer = None if is_late else self._pipe.recv()
        except (OSError, EOFError) as error:
            raise WorkerDied from error
        if answer is None:
            raise WorkerSlow
        result, problem, where = answer
        if problem is not None:
            raise problem from Remote(where)
        return result

    def kill(self) -> None:
        """End the process at once, from any thread."""
        if self._process.pid is not None:
            self._process.kill()

    def end(self) -> None:
        """End the process, and let go of the pipe."""
        self._pipe.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()


def _context() -> Any:
    """Fork from a small server that holds the parsers, not from a process with a reactor and threads in it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["newsreel.extraction", "newsreel.discovery.feeds", "newsreel.discovery.sitemaps"])
    return context


def _work(pipe: Connection, memory: int) -> None:
    """Answer what comes through the pipe until its other end is closed."""
    _prepare(memory)
    try:
        pipe.send("ready")
        while True:
            function, args = pipe.recv()
            _answer(pipe, function, args)
    except (EOFError, OSError):
        # Nobody is there any more.
        return


def _answer(pipe: Connection, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    answer: tuple[Any, Exception | None, str]
    try:
        answer = (function(*args), None, "")
    except Exception as error:
        answer = (None, error, traceback.format_exc())
    try:
        pipe.send(answer)
    except OSError:
        raise
    except MemoryError as error:
        pipe.send((None, error, ""))
    except Exception as error:
        # Not everything can be sent, some errors neither.
        told = answer[1] if answer[1] is not None else error
        pipe.send((None, RuntimeError(f"{type(told).__name__}: {told}"), answer[2]))


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
