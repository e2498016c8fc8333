"""A source's runs, and one of them: what became of each link, what it used, and the end of its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from newsreel.web import outcomes
from newsreel.web.doors import doors_of
from newsreel.web.pages.source import figures_of, name_of
from newsreel.web.paths import RowNumber
from newsreel.web.problems import Fault
from newsreel.web.rendering import page
from storage.run_logs import LogLine, RunLogs
from storage.runs import RunRecord, Runs

router = APIRouter()
SHOWN = 50
LINES = 200
GRAVE = ("WARNING", "ERROR", "CRITICAL")
_FAMILIES = (("articles", ARTICLE_CODES), ("no articles", PAGE_CODES), ("not fetched", FETCH_CODES))


@router.get("/source/{source}/runs")
def runs(request: Request, source: str, before: Annotated[int | None, Query(ge=1, lt=2**63)] = None) -> Response:
    """Show a source's runs, the latest first."""
    figures_of(request, source, "24h")
    found = Runs(doors_of(request).engine).newest(source, SHOWN + 1, before=before)
    return page(
        request,
        "runs.html",
        source=source,
        title=name_of(request, source),
        runs=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        newer=before is not None,
        run_word=outcomes.run_word,
        run_state=outcomes.run_state,
        failed_of=outcomes.failed_of,
    )


@router.get("/source/{source}/run/{number:int}")
def run(request: Request, source: str, number: RowNumber, lines: Literal["last", "grave", "all"] = "last") -> Response:
    """Show a run."""
    engine = doors_of(request).engine
    found = Runs(engine).get(number)
    if found is None or found.source != source:
        raise Fault(404, f"“{source[:80]}” has no run {number}.")
    log = RunLogs(engine).get(number)
    shown = _chosen(log.lines, lines)
    return page(
        request,
        "run.html",
        source=source,
        title=name_of(request, source),
        run=found,
        families=_families(found),
        others=_others(found),
        log=log,
        shown=shown,
        lines=lines,
        grave=sum(line.level in GRAVE for line in log.lines),
        run_word=outcomes.run_word,
        run_state=outcomes.run_state,
        failed_of=outcomes.failed_of,
        trigger=outcomes.trigger_words(found.trigger),
        code_words=outcomes.outcome_words,
    )


def _chosen(lines: Sequence[LogLine], wanted: str) -> list[LogLine]:
    if wanted == "grave":
        return [line for line in lines if line.level in GRAVE]
    return list(lines) if wanted == "all" else list(lines[-LINES:])


def _families(run: RunRecord) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Give the outcomes of a run's links by families; those that are waiting by themselves."""
    found = []
    for word, codes in _FAMILIES:
        there = [(code, run.counts[code]) for code in codes if run.counts.get(code)]
        if there:
            found.append((word, sum(n for _, n in there), there))
    return found


def _others(run: RunRecord) -> list[tuple[str, int]]:
    """Give what else was counted, without the rules' cuts and the histograms."""
    known = {"found", "waiting", *ARTICLE_CODES, *PAGE_CODES, *FETCH_CODES}
    return [(name, n) for name, n in sorted(run.counts.items()) if n and name not in known and ":" not in name]
