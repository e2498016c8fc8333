"""A due time is claimed once, met once, and tried once more where its crawl died."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update
from stories import HOUR, NOW, begin, end

from storage import schema
from storage.database import reading, writing
from storage.runs import bury_dead
from storage.schedules import (
    SILENCE,
    Claim,
    Expectation,
    claim,
    expect,
    expectations,
    hand_over,
    left_over,
    settle,
    unavailable,
)

TIDE = Claim("tide", NOW)


@pytest.fixture
def living() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its input ends."""
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield child
    child.communicate()


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def take(engine: Engine, wanted: Claim) -> bool:
    with writing(engine) as connection:
        return claim(connection, wanted, NOW)


def hand(engine: Engine, pid: int, *claims: Claim) -> None:
    with writing(engine) as connection:
        hand_over(connection, claims, pid, NOW)


def close(engine: Engine, claimed: Claim, stopped: bool = False) -> Claim | None:
    with writing(engine) as connection:
        return settle(connection, claimed, NOW, stopped=stopped)


def left(engine: Engine) -> list[Claim]:
    with reading(engine) as connection:
        return left_over(connection, NOW)


def due(engine: Engine, claimed: Claim = TIDE) -> tuple[str, int, int | None]:
    """Give a due time's state, its tries and its run."""
    t = schema.dues.c
    with reading(engine) as connection:
        query = select(t.state, t.attempts, t.run_id).where(t.source == claimed.source, t.due_at == claimed.due_at)
        return tuple(connection.execute(query).one())


def dies(engine: Engine, claimed: Claim) -> int:
    """Begin a run for a claim and let it die."""
    run_id = begin(engine, claimed.source, due_at=claimed.due_at)
    with writing(engine) as connection:
        connection.execute(update(schema.leases).values(process_started="1"))
    assert bury_dead(engine, NOW) == [run_id]
    return run_id


def test_a_due_time_is_claimed_once(engine: Engine) -> None:
    assert take(engine, Claim("tide", NOW, merged=3))
    assert not take(engine, TIDE)
    assert take(engine, Claim("reef", NOW))
    with reading(engine) as connection:
        kept = expectations(connection)
        assert kept == {"tide": Expectation(NOW, None, None), "reef": Expectation(NOW, None, None)}
        assert connection.execute(select(schema.dues.c.merged).order_by(schema.dues.c.source)).scalars().all() == [0, 3]


def test_a_source_has_one_open_claim(engine: Engine) -> None:
    take(engine, TIDE)
    assert not take(engine, Claim("tide", NOW + HOUR))
    end(engine, begin(engine, due_at=NOW))
    hand(engine, os.getpid(), TIDE)
    assert not take(engine, Claim("tide", NOW + HOUR))
    assert close(engine, TIDE) is None
    assert take(engine, Claim("tide", NOW + HOUR))
    assert not take(engine, TIDE)


def test_a_source_that_is_being_crawled_is_left_for_later(engine: Engine) -> None:
    run_id = begin(engine)
    assert not take(engine, TIDE)
    with reading(engine) as connection:
        assert unavailable(connection, NOW) == {"tide"}
    end(engine, run_id)
    assert take(engine, TIDE)


def test_what_is_expected_is_kept_beside_what_was(engine: Engine) -> None:
    take(engine, TIDE)
    for at, words in ((NOW + HOUR, "every 1 h"), (NOW + 2 * HOUR, "every 2 h")):
        with writing(engine) as connection:
            expect(connection, "tide", at, words)
            expect(connection, "reef", at, words)
    with reading(engine) as connection:
        assert expectations(connection) == {
            "tide": Expectation(NOW, NOW + 2 * HOUR, "every 2 h"),
            "reef": Expectation(None, NOW + 2 * HOUR, "every 2 h"),
        }


@pytest.mark.parametrize("reason", ["finished", "interrupted", "storage"])
def test_a_run_that_ended_meets_its_due_time(engine: Engine, reason: str) -> None:
    take(engine, TIDE)
    hand(engine, os.getpid(), TIDE)
    run_id = begin(engine, due_at=NOW)
    assert close(engine, TIDE) is None
    assert due(engine) == ("handed", 1, None)
    end(engine, run_id, reason=reason)
    assert close(engine, TIDE) is None
    assert due(engine) == ("done", 1, run_id)
    assert close(engine, TIDE) is None


