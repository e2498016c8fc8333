"""What can be done with a source, and how far its crawl is: values for `_source_actions.html`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from newsreel.items import FETCH_CODES, PAGE_CODES
from newsreel.schedule import quiet_hours
from newsreel.sources import Source
from newsreel.web.doors import Doors, doors_of
from newsreel.web.wording import Times, counted, span
from storage import health, requests
from storage.beats import SILENCE, last_beat
from storage.requests import REQUESTED
from storage.runs import RunRecord


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl is, in words, and its counters.

    `is_over` where nothing will change by itself; `is_held` where its process is still at other sources.
    """

    words: str
    figures: tuple[tuple[str, int], ...] = ()
    is_over: bool = True
    is_held: bool = False
    may_take_back: bool = False


@dataclass(frozen=True, slots=True)
class Actions:
    """A source, since when it is paused and why, whether a service works, and how far its crawl is."""

    source: Source
    paused_at: datetime | None
    pause_note: str
    has_service: bool
    progress: Progress

    @property
    def may_run(self) -> bool:
        """Tell whether a crawl can be asked for now."""
        return self.has_service and self.source.enabled and self.progress.is_over and not self.progress.is_held


def actions_for(request: Request, source: Source) -> Actions:
    """Give what can be done with a source now."""
    paused_at, note = health.paused(doors_of(request).engine, source.id) or (None, "")
    return Actions(source, paused_at, note, has_service(doors_of(request)), progress_of(request, source))


def has_service(doors: Doors) -> bool:
    """Tell whether a service is running that would take up what is asked for."""
    beat = last_beat(doors.engine)
    # A tick that starts a crawl takes a while.
    return beat is not None and abs(doors.clock() - beat.beat_at) <= 3 * SILENCE


def progress_of(request: Request, source: Source) -> Progress:
    """Say how far the source's crawl is: the one that is asked for or under way, or else the last one."""
    doors = doors_of(request)
    now = doors.clock()
    asked = requests.progress(doors.engine, source.id)
    times = Times(now, doors.zone)
    run = asked.run
    if run is not None and run.state == "running":
        words = (
            f"Crawling since {times.clock(run.started_at)}, {span(max(0.0, (now - run.started_at).total_seconds()))}."
        )
        return Progress(words, _figures(run), is_over=False)
    if asked.is_over:
        words = "It was not crawled yet." if run is None else _ended(run, times)
        return Progress(words, _figures(run) if run else (), is_held=asked.is_held)
    if not has_service(doors):
        words = "A crawl is asked for, but no service is running that would begin it."
        return Progress(words, is_over=False, may_take_back=asked.state == REQUESTED)
    if asked.state == REQUESTED:
        words = "A crawl is asked for; the service begins it as soon as a place and the host are free."
        return Progress(words, is_over=False, may_take_back=True)
    quiet = quiet_hours(source, now)
    words = "A crawl is about to begin."
    if quiet is not None:
        words = f"These are its quiet hours: the crawl begins at {times.moment(quiet[1])}."
    return Progress(words, is_over=False)


def _ended(run: RunRecord, times: Times) -> str:
    at = run.finished_at or run.started_at
    took = f" It took {span(at - run.started_at)}." if run.finished_at else ""
    how = {"ok": "ended well", "partial": "missed something", "failed": "failed"}.get(run.outcome or "", "ended")
    reason = f" ({run.reason})" if run.outcome != "ok" and run.reason and run.reason != "finished" else ""
    return (
        f"The last crawl, {times.moment(at)}, {how}{reason}: {counted(run.counts.get('new', 0), 'new article')}.{took}"
    )


def _figures(run: RunRecord) -> tuple[tuple[str, int], ...]:
    """Give a run's counters: what was found, and what became of it."""
    counts = run.counts
    rejected = sum(counts.get(code, 0) for code in PAGE_CODES)
    failed = sum(counts.get(code, 0) for code in FETCH_CODES)
    duplicates = sum(n for name, n in counts.items() if name.startswith("dup-"))
    rows = (
        ("Found", counts.get("found", 0)),
        ("New", counts.get("new", 0)),
        ("Updated", counts.get("updated", 0)),
        ("Unchanged", counts.get("unchanged", 0)),
        ("Duplicate", duplicates),
        ("No article", rejected),
        ("Failed", failed),
    )
    always = ("Found", "New", "Failed")
    return tuple(row for row in rows if row[1] or row[0] in always)
