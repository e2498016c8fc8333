"""The service starts what is due once, loses nothing, and ends cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from fakes import Process
from sqlalchemy import Engine, event, select, update
from stories import NOW, begin, database, end

from newsreel.crawling.batch import GRACE as CRAWL_GRACE
from newsreel.items import Link
from newsreel.schedule import next_due
from newsreel.sources import Quiet, Source
from newsreel.web.server import GRACE as WEB_GRACE
from scheduler import GRACE, MAX_BATCH, OVERSTAY, TICK, Service, build
from storage import schema
from storage.database import reading, writing
from storage.links import DoorReading, LinkWriter
from storage.runs import Runs
from storage.schedules import Claim, hand_over
from storage.sources import SourceStates

ROOT = Path(__file__).parents[1]
HOURLY = timedelta(hours=1)


def source(name: str, **changes: object) -> Source:
    return Source(**({"id": name, "name": name, "home": f"https://{name}.example/", "interval": HOURLY} | changes))  # type: ignore[arg-type]


class Stage:
    """A service with a clock that the test moves, and the crawls that it started."""

    def __init__(self, folder: Path, *sources: Source) -> None:
        self.engine = database(folder)
        self.now = NOW
        self.awake = 0.0
        self.sources = list(sources)
        self.started: list[list[Claim]] = []
        self.processes: list[Process] = []
        self.broken = False
        self.service = self.serve()

    def serve(self) -> Service:
        return Service(self.engine, lambda: self.sources, lambda: self.now, self.spawn, lambda: self.awake)

    def spawn(self, claims: Sequence[Claim]) -> Process:
        if self.broken:
            raise OSError("no more processes")
        self.started.append(list(claims))
        self.processes.append(Process())
        return self.processes[-1]

    def tick(self, after: timedelta = timedelta(0)) -> list[list[Claim]]:
        """Let time pass, tick, and give the batches that this started."""
        self.now += after
        self.awake += after.total_seconds()
        before = len(self.started)
        self.service.tick()
        return self.started[before:]

    def crawl(self, n: int = -1, status: int = 0) -> None:
        """Let a crawl process do its work and end."""
        for claimed in self.started[n]:
            run_id = begin(self.engine, claimed.source, self.now, claimed.due_at)
            end(self.engine, run_id, claimed.source, self.now)
        self.processes[n].end(status)

    def die(self, n: int = -1, began: bool = True) -> None:
        """Let a crawl process die in the middle of its work."""
        for claimed in self.started[n] if began else ():
            begin(self.engine, claimed.source, self.now, claimed.due_at)
        with writing(self.engine) as connection:
            connection.execute(update(schema.leases).values(process_started="1"))
        self.processes[n].end(-9)

    def dues(self) -> list[tuple[str, str, int]]:
        t = schema.dues.c
        query = select(t.source, t.state, t.merged).order_by(t.due_at, t.source)
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(query)]


def names(batches: list[list[Claim]]) -> list[list[str]]:
    return [[claimed.source for claimed in batch] for batch in batches]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, source("tide"))


def test_a_new_source_is_crawled_at_once_and_then_when_it_is_due(stage: Stage) -> None:
    assert stage.tick() == [[Claim("tide", NOW)]]
    stage.crawl()
    assert stage.tick(TICK) == []
    following = next_due(stage.sources[0], NOW, NOW).at
    assert SourceStates(stage.engine).all()["tide"].next_due_at == following
    stage.now = following - TICK
    assert stage.tick() == []
    assert stage.tick(TICK) == [[Claim("tide", following)]]
    stage.crawl()
    stage.tick()
    assert stage.dues() == [("tide", "done", 0), ("tide", "done", 0)]


def test_a_source_is_never_crawled_twice_at_a_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", interval=timedelta(minutes=10)))
    stage.tick()
    for _ in range(5):
        assert stage.tick(timedelta(minutes=10)) == []
    stage.crawl()
    [[claimed]] = stage.tick(TICK)
    assert claimed.merged == 4
    assert stage.dues() == [("tide", "done", 0), ("tide", "handed", 4)]


def test_each_due_time_is_run_or_merged(stage: Stage) -> None:
    met = 0
    for late in (1, 1, 7, 1, 30, 2):
        for batch in stage.tick(late * HOURLY):
            met += sum(1 + claimed.merged for claimed in batch)
            stage.crawl()
    assert met == 1 + 1 + 7 + 1 + 30 + 2
    stage.tick()
    assert {state for _, state, _ in stage.dues()} == {"done"}


def test_cron_and_its_zone(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", interval=None, cron="0 6 * * 1", timezone="Europe/Berlin"))
    stage.tick()
    stage.crawl()
    monday = datetime(2026, 11, 23, 5, tzinfo=UTC)
    stage.now = monday - timedelta(seconds=1)
    assert stage.tick() == []
    assert stage.tick(timedelta(seconds=1)) == [[Claim("tide", monday)]]


def test_sources_that_are_off_are_left_out(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", enabled=False), source("reef"))
    assert names(stage.tick()) == [["reef"]]


def test_what_is_due_together_is_one_process_and_at_most_two_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("a"), source("b"))
    assert names(stage.tick()) == [["a", "b"]]
    for name in ("c", "d", "e"):
        stage.sources.append(source(name))
        stage.tick(TICK)
    assert names(stage.started) == [["a", "b"], ["c"]]
    stage.crawl(0)
    assert names(stage.tick(TICK)) == [["d", "e"]]
    assert stage.tick(TICK) == []


def test_the_longest_due_come_first(tmp_path: Path) -> None:
    every = [source(f"s{n:03}", interval=timedelta(minutes=1 + n % 7)) for n in range(MAX_BATCH + 50)]
    stage = Stage(tmp_path, *every)
    first, second = names(stage.tick()) + names(stage.tick())
    assert first + second == [each.id for each in every]
    assert len(first) == MAX_BATCH
    stage.crawl(0)
    stage.crawl(1)
    [batch] = stage.tick(timedelta(minutes=20))
    dues = [claimed.due_at for claimed in batch]
    assert dues == sorted(dues)
    assert len(dues) == MAX_BATCH


def test_a_source_that_is_being_crawled_by_hand_is_left_for_later(stage: Stage) -> None:
    run_id = begin(stage.engine, now=NOW)
    assert stage.tick() == []
    end(stage.engine, run_id)
    assert names(stage.tick(TICK)) == [["tide"]]


@pytest.mark.parametrize("began", [True, False])
def test_a_crawl_that_died_is_retried_once(stage: Stage, began: bool) -> None:
    stage.tick()
    stage.die(began=began)
    assert stage.tick(TICK) == [[Claim("tide", NOW, attempt=2)]]
    stage.die(began=began)
    assert stage.tick(TICK) == []
    assert stage.dues() == [("tide", "died", 0)]
    assert names(stage.tick(2 * HOURLY)) == [["tide"]]


def test_a_retry_waits_for_a_crawl_by_hand(stage: Stage) -> None:
    stage.tick()
    stage.die()
    begin(stage.engine, now=NOW)
    with writing(stage.engine) as connection:
        connection.execute(update(schema.runs).where(schema.runs.c.id == 1).values(state="died"))
    assert stage.tick(TICK) == []
    end(stage.engine, 2)
    assert stage.tick(TICK) == [[Claim("tide", NOW, attempt=2)]]


def test_only_what_died_is_retried(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("a"), source("b"))
    stage.tick()
    end(stage.engine, begin(stage.engine, "a", NOW, NOW), "a")
    begin(stage.engine, "b", NOW, NOW)
    stage.die(began=False)
    assert stage.tick(TICK) == [[Claim("b", NOW, attempt=2)]]
    assert [(run.source, run.state) for run in Runs(stage.engine).newest()] == [("b", "died"), ("a", "done")]


def test_a_process_that_cannot_be_started_loses_nothing(stage: Stage) -> None:
    stage.broken = True
    assert stage.tick() == stage.tick(TICK) == []
    stage.broken = False
    assert stage.tick(TICK) == [[Claim("tide", NOW)]]


def test_a_crawl_that_overstays_is_asked_to_end_and_then_made_to(stage: Stage) -> None:
    stage.tick()
    [crawl] = stage.processes
    crawl.obedient = False
    stage.tick(OVERSTAY)
    assert crawl.heard == []
    stage.tick(TICK)
    assert crawl.heard == ["terminate"]
    stage.tick(TICK)
    assert crawl.heard == ["terminate"]
    stage.tick(GRACE)
    assert crawl.heard == ["terminate", "kill"]


def test_stopping_ends_the_crawls_and_starts_none(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("a"))
    stage.tick()
    stage.sources.append(source("b"))
    stage.tick()
    stage.processes[0].on_end = lambda: stage.crawl(0)
    stage.processes[1].obedient = False
    stage.service.stop()
    assert [process.heard for process in stage.processes] == [["terminate"], ["terminate", "kill"]]
    assert stage.service.batches == []
    stage.sources.append(source("c"))
    assert stage.tick(HOURLY) == []
    assert stage.dues() == [("a", "done", 0), ("b", "claimed", 0)]


def test_crawls_that_were_told_to_end_are_not_told_twice(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("a"))
    stage.tick()
    stage.processes[0].obedient = False
    stage.service.tell()
    assert stage.processes[0].heard == ["terminate"]
    stage.sources.append(source("b"))
    assert stage.tick() == []
    stage.service.stop()
    assert stage.processes[0].heard == ["terminate", "kill"]


def test_what_a_service_waits_for_in_the_end_adds_up_to_less_than_ten_seconds() -> None:
    assert GRACE.total_seconds() > CRAWL_GRACE
    assert GRACE.total_seconds() + WEB_GRACE < 10


def test_sources_on_one_host_are_crawled_by_one_process(tmp_path: Path) -> None:
    shared = {"feeds": ("https://feeds.example/a",)}
    stage = Stage(tmp_path, source("a", **shared), source("b", feeds=("http://www.feeds.example/b",)), source("c"))
    assert names(stage.tick()) == [["a", "b", "c"]]
    stage.crawl()
    stage.tick(TICK)
    stage.sources = [source("a", **shared), source("d")]
    assert names(stage.tick(2 * HOURLY)) == [["a", "d"]]
    stage.sources += [source("e", **shared), source("f")]
    assert names(stage.tick(TICK)) == [["f"]], "e waits until the host is free"
    stage.crawl(1)
    assert names(stage.tick(TICK)) == [["e"]]
    assert stage.tick(TICK) == []


def test_a_host_that_is_crawled_by_hand_is_left_for_later(stage: Stage) -> None:
    run_id = begin(stage.engine, "by-hand", hosts=["tide.example"])
    assert stage.tick() == []
    assert stage.dues() == []
    end(stage.engine, run_id, "by-hand")
    assert names(stage.tick(TICK)) == [["tide"]]


def test_two_services_do_not_share_a_host(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("a", home="https://one.example/"))
    other = stage.serve()
    stage.tick()
    stage.sources.append(source("b", home="https://one.example/"))
    other.tick()
    assert names(stage.started) == [["a"]]
    stage.crawl()
    stage.tick(TICK)
    other.tick()
    assert names(stage.started) == [["a"], ["b"]]


@pytest.mark.parametrize("gone", ["removed", "disabled"])
def test_a_source_that_left_the_catalogue_is_not_crawled_again(tmp_path: Path, gone: str) -> None:
    stage = Stage(tmp_path, source("tide"), source("reef"))
    stage.broken = True
    stage.tick()
    stage.broken = False
    rest = [source("tide", enabled=False)] if gone == "disabled" else []
    stage.sources = [*rest, source("reef")]
    assert names(stage.tick(TICK)) == [["reef"]]
    stage.crawl()
    assert names(stage.tick(5 * HOURLY)) == [["reef"]]
    assert stage.dues() == [("reef", "done", 0), ("tide", "dropped", 0), ("reef", "handed", 4)]


def test_a_crawl_that_died_is_not_tried_again_in_quiet_hours(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", quiet=Quiet(time(13), time(14))))
    stage.tick()
    stage.die()
    assert stage.tick(HOURLY) == []
    assert stage.tick(HOURLY - timedelta(minutes=31)) == []
    assert stage.tick(timedelta(minutes=1)) == [[Claim("tide", NOW, attempt=2)]]


def test_an_adaptive_source_is_asked_when_the_end_of_its_run_said(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", interval=None))
    stage.tick()
    stage.crawl()
    stage.tick(TICK)
    state = SourceStates(stage.engine).all()["tide"]
    assert state.next_due_at is not None
    assert (state.plan or "").startswith("adaptive, ")
    for after in (TICK, timedelta(minutes=20)):
        stage.service = stage.serve()
        assert stage.tick(after) == []
        assert SourceStates(stage.engine).all()["tide"] == state
    stage.now = state.next_due_at
    assert stage.tick() == [[Claim("tide", state.next_due_at)]]


def test_a_crawl_by_hand_does_not_move_an_adaptive_due_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path, source("tide", interval=None))
    stage.tick()
    stage.crawl()
    stage.tick(TICK)
    state = SourceStates(stage.engine).all()["tide"]
    run_id = begin(stage.engine, now=stage.now)
    with writing(stage.engine) as connection:
        writer = LinkWriter(connection, run_id, "tide", stage.now)
        writer.door(DoorReading("https://tide.example/feed", "feed", "read", found=90))
        writer.discover([Link(f"https://tide.example/{n}", "feed", published=stage.now) for n in range(90)])
    end(stage.engine, run_id, now=stage.now)
    assert stage.tick(TICK) == []
    after = SourceStates(stage.engine).all()["tide"]
    assert (after.next_due_at, after.plan) == (state.next_due_at, state.plan)
    assert state.next_due_at is not None
    stage.now = state.next_due_at
    assert names(stage.tick()) == [["tide"]]
    stage.crawl()
    stage.tick(TICK)
    learnt = SourceStates(stage.engine).all()["tide"].next_due_at
    assert learnt is not None
    assert learnt - state.next_due_at < timedelta(minutes=30), "what it taught counts from the next run on"


def test_a_source_that_becomes_adaptive_is_planned_anew(stage: Stage) -> None:
    stage.tick()
    stage.crawl()
    stage.sources = [source("tide", interval=None)]
    stage.tick(TICK)
    state = SourceStates(stage.engine).all()["tide"]
    assert (state.plan or "").startswith("adaptive, ")
    assert state.next_due_at is not None
    assert timedelta(minutes=50) < state.next_due_at - NOW <= HOURLY
    stage.sources = [source("tide")]
    stage.tick(TICK)
    assert SourceStates(stage.engine).all()["tide"].plan == "every 1 h"


def test_a_sleeping_machine_does_not_make_a_crawl_overstay(stage: Stage) -> None:
    stage.tick()
    stage.now += 3 * OVERSTAY
    stage.tick()
    assert stage.processes[0].heard == []


def test_due_times_of_a_clock_that_ran_ahead_are_forgotten(stage: Stage) -> None:
    stage.tick()
    stage.crawl()
    assert names(stage.tick(timedelta(days=400))) == [["tide"]]
    stage.crawl()
    stage.now = NOW + 2 * HOURLY
    started = [stage.tick(HOURLY) for _ in range(3)]
    assert [len(batches) for batches in started] == [0, 1, 0]
    [[claimed]] = started[1]
    assert NOW + 2 * HOURLY < claimed.due_at < NOW + 5 * HOURLY
    assert stage.dues() == [("tide", "done", 0), ("tide", "handed", 0)]


@pytest.fixture
def dead() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def hand(engine: Engine, pid: int, claims: Sequence[Claim]) -> None:
    with writing(engine) as connection:
        hand_over(connection, claims, pid, NOW)


def test_a_new_service_takes_up_what_a_killed_one_left(tmp_path: Path, dead: int) -> None:
    stage = Stage(tmp_path, source("done"), source("died"), source("never"))
    stage.tick()
    end(stage.engine, begin(stage.engine, "done", NOW, NOW), "done")
    begin(stage.engine, "died", NOW, NOW)
    with writing(stage.engine) as connection:
        connection.execute(update(schema.leases).values(process_started="1"))
    hand(stage.engine, dead, stage.started[0])
    stage.service = stage.serve()
    assert stage.tick(TICK) == [[Claim("died", NOW, attempt=2), Claim("never", NOW, attempt=2)]]


def test_a_crawl_that_outlives_its_service_goes_on(tmp_path: Path, dead: int) -> None:
    stage = Stage(tmp_path, source("tide"))
    stage.tick()
    stage.service = stage.serve()
    assert stage.tick(HOURLY) == []
    end(stage.engine, begin(stage.engine, "tide", NOW, NOW), "tide")
    hand(stage.engine, dead, stage.started[0])
    assert names(stage.tick(HOURLY)) == [["tide"]]
    assert stage.dues() == [("tide", "done", 0), ("tide", "handed", 1)]


def test_two_services_on_one_database_run_each_due_time_once(stage: Stage) -> None:
    other = stage.serve()
    for _ in range(3):
        stage.tick()
        other.tick()
        for n, process in enumerate(stage.processes):
            if process.poll() is None:
                stage.crawl(n)
        stage.now += HOURLY
    due = [claimed.due_at for batch in stage.started for claimed in batch]
    assert len(due) == len(set(due)) == 3


def test_an_idle_service_writes_nothing_but_its_sign_of_life(stage: Stage) -> None:
    stage.tick()
    stage.crawl()
    stage.tick(TICK)
    statements: list[str] = []
    event.listen(stage.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for _ in range(3):
        stage.tick(TICK)
    assert statements
    assert len([statement for statement in statements if "IMMEDIATE" in statement]) == 3
    written = [statement for statement in statements if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(written) == 6
    assert all("beats" in statement for statement in written)


def test_a_changed_interval_is_kept(stage: Stage) -> None:
    stage.tick()
    stage.crawl()
    stage.sources = [source("tide", interval=timedelta(hours=3))]
    stage.tick(TICK)
    state = SourceStates(stage.engine).all()["tide"]
    assert (state.plan, state.next_due_at) == ("every 3 h", next_due(stage.sources[0], NOW, stage.now).at)


def test_a_late_tick_is_made_up_for(stage: Stage) -> None:
    scheduler = build(stage.service)
    scheduler.start(paused=True)
    try:
        job = scheduler.get_job("tick")
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, 3600)
        job.func()
    finally:
        scheduler.shutdown()
    assert names(stage.started) == [["tide"]]


def test_an_error_of_the_database_does_not_end_the_ticking(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = build(stage.service)
    scheduler.start(paused=True)
    try:
        job = scheduler.get_job("tick")
        (tmp_path / "newsreel.db").rename(tmp_path / "away.db")
        stage.engine.dispose()
        (tmp_path / "newsreel.db").mkdir()
        job.func()
        assert "unable to open database file" in caplog.text
        (tmp_path / "newsreel.db").rmdir()
        (tmp_path / "away.db").rename(tmp_path / "newsreel.db")
        job.func()
    finally:
        scheduler.shutdown()
    assert names(stage.started) == [["tide"]]


class Feed(BaseHTTPRequestHandler):
    """An outlet whose feeds name no article; `asked` is set when somebody reads one, `added` when it is /added."""

    asked = Event()
    added = Event()

    def do_GET(self) -> None:
        body = b'<rss version="2.0"><channel><title>Tide</title></channel></rss>'
        self.send_response(200 if self.path in ("/feed", "/added") else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/feed":
            self.asked.set()
        elif self.path == "/added":
            self.added.set()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_the_real_service_crawls_takes_up_a_new_outlet_and_ends_on_sigterm(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}"
    catalogue = tmp_path / "sources.toml"
    catalogue.write_text(f'[outlet.tide]\nname = "Tide"\nhome = "{home}/"\nfeeds = ["{home}/feed"]\ninterval = "1h"\n')
    settings = {
        "NEWSREEL_DATA_DIR": str(tmp_path / "data"),
        "NEWSREEL_SOURCES": str(catalogue),
        "NEWSREEL_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSREEL_DELAY": "0",
    }
    with (tmp_path / "log").open("w") as log:
        line = [sys.executable, "scheduler.py"]
        service = subprocess.Popen(line, cwd=ROOT, env=os.environ | settings, stderr=log)
        try:
            assert Feed.asked.wait(60), (tmp_path / "log").read_text()
            with catalogue.open("a") as file:
                file.write(f'[outlet.reef]\nname = "Reef"\nhome = "{home}/"\nfeeds = ["{home}/added"]\n')
            assert Feed.added.wait(60), (tmp_path / "log").read_text()
            service.send_signal(signal.SIGTERM)
            assert service.wait(60) == 0
        finally:
            service.kill()
            service.wait()
            server.shutdown()
            server.server_close()
    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert "crawling tide" in said
    found = Runs(database(tmp_path / "data")).newest()
    assert [(run.source, run.trigger, run.state) for run in found] == [
        ("reef", "due", "done"),
        ("tide", "due", "done"),
    ], said
    assert all(run.due_at is not None for run in found)
