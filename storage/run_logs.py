"""What is kept of a run for a while: the last lines of its log, Scrapy's figures, and what it used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from storage import schema
from storage.counting import upsert
from storage.database import reading
from storage.schema import run_lines, run_logs


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a crawl's log; `of_process` tells that the process said it and it belongs to no one crawl."""

    n: int
    at: datetime
    level: str
    logger: str
    text: str
    of_process: bool = False


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run used; `cpu_seconds` is its even share of what the process and its parse workers used meanwhile.

    `process_cpu_seconds` and `peak_memory` (bytes, since the process began) are those of the whole process, which up to
    `shared_by` crawls shared at once.
    """

    wall_seconds: float
    cpu_seconds: float
    process_cpu_seconds: float
    peak_memory: int | None
    shared_by: int
    requests: int
    bytes_down: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long logs and figures are kept: of the last `runs` runs of a source, and no longer than `days`."""

    days: int = 90
    runs: int = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What a crawl has to say of itself: its new lines, how many before the first kept one are left out, its figures.

    `first_kept` is the number of the oldest line that is kept.
    """

    run_id: int
    source: str
    lines: Sequence[LogLine]
    first_kept: int
    stats: Mapping[str, Any]
    resources: Resources


@dataclass(frozen=True, slots=True)
class RunLog:
    """What is kept of a run's log: the lines, oldest first, and how many older ones were left out; what it used."""

    lines: Sequence[LogLine] = ()
    left_out: int = 0
    resources: Resources | None = None


def keep(connection: Connection, reports: Sequence[Report], now: datetime) -> None:
    """Store what crawls report, inside the transaction that `connection` holds; removed runs are passed over."""
    numbers = [report.run_id for report in reports]
    there = set(connection.execute(select(schema.runs.c.id).where(schema.runs.c.id.in_(numbers))).scalars())
    for report in reports:
        if report.run_id not in there:
            continue
        values = {"left_out": report.first_kept - 1, "resources": asdict(report.resources)}
        row = upsert(connection, run_logs).values(run_id=report.run_id, source=report.source, begun_at=now, **values)
        connection.execute(row.on_conflict_do_update(index_elements=[run_logs.c.run_id], set_=values))
        lines = [line for line in report.lines if line.n >= report.first_kept]
        if lines:
            connection.execute(insert(run_lines), [_row(report.run_id, line) for line in lines])
        t = run_lines.c
        connection.execute(delete(run_lines).where(t.run_id == report.run_id, t.n < report.first_kept))
        mine = (schema.runs.c.id == report.run_id, schema.runs.c.state != "done")
        connection.execute(update(schema.runs).where(*mine).values(stats=dict(report.stats)))


def prune(connection: Connection, source: str, retention: Retention, now: datetime) -> int:
    """Remove logs and Scrapy's figures of a source's old runs; their outcomes and counters stay. Give how many."""
    t = run_logs.c
    # Cheap at the end of every run: only runs whose logs are still there are looked at.
    beyond = select(t.run_id).where(t.source == source).order_by(t.run_id.desc()).offset(retention.runs)
    horizon = now - timedelta(days=retention.days)
    old = set(connection.execute(beyond).scalars())
    old |= set(connection.execute(select(t.run_id).where(t.source == source, t.begun_at < horizon)).scalars())
    if old:
        connection.execute(delete(run_logs).where(t.run_id.in_(old)))
        connection.execute(update(schema.runs).where(schema.runs.c.id.in_(old)).values(stats=None))
    return len(old)


class RunLogs:
    """Reads what is kept of runs."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, run_id: int, after: int = 0) -> RunLog:
        """Give a run's log, only the lines behind number `after`; an empty one where nothing is kept."""
        with reading(self.engine, f"read the log of run {run_id}") as connection:
            row = connection.execute(select(run_logs).where(run_logs.c.run_id == run_id)).first()
            if row is None:
                return RunLog()
            t = run_lines.c
            query = select(run_lines).where(t.run_id == run_id, t.n > after).order_by(t.n)
            lines = tuple(
                LogLine(line.n, line.logged_at, line.level, line.logger, line.text, line.of_process)
                for line in connection.execute(query)
            )
            return RunLog(lines, row.left_out, Resources(**row.resources))


def _row(run_id: int, line: LogLine) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "n": line.n,
        "logged_at": line.at,
        "level": line.level,
        "logger": line.logger,
        "text": line.text,
        "of_process": line.of_process,
    }
