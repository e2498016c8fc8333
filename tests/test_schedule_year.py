"""A year of the service in seconds: clocks that jump, laptops that sleep, services and crawls that are killed.

At the end the accounts are drawn up: each due time of each source was run once, or merged into one catch-up run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fakes import Process
from sqlalchemy import event, select, update
from stories import begin, database, end

from newsreel.items import Link
from newsreel.schedule.adaptive import CAP, FLOOR
from newsreel.sources import Quiet, Source
from scheduler import Service
from storage import schema
from storage.database import reading, writing
from storage.links import DoorReading, LinkWriter
from storage.schedules import Claim

START = datetime(2026, 1, 7, 9, 17, 3, tzinfo=UTC)
YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Both clock changes of each lie in the year; Lord Howe's is of half an hour, Auckland's are the other way round.
CRONS = {
    "berlin": ("30 2 * * 0", "Europe/Berlin"),
    "new-york": ("30 1,2 * * 0", "America/New_York"),
    "lord-howe": ("45 1 * * 0", "Australia/Lord_Howe"),
    "auckland": ("15 2 * * 0", "Pacific/Auckland"),
}
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
INTERVALS = {"often": 127 * HOUR, "rarely": 8 * DAY, "hushed": 77 * HOUR}
# The tries that a due time may take, and how it stands in the end.
ENDS = {("done",): "done", ("died", "done"): "done", ("died", "died"): "died"}
ADAPTIVE = ("steady", "sleepy")
DAILY = tuple(f"on-{day}" for day in WEEKDAYS)
NIGHT = Quiet(time(23), time(6))


def catalogue() -> list[Source]:
    """Give sources of every kind of schedule; the feeds of some stand on one host."""

    def source(name: str, **values: object) -> Source:
        return Source(**({"id": name, "name": name, "home": f"https://{name}.example/"} | values))  # type: ignore[arg-type]

    def shared(name: str) -> dict[str, object]:
        return {"feeds": (f"https://shared.example/{name}",)}

    return [
        *(source(name, cron=cron, timezone=zone) for name, (cron, zone) in CRONS.items()),
        *(source(f"on-{day}", cron=f"0 6 * * {n or 7}") for n, day in enumerate(WEEKDAYS)),
        *(source(name, interval=interval, **shared(name)) for name, interval in INTERVALS.items() if name != "hushed"),
        source("hushed", interval=INTERVALS["hushed"], quiet=NIGHT, timezone="America/New_York"),
        source("steady", **shared("steady")),
        source("sleepy", quiet=NIGHT, timezone="Europe/Berlin", **shared("sleepy")),
    ]


def wall_times(cron: str, zone: str) -> list[datetime]:
    """Give the times of an expression of hours and weekdays, found by looking at a clock each minute of those days."""
    minute, hours, _, _, weekdays = cron.split()
    wanted = [time(int(hour), int(minute)) for hour in hours.split(",")]
    days = range(7) if weekdays == "*" else [(int(day) - 1) % 7 for day in weekdays.split(",")]
    found = []
    midnight = START - DAY
    while midnight < START + YEAR + 20 * DAY:
        day = midnight.astimezone(ZoneInfo(zone)).date()
        if day.weekday() in days:
            moment = datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)
            for at in wanted:
                # The first minute of the day at which the clock shows this time, or a later one.
                while moment.astimezone(ZoneInfo(zone)).time() < at:
                    moment += MINUTE
                found.append(moment)
        midnight += DAY
    return found


@dataclass
class Crawl:
    """A crawl process: when it ends, by the awake clock, and how."""

    process: Process
    claims: Sequence[Claim]
    ends: float
    fate: str
    begun: dict[str, int] = field(default_factory=dict)


class Year:
    """The world around the service: its clock, its crawls, what outlets publish, and a book of what was started."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.engine = database(folder)
        # The file is real; waiting for the disk at each of some ten thousand commits would take minutes.
        event.listen(self.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        self.engine.dispose()
        child = subprocess.Popen(["true"])
        child.wait()
        self.dead = child.pid
        self.sources = {source.id: source for source in catalogue()}
        self.now = START
        self.awake = 0.0
        self.crawls: list[Crawl] = []
        self.failed = False
        self.claimed_at: dict[tuple[str, datetime], datetime] = {}
        self.tries: dict[tuple[str, datetime], list[str]] = defaultdict(list)
        self.book: dict[str, list[tuple[Claim, datetime]]] = defaultdict(list)
        self.fixed: dict[str, tuple[datetime, datetime]] = {}
        self.told = dict.fromkeys(self.sources, START - 5 * DAY)
        self.service = self.serve()

    def serve(self) -> Service:
        return Service(self.engine, self.enabled, lambda: self.now, self.spawn, lambda: self.awake)

    def enabled(self) -> list[Source]:
        """Give the catalogue: adaptive sources are in it in spring, those of one weekday in winter.

        For the rest of the year they are disabled: what is asked of these takes no whole year.
        """
        wanted = dict.fromkeys(ADAPTIVE, (3, 15) <= (self.now.month, self.now.day) < (5, 15)) | dict.fromkeys(
            DAILY, self.now.month in (1, 2, 12)
        )
        return [replace(source, enabled=wanted.get(name, True)) for name, source in self.sources.items()]

    def spawn(self, claims: Sequence[Claim]) -> Process:
        self.failed = self.random.random() < 0.01
        if self.failed:
            raise OSError("no more processes")
        hosts = {host for claimed in claims for host in self.sources[claimed.source].hosts}
        for other in self.crawls:
            assert not hosts & {host for c in other.claims for host in self.sources[c.source].hosts}, "a shared host"
        assert {claimed.source for claimed in claims} <= {source.id for source in self.enabled() if source.enabled}
        fate = self.random.choices(["ends", "dies", "never begins"], [93, 5, 2])[0]
        crawl = Crawl(Process(), claims, self.awake + self.random.choice([30, 600, 1200, 7000]), fate)
        crawl.process.on_end = lambda: self.finish(crawl)
        for claimed in claims:
            key = (claimed.source, claimed.due_at)
            if not self.tries[key]:
                self.enter(claimed)
            self.tries[key].append("started")
            if fate != "never begins":
                hosts = self.sources[claimed.source].hosts
                crawl.begun[claimed.source] = begin(self.engine, claimed.source, self.now, claimed.due_at)
        self.crawls.append(crawl)
        return crawl.process

    def enter(self, claimed: Claim) -> None:
        """Enter what is run for the first time; an adaptive source must not be run but when it was said."""
        entries = self.book[claimed.source]
        last, following = self.fixed.get(claimed.source, (None, None))
        if entries and entries[-1][0].due_at == last:
            assert (claimed.merged_from or claimed.due_at) == following, claimed
        entries.append((claimed, self.now))

    def finish(self, crawl: Crawl) -> None:
        """Let a crawl do its work and end."""
        for claimed in crawl.claims:
            name, run_id = claimed.source, crawl.begun.get(claimed.source)
            if run_id is None:
                run_id = begin(self.engine, name, self.now, claimed.due_at)
            if self.sources[name].interval is None and self.sources[name].cron is None:
                self.publish(name, run_id)
            end(self.engine, run_id, name, self.now)
            self.tries[(name, claimed.due_at)][-1] = "done"
        self.leave(crawl)

    def publish(self, name: str, run_id: int) -> None:
        """Let an outlet's feed of ten name what came since the last crawl: in April three a day, else one a week."""
        since, self.told[name] = self.told[name], max(self.now, self.told[name])
        hours = int(max(timedelta(0), self.now - since) / HOUR)
        moments = [self.now - n * HOUR for n in range(min(hours, 200))]
        dates = [
            at for at in moments if at.hour in (9, 12, 16) and (at.month == 4 or (at.weekday(), at.hour) == (2, 9))
        ]
        links = [Link(f"https://{name}.example/{at:%Y%m%d%H}/{run_id}", "feed", published=at) for at in dates[:10]]
        with writing(self.engine) as connection:
            writer = LinkWriter(connection, run_id, name, self.now)
            writer.door(DoorReading(f"https://{name}.example/feed", "feed", "read", found=10))
            writer.discover(links)

    def die(self, crawl: Crawl) -> None:
        """Let a crawl process be killed."""
        for claimed in crawl.claims:
            self.tries[(claimed.source, claimed.due_at)][-1] = "died"
        self.leave(crawl)
        crawl.process.end(-9)

    def leave(self, crawl: Crawl) -> None:
        """Let a process be no more, for those who look at what it held."""
        names = [claimed.source for claimed in crawl.claims]
        gone = {"pid": self.dead, "process_started": None}
        with writing(self.engine) as connection:
            connection.execute(update(schema.leases).where(schema.leases.c.source.in_(names)).values(**gone))
            held = (schema.dues.c.state == "handed", schema.dues.c.source.in_(names))
            connection.execute(update(schema.dues).where(*held).values(**gone))
        self.crawls.remove(crawl)

    def crawl_by_hand(self) -> None:
        """Crawl a source that nobody is crawling; it teaches its rhythm, and must not move its next due time."""
        if not any(claimed.source == "sleepy" for crawl in self.crawls for claimed in crawl.claims):
            run_id = begin(self.engine, "sleepy", self.now)
            self.publish("sleepy", run_id)
            end(self.engine, run_id, "sleepy", self.now)

    def tick(self) -> None:
        for crawl in [crawl for crawl in self.crawls if crawl.ends <= self.awake]:
            if crawl.fate == "ends":
                self.finish(crawl)
                crawl.process.end(0)
            else:
                self.die(crawl)
        self.failed = False
        self.service.tick()
        for claimed in [*self.service.queue, *(claimed for crawl in self.crawls for claimed in crawl.claims)]:
            self.claimed_at.setdefault((claimed.source, claimed.due_at), self.now)
        self.look()

    def look(self) -> None:
        """See that what was said about an adaptive source's next due time still holds."""
        t, d = schema.sources.c, schema.dues.c
        with reading(self.engine) as connection:
            rows = connection.execute(select(t.source, t.last_due_at, t.next_due_at)).all()
            under_way = set(connection.execute(select(d.source).where(d.state.in_(("claimed", "handed")))).scalars())
        self.coming = [row.next_due_at for row in rows if row.next_due_at is not None]
        for name, last, following in rows:
            if name not in ADAPTIVE or name in under_way or last is None:
                continue
            said = self.fixed.setdefault(name, (last, following))
            if said[0] == last:
                assert said[1] == following, f"{name}: the next due time moved from {said[1]} to {following}"
            self.fixed[name] = (last, following)
            assert FLOOR <= following - last <= CAP + 7 * HOUR, name

    def pass_time(self, span: timedelta) -> None:
        """Let time pass, asleep or not, for all clocks but the awake one if asleep."""
        self.now += span
        self.awake += span.total_seconds()

    def until(self, moment: float) -> None:
        """Let the service run until a time by the awake clock, from one event to the next."""
        while self.awake < moment:
            self.tick()
            ends = [crawl.ends - self.awake for crawl in self.crawls]
            dues = [(at - self.now).total_seconds() for at in self.coming if at > self.now]
            step = min([*ends, *dues, 86400.0]) + self.random.choice([5, 600, 7200, 21600])
            if self.failed:
                step = 5
            self.pass_time(timedelta(seconds=max(5, int(step) + 1)))

    def disturb(self) -> None:
        """Let something happen that the service was not asked about."""
        kind = self.random.choice(["back", "forward", "sleep", "restart", "kill", "kill all", "by hand"])
        if kind == "back":
            self.now -= self.random.choice([HOUR, DAY])
        elif kind == "forward":
            self.now += self.random.choice([HOUR, DAY])
        elif kind == "sleep":
            self.now += self.random.choice([8 * HOUR, 3 * DAY])
        elif kind == "restart":
            self.service.stop()
            self.pass_time(self.random.choice([timedelta(seconds=5), 5 * HOUR]))
        elif kind == "by hand":
            self.crawl_by_hand()
        if kind == "kill all":
            for crawl in list(self.crawls):
                self.die(crawl)
        if kind in ("restart", "kill", "kill all"):
            # What it had claimed and not handed over is held by a process that is no more.
            with writing(self.engine) as connection:
                mine = update(schema.dues).where(schema.dues.c.state == "claimed")
                connection.execute(mine.values(pid=self.dead, process_started=None))
            self.service = self.serve()


def check_accounts(year: Year) -> int:
    """Draw up the accounts; give how many due times there were."""
    t = schema.dues.c
    with reading(year.engine) as connection:
        states = {
            (row.source, row.due_at): row.state for row in connection.execute(select(t.source, t.due_at, t.state))
        }
        done = connection.execute(
            select(schema.runs.c.source, schema.runs.c.due_at).where(
                schema.runs.c.state == "done", schema.runs.c.due_at.is_not(None)
            )
        ).all()
    assert len(done) == len(set(done)), "a due time was run twice"
    counted = 0
    for name, entries in year.book.items():
        source = year.sources[name]
        for claimed, _ in entries:
            tries = tuple(year.tries[(name, claimed.due_at)])
            state = states.pop((name, claimed.due_at))
            assert state == ENDS.get(tries, state)
            # Under way when the year ended, or tried once when its source was disabled.
            assert tries in ENDS or claimed is entries[-1][0] or state == "dropped"
        first, *later = entries
        assert (first[0].due_at, first[0].merged) == (START.replace(microsecond=0), 0) or name in (
            "hushed",
            "sleepy",
            "steady",
        )
        points = due_times(source, first[0].due_at, [claimed.due_at for claimed, _ in later])
        reached = first[0].due_at
        for claimed, at in later:
            begins = claimed.merged_from or claimed.due_at
            if points is None:
                assert begins > reached
                assert claimed.merged * FLOOR <= claimed.due_at - begins <= claimed.merged * (CAP + 7 * HOUR)
            else:
                low, high = bisect_right(points, reached), bisect_left(points, claimed.due_at)
                assert points[high] == claimed.due_at, f"{name}: {claimed.due_at} is no due time of its"
                assert points[low] == begins, f"{name}: {points[low]} was passed over for {begins}"
                assert high - low == claimed.merged, f"{name}: {claimed} stands for {high - low} earlier ones"
                assert points[high + 1] > year.claimed_at[(name, claimed.due_at)], f"{name}: two catch-ups, {claimed}"
            reached = claimed.due_at
            counted += 1 + claimed.merged
            if source.quiet is not None:
                local = at.astimezone(ZoneInfo(source.timezone)).time()
                assert time(6) <= local < time(23), f"{name} was crawled at {local}"
    assert set(states.values()) <= {"claimed", "dropped"}
    return counted


def due_times(source: Source, first: datetime, claimed: list[datetime]) -> list[datetime] | None:
    """Give all due times of a source after its first, computed without the scheduler; None for an adaptive one."""
    if source.cron is not None:
        return sorted(moment for moment in wall_times(source.cron.replace(" 7", " 0"), source.timezone))
    if source.interval is None:
        return None
    if source.quiet is None:
        n = int((YEAR + 20 * DAY) / source.interval)
        points = [claimed[0] + k * source.interval for k in range(-5, n)]
        return [point for point in points if point > first + source.interval / 2]
    # Each is the point nearest to an interval after the one before it, or the end of the night that this falls in.
    open_day = next(point for point in claimed if point.astimezone(ZoneInfo(source.timezone)).time() != time(6))
    zone, points, last = ZoneInfo(source.timezone), [], first
    while last < START + YEAR + 20 * DAY:
        steps = round((last + source.interval - open_day) / source.interval + 1e-9)
        last = open_day + steps * source.interval
        local = last.astimezone(zone)
        if not time(6) <= local.time() < time(23):
            day = local.date() + timedelta(days=local.time() >= time(23))
            last = datetime.combine(day, time(6), zone).astimezone(UTC)
        points.append(last)
    return points


def test_a_year_of_due_times(tmp_path: Path) -> None:
    seed = int(os.environ.get("NEWSREEL_TEST_SEED", "1"))
    sys.stdout.write(f"NEWSREEL_TEST_SEED={seed}\n")
    year = Year(tmp_path, seed)
    while year.now < START + YEAR:
        year.until(year.awake + year.random.uniform(2, 9) * 86400)
        year.disturb()
    year.until(year.awake + 3600)
    assert check_accounts(year) > 700
    assert set(year.book) == set(year.sources)
