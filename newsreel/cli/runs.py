"""`newsreel runs`: the crawls that were made, and those under way."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from newsreel.cli.following import Follower, as_row, as_text
from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.options import since as moment
from newsreel.cli.output import duration, say
from newsreel.cli.output import show as print_list
from newsreel.errors import NewsreelError
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from newsreel.logs import clean
from storage.run_logs import Resources, RunLog, RunLogs
from storage.runs import RunRecord, Runs, bury_dead

app = typer.Typer(help="Crawls: list, show and tail.", no_args_is_help=True)

COLUMNS = (
    "id",
    "source",
    "started",
    "took",
    "state",
    "outcome",
    "found",
    "new",
    "updated",
    "rejected",
    "failed",
    "waiting",
)
# Between two looks at the database.
PAUSE = 1.0


class State(StrEnum):
    """What a run can be."""

    running = "running"
    done = "done"
    died = "died"


class Lines(StrEnum):
    """How `tail` prints."""

    text = "text"
    jsonl = "jsonl"


def _row(run: RunRecord) -> dict[str, Any]:
    took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    counts = run.counts
    return {
        "id": run.id,
        "source": run.source,
        "trigger": run.trigger,
        "started": run.started_at,
        "finished": run.finished_at,
        "due": run.due_at,
        "took": duration(took),
        "state": run.state,
        "outcome": run.outcome,
        "reason": run.reason and clean(run.reason),
        "found": counts.get("found", 0),
        "new": counts.get("new", 0),
        "updated": counts.get("updated", 0),
        "rejected": sum(counts.get(code, 0) for code in PAGE_CODES),
        "failed": sum(counts.get(code, 0) for code in FETCH_CODES),
        "waiting": counts.get("waiting", 0),
        "counts": dict(counts),
    }


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    state: Annotated[State | None, typer.Option("--state", help="Only runs in this state.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Begun since: 7d, 24h, or a date like 2026-11-01.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List the latest crawls."""
    engine = database(configure(data_dir))
    now = datetime.now(UTC)
    begun = moment(since, now)
    bury_dead(engine, now)
    runs: Iterable[RunRecord] = Runs(engine).newest(source, limit, state, begun)
    print_list((_row(run) for run in runs), COLUMNS, form, right=("id", "took", *COLUMNS[6:]))


@app.command()
def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="The crawl's number.")],
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Show one crawl: its outcome, every counter, what it used, Scrapy's figures, and the last lines of its log."""
    engine = database(configure(data_dir))
    bury_dead(engine, datetime.now(UTC))
    run = _find(engine, number)
    log = RunLogs(engine).get(number)
    stats = {name: clean(value) if isinstance(value, str) else value for name, value in run.stats.items()}
    if form is not Listing.table:
        used = asdict(log.resources) if log.resources else None
        details = {"stats": stats, "resources": used, "log": _lines(log), "log_left_out": log.left_out}
        print_list([_row(run) | details], (*COLUMNS, "reason"), form)
        return
    facts = {k: v for k, v in _row(run).items() if k != "counts"}
    order = ("found", *ARTICLE_CODES, *PAGE_CODES, *FETCH_CODES, "waiting")
    counts = {code: run.counts[code] for code in order if run.counts.get(code)}
    others = {name: n for name, n in sorted(run.counts.items()) if name not in counts}
    used = _in_words(log.resources) if log.resources else {}
    rows = [{"name": k, "value": v} for k, v in (facts | counts | others | used | stats).items()]
    print_list(rows, ("name", "value"), form)
    _print_log(log)


@app.command()
def tail(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="Only this crawl.", show_default=False)] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only crawls of this source.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for further crawls, until Ctrl-C.")] = False,
    form: Annotated[Lines, typer.Option("--format", "-f", help="How to print.")] = Lines.text,
    data_dir: DataDir = None,
) -> None:
    """Follow the crawls under way: their logs and counters as they come, until the last one ends."""
    if number is not None and (source or follow):
        raise typer.BadParameter("a crawl ends by itself: give its number, or --source and --follow")
    engine = database(configure(data_dir))
    if number is not None:
        _find(engine, number)
    nothing = f"no crawl{f' of {source}' if source else ''} is under way"
    follower = Follower(engine, lambda: datetime.now(UTC), number, source)
    told = False
    while True:
        for event in follower.look():
            told = True
            if form is Lines.jsonl:
                print_list([as_row(event)], (), Listing.jsonl)
            else:
                sys.stdout.write(as_text(event) + "\n")
        sys.stdout.flush()
        if not (follow or follower.waiting):
            break
        if not told:
            told = True
            say(f"{nothing}; waiting for one, Ctrl-C ends")
        time.sleep(PAUSE)
    if not told:
        say(f"{nothing}; newsreel runs list shows the latest")


def _find(engine: Any, number: int) -> RunRecord:
    run = Runs(engine).get(number)
    if run is None:
        raise NewsreelError(f"no crawl {number}; newsreel runs list shows the latest")
    return run


def _lines(log: RunLog) -> list[dict[str, Any]]:
    return [
        {"time": line.at, "level": line.level, "logger": line.logger, "message": clean(line.text)}
        | {"process": line.of_process}
        for line in log.lines
    ]


def _in_words(used: Resources) -> dict[str, str]:
    """Say what a run used, and what of it is the whole process's."""
    process = f"the crawl process and its parse workers used {used.process_cpu_seconds:.1f} s meanwhile"
    if used.shared_by > 1:
        process = f"an even share: {process}, for up to {used.shared_by} crawls at once"
    peak = "unknown" if used.peak_memory is None else f"{used.peak_memory / 1024 / 1024:.0f} MB"
    shared = f", with up to {used.shared_by} crawls at once" if used.shared_by > 1 else ""
    return {
        "time used": f"{used.wall_seconds:.1f} s",
        "CPU used": f"{used.cpu_seconds:.1f} s ({process})",
        "peak memory": f"{peak} (the whole crawl process's since it began{shared})",
        "requests made": str(used.requests),
        "bytes down": str(used.bytes_down),
    }


def _print_log(log: RunLog) -> None:
    if not log.lines:
        return
    left_out = f"; {log.left_out} earlier ones are not kept" if log.left_out else ""
    sys.stdout.write(f"\nlog, the last {len(log.lines)} lines{left_out}\n")
    for line in log.lines:
        mark = "(process) " if line.of_process else ""
        sys.stdout.write(f"{line.at:%Y-%m-%d %H:%M:%S}Z {line.level} {mark}{line.logger}: {clean(line.text)}\n")
