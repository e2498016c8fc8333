"""`newsreel runs`: what is listed, shown and followed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from crawl_process import DEADLINE, ROOT, environment
from sqlalchemy import Engine
from stories import HOUR, NOW, begin, database, discover, end
from typer.testing import CliRunner, Result

from newsreel.cli.application import app
from newsreel.cli.following import Follower, as_row, as_text
from storage import run_logs
from storage.database import writing
from storage.run_logs import LogLine, Report, Resources

USED = Resources(12.5, 0.62, 4.2, 150 * 1024 * 1024, 8, 14, 24_570)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return database(tmp_path)


def log(engine: Engine, run_id: int, *texts: str, n: int = 1, source: str = "tide", of_process: bool = False) -> None:
    """Keep lines of a run's log, numbered from `n`."""
    lines = [LogLine(n + i, NOW, "WARNING", source, text, of_process=of_process) for i, text in enumerate(texts)]
    with writing(engine) as connection:
        stats = {"finish_reason": "finished", "downloader/request_count": 14}
        run_logs.keep(connection, [Report(run_id, source, lines, 1, stats, USED)], NOW)


def newsreel(data: Path, *words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [*map(str, words), "--data-dir", str(data)], catch_exceptions=False)


def numbers(result: Result) -> list[int]:
    """Give the numbers of the runs that were listed."""
    return [row["id"] for row in json.loads(result.stdout)]


def test_runs_are_listed_by_source_state_and_time(engine: Engine, tmp_path: Path) -> None:
    end(engine, begin(engine))
    end(engine, begin(engine, "reef", NOW + HOUR), "reef", NOW + HOUR)
    begin(engine, now=NOW + 2 * HOUR)
    listed = ("runs", "list", "--format", "json")
    assert numbers(newsreel(tmp_path, *listed)) == [3, 2, 1]
    assert numbers(newsreel(tmp_path, *listed, "--source", "tide")) == [3, 1]
    assert numbers(newsreel(tmp_path, *listed, "--state", "done")) == [2, 1]
    assert numbers(newsreel(tmp_path, *listed, "--state", "running", "--source", "reef")) == []
    assert numbers(newsreel(tmp_path, *listed, "--since", "2026-11-20T13:30:00")) == [3, 2]
    assert numbers(newsreel(tmp_path, *listed, "--limit", 1)) == [3]
    assert newsreel(tmp_path, *listed, "--state", "asleep").exit_code == 2
    assert newsreel(tmp_path, *listed, "--since", "yesterday").exit_code == 2


def test_a_run_is_shown_with_all_that_is_known(engine: Engine, tmp_path: Path) -> None:
    run_id = begin(engine)
    log(engine, run_id, "the ferry is late", "Traceback\nValueError: no pier")
    log(engine, run_id, "loop closed", n=3, of_process=True)
    shown = newsreel(tmp_path, "runs", "show", run_id).stdout
    for part in (
        "12.5 s",
        "0.6 s (an even share: the crawl process and its parse workers used 4.2 s meanwhile, for up to 8 crawls at once)",
        "150 MB (the whole crawl process's since it began, with up to 8 crawls at once)",
        "downloader/request_count",
        "log, the last 3 lines\n2026-11-20 12:30:00Z WARNING tide: the ferry is late",
        "WARNING tide: Traceback\nValueError: no pier",
        "WARNING (process) tide: loop closed",
    ):
        assert part in shown
    [row] = json.loads(newsreel(tmp_path, "runs", "show", run_id, "--format", "json").stdout)
    assert row["resources"] == {
        "wall_seconds": 12.5,
        "cpu_seconds": 0.62,
        "process_cpu_seconds": 4.2,
        "peak_memory": 150 * 1024 * 1024,
        "shared_by": 8,
        "requests": 14,
        "bytes_down": 24_570,
    }
    assert row["stats"] == {"finish_reason": "finished", "downloader/request_count": 14}
    assert [(each["message"], each["process"]) for each in row["log"]] == [
        ("the ferry is late", False),
        ("Traceback\nValueError: no pier", False),
        ("loop closed", True),
    ]
    assert row["log_left_out"] == 0


def test_no_secret_is_shown(engine: Engine, tmp_path: Path) -> None:
    run_id = begin(engine)
    log(engine, run_id, "https://ada:peapod@tide.example/?token=t0psecret: the connection was refused")
    end(engine, run_id)
    for words in (("show", run_id), ("show", run_id, "--format", "json"), ("tail", run_id)):
        said = newsreel(tmp_path, "runs", *words).stdout
        assert "peapod" not in said
        assert "t0psecret" not in said
        assert "the connection was refused" in said


class Stage:
    """A follower of the runs of a database, whose events are read as they come."""

    def __init__(self, engine: Engine, **choice: object) -> None:
        self.follower = Follower(engine, lambda: NOW, **choice)  # type: ignore[arg-type]

    def look(self) -> list[str]:
        """Give what is new, each as kind, run and words."""
        return [f"{event.kind} {event.run.id} {event.words}" for event in self.follower.look()]


def test_lines_and_counters_are_told_once_as_they_come(engine: Engine) -> None:
    stage = Stage(engine)
    assert (stage.look(), stage.follower.waiting) == ([], False)
    run_id = begin(engine)
    log(engine, run_id, "a")
    assert stage.look() == ["begun 1 begun (manual)", "line 1 a", "counters 1 0 found"]
    assert stage.look() == []
    log(engine, run_id, "b", "c", n=2)
    discover(engine, run_id, ["https://tide.example/1"])
    assert stage.look() == ["line 1 b", "line 1 c", "counters 1 1 found"]
    assert stage.follower.waiting
    log(engine, run_id, "d", n=4)
    end(engine, run_id, now=NOW + timedelta(seconds=90))
    assert stage.look() == ["line 1 d", "ended 1 ended partial after 1.5 min (finished): 1 found, 1 waiting"]
    assert (stage.look(), stage.follower.waiting) == ([], False)


