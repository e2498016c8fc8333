"""Looks at sites in processes of their own: the service itself fetches and parses nothing."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from newsreel.configuration import Configuration
from newsreel.crawling.process import environment
from newsreel.discovery.findings import Findings, findings_from
from newsreel.errors import NewsreelError

# Looks at a time, and how many that have ended are kept to be shown.
AT_ONCE, KEPT = 2, 20
# A process that has not ended by itself is killed after so many seconds; what it writes is bounded in bytes.
LONGEST = 60.0
MOST_BYTES = 4 * 1024 * 1024

_OVERSTAYED = "The look took longer than a minute and was ended. Nothing was saved. Try again."
_BROKEN = "The look ended without a result; the log says why. Nothing was saved. Try again."

Start = Callable[[str, Configuration], "subprocess.Popen[str]"]


@dataclass(slots=True)
class Trial:
    """A look at a site: its steps in words so far, and what came of it, or what went wrong."""

    id: str
    address: str
    steps: list[str] = field(default_factory=list)
    findings: Findings | None = None
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self.findings is not None or self.error is not None


class Trials:
    """The looks under way and the last ones that ended; `start` begins the process of one."""

    def __init__(self, start: Start | None = None, longest: float = LONGEST) -> None:
        self.start = start or begin_process
        self.longest = longest
        self._lock = threading.Lock()
        self._trials: dict[str, Trial] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._closed = False

    def begin(self, address: str, configuration: Configuration) -> Trial | None:
        """Begin a look; None where as many as may be are under way. A look at the same address is joined."""
        with self._lock:
            for trial in self._trials.values():
                if trial.address == address and not trial.is_over:
                    return trial
            if self._closed or len(self._processes) >= AT_ONCE:
                return None
            trial = Trial(secrets.token_urlsafe(9), address)
            self._trials[trial.id] = trial
            try:
                process = self.start(address, configuration)
            except OSError as error:
                trial.error = f"No process could be started for it: {error.strerror or error}."
                return trial
            self._processes[trial.id] = process
            for old in list(self._trials)[:-KEPT]:
                if old not in self._processes:
                    del self._trials[old]
        threading.Thread(target=partial(self._follow, trial, process), name="trial", daemon=True).start()
        return trial

    def get(self, number: str) -> Trial | None:
        """Give a look, None where it is not kept any more."""
        return self._trials.get(number)

    def close(self) -> None:
        """End all looks, and begin no more."""
        with self._lock:
            self._closed = True
            processes = list(self._processes.values())
        for process in processes:
            _kill(process)

    def _follow(self, trial: Trial, process: subprocess.Popen[str]) -> None:
        begun = time.monotonic()
        end = threading.Timer(self.longest, _kill, [process])
        end.daemon = True
        end.start()
        found: Findings | None = None
        size = 0
        assert process.stdout is not None
        try:
            while size < MOST_BYTES and (line := process.stdout.readline(MOST_BYTES)):
                size += len(line)
                found = self._take(trial, line) or found
        except (NewsreelError, ValueError):
            found = None
        finally:
            end.cancel()
            # Its parsers too, which are of its group.
            _kill(process)
            process.stdout.close()
            process.wait()
            with self._lock:
                del self._processes[trial.id]
        if found is not None:
            trial.findings = found
        else:
            trial.error = trial.error or (_OVERSTAYED if time.monotonic() - begun >= self.longest else _BROKEN)

    @staticmethod
    def _take(trial: Trial, line: str) -> Findings | None:
        values = json.loads(line)
        if "step" in values:
            trial.steps.append(str(values["step"])[:300])
        if "error" in values:
            trial.error = str(values["error"])[:1000]
        return findings_from(values["findings"]) if "findings" in values else None


def begin_process(address: str, configuration: Configuration) -> subprocess.Popen[str]:
    """Start `newsreel sources discover` for an address, in a group of its own."""
    line = [sys.executable, "-m", "newsreel", "sources", "discover", "--format", "jsonl", "--", address]
    return subprocess.Popen(
        line,
        env=environment(configuration),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
