"""Crawls that are stopped, killed or started twice: nothing is lost, and every link is accounted for."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from crawl_process import DEADLINE, Crawled, begin_crawl, crawl, entry, look
from hostile import RSS, Answer, Asked, Gate, HostileWeb, Wire, answer, feed, story

NETWORK = "127.80.0.0/16"
STORIES = 6
MOMENT = 10.0


@pytest.fixture
def web() -> Iterator[HostileWeb]:
    with HostileWeb(NETWORK) as web:
        yield web


def held(web: HostileWeb, folder: Path) -> Gate:
    """Put an outlet on air whose third story waits at a gate."""
    gate = web.gate()
    served: list[str] = []

    def page(number: int) -> Answer:
        inner = answer(story(f"tour {number}"))

        def reply(wire: Wire, asked: Asked) -> None:
            served.append(asked.path)
            (gate.before(inner) if len(served) >= 3 else inner)(wire, asked)

        return reply

    site = web.add("outlet", {f"/{n}": page(n) for n in range(STORIES)})
    site.pages["/feed"] = answer(feed([f"{site.base}/{n}" for n in range(STORIES)]), kind=RSS)
    (folder / "outlets.toml").write_text(entry("outlet", site, site.base + "/feed"), encoding="utf-8")
    return gate


def end(process: subprocess.Popen[str], folder: Path) -> Crawled:
    """Wait for a crawl to end and read what it left."""
    _, log = process.communicate(timeout=DEADLINE)
    return look(folder, process.returncode, log)


def processes(session: int) -> list[str]:
    """Give the command lines of the processes of a session that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            line = (folder / "cmdline").read_text(encoding="utf-8").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(f"{folder.name} {line}")
    return found


def outliving(session: int) -> list[str]:
    """Give the processes of a session that outlive its leader by more than a moment."""
    for line in processes(session):
        with suppress(ProcessLookupError), open(os.pidfd_open(int(line.split()[0])), "rb") as end:
            select.select([end], [], [], MOMENT)
    return processes(session)


def test_a_killed_crawl_leaves_no_process_behind_and_the_next_one_goes_on(web: HostileWeb, tmp_path: Path) -> None:
    gate = held(web, tmp_path)
    first = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    assert len(processes(first.pid)) > 1

    refused = crawl(tmp_path, "outlet", network=NETWORK)
    assert refused.returncode == 1
    assert f"outlet is being crawled: run 1 by process {first.pid}" in refused.stderr

    first.kill()
    killed = end(first, tmp_path)
    assert killed.status == -signal.SIGKILL
    assert outliving(first.pid) == []

    gate.opened.set()
    done = crawl(tmp_path, "outlet", network=NETWORK)
    last = look(tmp_path, done.returncode, done.stderr)
    assert last.status == 0, last.log
    assert last.outcomes("outlet") == ["new"] * STORIES
    assert [(run["state"], run["outcome"]) for run in last.runs] == [("died", "failed"), ("done", "ok")]
    assert last.unaccounted() == []
    assert last.counts[1]["found"] == STORIES


def test_an_interrupted_crawl_ends_what_is_under_way_and_the_next_one_goes_on(web: HostileWeb, tmp_path: Path) -> None:
    gate = held(web, tmp_path)
    process = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    process.send_signal(signal.SIGINT)
    gate.opened.set()
    stopped = end(process, tmp_path)
    assert stopped.status == 130, stopped.log
    assert [(run["state"], run["outcome"], run["reason"]) for run in stopped.runs] == [
        ("done", "partial", "interrupted")
    ]
    assert stopped.unaccounted() == []
    # The page that was under way is kept, and no further one is asked for.
    assert 3 <= stopped.outcomes("outlet").count("new") < STORIES
    assert outliving(process.pid) == []

    done = crawl(tmp_path, "outlet", network=NETWORK)
    last = look(tmp_path, done.returncode, done.stderr)
    assert last.status == 0, last.log
    assert last.outcomes("outlet") == ["new"] * STORIES
    assert last.unaccounted() == []
    assert sorted(asked.path for asked in web.asked("outlet") if asked.path[1:].isdecimal()) == [
        f"/{n}" for n in range(STORIES)
    ]


def test_a_crawl_that_is_interrupted_again_leaves_at_once(web: HostileWeb, tmp_path: Path) -> None:
    gate = held(web, tmp_path)
    process = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    for _ in range(20):
        process.send_signal(signal.SIGINT)
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    stopped = end(process, tmp_path)
    assert stopped.status == 130, stopped.log
    assert [(run["state"], run["reason"]) for run in stopped.runs] == [("done", "interrupted")]
    assert stopped.unaccounted() == []
    assert outliving(process.pid) == []
