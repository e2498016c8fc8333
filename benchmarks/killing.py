"""Kills crawls, parse workers and services at random moments, and looks each time whether anything is broken.

    python -m benchmarks.killing [--kills 200] [--seed N]

The sample newsroom is crawled into fresh databases, over and over. After each kill the database must be whole: no
committed article lost, none twice, the index complete, the counters equal to a recount. In the end of each round
everything that a crawl without kills finds must be stored. A killed service must be ready again within five seconds.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.invariants import Kept, articles, broken
from newsreel.demo.server import Newsroom
from newsreel.sources import load_catalogue
from storage.database import open_database, sqlite_url

NETWORK = "127.0.0.0/8"
KINDS = ("crawl", "crawl", "worker", "service", "service and crawls")
KILLS_A_ROUND = 8
READY = 5.0
DEADLINE = 300.0
# Reached by a killed service's crawls at the latest; they go on without it.
LONGEST_CRAWL = 120.0


class Subject:
    """One data directory, and the processes that work on it."""

    def __init__(self, folder: Path, catalogue: Path, names: Sequence[str]) -> None:
        self.folder, self.catalogue, self.names = folder, catalogue, names
        self.port = _free_port()
        self.engine: Engine = open_database(sqlite_url(folder / "newsreel.db"))

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command of Newsreel in a process group of its own."""
        line = [sys.executable, "-m", "newsreel", *words, "--data-dir", str(self.folder)]
        line += ["--sources", str(self.catalogue), "--allow-network", NETWORK]
        environment = os.environ | {"NEWSREEL_DELAY": "0"}
        return subprocess.Popen(
            line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def crawl(self) -> int:
        """Crawl everything without a kill."""
        return self.begin("crawl", "--all").wait(DEADLINE)

    def serve(self) -> tuple[subprocess.Popen[bytes], float]:
        """Start the service, and say after how many seconds it was ready."""
        begun = time.monotonic()
        process = self.begin("run", "--port", str(self.port))
        while time.monotonic() - begun < 60:
            if self._is_ready():
                return process, time.monotonic() - begun
            time.sleep(0.05)
        raise SystemExit("a service was not ready within 60 s")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def children(pid: int) -> list[int]:
    """List the processes below one, of all generations."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(status[1]), []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found


def kill(pids: Sequence[int]) -> None:
    """Kill processes; one that has ended is no matter."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def strike(subject: Subject, kind: str, moment: float, choice: random.Random) -> tuple[bool, float | None]:
    """Start something and kill it after `moment` seconds: whether it still lived then, and how soon it was ready."""
    if kind in ("crawl", "worker"):
        process, ready = subject.begin("crawl", "--all"), None
    else:
        process, ready = subject.serve()
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        below = children(process.pid)
        victims = {"crawl": [process.pid], "service": [process.pid], "service and crawls": [*below, process.pid]}
        hit = victims.get(kind) or ([choice.choice(below)] if below else [])
        kill(hit)
        if kind == "worker":
            process.wait(DEADLINE)
        process.wait(DEADLINE)
        # The crawls of a killed service go on, and end by themselves.
        deadline = time.monotonic() + LONGEST_CRAWL
        while kind == "service" and any(Path(f"/proc/{pid}").exists() for pid in below) and time.monotonic() < deadline:
            time.sleep(0.1)
        return bool(hit), ready
    return False, ready


def complain(found: Sequence[str], seed: int, what: str) -> None:
    """End with what is broken."""
    if found:
        raise SystemExit(f"seed {seed}, {what}: " + "; ".join(found))


def main() -> None:
    """Kill, look, and print what was killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    choice = random.Random(options.seed)
    sys.stdout.write(f"seed {options.seed}\n")
    killed: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="newsreel-killing-") as place, Newsroom(0) as newsroom:
        catalogue = Path(place) / "sources.toml"
        catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
        names = [source.id for source in load_catalogue(catalogue)]
        (Path(place) / "whole").mkdir()
        whole = Subject(Path(place) / "whole", catalogue, names)
        begun = time.monotonic()
        whole.crawl()
        length = time.monotonic() - begun
        wanted = articles(whole.engine)
        sys.stdout.write(f"a crawl without kills: {len(wanted)} articles in {length:.1f} s\n")
        rounds = 0
        while sum(killed.values()) < options.kills:
            rounds += 1
            folder = Path(place) / f"round{rounds}"
            folder.mkdir()
            subject = Subject(folder, catalogue, names)
            kept: Kept = frozenset()
            for _ in range(KILLS_A_ROUND):
                kind = choice.choice(KINDS)
                lived, ready = strike(subject, kind, choice.uniform(0.1, length * 0.9), choice)
                killed[kind] += lived
                slowest = max(slowest, ready or 0.0)
                complain(list(broken(subject.engine, kept)), options.seed, f"round {rounds}, after killing a {kind}")
                kept = frozenset(articles(subject.engine))
            subject.crawl()
            complain(list(broken(subject.engine, kept)), options.seed, f"the end of round {rounds}")
            if (found := articles(subject.engine)) != wanted:
                missing = sorted(set(wanted) - set(found))[:3]
                differing = sorted(key for key in wanted.keys() & found.keys() if wanted[key] != found[key])[:3]
                complain([f"missing {missing}, differing {differing}"], options.seed, f"the end of round {rounds}")
            subject.engine.dispose()
            sys.stdout.write(f"round {rounds}: {dict(killed)}, slowest start of a service {slowest:.1f} s\n")
            sys.stdout.flush()
        whole.engine.dispose()
    sys.stdout.write(f"{sum(killed.values())} kills, nothing lost, nothing twice, all counters right\n")
    if slowest > READY:
        raise SystemExit(f"a service took {slowest:.1f} s until it was ready, and may take {READY:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
