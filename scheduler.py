"""The service: one tick claims what is due and starts crawl processes; it never crawls and never parses.

`python scheduler.py` and `newsreel run` do the same.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from newsreel.configuration import Configuration, check_contact, load_configuration, load_sources
from newsreel.crawling.process import command, environment
from newsreel.errors import NewsreelError
from newsreel.schedule import describe, next_due, plan
from newsreel.sources import Source
from storage import leases, runs, schedules
from storage.database import open_database, reading, writing
from storage.schedules import Claim

logger = logging.getLogger("newsreel.scheduler")

TICK = timedelta(seconds=5)
MAX_PROCESSES = 2
MAX_BATCH = 200
# A crawl process that lives longer than this is ended; what it left waiting is taken up by the next run.
OVERSTAY = timedelta(hours=2)
# The exit status of a crawl that missed something.
PARTIAL = 3
# How long a crawl process may take to end by itself when it is told to.
GRACE = timedelta(seconds=9)


class Process(Protocol):
    """A crawl process, as far as the service needs one."""

    pid: int

    def poll(self) -> int | None:
        """Give the exit status, None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


@dataclass(slots=True)
class Batch:
    """A crawl process and the claims it is to meet; `told_at` is when it was asked to end."""

    process: Process
    claims: Sequence[Claim]
    started_at: datetime
    told_at: datetime | None = None


class Service:
    """Claims due times and starts crawls for them; `clock` and `spawn` are given, so that tests need neither."""

    def __init__(
        self,
        engine: Engine,
        read_sources: Callable[[], Sequence[Source]],
        clock: Callable[[], datetime],
        spawn: Callable[[Sequence[Claim]], Process],
    ) -> None:
        self.engine = engine
        self.read_sources = read_sources
        self.clock = clock
        self.spawn = spawn
        self.batches: list[Batch] = []
        # Claims of ours that no process has: those to be tried again, those that could not be handed over.
        self.queue: list[Claim] = []
        self.stopping = False

    def tick(self) -> None:
        """Look after the crawls under way and what others left, then start those that are due."""
        now = self.clock()
        self._end_overdue(now)
        self._settle(now)
        self._take_over(now)
        if self.stopping or len(self.batches) >= MAX_PROCESSES:
            return
        self._claim(now)
        with reading(self.engine, "see which sources are being crawled") as connection:
            held = leases.held(connection, now)
        claims = [claimed for claimed in self.queue if claimed.source not in held][:MAX_BATCH]
        if claims:
            self._start(claims, now)

    def stop(self) -> None:
        """End the crawls under way, cleanly if they do it in time."""
        self.stopping = True
        for batch in self.batches:
            batch.process.terminate()
        deadline = time.monotonic() + GRACE.total_seconds()
        for batch in self.batches:
            try:
                batch.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                batch.process.kill()
                batch.process.wait()
        self._settle(self.clock())

    def _end_overdue(self, now: datetime) -> None:
        for batch in self.batches:
            if batch.process.poll() is not None or now - batch.started_at <= OVERSTAY:
                continue
            if batch.told_at is None:
                logger.error("a crawl has taken longer than %s and is ended", OVERSTAY)
                batch.process.terminate()
                batch.told_at = now
            elif now - batch.told_at > GRACE:
                batch.process.kill()

    def _settle(self, now: datetime) -> None:
        """Close the claims of crawl processes that ended."""
        ended = [batch for batch in self.batches if batch.process.poll() is not None]
        for batch in ended:
            if (status := batch.process.poll()) not in (0, PARTIAL):
                logger.warning("a crawl of %d sources ended with status %s", len(batch.claims), status)
        if ended:
            self._close([claimed for batch in ended for claimed in batch.claims], now)
            self.batches = [batch for batch in self.batches if batch not in ended]

    def _take_over(self, now: datetime) -> None:
        """Take up what a service or a crawl left that was killed; a crawl that outlived its service goes on."""
        ours = {(claimed.source, claimed.due_at) for batch in self.batches for claimed in batch.claims}
        with reading(self.engine, "look for claims that were left") as connection:
            left = schedules.left_over(connection, now)
        left = [claimed for claimed in left if (claimed.source, claimed.due_at) not in ours]
        if left:
            self._close(left, now)

    def _close(self, claims: Sequence[Claim], now: datetime) -> None:
        for run_id in runs.bury_dead(self.engine, now):
            logger.warning("run %d died with its process", run_id)
        with writing(self.engine, "settle claims") as connection:
            again = [schedules.settle(connection, claimed, now, stopped=self.stopping) for claimed in claims]
        self.queue += [claimed for claimed in again if claimed is not None]

    def _claim(self, now: datetime) -> None:
        """Claim what is due, the longest due first, and keep when each source is due next."""
        with reading(self.engine, "read the schedule") as connection:
            kept = schedules.expectations(connection)
            unavailable = schedules.unavailable(connection, now)
        due: list[tuple[Claim, Source]] = []
        changed: list[tuple[str, datetime, str]] = []
        for source in self.read_sources():
            if not source.enabled or source.id in unavailable:
                continue
            known = kept.get(source.id)
            plan_ = plan(source, known.last_due_at if known else None, now)
            if plan_.reason != "waiting":
                due.append((Claim(source.id, plan_.due_at, plan_.merged), source))
            elif known and (known.next_due_at, known.plan) != (plan_.due_at, describe(source)):
                changed.append((source.id, plan_.due_at, describe(source)))
        due.sort(key=lambda pair: pair[0].due_at)
        due = due[: max(0, MAX_BATCH - len(self.queue))]
        if not due and not changed:
            return
        claims: list[Claim] = []
        with writing(self.engine, "claim due sources") as connection:
            for wanted, source in due:
                if schedules.claim(connection, wanted, now):
                    claims.append(wanted)
                    following = next_due(source, wanted.due_at, now)
                    schedules.expect(connection, source.id, following.at, describe(source))
            for name, at, words in changed:
                schedules.expect(connection, name, at, words)
        self.queue += claims

    def _start(self, claims: Sequence[Claim], now: datetime) -> None:
        """Start a crawl process for claims; where that fails they stay in the queue for the next tick."""
        logger.info("crawling %s", ", ".join(claimed.source for claimed in claims))
        try:
            process = self.spawn(claims)
        except OSError as error:
            logger.error("cannot start a crawl process: %s; the next tick tries again", error)
            return
        self.queue = [claimed for claimed in self.queue if claimed not in claims]
        self.batches.append(Batch(process, claims, now))
        with writing(self.engine, "hand claims over") as connection:
            schedules.hand_over(connection, claims, process.pid, now)


