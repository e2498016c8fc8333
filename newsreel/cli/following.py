"""What `newsreel runs tail` prints: the lines and counters of crawls, as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from newsreel.cli.output import duration
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from newsreel.logs import clean
from storage.run_logs import LogLine, RunLogs
from storage.runs import RunRecord, Runs, bury_dead

# So many runs may begin and end between two looks.
LATEST = 50


@dataclass(slots=True)
class Seen:
    """What was printed of a run: its last line's number, and its counters in words."""

    line: int = 0
    counters: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to print: `kind` is begun, line, counters or ended."""

    kind: str
    run: RunRecord
    at: datetime
    words: str
    line: LogLine | None = None


@dataclass(slots=True)
class Follower:
    """Follows one run, or those of a source, or all; looks once for each call of `look`."""

    engine: Engine
    clock: Callable[[], datetime]
    number: int | None = None
    source: str | None = None
    seen: dict[int, Seen] = field(default_factory=dict)
    newest: int | None = None

    def look(self) -> Iterator[Event]:
        """Give what is new since the last look, the ends of runs included."""
        now = self.clock()
        bury_dead(self.engine, now)
        runs = Runs(self.engine)
        following = {run.id: run for run in self._found(runs)}
        # A run that was seen running is read until its end was told.
        for number in self.seen:
            if number not in following and (run := runs.get(number)) is not None:
                following[number] = run
        for _, run in sorted(following.items()):
            yield from self._news(run, now)

    def _found(self, runs: Runs) -> list[RunRecord]:
        if self.number is not None:
            run = runs.get(self.number)
            return [] if run is None else [run]
        latest = runs.newest(self.source, LATEST)
        before, self.newest = self.newest, max((run.id for run in latest), default=self.newest or 0)
        # Some begin and end between two looks.
        fresh = [run for run in latest if before is not None and run.id > before]
        return [*fresh, *runs.newest(self.source, None, "running")]

    @property
    def waiting(self) -> bool:
        """Whether a run that was seen has not ended yet."""
        return bool(self.seen)

    def _news(self, run: RunRecord, now: datetime) -> Iterator[Event]:
        if run.id not in self.seen:
            self.seen[run.id] = Seen()
            yield Event("begun", run, run.started_at, f"begun ({run.trigger})")
        seen = self.seen[run.id]
        # The state was read before: the lines of a run that had ended are all there.
        for line in RunLogs(self.engine).get(run.id, seen.line).lines:
            seen.line = line.n
            yield Event("line", run, line.at, clean(line.text), line)
        counters = in_words(run.counts)
        if run.state == "running":
            if counters != seen.counters:
                seen.counters = counters
                yield Event("counters", run, now, counters)
            return
        del self.seen[run.id]
        yield Event("ended", run, run.finished_at or now, ending_of(run))


def in_words(counts: Mapping[str, int]) -> str:
    """Give a run's counters in a line."""
    rejected, failed = (sum(counts.get(code, 0) for code in codes) for codes in (PAGE_CODES, FETCH_CODES))
    figures = {"found": counts.get("found", 0)} | {code: counts.get(code, 0) for code in ARTICLE_CODES}
    figures |= {"rejected": rejected, "failed": failed, "waiting": counts.get("waiting", 0)}
    return ", ".join(f"{n} {name}" for name, n in figures.items() if n or name == "found")


def ending_of(run: RunRecord) -> str:
    """Say how a run ended."""
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    how = "died" if run.state == "died" else f"ended {run.outcome}"
    return clean(f"{how} after {duration(took)} ({run.reason}): {in_words(run.counts)}")


def as_text(event: Event) -> str:
    """Give an event as a line for people."""
    line = event.line
    mark = "" if line is None else f"{line.level} {'(process) ' if line.of_process else ''}{line.logger}: "
    return f"{event.at:%Y-%m-%d %H:%M:%S}Z [{event.run.source} run {event.run.id}] {mark}{event.words}"


def as_row(event: Event) -> dict[str, Any]:
    """Give an event as a JSON object."""
    row: dict[str, Any] = {"event": event.kind, "time": event.at, "run": event.run.id, "source": event.run.source}
    if event.line is not None:
        line = event.line
        return row | {"level": line.level, "logger": line.logger, "message": event.words, "process": line.of_process}
    if event.kind == "ended":
        row |= {"state": event.run.state, "outcome": event.run.outcome, "reason": clean(event.run.reason or "")}
    return row | ({} if event.kind == "begun" else {"counts": dict(event.run.counts)})
