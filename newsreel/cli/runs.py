"""`newsreel runs`: the crawls that were made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.output import duration
from newsreel.cli.output import show as print_list
from newsreel.errors import NewsreelError
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from storage.runs import RunRecord, Runs, bury_dead

app = typer.Typer(help="Crawls: list and show.", no_args_is_help=True)

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
        "reason": run.reason,
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
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List the latest crawls."""
    engine = database(configure(data_dir))
    bury_dead(engine, datetime.now(UTC))
    runs: Iterable[RunRecord] = Runs(engine).newest(source, limit)
    print_list((_row(run) for run in runs), COLUMNS, form, right=("id", "took", *COLUMNS[6:]))


@app.command()
def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="The crawl's number.")],
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Show one crawl: its outcome, every counter, and Scrapy's figures."""
    engine = database(configure(data_dir))
    bury_dead(engine, datetime.now(UTC))
    run = Runs(engine).get(number)
    if run is None:
        raise NewsreelError(f"no crawl {number}; newsreel runs list shows the latest")
    if form is not Listing.table:
        print_list([_row(run) | {"stats": dict(run.stats)}], (*COLUMNS, "reason"), form)
        return
    facts = {k: v for k, v in _row(run).items() if k != "counts"}
    order = ("found", *ARTICLE_CODES, *PAGE_CODES, *FETCH_CODES, "waiting")
    counts = {code: run.counts[code] for code in order if run.counts.get(code)}
    others = {name: n for name, n in sorted(run.counts.items()) if name not in counts}
    rows = [{"name": k, "value": v} for k, v in (facts | counts | others | dict(run.stats)).items()]
    print_list(rows, ("name", "value"), form)
