"""The service: one tick claims what is due and starts crawl processes; it never crawls and never parses.

`newsreel run` starts it together with the web server; `python scheduler.py` is the scheduler alone.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from newsreel import logs
from newsreel.configuration import Configuration, load_configuration
from newsreel.crawling import claiming
from newsreel.crawling.batches import Batch, Process, spawner
from newsreel.crawling.ending import EndSignals
from newsreel.crawling.in_force import InForce
from newsreel.crawling.jobs import aside, guarded, tidy
from newsreel.delivery import Courier
from newsreel.errors import NewsreelError
from newsreel.sources import Source
from storage import beats, runs, schedules
from storage.daily import DailyBackups, DailyFolding
from storage.database import open_database, reading, writing
from storage.health import Watch
from storage.schedules import Claim

logger = logging.getLogger("newsreel.scheduler")

TICK = timedelta(seconds=5)
MAX_PROCESSES = 2
MAX_BATCH = 200
# A crawl process that lives longer than this is ended; what it left waiting is taken up by the next run.
OVERSTAY = timedelta(hours=2)
# How long a tick waits for another process's lock, in seconds: less than a service may take to end.
PATIENCE = 4.0
# The exit status of a crawl that missed something.
PARTIAL = 3
# How long after its start the service first looks for what is too old; then it does so every day.
TIDY_AFTER = timedelta(minutes=10)
# How long a crawl process may take to end by itself when it is told to; with what the web server takes, below 10 s.
GRACE = timedelta(seconds=7)


class Service:
    """Claims due times and starts crawls for them; clocks and `spawn` are given, so that tests need neither.

    `clock` tells the time, which may jump; `steady` counts seconds while the machine is awake.
    """

    def __init__(
        self,
        engine: Engine,
        read_sources: Callable[[], Sequence[Source]],
        clock: Callable[[], datetime],
        spawn: Callable[[Sequence[Claim]], Process],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.engine = engine
        self.read_sources = read_sources
        self.clock = clock
        self.spawn = spawn
        self.steady = steady
        self.catalogue: dict[str, Source] = {}
        self.batches: list[Batch] = []
        # Claims of ours that no process has: those to be tried again, those that could not be handed over.
        self.queue: list[Claim] = []
        self.stopping = False
        self.started_at = clock()
        self.watch = Watch(engine)

    def tick(self) -> None:
        """Look after the crawls under way and what others left, start those that are due, then give a sign of life."""
        now = self.clock()
        self._work(now)
        with writing(self.engine, "give a sign of life") as connection:
            beats.beat(connection, self.started_at, now, len(self.batches))

    def _work(self, now: datetime) -> None:
        self.catalogue = {source.id: source for source in self.read_sources()}
        self._end_overdue()
        self._settle(now)
        self._take_over(now)
        if self.stopping or len(self.batches) >= MAX_PROCESSES:
            return
        self.queue = claiming.drop_strangers(self.engine, self.catalogue, self.queue)
        most = MAX_BATCH - len(self.queue)
        self.queue += claiming.claim_due(self.engine, self.catalogue, self.queue, now, most)
        if not self.queue:
            return
        claims = claiming.startable(self.engine, self.catalogue, self.queue, now)[:MAX_BATCH]
        # It may have been told to end in the meantime; the next service takes up what was claimed.
        if claims and not self.stopping:
            self._start(claims, now)

    def judge(self) -> None:
        """Judge the health of the sources, and log what changed."""
        enabled = {name for name, source in self.catalogue.items() if source.enabled}
        for change in self.watch.look(enabled, self.clock()):
            level = logging.INFO if change.state == "ok" else logging.WARNING
            logger.log(level, "%s is %s: %s", change.source, change.state, change.reason)

    def tidy(self) -> None:
        """Remove what is older than its source wants it, and old records of crawls."""
        tidy(self.engine, list(self.catalogue.values()), self.clock())

    def tell(self) -> None:
        """Start no more crawls, and tell those under way to end: they do so while the service ends its own work."""
        self.stopping = True
        for batch in self.batches:
            # At the second time it would leave its pages under way behind.
            if batch.told is None:
                batch.process.terminate()
                batch.told = self.steady()

    def stop(self) -> None:
        """End the crawls under way, cleanly if they do it in time."""
        # A round of work that was under way may have started one more.
        self.tell()
        deadline = max((batch.told or 0.0 for batch in self.batches), default=0.0) + GRACE.total_seconds()
        for batch in self.batches:
            try:
                batch.process.wait(max(0.0, deadline - self.steady()))
            except subprocess.TimeoutExpired:
                batch.process.kill()
                batch.process.wait()
        try:
            self._settle(self.clock())
        except NewsreelError as error:
            # The next service takes up what is left open.
            logger.error("%s", error)

    def _end_overdue(self) -> None:
        now = self.steady()
        for batch in self.batches:
            if batch.process.poll() is not None or now - batch.started <= OVERSTAY.total_seconds():
                continue
            if batch.told is None:
                logger.error("a crawl has taken longer than %s and is ended", OVERSTAY)
                batch.process.terminate()
                batch.told = now
            elif now - batch.told > GRACE.total_seconds():
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
        self.queue += claiming.settle(self.engine, self.catalogue, claims, now, stopped=self.stopping)

    def _start(self, claims: Sequence[Claim], now: datetime) -> None:
        """Start a crawl process for claims; where that fails they stay in the queue for the next tick."""
        logger.info("crawling %s", ", ".join(claimed.source for claimed in claims))
        try:
            process = self.spawn(claims)
        except OSError as error:
            logger.error("cannot start a crawl process: %s; the next tick tries again", error)
            return
        self.queue = [claimed for claimed in self.queue if claimed not in claims]
        self.batches.append(Batch(process, claims, self.steady()))
        with writing(self.engine, "hand claims over") as connection:
            schedules.hand_over(connection, claims, process.pid, now)


def build(
    service: Service,
    tick: timedelta = TICK,
    tell: Callable[[], None] | None = None,
    keep: Callable[[], None] | None = None,
) -> BackgroundScheduler:
    """Build the APScheduler with the service's tick, made up for where it is late, and the look at health.

    Every day it tidies. `tell` sends messages, `keep` makes the day's backup where it is due; the service's end waits
    for none of the three.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        guarded(service.tick),
        "interval",
        seconds=tick.total_seconds(),
        id="tick",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=3600,
        next_run_time=datetime.now(UTC),
    )
    scheduler.add_job(guarded(service.judge), "interval", seconds=60, id="health", coalesce=True, max_instances=1)
    tidying = aside(guarded(service.tidy), "retention")
    first = datetime.now(UTC) + TIDY_AFTER
    scheduler.add_job(tidying, "interval", days=1, id="retention", coalesce=True, max_instances=1, next_run_time=first)
    if tell is not None:
        work = aside(guarded(tell), "alerts")
        scheduler.add_job(work, "interval", seconds=60, id="alerts", coalesce=True, max_instances=1)
    if keep is not None:
        work = aside(guarded(keep), "backup")
        scheduler.add_job(work, "interval", seconds=60, id="backup", coalesce=True, max_instances=1)
    return scheduler


