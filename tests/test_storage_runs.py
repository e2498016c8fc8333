"""One crawl of a source at a time; every run ends, and its figures add up, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from stories import HOUR, NOW, article, begin, counts, discover, end, record, recount, visit

from newsreel.errors import SourceBusy
from newsreel.items import OUTCOME_CODES
from storage import leases, schema
from storage.database import reading, writing
from storage.leases import SILENCE
from storage.links import DoorReading, LinkWriter
from storage.runs import Runs, bury_dead, judge
from storage.sources import SourceStates

# Another crawl: begins a run, finds four links, stores one, says so, and goes on until its input ends.
CRAWL = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from stories import article, begin, database, discover, record, visit
engine = database(Path(sys.argv[1]))
run_id = begin(engine, hosts=["tide.example", "feeds.example"])
discover(engine, run_id, [f"https://tide.example/{n}" for n in range(4)])
record(engine, visit(run_id, article("/0")))
print(run_id, flush=True)
sys.stdin.read()
"""
Crawl = subprocess.Popen[str]


@pytest.fixture
def other(engine: Engine, tmp_path: Path) -> Iterator[Callable[[], Crawl]]:
    """Give a function that starts a crawl of "tide" in another process."""
    crawls: list[Crawl] = []

    def crawl() -> Crawl:
        line = [sys.executable, "-c", CRAWL, str(tmp_path), str(Path(__file__).parent)]
        child = subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        crawls.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "1\n"
        return child

    yield crawl
    for child in crawls:
        child.kill()
        child.communicate()


def run(engine: Engine, run_id: int) -> tuple[str, str | None, str | None]:
    record_ = Runs(engine).get(run_id)
    assert record_ is not None
    return record_.state, record_.outcome, record_.reason


def adds_up(engine: Engine, run_id: int) -> bool:
    """Compare a run's counters with its links, and its sum with what it found."""
    kept = counts(engine, run_id)
    kept = {name: n for name, n in kept.items() if name in (*OUTCOME_CODES, "waiting", "found")}
    found = kept.pop("found", 0)
    return kept == recount(engine, run_id) and found == sum(kept.values())


def test_a_run_is_recorded_from_start_to_end(engine: Engine) -> None:
    run_id = begin(engine, due_at=NOW - HOUR)
    [running] = Runs(engine).newest()
    assert (running.source, running.trigger, running.state, running.outcome) == ("tide", "manual", "running", None)
    record(engine, visit(run_id, article("/a")))
    assert end(engine, run_id, now=NOW + HOUR) == "ok"
    done = Runs(engine).get(run_id)
    assert done is not None
    assert (done.state, done.outcome, done.reason, done.due_at) == ("done", "ok", "finished", NOW - HOUR)
    assert (done.started_at, done.finished_at) == (NOW, NOW + HOUR)
    assert done.counts["new"] == 1
    state = SourceStates(engine).all()["tide"]
    assert (state.last_run_id, state.last_outcome, state.last_success_at) == (run_id, "ok", NOW + HOUR)
    with reading(engine) as connection:
        assert leases.held(connection, NOW) == {}


JUDGEMENTS = [
    # counts, waiting, doors read, doors failed, outcome
    ({}, 0, 0, 0, "ok"),
    ({"new": 3, "too-short": 2, "dup-url": 1}, 0, 1, 0, "ok"),
    ({"new": 3}, 1, 1, 0, "partial"),
    ({"new": 3, "http-4xx": 1}, 0, 1, 0, "partial"),
    ({"new": 3}, 0, 1, 1, "partial"),
    ({"new": 3, "robots": 9}, 0, 1, 0, "ok"),
    ({"new": 3, "robots-unreachable": 1}, 0, 1, 0, "partial"),
    ({"doors-waiting": 1}, 0, 0, 0, "partial"),
    ({"doors-waiting": 1}, 0, 0, 1, "failed"),
    ({"unchanged": 3}, 0, 0, 1, "failed"),
    ({}, 9, 0, 2, "failed"),
]


