"""Strikes at crawls, parse workers and services: at a point, where one kills itself, or at a time, from without."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.dying.points import POINTS, armed
from benchmarks.subject import LOOK, Subject, command_of, kill

EDITIONS = (1, 2)
# A service that comes to no end of its own by then is ended.
PATIENCE = 12.0


@dataclass(slots=True)
class Tally:
    """What was struck at, what was killed there, and the slowest starts and ends of services in seconds."""

    tried: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    ready: float = 0.0
    ended: float = 0.0

    def started(self, seconds: float | None) -> None:
        """Note how long a service took to be ready."""
        self.ready = max(self.ready, seconds or 0.0)


def stop(subject: Subject, process: subprocess.Popen[bytes], tally: Tally) -> None:
    """End a service with SIGTERM, and note how long that takes."""
    begun = time.monotonic()
    process.terminate()
    subject.ended(process)
    tally.ended = max(tally.ended, time.monotonic() - begun)


def strike_at(subject: Subject, name: str, edition: int, choice: random.Random, tally: Tally) -> bool:
    """Run something that kills itself at a point; tell whether there was nothing left to crawl."""
    point = POINTS[name]
    mark = subject.folder / "died"
    mark.unlink(missing_ok=True)
    # The second edition has few stories that are new.
    most = point.most if edition in (point.edition, EDITIONS[0]) else max(1, point.most // 10)
    variables = armed(name, choice.randint(1, most), mark)
    if point.place != "service" and choice.random() < 0.8:
        process = subject.begin("crawl", "--all", variables=variables)
        subject.ended(process)
        is_over = not mark.exists()
    else:
        _serve_until(subject, mark, variables, choice, tally)
        is_over = False
    subject.wait()
    tally.tried[name] += 1
    tally.killed[name] += mark.exists()
    return is_over


def _serve_until(subject: Subject, mark: Path, variables: dict[str, str], choice: random.Random, tally: Tally) -> None:
    """Run the service until one of its processes killed itself and a little longer, or until it has had its time."""
    process, seconds = subject.serve(variables)
    tally.started(seconds)
    deadline = time.monotonic() + PATIENCE
    while not mark.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(LOOK)
    if mark.exists() and choice.random() < 0.5:
        # It, or another one, goes on beside what is left of the crawls.
        if process.poll() is not None:
            process, seconds = subject.serve()
            tally.started(seconds)
        time.sleep(choice.uniform(0.0, PATIENCE / 4))
    if process.poll() is None:
        stop(subject, process, tally)


def strike_after(subject: Subject, kind: str, seconds: float, choice: random.Random, tally: Tally) -> bool:
    """Start something and kill it after a time; tell whether there was nothing left to crawl."""
    tally.tried[kind] += 1
    if kind in ("crawl", "worker"):
        process = subject.begin("crawl", "--all")
    else:
        process, ready = subject.serve()
        tally.started(ready)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        victims = list(_victims(subject, kind, process.pid))
        if kind in ("worker", "crawl of a service"):
            victims = [choice.choice(victims)] if victims else []
        kill(victims)
        tally.killed[kind] += bool(victims)
        if kind == "crawl of a service":
            time.sleep(choice.uniform(0.0, PATIENCE / 4))
            stop(subject, process, tally)
        subject.ended(process)
        subject.wait()
        return False
    return True


def _victims(subject: Subject, kind: str, first: int) -> Iterator[int]:
    for pid in subject.processes():
        is_crawl = "newsreel crawl" in command_of(pid)
        wanted = {
            "crawl": pid == first,
            "worker": pid != first,
            "service": pid == first,
            "crawl of a service": is_crawl,
            "service and crawls": True,
        }
        if wanted[kind]:
            yield pid