def serve(
    read: Callable[[], Configuration],
    beside: Callable[[Configuration, Engine], AbstractContextManager[Any]] = lambda configuration, engine: (
        nullcontext()
    ),
) -> None:
    """Run the service until SIGTERM or Ctrl-C; `read` gives the configuration, again whenever its files change.

    `beside` makes what runs beside the scheduler for as long: the web server.
    """
    in_force = InForce(read)
    engine = open_database(in_force.configuration.database_url, busy_timeout=PATIENCE)
    # First, so that an address that cannot be had ends it before anything is touched.
    page = beside(in_force.configuration, engine)
    service = Service(engine, in_force.look, lambda: datetime.now(UTC), spawner(in_force))
    for run_id in runs.bury_dead(engine, datetime.now(UTC)):
        logger.warning("run %d died with its process", run_id)
    courier = Courier(engine)

    def tell() -> None:
        enabled = sum(source.enabled for source in in_force.sources)
        courier.round(in_force.configuration.alerts, enabled, datetime.now(UTC))

    daily, folding = DailyBackups(engine), DailyFolding(engine)

    def keep() -> None:
        configuration = in_force.configuration
        folding.round(datetime.now(UTC))
        daily.round(configuration.backup_time, configuration.keep_backups, datetime.now(UTC))

    scheduler = build(service, tell=tell, keep=keep)
    signals = EndSignals()
    with page:
        scheduler.start()
        enabled = sum(source.enabled for source in in_force.sources)
        logger.info("watching %d sources; process %d; Ctrl-C ends", enabled, os.getpid())
        signals.wait()
        logger.info("ending")
        service.tell()
        try:
            scheduler.shutdown(wait=True)
        finally:
            service.stop()
    engine.dispose()


def _configured() -> Configuration:
    configuration = load_configuration({})
    logs.set_up(configuration.log_format, configuration.log_level or "info", configuration.secrets)
    return configuration


def main() -> None:
    """Run the service with the configuration in force."""
    try:
        serve(_configured)
    except NewsreelError as error:
        logs.fail(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
