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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from newsreel.configuration import Configuration, check_contact, load_configuration, load_sources
from newsreel.crawling.process import command, environment
from newsreel.errors import NewsreelError
from newsreel.schedule import describe, next_due, plan
from newsreel.sources import Source
from storage import runs, schedules
from storage.database import open_database, writing
from storage.schedules import Claim

logger = logging.getLogger("newsreel.scheduler")

TICK = timedelta(seconds=5)
MAX_PROCESSES = 2
MAX_BATCH = 200
# A crawl process that lives longer than this is ended; what it left waiting is taken up by the next run.
OVERSTAY = timedelta(hours=2)
# How long a crawl process may take to end by itself when it is told to.
GRACE = 9.0


class Process(Protocol):
    """A crawl process, as far as the service needs one."""

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
    """A crawl process and the claims it is to meet."""

    process: Process
    claims: Sequence[Claim]
    started_at: datetime
    told: bool = field(default=False)


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
        self.retries: list[Claim] = []
        self.stopping = False

    def resume(self) -> None:
        """Take up what an earlier service left: runs that died, claims that no run has met."""
        now = self.clock()
        for run_id in runs.bury_dead(self.engine, now):
            logger.warning("run %d died with its process", run_id)
        with writing(self.engine, "take up open claims") as connection:
            for claimed in schedules.open_claims(connection):
                again = schedules.settle(connection, claimed, now)
                if again is not None:
                    self.retries.append(again)

    def tick(self) -> None:
        """Look after the crawls under way, then start those that are due."""
        now = self.clock()
        self._settle(now)
        if self.stopping or len(self.batches) >= MAX_PROCESSES:
            return
        claims = self.retries[:MAX_BATCH]
        self.retries = self.retries[len(claims) :]
        claims += self._claim(now, MAX_BATCH - len(claims))
        if claims:
            logger.info("crawling %s", ", ".join(claimed.source for claimed in claims))
            self.batches.append(Batch(self.spawn(claims), claims, now))

    def stop(self) -> None:
        """End the crawls under way, cleanly if they do it in time."""
        self.stopping = True
        for batch in self.batches:
            batch.process.terminate()
        for batch in self.batches:
            try:
                batch.process.wait(GRACE)
            except subprocess.TimeoutExpired:
                batch.process.kill()
                batch.process.wait()
        self._settle(self.clock())

    def _claim(self, now: datetime, most: int) -> list[Claim]:
        claims: list[Claim] = []
        with writing(self.engine, "claim due sources") as connection:
            last = schedules.last_dues(connection)
            for source in self.read_sources():
                if not source.enabled or len(claims) >= most:
                    continue
                plan_ = plan(source, last.get(source.id), now)
                if plan_.reason == "waiting":
                    if last.get(source.id) is not None:
                        schedules.expect(connection, source.id, plan_.due_at, describe(source))
                    continue
                wanted = Claim(source.id, plan_.due_at, plan_.merged)
                if schedules.claim(connection, wanted, now):
                    claims.append(wanted)
                    following = next_due(source, plan_.due_at, now)
                    schedules.expect(connection, source.id, following.at, describe(source))
        return claims

    def _settle(self, now: datetime) -> None:
        ended = [batch for batch in self.batches if batch.process.poll() is not None]
        for batch in self.batches:
            if batch not in ended and now - batch.started_at > OVERSTAY:
                logger.error("a crawl has taken longer than %s and is ended", OVERSTAY)
                # Told once to end by itself, then made to.
                (batch.process.kill if batch.told else batch.process.terminate)()
                batch.told = True
        if not ended:
            return
        self.batches = [batch for batch in self.batches if batch not in ended]
        runs.bury_dead(self.engine, now)
        with writing(self.engine, "settle claims") as connection:
            for batch in ended:
                again = [schedules.settle(connection, claimed, now) for claimed in batch.claims]
                self.retries += [claimed for claimed in again if claimed is not None]


def spawner(configuration: Configuration) -> Callable[[Sequence[Claim]], Process]:
    """Give the function that starts a crawl process for claims."""

    def spawn(claims: Sequence[Claim]) -> Process:
        dues = {claimed.source: claimed.due_at.isoformat() for claimed in claims}
        line = command(list(dues), dues, "due")
        # A group of its own: Ctrl-C at the terminal reaches the service, which tells its crawls itself.
        return subprocess.Popen(
            line, env=environment(configuration), stdin=subprocess.DEVNULL, start_new_session=True
        )

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
    service.resume()
    scheduler = build(service)
    ended = threading.Event()

    def end(number: int, frame: Any) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    scheduler.start()
    enabled = sum(source.enabled for source in sources)
    logger.info("watching %d sources; process %d; Ctrl-C ends", enabled, os.getpid())
    ended.wait()
    logger.info("ending")
    scheduler.shutdown(wait=True)
    service.stop()
    engine.dispose()


def main() -> None:
    """Run the service with the configuration in force."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        serve(load_configuration({}))
    except NewsreelError as error:
        sys.stderr.write(f"newsreel: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
