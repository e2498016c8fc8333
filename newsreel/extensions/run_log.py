"""Keeps what a process's crawls log and use, while they run: what is kept survives the kill of the process."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from scrapy.statscollectors import StatsCollector

from newsreel.extensions.excerpt import Excerpt, ExcerptHandler
from newsreel.extensions.figures import plain
from newsreel.extensions.resources import Meter, Usage, cpu_seconds, peak_memory
from newsreel.logs import listen, stop_listening
from storage import run_logs
from storage.ledger import Ledger
from storage.run_logs import Report, Resources

logger = logging.getLogger(__name__)

# New lines are stored this long after the first of them, those of all crawls in one transaction.
LINGER = 1.0
# Figures of crawls under way are stored this often, so that those of a killed process are known.
SNAPSHOT = 10.0


@dataclass(slots=True)
class _Followed:
    run_id: int
    stats: StatsCollector
    excerpt: Excerpt
    kept: dict[str, Any] | None = None


class RunLogKeeper:
    """Follows the crawls of a process; lives in the event loop, hears log lines from all threads."""

    def __init__(self, book: Ledger) -> None:
        self.book = book
        self.loop = asyncio.get_running_loop()
        self.meter = Meter(cpu_seconds, time.monotonic)
        self.handler = ExcerptHandler(self._hear)
        self.followed: dict[str, _Followed] = {}
        self._due: asyncio.TimerHandle | None = None
        self._snapshot: asyncio.TimerHandle | None = None
        self._failing = False

    def follow(self, source: str, run_id: int, stats: StatsCollector) -> None:
        """Keep the log of a crawl from now on."""
        if not self.followed:
            listen(self.handler)
            self._snapshot = self.loop.call_later(SNAPSHOT, self._take_snapshot)
        self.meter.begin(source)
        self.followed[source] = _Followed(run_id, stats, Excerpt())
        self.handler.excerpts = {name: entry.excerpt for name, entry in self.followed.items()}

    def leave(self, source: str) -> Report | None:
        """Keep no more of a crawl; give what is not stored yet, None where it was left before."""
        entry = self.followed.pop(source, None)
        if entry is None:
            return None
        self.handler.excerpts = {name: other.excerpt for name, other in self.followed.items()}
        if not self.followed:
            stop_listening(self.handler)
            for timer in (self._due, self._snapshot):
                if timer is not None:
                    timer.cancel()
            self._due = self._snapshot = None
        for level, n in entry.excerpt.counts.items():
            # Scrapy's own counter takes the lines of all crawls of the process.
            entry.stats.set_value(f"log_count/{level}", n)
        return self._report(source, entry, self.meter.end(source))

    def _report(self, source: str, entry: _Followed, usage: Usage) -> Report:
        with self.handler.lock:  # type: ignore[union-attr]
            lines, first = entry.excerpt.take(), entry.excerpt.first_kept
        stats = entry.stats.get_stats()
        used = Resources(
            round(self.meter.clock() - usage.began, 3),
            round(usage.cpu_share, 3),
            round(usage.cpu_process, 3),
            peak_memory(),
            usage.shared_by,
            stats.get("downloader/request_count", 0),
            stats.get("downloader/response_bytes", 0),
        )
        return Report(entry.run_id, source, lines, first, plain(stats), used)

    def _hear(self) -> None:
        # A thread may outlive the loop by a line.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._arm)

    def _arm(self) -> None:
        if self._due is None and self.followed:
            self._due = self.loop.call_later(LINGER, self._write_lines)

    def _write_lines(self) -> None:
        self._due = None
        used = self.meter.read()
        self._store(
            [
                self._report(source, entry, used[source])
                for source, entry in self.followed.items()
                if entry.excerpt.has_news
            ]
        )

    def _take_snapshot(self) -> None:
        self._snapshot = self.loop.call_later(SNAPSHOT, self._take_snapshot)
        used = self.meter.read()
        reports = []
        for name, entry in self.followed.items():
            # A crawl that only waits has nothing to tell, and there may be hundreds.
            if entry.excerpt.has_news or entry.kept != entry.stats.get_stats():
                entry.kept = dict(entry.stats.get_stats())
                reports.append(self._report(name, entry, used[name]))
        self._store(reports)

    def _store(self, reports: list[Report]) -> None:
        if not reports:
            return
        book = self.book
        done = book.write(lambda c: run_logs.keep(c, reports, book.clock()), "keep the logs of crawls")
        done.add_done_callback(lambda future: self._settle(future, reports))

    def _settle(self, future: Future[None], reports: list[Report]) -> None:
        """Keep lines that could not be stored for the next time; say so once, not for every line that says so."""
        error = future.exception()
        if error is None:
            self._failing = False
            return
        with self.handler.lock:  # type: ignore[union-attr]
            for report in reports:
                if (entry := self.followed.get(report.source)) is not None:
                    entry.excerpt.give_back(tuple(report.lines))
        if not self._failing:
            self._failing = True
            logger.warning("%s; the logs of the crawls under way are kept as soon as that works again", error)


class _Shared:
    """This process's keeper."""

    def __init__(self) -> None:
        self.keeper: RunLogKeeper | None = None


_shared = _Shared()


def keeper_of(book: Ledger) -> RunLogKeeper:
    """Give the keeper that writes to a ledger; made where there is none, or none that follows a crawl."""
    keeper = _shared.keeper
    if keeper is None or keeper.book is not book or not keeper.followed:
        # Another batch may have another loop.
        keeper = _shared.keeper = RunLogKeeper(book)
    return keeper