@pytest.mark.parametrize(("kept", "waiting", "doors_read", "doors_failed", "outcome"), JUDGEMENTS)
def test_how_a_run_is_judged(
    kept: dict[str, int], waiting: int, doors_read: int, doors_failed: int, outcome: str
) -> None:
    assert judge(kept, waiting, doors_read, doors_failed) == outcome


def test_a_run_that_did_not_come_to_its_end_is_partial(engine: Engine) -> None:
    assert end(engine, begin(engine), reason="interrupted") == "partial"


def test_a_failed_run_is_no_success(engine: Engine) -> None:
    end(engine, begin(engine))
    run_id = begin(engine, now=NOW + HOUR)
    with writing(engine) as connection:
        LinkWriter(connection, run_id, "tide", NOW).door(DoorReading("https://tide.example/feed", "feed", "dns"))
    assert end(engine, run_id, now=NOW + HOUR) == "failed"
    state = SourceStates(engine).all()["tide"]
    assert (state.last_outcome, state.last_success_at) == ("failed", NOW)


def test_a_run_ends_once(engine: Engine) -> None:
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/a"])
    assert [end(engine, run_id), end(engine, run_id, reason="interrupted")] == ["partial", "partial"]
    assert run(engine, run_id) == ("done", "partial", "finished")
    assert counts(engine, run_id) == {"found": 1, "waiting": 1}


def test_the_newest_runs_come_first(engine: Engine) -> None:
    for source in ("tide", "reef", "tide"):
        end(engine, begin(engine, source), source)
    assert [r.id for r in Runs(engine).newest()] == [3, 2, 1]
    assert [r.id for r in Runs(engine).newest("tide")] == [3, 1]
    assert [r.id for r in Runs(engine).newest(limit=1)] == [3]
    assert Runs(engine).get(9) is None


def test_a_source_that_is_being_crawled_is_refused(engine: Engine, other: Callable[[], Crawl]) -> None:
    child = other()
    with pytest.raises(SourceBusy, match=rf"tide is being crawled: run 1 by process {child.pid} on "):
        begin(engine)
    assert [r.state for r in Runs(engine).newest()] == ["running"]
    assert bury_dead(engine, NOW) == []
    assert begin(engine, "reef") > 1


def test_a_due_time_that_was_met_is_not_run_again(engine: Engine) -> None:
    end(engine, begin(engine, due_at=NOW))
    with pytest.raises(SourceBusy, match=r"tide was crawled for 2026-\d\d-\d\d \d\d:\d\d:\d\d by run 1"):
        begin(engine, due_at=NOW)
    assert [record_.id for record_ in Runs(engine).newest()] == [1]
    end(engine, begin(engine, due_at=NOW + HOUR))
    end(engine, begin(engine))


def test_this_process_s_own_crawl_counts_too(engine: Engine) -> None:
    begin(engine)
    with pytest.raises(SourceBusy):
        begin(engine)


@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_crawl_frees_its_source(engine: Engine, other: Callable[[], Crawl], reaped: bool) -> None:
    child = other()
    child.kill()
    # Wait for its end without taking note of it: until somebody does, its number stays taken.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    if reaped:
        child.wait()
    assert begin(engine) == 2
    assert run(engine, 1) == ("died", "failed", "the crawl process died")
    assert adds_up(engine, 1)
    with writing(engine) as connection:
        tasks = LinkWriter(connection, 2, "tide", NOW).take_up()
    assert [task.link.url for task in tasks] == [f"https://tide.example/{n}" for n in (1, 2, 3)]
    record(engine, *(visit(2, article(f"/{n}")) for n in (1, 2, 3)))
    end(engine, 2)
    assert adds_up(engine, 2)