def test_a_run_that_died_is_retried_once(engine: Engine, living: subprocess.Popen[bytes]) -> None:
    take(engine, TIDE)
    hand(engine, living.pid, TIDE)
    dies(engine, TIDE)
    again = close(engine, TIDE)
    assert again == Claim("tide", NOW, attempt=2)
    assert due(engine) == ("claimed", 2, None)
    hand(engine, living.pid, again)
    second = dies(engine, again)
    assert close(engine, again) is None
    assert due(engine) == ("died", 2, second)
    assert take(engine, Claim("tide", NOW + HOUR))


def test_a_retry_that_comes_through_is_done(engine: Engine) -> None:
    take(engine, TIDE)
    hand(engine, os.getpid(), TIDE)
    dies(engine, TIDE)
    again = close(engine, TIDE)
    assert again is not None
    hand(engine, os.getpid(), again)
    run_id = begin(engine, due_at=NOW)
    end(engine, run_id)
    assert close(engine, again) is None
    assert due(engine) == ("done", 2, run_id)


def test_a_crawl_that_never_began_is_retried_once(engine: Engine) -> None:
    take(engine, TIDE)
    hand(engine, os.getpid(), TIDE)
    again = close(engine, TIDE)
    assert again == Claim("tide", NOW, attempt=2)
    hand(engine, os.getpid(), again)
    assert close(engine, again) is None
    assert due(engine) == ("died", 2, None)


def test_a_claim_that_was_never_handed_over_is_not_a_try(engine: Engine) -> None:
    take(engine, TIDE)
    assert close(engine, TIDE) == TIDE


def test_a_run_that_died_is_a_try_also_where_its_service_was_killed_before_it_handed_over(engine: Engine) -> None:
    take(engine, TIDE)
    dies(engine, TIDE)
    again = close(engine, TIDE)
    assert again == Claim("tide", NOW, attempt=2)
    # The claim was taken up by another service, which was killed before it started a crawl.
    assert close(engine, again) == again
    second = dies(engine, again)
    assert close(engine, again) is None
    assert due(engine) == ("died", 2, second)


def test_a_crawl_that_was_stopped_before_it_began_is_not_a_try(engine: Engine) -> None:
    take(engine, TIDE)
    hand(engine, os.getpid(), TIDE)
    assert close(engine, TIDE, stopped=True) == TIDE
    hand(engine, os.getpid(), TIDE)
    dies(engine, TIDE)
    assert close(engine, TIDE, stopped=True) == Claim("tide", NOW, attempt=2)


def test_only_what_a_dead_process_had_is_left_over(engine: Engine, living: subprocess.Popen[bytes], dead: int) -> None:
    late, early = Claim("late", NOW), Claim("early", NOW - HOUR, merged=2)
    for claimed in (TIDE, late, early, Claim("done", NOW), Claim("mine", NOW)):
        take(engine, claimed)
    hand(engine, living.pid, TIDE)
    hand(engine, dead, late, early, Claim("done", NOW))
    end(engine, begin(engine, "done", due_at=NOW), "done")
    close(engine, Claim("done", NOW))
    assert left(engine) == [early, late]
    living.kill()
    living.wait()
    assert left(engine) == [early, late, TIDE]


def test_a_killed_service_s_claim_is_left_over(engine: Engine, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from test_storage_schedules import *; from stories import database;"
        "take(database(Path(sys.argv[1])), TIDE)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)],
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert left(engine) == [TIDE]
    assert close(engine, TIDE) == TIDE
    assert left(engine) == []


@pytest.mark.parametrize(("ago", "found"), [(timedelta(0), []), (SILENCE / 2, []), (SILENCE, [TIDE])])
def test_another_machine_keeps_a_claim_for_a_day(engine: Engine, ago: timedelta, found: list[Claim]) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(schema.dues).values(
                source="tide", due_at=NOW, state="handed", claimed_at=NOW - ago, host="other-machine", pid=1
            )
        )
    assert left(engine) == found
