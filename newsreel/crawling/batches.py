"""Crawl processes as the service sees them: how one is started for claims, and what is known of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from newsreel.crawling.in_force import InForce
from newsreel.crawling.process import command, environment
from storage.schedules import Claim


class Process(Protocol):
    """A crawl process, as far as the service needs one."""

    pid: int

    def poll(self) -> int | None:
        """Give the exit status, None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""


@dataclass(slots=True)
class Batch:
    """A crawl process and the claims it is to meet; when it was started and asked to end, by the steady clock."""

    process: Process
    claims: Sequence[Claim]
    started: float
    told: float | None = None


def spawner(in_force: InForce) -> Callable[[Sequence[Claim]], Process]:
    """Give the function that starts a crawl process for claims."""

    def spawn(claims: Sequence[Claim]) -> Process:
        dues = {claimed.source: claimed.due_at.isoformat() for claimed in claims}
        line = command(list(dues), dues, "due")
        env = environment(in_force.for_crawls())
        # A group of its own: Ctrl-C at the terminal reaches the service, which tells its crawls itself.
        return subprocess.Popen(line, env=env, stdin=subprocess.DEVNULL, start_new_session=True)

    return spawn
