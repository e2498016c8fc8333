"""Runs pure functions of plain values in worker processes; one that passes its limits loses only its own page."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from newsreel.errors import PageRejected
from newsreel.parsing.worker import Worker, WorkerDied, WorkerGone, WorkerSlow

SECONDS = 10.0
MEMORY = 512 * 1024 * 1024
# A worker is replaced after so many pages, so that what a parser leaks does not grow for months.
PAGES_A_WORKER = 2_000
# How often a page is tried whose worker dies.
TRIES = 2
# The pauses after which a worker is started again that did not come up, in seconds: the server that workers are forked
# from is missed only when the system says that it died.
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Task:
    function: Callable[..., Any]
    args: tuple[Any, ...]
    result: Future[Any]


class ParsePool:
    """Worker processes, each with a thread here that hands it its work; started with the first page."""

    def __init__(self, workers: int | None = None, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self._number = workers or max(1, min(4, os.cpu_count() or 1))
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: set[Future[Any]] = set()
        self._threads: list[threading.Thread] = []
        self._workers: set[Worker] = set()
        self._closed = False

    def submit(self, function: Callable[..., Result], *args: Any) -> Future[Result]:
        """Run `function(*args)`; its Future raises PageRejected("parse-timeout" or "parse-memory") past a limit.

        A worker that dies may have been killed by somebody else: its page is tried once more. Where the pool is
        closed, the Future is cancelled.
        """
        result: Future[Result] = Future()
        with self._lock:
            if self._closed:
                result.cancel()
                return result
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._serve, name=f"parse-{n}", daemon=True) for n in range(self._number)
                ]
                for thread in self._threads:
                    thread.start()
            self._waiting.add(result)
        result.add_done_callback(self._waiting.discard)
        self._tasks.put(_Task(function, args, result))
        return result

    def close(self) -> None:
        """End the workers at once; who still waits for a page is told that it was cancelled."""
        with self._lock:
            self._closed = True
            waiting, workers = list(self._waiting), list(self._workers)
        for future in waiting:
            future.cancel()
        for worker in workers:
            worker.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        """Hand one page after the other to a worker."""
        worker: Worker | None = None
        while (task := self._tasks.get()) is not None:
            # Who has gone in the meantime wants no page.
            if not task.result.cancelled():
                worker = self._run(task, worker)
        self._dismissed(worker)

    def _run(self, task: _Task, worker: Worker | None) -> Worker | None:
        """Settle a task; give the worker for the next one."""
        tries = 0
        while not self._closed:
            try:
                if worker is None:
                    worker = self._hire()
                value = worker.run(task.function, task.args, self.seconds)
            except WorkerGone:
                worker = self._dismissed(worker)
                continue
            except WorkerDied:
                worker = self._dismissed(worker)
                tries += 1
                if tries < TRIES:
                    continue
                _fail(task.result, PageRejected("parse-memory", "parsing needed more memory than a page may have"))
            except WorkerSlow:
                worker = self._dismissed(worker)
                _fail(task.result, PageRejected("parse-timeout", f"parsing took longer than {self.seconds:g} s"))
            except MemoryError:
                _fail(task.result, PageRejected("parse-memory", "parsing needed more memory than a page may have"))
            except Exception as error:
                _fail(task.result, error)
            else:
                if task.result.set_running_or_notify_cancel():
                    task.result.set_result(value)
            break
        return self._dismissed(worker) if worker is not None and worker.done >= PAGES_A_WORKER else worker

    def _hire(self) -> Worker:
        """Start a worker; the server that it is forked from may have been killed just now."""
        for pause in (*PAUSES, None):
            try:
                worker = Worker(self.memory)
            except OSError:
                if pause is None or self._closed:
                    raise
                time.sleep(pause)
                continue
            break
        with self._lock:
            self._workers.add(worker)
        if self._closed:
            worker.kill()
        return worker

    def _dismissed(self, worker: Worker | None) -> Worker | None:
        """End a worker; give what is left of it for the next page: none."""
        if worker is not None:
            worker.end()
            with self._lock:
                self._workers.discard(worker)
        return None


def _fail(future: Future[Any], error: Exception) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)
