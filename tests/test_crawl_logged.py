"""What crawls log and use is kept with their runs: each its own lines, also when the process is killed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crawl_process import DEADLINE, ROOT, begin_crawl, crawl, entry, environment
from hostile import RSS, HostileWeb, answer, feed, story

from storage.database import open_database, sqlite_url
from storage.run_logs import RunLogs
from storage.runs import Runs

NETWORK = "127.84.0.0/16"
TOKEN = "t0p-secret"


@pytest.fixture
def web() -> Iterator[HostileWeb]:
    with HostileWeb(NETWORK) as web:
        yield web


def add(web: HostileWeb, folder: Path, name: str, stories: int = 2, more: str = "") -> Any:
    """Put an outlet on air with a good feed, and one behind a token that nobody can read."""
    site = web.add(name, {f"/{n}": answer(story(f"{name} {n}")) for n in range(stories)})
    site.pages["/feed"] = answer(feed([f"{site.base}/{n}" for n in range(stories)]), kind=RSS)
    site.pages[f"/broken?token={TOKEN}"] = answer("no feed at all", kind=RSS)
    table = entry(name, site, f'{site.base}/feed", "{site.base}/broken?token={TOKEN}', more)
    with (folder / "outlets.toml").open("a", encoding="utf-8") as file:
        file.write(table)
    return site


def newsreel(data: Path, *words: str) -> str:
    """Run a command and give what it printed."""
    line = [sys.executable, "-m", "newsreel", *words, "--data-dir", str(data)]
    done = subprocess.run(
        line, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True, timeout=DEADLINE
    )
    return done.stdout


def shown(data: Path, number: int) -> Any:
    """Give all that is known of a run."""
    return json.loads(newsreel(data, "runs", "show", str(number), "--format", "json"))[0]


def test_each_run_keeps_its_own_lines_figures_and_what_it_used(web: HostileWeb, tmp_path: Path) -> None:
    names = ("tide", "reef", "cove")
    for name in names:
        add(web, tmp_path, name)
    done = crawl(tmp_path, *names, "--log-format", "json", network=NETWORK)
    assert done.returncode == 3, done.stderr
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"))
    runs = {run.source: run for run in Runs(engine).newest(limit=None)}
    assert set(runs) == set(names)
    host = {name: web.sites[name].base for name in names}
    for name, run in runs.items():
        log = RunLogs(engine).get(run.id)
        said = [line.text for line in log.lines if not line.of_process]
        assert [text for text in said if f"{host[name]}/broken?token=***" in text]
        assert not [text for text in said for other in names if other != name and host[other] in text]
        assert said[-1] == "Closing spider (finished)"
        assert {line.level for line in log.lines if line.logger == name} == {"WARNING"}
        stats = run.stats
        assert stats["finish_reason"] == "finished"
        assert stats["item_scraped_count"] == 2
        assert stats["log_count/WARNING"] == 1
        assert stats["start_time"] < stats["finish_time"]
        assert stats["elapsed_time_seconds"] > 0
        used = log.resources
        assert used is not None
        assert used.requests == stats["downloader/request_count"] >= 5
        assert used.bytes_down == stats["downloader/response_bytes"] > 0
        assert 1 <= used.shared_by <= 3
        assert 0 < used.cpu_seconds <= used.process_cpu_seconds
        assert used.wall_seconds > 0
        assert used.peak_memory is not None
    assert max(RunLogs(engine).get(run.id).resources.shared_by for run in runs.values()) > 1  # type: ignore[union-attr]
    # Nothing but objects on stderr, each with the crawl it belongs to, and nowhere the token.
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    warned = {(line["source"], line["run"]) for line in lines if line["level"] == "WARNING"}
    assert warned == {(name, run.id) for name, run in runs.items()}
    assert re.match(r"3 sources crawled: 6 new", lines[-2]["message"])
    assert TOKEN not in done.stderr
    assert TOKEN not in newsreel(tmp_path, "runs", "show", "1")


def test_a_killed_crawl_keeps_its_log_and_is_followed_to_its_end(web: HostileWeb, tmp_path: Path) -> None:
    site = add(web, tmp_path, "tide", 3)
    gate = web.gate()
    site.pages["/2"] = gate.before(site.pages["/2"])
    process = begin_crawl(tmp_path, "tide", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    line = [sys.executable, "-m", "newsreel", "runs", "tail", "--data-dir", str(tmp_path)]
    tail = subprocess.Popen(line, cwd=ROOT, env=environment(), stdout=-1, stderr=-1, text=True)
    watchdog = threading.Timer(DEADLINE, tail.kill)
    watchdog.start()
    try:
        assert tail.stdout is not None
        # The crawl goes on until its warning was read from the database.
        heard = [tail.stdout.readline()]
        while heard[-1] and "WARNING" not in heard[-1]:
            heard.append(tail.stdout.readline())
        assert "begun (manual)" in heard[0]
        assert f"WARNING tide: {site.base}/broken?token=***" in heard[-1]
        process.kill()
        process.communicate()
        rest, problems = tail.communicate(timeout=DEADLINE)
        assert tail.returncode == 0, problems
    finally:
        watchdog.cancel()
        for child in (tail, process):
            child.kill()
            child.wait()
    assert "[tide run 1] died after " in rest.splitlines()[-1]
    assert "(the crawl process died): 3 found" in rest.splitlines()[-1]
    run = shown(tmp_path, 1)
    assert (run["state"], run["outcome"], run["reason"]) == ("died", "failed", "the crawl process died")
    assert [each["level"] for each in run["log"]] == ["WARNING"]
    assert run["stats"]["downloader/request_count"] >= 2
    assert run["resources"]["peak_memory"] > 0
    assert [row["id"] for row in json.loads(newsreel(tmp_path, "runs", "list", "--state", "died", "-f", "json"))] == [1]


def test_old_logs_go_when_a_run_ends(web: HostileWeb, tmp_path: Path) -> None:
    add(web, tmp_path, "tide", 1)
    (tmp_path / "newsreel.toml").write_text("keep_logs_runs = 1\n", encoding="utf-8")
    for _ in range(2):
        assert crawl(tmp_path, "tide", network=NETWORK).returncode == 3
    first, second = shown(tmp_path, 1), shown(tmp_path, 2)
    assert (first["log"], first["stats"], first["outcome"], first["found"]) == ([], {}, "partial", 1)
    assert second["log"]
    assert second["stats"]["finish_reason"] == "finished"


def test_the_own_command_of_scrapy_hides_secrets_too(web: HostileWeb, tmp_path: Path) -> None:
    add(web, tmp_path, "tide", 1)
    settings = environment(
        NEWSREEL_DATA_DIR=str(tmp_path),
        NEWSREEL_SOURCES=str(tmp_path / "outlets.toml"),
        NEWSREEL_ALLOW_NETWORKS=NETWORK,
        NEWSREEL_DELAY="0",
        SCRAPY_SETTINGS_MODULE="newsreel.settings",
    )
    line = [sys.executable, "-m", "scrapy", "crawl", "tide"]
    done = subprocess.run(line, cwd=ROOT, env=settings, capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert "/broken?token=***" in done.stderr
    assert TOKEN not in done.stderr
    assert "WARNING" in newsreel(tmp_path, "runs", "show", "1")
