"""Tries the entries of an imported list: a process of its own asks their doors and robots rules, and keeps nothing."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from newsreel.configuration import Configuration
from newsreel.crawling.process import environment
from newsreel.sources import Source
from newsreel.sources.writing import catalogue_text
from newsreel.web.outcomes import outcome_words

# Entries of one trial, and trials that are kept to be shown. One is under way at a time.
MOST, KEPT = 60, 5
# After so many seconds a trial is asked to end and say what it knows; a little later it is killed.
LONGEST, GRACE = 90.0, 15.0
MOST_BYTES = 4 * 1024 * 1024

_OVER_TIME = "no answer within a minute and a half"
_NOTHING = "nothing came of it; the log says why"

Start = Callable[[Sequence[Source], Path, Configuration], "subprocess.Popen[str]"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one entry: whether anything can be read from it, and what each of its doors said."""

    is_good: bool
    words: str


@dataclass(slots=True)
class ListTrial:
    """A trial of entries of a list: the list, which of them were chosen, and by source what came of each."""

    id: str
    text: str
    chosen: tuple[int, ...]
    names: tuple[str, ...]
    results: Mapping[str, Tried] | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self.results is not None


class ListTrials:
    """The trial under way and the last ones that ended; `start` begins the process of one."""

    def __init__(self, start: Start | None = None, longest: float = LONGEST, grace: float = GRACE) -> None:
        self.start = start or begin_process
        self.longest = longest
        self.grace = grace
        self._lock = threading.Lock()
        self._trials: dict[str, ListTrial] = {}
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def begin(
        self, text: str, chosen: Sequence[int], sources: Sequence[Source], configuration: Configuration
    ) -> ListTrial | None:
        """Begin to try the sources that were chosen from a list; None while another trial is under way."""
        with self._lock:
            if self._closed or self._process is not None:
                return None
            trial = ListTrial(secrets.token_urlsafe(9), text, tuple(chosen), tuple(source.id for source in sources))
            folder = TemporaryDirectory(prefix="newsreel-list-")
            try:
                file = Path(folder.name) / "sources.toml"
                file.write_text(catalogue_text(sources), encoding="utf-8")
                self._process = self.start(sources, file, configuration)
            except OSError as error:
                folder.cleanup()
                said = Tried(False, f"no process could be started for it: {error.strerror or error}")
                trial.results = dict.fromkeys(trial.names, said)
            self._trials[trial.id] = trial
            while len(self._trials) > KEPT:
                del self._trials[next(iter(self._trials))]
            if self._process is not None:
                follow = partial(self._follow, trial, self._process, folder)
                threading.Thread(target=follow, name="list-trial", daemon=True).start()
        return trial

    def get(self, number: str) -> ListTrial | None:
        """Give a trial, None where it is not kept any more."""
        return self._trials.get(number)

    def close(self) -> None:
        """End the trial under way, and begin no more."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _signal(self._process, signal.SIGKILL)

    def _follow(self, trial: ListTrial, process: subprocess.Popen[str], folder: TemporaryDirectory[str]) -> None:
        late = threading.Event()

        def ask() -> None:
            late.set()
            _signal(process, signal.SIGTERM)

        timers = [
            threading.Timer(self.longest, ask),
            threading.Timer(self.longest + self.grace, _signal, [process, signal.SIGKILL]),
        ]
        for timer in timers:
            timer.daemon = True
            timer.start()
        found: dict[str, list[Mapping[str, object]]] = {}
        try:
            for row in _rows(process):
                found.setdefault(str(row.get("source")), []).append(row)
        finally:
            for timer in timers:
                timer.cancel()
            # Its parsers too, which are of its group.
            _signal(process, signal.SIGKILL)
            assert process.stdout is not None
            process.stdout.close()
            process.wait()
            folder.cleanup()
            missing = Tried(False, _OVER_TIME if late.is_set() else _NOTHING)
            trial.results = {name: _tried(found[name]) if name in found else missing for name in trial.names}
            with self._lock:
                self._process = None


def begin_process(sources: Sequence[Source], file: Path, configuration: Configuration) -> subprocess.Popen[str]:
    """Start `newsreel sources check` for sources of a catalogue's file, in a group of its own."""
    line = [sys.executable, "-m", "newsreel", "sources", "check", "--format", "jsonl", "--sources", str(file), "--"]
    return subprocess.Popen(
        [*line, *(source.id for source in sources)],
        env=environment(configuration),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _rows(process: subprocess.Popen[str]) -> Iterator[Mapping[str, object]]:
    assert process.stdout is not None
    size = 0
    while size < MOST_BYTES and (line := process.stdout.readline(MOST_BYTES)):
        size += len(line)
        with suppress(ValueError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row


def _tried(doors: Sequence[Mapping[str, object]]) -> Tried:
    """Say what an entry's doors said, the bad ones with their reason."""
    said, is_good = [], False
    for door in doors:
        if door.get("result") == "ok":
            links = door.get("links")
            count = links if isinstance(links, int) else 0
            is_good = is_good or count > 0
            said.append(f"{door.get('kind')}: {count:,} {'entry' if count == 1 else 'entries'}")
        else:
            why = outcome_words(str(door.get("result")))
            detail = f" ({str(door['problem'])[:300]})" if door.get("problem") else ""
            said.append(f"{door.get('kind')}: {why}{detail}")
    return Tried(is_good, "; ".join(said))


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
