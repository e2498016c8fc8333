"""What a process uses, and how much of it falls to each of the crawls that share it."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Usage:
    """What one crawl used: seconds, its share of the process's CPU seconds, and with how many it shared at most."""

    began: float
    cpu_share: float = 0.0
    cpu_process: float = 0.0
    shared_by: int = 1


class Meter:
    """Divides the CPU time of a process evenly among the crawls that are under way while it passes."""

    def __init__(self, cpu: Callable[[], float], clock: Callable[[], float]) -> None:
        self.cpu = cpu
        self.clock = clock
        self.usages: dict[str, Usage] = {}
        self._last = cpu()

    def begin(self, source: str) -> None:
        """A crawl begins."""
        self._divide()
        self.usages[source] = Usage(self.clock())
        for usage in self.usages.values():
            usage.shared_by = max(usage.shared_by, len(self.usages))

    def read(self) -> dict[str, Usage]:
        """Give what each crawl has used by now."""
        self._divide()
        return self.usages

    def end(self, source: str) -> Usage:
        """A crawl ends; give what it used."""
        self._divide()
        return self.usages.pop(source)

    def _divide(self) -> None:
        now = self.cpu()
        # Parse workers that ended take a little along that was not counted yet.
        spent = max(0.0, now - self._last)
        self._last = max(now, self._last)
        for usage in self.usages.values():
            usage.cpu_share += spent / len(self.usages)
            usage.cpu_process += spent


def cpu_seconds() -> float:
    """Give the CPU seconds of this process and its parse workers since it began; without /proc of this process only."""
    ticks = sum(_ticks(pid) for pid in _descendants(os.getpid()))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def peak_memory() -> int | None:
    """Give the most memory in bytes that this process has held since it began; its parse workers are not in it."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def _descendants(pid: int) -> list[int]:
    """Give the processes that this one started, and theirs."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (thread / "children").read_text(encoding="ascii").split()]
    except OSError:
        return found
    return found + [further for child in found for further in _descendants(child)]


def _ticks(pid: int) -> int:
    """Give a process's clock ticks, those of its own ended children included; 0 where it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15])
