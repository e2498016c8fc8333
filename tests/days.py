"""Lets a service live through days in seconds: python tests/days.py DATA_DIR FROM UNTIL

The service, its crawls, the judging and the telling are the real ones, with the clock of the days: each round of the
service, an hour apart, the crawls it starts are run to their end in this process. The clock is written to a file
beside the database, by which the outlets of the test behave.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from newsreel.configuration import load_configuration
from newsreel.crawling.batch import Batch, settings_for
from newsreel.crawling.in_force import InForce
from newsreel.crawling.orders import Order
from newsreel.crawling.reactor import run_on_reactor
from newsreel.delivery import Courier
from newsreel.web.pages.probes import is_ready
from scheduler import Service
from storage import ledger
from storage.daily import DailyBackups
from storage.database import open_database
from storage.schedules import Claim

ROUND = timedelta(hours=1)
CLOCK = "clock.txt"
# However busy the machine is, what is done in a round takes a moment, and nothing runs out of time.
SLOWER = 1000.0
PATIENCE = 600


class Clock:
    """A clock that is set from round to round and goes on slowly in between."""

    def __init__(self, file: Path, now: datetime) -> None:
        self.file = file
        self.set(now)

    def set(self, now: datetime) -> None:
        """Set it, also for those who read the file."""
        self.base, self.since = now, time.monotonic()
        self.file.write_text(now.isoformat(), encoding="ascii")

    def __call__(self) -> datetime:
        return self.base + timedelta(seconds=(time.monotonic() - self.since) / SLOWER)


class Crawl:
    """A crawl of the stage as the service sees a process: alive until its batch is done."""

    def __init__(self, batch: Batch) -> None:
        self.pid = os.getpid()
        self.batch = batch
        self.task = asyncio.ensure_future(batch.run())

    def poll(self) -> int | None:
        """Give the exit status, None while it runs."""
        if not self.task.done():
            return None
        self.task.result()
        return self.batch.result.status

    def wait(self, timeout: float | None = None) -> int:
        """Give the exit status, or run out of time at once."""
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("crawl", timeout or 0.0)
        return status

    def terminate(self) -> None:
        """Nobody does so here."""
        raise AssertionError("a crawl was told to end")

    kill = terminate


class Stage:
    """The service and what runs beside it, as `newsreel run` builds them."""

    def __init__(self, folder: Path, begin: datetime) -> None:
        self.clock = Clock(folder / CLOCK, begin)
        self.in_force = InForce(lambda: load_configuration({"data_dir": folder}, {}))
        self.url = self.in_force.configuration.database_url
        self.engine = open_database(self.url)
        # Kept open between the crawls of this process, which in earnest are processes of their own.
        self.book = ledger.acquire(self.url, self.clock)
        self.crawls: list[Crawl] = []
        self.service = Service(self.engine, self.in_force.look, self.clock, self.spawn)
        self.courier = Courier(self.engine)
        self.daily = DailyBackups(self.engine)

    def spawn(self, claims: Sequence[Claim]) -> Crawl:
        dues = {claimed.source: claimed.due_at.isoformat() for claimed in claims}
        sources = [source for source in self.in_force.sources if source.id in dues]
        order = Order(sources, trigger="due", dues=dues)
        configuration = self.in_force.configuration
        settings = settings_for(order, configuration)
        settings.set("DOWNLOAD_TIMEOUT", PATIENCE, priority="cmdline")
        batch = Batch(order, configuration, settings, clock=self.clock)
        self.crawls.append(Crawl(batch))
        return self.crawls[-1]

    async def live(self, until: datetime) -> None:
        """Do a round each hour; what it starts ends before the next."""
        while self.clock() < until:
            self.service.tick()
            while self.crawls:
                await self.crawls.pop().task
                self.service.tick()
            assert is_ready(self.engine, self.clock())
            self.service.judge()
            configuration = self.in_force.configuration
            enabled = sum(source.enabled for source in self.in_force.sources)
            self.courier.round(configuration.alerts, enabled, self.clock())
            self.daily.round(configuration.backup_time, configuration.keep_backups, self.clock())
            self.clock.set(self.clock.base + ROUND)
        self.service.tidy()
        self.service.stop()
        await asyncio.to_thread(ledger.release, self.url)
        self.engine.dispose()


def main(folder: Path, begin: datetime, until: datetime) -> None:
    """Live from one time to another."""
    configuration = load_configuration({"data_dir": folder}, {})
    run_on_reactor(settings_for(Order(()), configuration), lambda: Stage(folder, begin).live(until))


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
