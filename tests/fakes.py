"""Stand-ins for what lies beyond the program's borders."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable


class Process:
    """A crawl process that lives until the test ends it; it carries the number of the test's own process."""

    def __init__(self, obedient: bool = True, on_end: Callable[[], None] | None = None) -> None:
        self.pid = os.getpid()
        self.obedient = obedient
        self.on_end = on_end
        self.status: int | None = None
        self.heard: list[str] = []

    def end(self, status: int = 0) -> None:
        """Let it end by itself."""
        self.status = status

    def poll(self) -> int | None:
        """Give the exit status."""
        return self.status

    def terminate(self) -> None:
        """Hear the request to end."""
        self.heard.append("terminate")
        if self.obedient and self.status is None:
            if self.on_end is not None:
                self.on_end()
            self.status = 130

    def kill(self) -> None:
        """End at once."""
        self.heard.append("kill")
        self.status = -9

    def wait(self, timeout: float | None = None) -> int:
        """Give the exit status, or run out of time at once."""
        if self.status is None:
            raise subprocess.TimeoutExpired("crawl", timeout or 0.0)
        return self.status