def spawner(configuration: Configuration) -> Callable[[Sequence[Claim]], Process]:
    """Give the function that starts a crawl process for claims."""

    def spawn(claims: Sequence[Claim]) -> Process:
        dues = {claimed.source: claimed.due_at.isoformat() for claimed in claims}
        line = command(list(dues), dues, "due")
        # A group of its own: Ctrl-C at the terminal reaches the service, which tells its crawls itself.
        return subprocess.Popen(line, env=environment(configuration), stdin=subprocess.DEVNULL, start_new_session=True)

    return spawn


def build(service: Service, tick: timedelta = TICK) -> BackgroundScheduler:
    """Build the APScheduler whose one job is the service's tick; a late tick is made up for, never dropped."""
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        _ticking(service),
        "interval",
        seconds=tick.total_seconds(),
        id="tick",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=3600,
        next_run_time=datetime.now(UTC),
    )
    return scheduler


def _ticking(service: Service) -> Callable[[], None]:
    def tick() -> None:
        try:
            service.tick()
        except NewsreelError as error:
            # The database is locked or the disk full: the next tick tries again.
            logger.error("%s", error)

    return tick


def serve(configuration: Configuration) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    sources = load_sources(configuration)
    check_contact(configuration, tuple(source for source in sources if source.enabled))
    engine = open_database(configuration.database_url)
    service = Service(engine, lambda: sources, lambda: datetime.now(UTC), spawner(configuration))
    for run_id in runs.bury_dead(engine, datetime.now(UTC)):
        logger.warning("run %d died with its process", run_id)
    scheduler = build(service)
    ended = threading.Event()

    def end(number: int, frame: Any) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # nohup wants the service to outlive its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    scheduler.start()
    enabled = sum(source.enabled for source in sources)
    logger.info("watching %d sources; process %d; Ctrl-C ends", enabled, os.getpid())
    ended.wait()
    logger.info("ending")
    try:
        scheduler.shutdown(wait=True)
    finally:
        service.stop()
        engine.dispose()


def main() -> None:
    """Run the service with the configuration in force."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        serve(load_configuration({}))
    except NewsreelError as error:
        sys.stderr.write(f"newsreel: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