def test_dead_runs_are_marked(engine: Engine, other: Callable[[], Crawl]) -> None:
    child = other()
    child.kill()
    child.wait()
    mine = begin(engine, "reef")
    assert bury_dead(engine, NOW) == [1]
    assert bury_dead(engine, NOW) == []
    assert run(engine, 1)[0] == "died"
    assert run(engine, mine)[0] == "running"
    assert counts(engine, 1)["waiting"] == 3
    assert adds_up(engine, 1)
    assert SourceStates(engine).all()["tide"].last_outcome == "failed"


def elsewhere(engine: Engine, **values: object) -> int:
    """Begin a run and hand its lease to another machine's process."""
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/a", "https://tide.example/b"])
    with writing(engine) as connection:
        connection.execute(update(schema.leases).values({"host": "other-machine"} | values))
    return run_id


@pytest.mark.parametrize(("silence", "dead"), [(timedelta(0), []), (SILENCE / 2, []), (SILENCE, [1])])
def test_another_machine_lives_as_long_as_it_gives_a_sign(engine: Engine, silence: timedelta, dead: list[int]) -> None:
    elsewhere(engine)
    assert bury_dead(engine, NOW + silence) == dead


def test_a_sign_of_life_keeps_a_run(engine: Engine) -> None:
    run_id = elsewhere(engine)
    with writing(engine) as connection:
        leases.beat(connection, [run_id], NOW + SILENCE)
    assert bury_dead(engine, NOW + SILENCE) == []


def test_a_process_number_that_was_given_to_another_is_dead(engine: Engine) -> None:
    begin(engine)
    with writing(engine) as connection:
        connection.execute(update(schema.leases).values(process_started="1"))
    assert bury_dead(engine, NOW) == [1]


def test_without_a_start_time_the_process_number_counts(engine: Engine, other: Callable[[], Crawl]) -> None:
    child = other()
    with writing(engine) as connection:
        connection.execute(update(schema.leases).values(process_started=None))
    assert bury_dead(engine, NOW) == []
    child.kill()
    child.wait()
    assert bury_dead(engine, NOW) == [1]


def test_a_run_that_was_taken_for_dead_still_adds_up_in_the_end(engine: Engine) -> None:
    run_id = elsewhere(engine)
    assert bury_dead(engine, NOW + SILENCE) == [run_id]
    assert counts(engine, run_id) == {"found": 2, "waiting": 2}
    record(engine, visit(run_id, article("/a")))
    assert end(engine, run_id) == "partial"
    assert run(engine, run_id)[0] == "done"
    assert adds_up(engine, run_id)


def test_a_living_run_holds_its_source_and_no_other(engine: Engine) -> None:
    begin(engine)
    end(engine, begin(engine, "reef"), "reef")
    with reading(engine) as connection:
        assert leases.held(connection, NOW) == {"tide": frozenset()}
        assert connection.execute(select(schema.leases.c.heartbeat_at)).scalar_one() == NOW


def test_a_host_is_held_by_one_process_at_a_time(engine: Engine, other: Callable[[], Crawl]) -> None:
    child = other()
    with pytest.raises(
        SourceBusy, match=rf"^reef is on feeds\.example, where tide is being crawled: run 1 by process {child.pid} on "
    ):
        begin(engine, "reef", hosts=["feeds.example", "reef.example"])
    begin(engine, "rock", hosts=["rock.example"])
    with reading(engine) as connection:
        held = {"tide": {"tide.example", "feeds.example"}, "rock": {"rock.example"}}
        assert leases.held(connection, NOW) == held
    child.kill()
    child.wait()
    run_id = begin(engine, "reef", hosts=["feeds.example", "reef.example"])
    # One process, whose requests take turns at a host.
    begin(engine, "tide", hosts=["tide.example", "feeds.example"])
    end(engine, run_id, "reef")
    with reading(engine) as connection:
        assert set(leases.held(connection, NOW)) == {"tide", "rock"}
