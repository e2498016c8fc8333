"""What is kept of a run for a while: its log, its figures and what it used; and that old ones go."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from stories import HOUR, NOW, begin, end

from storage import run_logs
from storage.database import check_integrity, reading, writing
from storage.run_logs import LogLine, Report, Resources, Retention, RunLog, RunLogs
from storage.runs import Runs, bury_dead
from storage.schema import run_lines
from storage.sources import SourceStates

USED = Resources(12.5, 0.6, 4.2, 150_000_000, 8, 14, 24_570)
DAY = timedelta(days=1)


def line(n: int, text: str = "the ferry is late", **changes: object) -> LogLine:
    """Give a line."""
    values = {"at": NOW, "level": "WARNING", "logger": "tide", "text": text} | changes
    return LogLine(n, **values)  # type: ignore[arg-type]


def report(run_id: int, *lines: LogLine, first_kept: int = 1, **changes: object) -> Report:
    """Give a crawl's report."""
    values = {"source": "tide", "stats": {"downloader/request_count": 14}, "resources": USED} | changes
    return Report(run_id, lines=lines, first_kept=first_kept, **values)  # type: ignore[arg-type]


def keep(engine: Engine, *reports: Report, now: datetime = NOW) -> None:
    """Store reports."""
    with writing(engine) as connection:
        run_logs.keep(connection, reports, now)


def kept(engine: Engine, run_id: int) -> list[str]:
    """Give the lines that are kept of a run."""
    return [line.text for line in RunLogs(engine).get(run_id).lines]


def test_a_log_is_kept_as_it_was_reported(engine: Engine) -> None:
    run_id = begin(engine)
    assert RunLogs(engine).get(run_id) == RunLog()
    lines = (line(1, "a\nb\u2028\ud800"), line(2, "c", level="ERROR", logger="asyncio", of_process=True))
    keep(engine, report(run_id, lines[0]))
    keep(engine, report(run_id, lines[1], stats={"downloader/request_count": 15}))
    log = RunLogs(engine).get(run_id)
    assert log == RunLog((line(1, "a\nb\u2028\ufffd"), lines[1]), 0, USED)
    assert RunLogs(engine).get(run_id, after=1).lines == (lines[1],)
    run = Runs(engine).get(run_id)
    assert run is not None
    assert run.stats == {"downloader/request_count": 15}


def test_only_the_last_lines_are_kept_and_the_others_counted(engine: Engine) -> None:
    run_id = begin(engine)
    keep(engine, report(run_id, *(line(n, str(n)) for n in range(1, 5))))
    keep(engine, report(run_id, *(line(n, str(n)) for n in range(5, 9)), first_kept=6))
    assert kept(engine, run_id) == ["6", "7", "8"]
    assert RunLogs(engine).get(run_id).left_out == 5


def test_a_run_that_was_removed_under_way_holds_up_no_other(engine: Engine) -> None:
    removed, other = begin(engine), begin(engine, "reef")
    SourceStates(engine).remove("tide")
    keep(engine, report(removed, line(1)), report(other, line(1), source="reef"))
    assert kept(engine, removed) == []
    assert kept(engine, other) == ["the ferry is late"]
    check_integrity(engine)


def test_a_source_is_removed_with_its_logs(engine: Engine) -> None:
    keep(engine, report(begin(engine), line(1)))
    SourceStates(engine).remove("tide")
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(run_lines)).scalar_one() == 0


def test_figures_of_the_end_are_not_overwritten(engine: Engine) -> None:
    run_id = begin(engine)
    with writing(engine) as connection:
        run_logs.keep(connection, [report(run_id)], NOW)
        end_stats = {"finish_reason": "finished"}
        from storage import runs

        runs.finish(connection, run_id, "tide", "finished", end_stats, NOW)
    keep(engine, report(run_id, line(1)))
    run = Runs(engine).get(run_id)
    assert run is not None
    assert run.stats == end_stats
    assert kept(engine, run_id) == ["the ferry is late"]


def test_a_run_that_died_keeps_what_it_reported(engine: Engine) -> None:
    run_id = begin(engine)
    keep(engine, report(run_id, line(1)))
    from sqlalchemy import update

    from storage import schema

    with writing(engine) as connection:
        connection.execute(update(schema.leases).values(process_started="1"))
    assert bury_dead(engine, NOW) == [run_id]
    run = Runs(engine).get(run_id)
    assert run is not None
    assert (run.state, run.stats) == ("died", {"downloader/request_count": 14})
    assert RunLogs(engine).get(run_id).resources == USED
    assert kept(engine, run_id) == ["the ferry is late"]


def crawl(engine: Engine, now: datetime, source: str = "tide") -> int:
    """Run and end a crawl with a line in its log."""
    run_id = begin(engine, source, now)
    keep(engine, report(run_id, line(1), source=source), now=now)
    end(engine, run_id, source, now)
    keep(engine, report(run_id, source=source), now=now)
    return run_id


def prune(engine: Engine, retention: Retention, now: datetime, source: str = "tide") -> int:
    """Remove what is old."""
    with writing(engine) as connection:
        return run_logs.prune(connection, source, retention, now)


def test_old_logs_go_and_outcomes_and_counters_stay(engine: Engine) -> None:
    numbers = [crawl(engine, NOW + n * DAY) for n in range(6)]
    others = crawl(engine, NOW, "reef")
    assert prune(engine, Retention(days=90, runs=4), NOW + 6 * DAY) == 2
    assert [kept(engine, n) != [] for n in numbers] == [False, False, True, True, True, True]
    assert prune(engine, Retention(days=3, runs=4), NOW + 6 * DAY) == 1
    assert [kept(engine, n) != [] for n in numbers] == [False, False, False, True, True, True]
    assert prune(engine, Retention(days=3, runs=4), NOW + 6 * DAY) == 0
    runs = {run.id: run for run in Runs(engine).newest("tide", None)}
    assert [runs[n].outcome for n in numbers] == ["ok"] * 6
    assert runs[numbers[0]].stats == {}
    assert kept(engine, others) == ["the ferry is late"]
    check_integrity(engine)


def test_runs_are_listed_by_state_and_time(engine: Engine) -> None:
    first, second = crawl(engine, NOW), crawl(engine, NOW + HOUR)
    third = begin(engine, now=NOW + 2 * HOUR)
    runs = Runs(engine)
    assert [run.id for run in runs.newest(state="running")] == [third]
    assert [run.id for run in runs.newest(state="done")] == [second, first]
    assert [run.id for run in runs.newest(since=NOW + HOUR)] == [third, second]
    assert [run.id for run in runs.newest(state="done", since=NOW + HOUR, source="tide", limit=1)] == [second]
    assert runs.newest(state="died") == []
