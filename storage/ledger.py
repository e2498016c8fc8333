"""The ledger of a crawl process: one thread that writes, in batches, and acknowledges after the commit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsreel.errors import DatabaseBusy, NewsreelError, StorageError
from newsreel.items import Visit
from storage import leases
from storage.backlog import Backlog, weight
from storage.database import STORING_CACHE, open_database, reading, utc_now, writing
from storage.recording import record_all
from storage.stumbling import PARSE_ERROR

logger = logging.getLogger(__name__)

BATCH = 100
LINGER = 1.0
HEARTBEAT = 20.0

Result = TypeVar("Result")
_Job = tuple[Callable[[Connection], Any], str, "Future[Any]"]
_Entry = tuple[Visit, "Future[str]"]


class Ledger:
    """Writes visits of all crawls of a process in batches of 100 or 1 s, whichever comes first, in order.

    Everything goes through one thread: what was submitted first is committed first, and SQLite sees one
    writer. A Future is done when its transaction is committed; it carries the error where that failed. What was
    handed over is written, also where nobody waits for it any more: the futures cannot be cancelled.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.clock = clock
        self._queue: SimpleQueue[_Job | _Entry | None] = SimpleQueue()
        self._backlog = Backlog()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="ledger-read")
        self._runs: frozenset[int] = frozenset()
        # Nothing may enter the queue behind the mark that ends it.
        self._entry = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def room(self) -> Future[None]:
        """Give a Future that is done when few enough visits wait for their commit to hand over another one."""
        return self._backlog.room()

    def record(self, visit: Visit) -> Future[str]:
        """Hand over a visit that ended; the result is the outcome it was recorded with."""
        future: Future[str] = Future()
        size = weight(visit)
        self._backlog.add(size)
        future.add_done_callback(lambda done: self._backlog.remove(size))
        self._put((visit, future), future)
        return future

    def write(self, function: Callable[[Connection], Result], what: str) -> Future[Result]:
        """Run `function` in a transaction of its own, after everything handed over before."""
        future: Future[Result] = Future()
        self._put((function, what, future), future)
        return future

    def read(self, function: Callable[[Connection], Result], what: str) -> Future[Result]:
        """Run `function` on what is committed, beside the writing."""

        def work() -> Result:
            with reading(self.engine, what) as connection:
                return function(connection)

        return self._readers.submit(work)

    def flush(self) -> Future[None]:
        """Commit what was handed over now instead of when the batch is full or a second old."""
        return self.write(lambda connection: None, "commit what was handed over")

    def hold(self, run_id: int) -> None:
        """Give a sign of life for this run from now on."""
        self._runs = self._runs | {run_id}

    def drop(self, run_id: int) -> None:
        """Give no more signs of life for this run."""
        self._runs = self._runs - {run_id}

    def close(self) -> None:
        """Write what was handed over, then end the threads; what comes later gets a StorageError."""
        with self._entry:
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()
        self._backlog.open()
        self._readers.shutdown()
        self.engine.dispose()

    def _put(self, job: _Job | _Entry, future: Future[Any]) -> None:
        future.set_running_or_notify_cancel()
        with self._entry:
            if not self._closed:
                self._queue.put(job)
                return
        future.set_exception(StorageError("the ledger is closed: the crawl that it wrote for has ended"))

    def _work(self) -> None:
        batch: list[_Entry] = []
        deadline = 0.0
        beat_at = time.monotonic() + HEARTBEAT
        while True:
            if time.monotonic() >= beat_at:
                self._beat()
                beat_at = time.monotonic() + HEARTBEAT
            limit = min(deadline, beat_at) if batch else beat_at
            try:
                job = self._queue.get(timeout=max(0.0, limit - time.monotonic()))
            except Empty:
                if batch and time.monotonic() >= deadline:
                    self._flush(batch)
                    batch = []
                continue
            if job is not None and len(job) == 2:
                if not batch:
                    deadline = time.monotonic() + LINGER
                batch.append(job)
                if len(batch) >= BATCH:
                    self._flush(batch)
                    batch = []
                continue
            if batch:
                self._flush(batch)
                batch = []
            if job is None:
                return
            self._run(job)

    def _flush(self, batch: Sequence[_Entry]) -> None:
        """Commit a batch; where that fails, each visit alone, so that one bad page does not hold up the others.

        Behind a lock that others hold too long, the pages would queue for it one after the other: they all fail.
        """
        try:
            with writing(self.engine, f"store a batch of {len(batch)} pages") as connection:
                outcomes = record_all(connection, [visit for visit, _ in batch], self.clock())
        except DatabaseBusy as error:
            logger.error("%s", error)
            for _, future in batch:
                future.set_exception(error)
            return
        except Exception as error:
            if len(batch) == 1:
                self._fail(*batch[0], error)
                return
            for entry in batch:
                self._flush([entry])
            return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            future.set_result(outcome)

    def _fail(self, visit: Visit, future: Future[str], error: Exception) -> None:
        """Say that a visit cannot be stored; where the fault is ours, count the try, or it would be made for ever."""
        whose = {"source": visit.source_id, "run": visit.run_id}
        logger.error("cannot store %s: %s", visit.link.url, error, exc_info=_is_fault(error) and error, extra=whose)
        if visit.article is not None and _is_fault(error):
            found = f"cannot be stored: {type(error).__name__}: {error}"[:1000]
            stumbled = replace(visit, article=None, outcome=PARSE_ERROR, detail=found)
            try:
                with writing(self.engine, f"record the fault at {visit.link.url}") as connection:
                    (outcome,) = record_all(connection, [stumbled], self.clock())
            except NewsreelError as second:
                error = second
            else:
                future.set_result(outcome)
                return
        future.set_exception(error)

    def _run(self, job: _Job) -> None:
        function, what, future = job
        try:
            with writing(self.engine, what) as connection:
                result = function(connection)
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def _beat(self) -> None:
        runs = sorted(self._runs)
        if not runs:
            return
        try:
            with writing(self.engine, "give a sign of life") as connection:
                leases.beat(connection, runs, self.clock())
        except NewsreelError as error:
            logger.warning("%s", error)


def _is_fault(error: Exception) -> bool:
    """Tell whether an error is Newsreel's own and will come again, not the disk's, a lock's or a removed source's."""
    if isinstance(error, StorageError):
        return isinstance(error.__cause__, SQLAlchemyError) and not isinstance(error.__cause__, OperationalError)
    return not isinstance(error, OSError | MemoryError)


class _Shared:
    """The open ledgers of this process by address, with the number of those who hold them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.open: dict[str, tuple[Ledger, int]] = {}


_shared = _Shared()


def acquire(url: str, clock: Callable[[], datetime] = utc_now) -> Ledger:
    """Give this process's ledger of the database at `url`, opened by the first who asks; `release` it in the end.

    The clock of the one who opened it is that of all who write into it.
    """
    with _shared.lock:
        if url in _shared.open:
            ledger, holders = _shared.open[url]
        else:
            ledger, holders = Ledger(open_database(url, cache=STORING_CACHE), clock), 0
        _shared.open[url] = (ledger, holders + 1)
        return ledger


def clock_of(url: str) -> Callable[[], datetime]:
    """Give the clock of this process's ledger, the machine's where none is open."""
    with _shared.lock:
        return _shared.open[url][0].clock if url in _shared.open else utc_now


def release(url: str) -> None:
    """Let go of a ledger; the last one closes it."""
    with _shared.lock:
        ledger, holders = _shared.open[url]
        if holders > 1:
            _shared.open[url] = (ledger, holders - 1)
            return
        del _shared.open[url]
    ledger.close()
