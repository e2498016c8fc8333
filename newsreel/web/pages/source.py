"""One source: what it brings and when, what becomes of it, its runs, its health; and one run of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine

from newsreel.schedule import describe
from newsreel.web import healthdays, newsroom, outcomes, portrait
from newsreel.web.actions import actions_for
from newsreel.web.advice import advice
from newsreel.web.catalogue import catalogue
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from newsreel.web.ranges import WORDS, midnight_of, series_of, tabs, volumes
from newsreel.web.rendering import page
from newsreel.web.timechart import time_chart
from newsreel.web.usual import course, usual_by_now
from newsreel.web.wording import Times, ago, first_upper, thousands
from storage import health, rhythm
from storage.company import source_names
from storage.dashboard import Range, SourceFigures, SourceLine, source_figures
from storage.doors import Doors as DoorStore
from storage.removals import removed_often
from storage.runs import Runs
from storage.sources import SourceStates
from storage.usual import Past, past

router = APIRouter()
# How far back the hours of the week are looked at.
WEEKS = timedelta(weeks=8)
# Of these, so many are shown.
RUNS = RULES = CODES = 8
SPELLS = 5
CHANGES = 60
DAY = timedelta(days=1)


@router.get("/source/{source}")
def show(request: Request, source: str, range: Range = "30d") -> Response:
    """Show a source."""
    doors = doors_of(request)
    engine, now = doors.engine, doors.clock()
    times = Times(now, doors.zone)
    midnight = midnight_of(times)
    outlet = catalogue(doors).get(source)
    try:
        found = figures_of(request, source, range)
    except Fault:
        if outlet is None:
            raise
        # Nothing to draw yet; but it can be run, edited and paused.
        return RedirectResponse(f"/source/{source}/changed", 303)
    known = health.states(engine).get(source)
    plan = SourceStates(engine).all()[source].plan
    series = series_of(found)
    hours, shown = volumes(engine, series, midnight, source)
    made = course(shown, series.begin, series.step, now, doors.zone)
    usual = usual_by_now(hours, midnight, now, doors.zone)
    return page(
        request,
        "source.html",
        source=source,
        title=name_of(request, source),
        outlet=outlet,
        actions=actions_for(request, outlet) if outlet is not None else None,
        health=known.health if known is not None else None,
        advice=advice(known.health) if known is not None else "",
        ranges=tabs(f"/source/{source}", {}, range),
        within=range,
        tiles=_tiles(found, past(engine, now, range, source), usual, WORDS[range].before),
        next_run=_next_run(found.line, plan, times),
        volume=time_chart(made, times, as_bars=made.step >= DAY),
        week=portrait.week(rhythm.arrivals(engine, source, now - WEEKS), times),
        removed_lines=removed_often(engine, source),
        runs=Runs(engine).newest(source, RUNS),
        read=DoorStore(engine).of(source),
        plan=plan,
        schedule=describe(outlet) if outlet is not None else "",
        run_word=outcomes.run_word,
        run_state=outcomes.run_state,
        failed_of=outcomes.failed_of,
        **_charts(found),
        **_health(engine, source, times),
    )


def figures_of(request: Request, source: str, wanted: Range) -> SourceFigures:
    """Read a source's figures; a page that says so where there is no such source."""
    doors = doors_of(request)
    now = doors.clock()
    found = source_figures(doors.engine, source, now, wanted, midnight_of(Times(now, doors.zone)))
    if found is None:
        known = source in catalogue(doors)
        raise Fault(404, f"“{source[:80]}” {'was not crawled yet' if known else 'is no source that we know'}.")
    return found


def known_names(request: Request) -> dict[str, str]:
    """Give the names of all sources that were ever due or crawled."""
    engine = doors_of(request).engine
    outlets = catalogue(doors_of(request))
    stored = source_names(engine)
    return {
        each: outlets[each].name if each in outlets else stored.get(each, each) for each in SourceStates(engine).all()
    }


def name_of(request: Request, source: str) -> str:
    """Give a source's name: the catalogue's, or else the one that its articles have."""
    outlet = catalogue(doors_of(request)).get(source)
    return outlet.name if outlet is not None else source_names(doors_of(request).engine).get(source, source)


def _tiles(
    found: SourceFigures, before: Past, usual: tuple[float | None, float | None], words: str
) -> list[tuple[str, str, str]]:
    line = found.line
    lag, cut = newsroom.lag_words(before.lag_seconds), newsroom.share_words(before.removed)
    return [
        ("Articles today", thousands(line.today), newsroom.usual_words(*usual)),
        ("Median lag", newsroom.lag_words(line.lag_seconds), f"{lag} {words}" if before.lag_seconds else ""),
        ("Text removed", newsroom.share_words(line.removed), f"{cut} {words}" if before.removed is not None else ""),
    ]


def _next_run(line: SourceLine, plan: str | None, times: Times) -> tuple[str, str]:
    """Say when a source is run next, and why then."""
    if line.state == "paused":
        return "paused", "nothing is crawled until it is resumed"
    if line.next_due_at is None:
        return "–", "the service says when it is at work"
    why = (plan or "").partition(": ")[2].partition(";")[0] or plan or ""
    if line.next_due_at <= times.now:
        return "due", f"since {times.near(line.next_due_at)}"
    day = "" if line.next_due_at - times.now < DAY else f"{times.local(line.next_due_at):%a} "
    return f"{day}{times.clock(line.next_due_at)}", f"{ago(line.next_due_at, times.now)}{': ' if why else ''}{why}"


def _charts(found: SourceFigures) -> dict[str, Any]:
    rules = {rule.rule: rule.chars for rule in found.rules}
    fields = {first_upper({"image": "picture"}.get(name, name)): part for name, part in found.line.coverage.items()}
    return {
        "lags": portrait.lags(found.lags),
        "lengths": portrait.lengths(found.lengths),
        "fields": portrait.shares(fields, str),
        "rules": portrait.bars(rules, str, RULES),
        "rules_more": max(0, len(rules) - RULES),
        "removed": sum(rules.values()),
        "answers": portrait.bars(found.outcomes, outcomes.outcome_words, CODES),
        "found": found.found,
        "articles": found.line.articles,
    }


def _health(engine: Engine, source: str, times: Times) -> dict[str, Any]:
    spells = healthdays.spells(health.changes(engine, source, CHANGES), times)
    days = healthdays.days(spells, times)
    return {
        "spells": [spell for spell in spells if spell.state != "ok"][:SPELLS],
        "days": days,
        "day_words": healthdays.day_words(days),
    }