def test_a_run_that_begins_and_ends_between_two_looks_is_told(engine: Engine) -> None:
    end(engine, begin(engine))
    stage = Stage(engine)
    assert stage.look() == []
    end(engine, begin(engine, "reef"), "reef")
    assert stage.look() == ["begun 2 begun (manual)", "ended 2 ended ok after 0 s (finished): 0 found"]
    assert stage.look() == []


def test_only_what_was_asked_for_is_followed(engine: Engine) -> None:
    begin(engine)
    begin(engine, "reef")
    one, source = Stage(engine, number=1), Stage(engine, source="reef")
    assert one.look() == ["begun 1 begun (manual)", "counters 1 0 found"]
    assert source.look() == ["begun 2 begun (manual)", "counters 2 0 found"]
    end(engine, begin(engine, "cove"), "cove")
    assert (one.look(), source.look()) == ([], [])


def test_following_takes_no_lock(engine: Engine) -> None:
    begin(engine)
    stage = Stage(engine)
    with writing(engine):
        assert len(stage.look()) == 2


def test_events_are_lines_and_objects(engine: Engine) -> None:
    run_id = begin(engine)
    log(engine, run_id, "late", of_process=True)
    follower = Follower(engine, lambda: NOW)
    begun, line, counters = follower.look()
    assert as_text(line) == "2026-11-20 12:30:00Z [tide run 1] WARNING (process) tide: late"
    assert as_text(counters) == "2026-11-20 12:30:00Z [tide run 1] 0 found"
    assert as_row(begun) == {"event": "begun", "time": NOW, "run": 1, "source": "tide"}
    assert as_row(line) == {
        "event": "line", "time": NOW, "run": 1, "source": "tide",
        "level": "WARNING", "logger": "tide", "message": "late", "process": True,
    }  # fmt: skip
    end(engine, run_id)
    [ended] = follower.look()
    assert as_row(ended)["state"] == "done"
    assert as_row(ended)["outcome"] == "ok"


def test_tail_of_an_ended_run_tells_it_and_ends(engine: Engine, tmp_path: Path) -> None:
    run_id = begin(engine)
    log(engine, run_id, "a")
    end(engine, run_id)
    told = newsreel(tmp_path, "runs", "tail", run_id)
    assert told.exit_code == 0
    assert [line.split("] ", 1)[1] for line in told.stdout.splitlines()] == [
        "begun (manual)",
        "WARNING tide: a",
        "ended ok after 0 s (finished): 0 found",
    ]
    rows = [json.loads(line) for line in newsreel(tmp_path, "runs", "tail", run_id, "-f", "jsonl").stdout.splitlines()]
    assert [row["event"] for row in rows] == ["begun", "line", "ended"]


def test_tail_without_a_crawl_says_so_and_ends(engine: Engine, tmp_path: Path) -> None:
    end(engine, begin(engine))
    told = newsreel(tmp_path, "runs", "tail", "--source", "tide")
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr == "no crawl of tide is under way; newsreel runs list shows the latest\n"
    assert newsreel(tmp_path, "runs", "tail", 1, "--follow").exit_code == 2


def test_following_ends_with_ctrl_c_and_status_130(engine: Engine, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "newsreel", "runs", "tail", "--follow", "--data-dir", str(tmp_path)]
    tail = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=-1, stderr=-1, text=True)
    try:
        assert tail.stderr is not None
        assert tail.stderr.readline() == "no crawl is under way; waiting for one, Ctrl-C ends\n"
        tail.send_signal(signal.SIGINT)
        out, err = tail.communicate(timeout=DEADLINE)
        assert (tail.returncode, out) == (130, "")
        assert "Traceback" not in err
    finally:
        tail.kill()
        tail.wait()


def test_an_unexpected_error_is_told_without_secrets(tmp_path: Path) -> None:
    code = (
        "import newsreel.cli as cli\n"
        "def broken():\n    raise RuntimeError('postgresql://ada:peapod@db.example/news is gone')\n"
        "cli.app = broken\ncli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "RuntimeError: postgresql://ada:***@db.example/news is gone" in done.stderr
    assert "RuntimeError: postgresql://ada:peapod" not in done.stderr


LEAKS: dict[str, Callable[[Path], list[str]]] = {
    "doctor": lambda data: ["doctor", "--data-dir", str(data)],
    "runs list": lambda data: ["runs", "list", "--data-dir", str(data)],
    "a JSON log": lambda data: ["crawl", "--all", "--log-format", "json", "--data-dir", str(data)],
}


@pytest.mark.parametrize("command", LEAKS)
def test_the_database_s_password_leaves_nowhere(command: str, tmp_path: Path) -> None:
    (tmp_path / "newsreel.toml").write_text(
        'contact = "desk@harbour.example"\ndatabase = "postgresql+nodriver://ada:pea-pod@127.0.0.1:1/news?sslpassword=other-pod"\n'
    )
    line = [sys.executable, "-m", "newsreel", *LEAKS[command](tmp_path)]
    done = subprocess.run(
        line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    assert done.returncode == 1
    assert "nodriver" in done.stdout + done.stderr
    assert "pea-pod" not in done.stdout + done.stderr
    assert "other-pod" not in done.stdout + done.stderr
