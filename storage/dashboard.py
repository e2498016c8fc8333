"""What a dashboard shows of all sources, and a source's page of one: from counters alone, for four ranges of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, func, select

from newsreel.items import OUTCOME_CODES
from storage import schema
from storage.database import reading
from storage.held import Held, held_since
from storage.histograms import LAGS, WORDS, filled, median
from storage.holdings import beginning
from storage.lines import (
    RANGE_STEPS,
    Figures,
    Series,
    Window,
    figures_of,
    kept_figures,
    kept_series,
    series_of_source,
    share_removed,
)

Range = Literal["24h", "7d", "30d", "90d"]


@dataclass(frozen=True, slots=True)
class _Grain:
    """How a range is cut: the spans whose sums are read and their number, and those of the chart."""

    span: str
    number: int
    chart: str
    points: int


# All end with the hour, day or week under way. Thirteen weeks are 91 days.
_GRAINS: dict[Range, _Grain] = {
    "24h": _Grain("hour", 24, "hour", 24),
    "7d": _Grain("day", 7, "hour", 168),
    "30d": _Grain("day", 30, "day", 30),
    "90d": _Grain("week", 13, "day", 90),
}
RANGES: tuple[Range, ...] = tuple(_GRAINS)


def range_of(now: datetime, wanted: Range, times: int = 1) -> datetime:
    """Give when a range begins that ends with what is under way; with `times`, one so many times as long."""
    grain = _GRAINS[wanted]
    return _first(now, grain.span, grain.number * times)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in a dashboard's table; shares are 0 to 1, None where nothing was stored; times are medians."""

    source: str
    state: str | None
    reason: str | None
    since: datetime | None
    articles: int
    series: Series
    lag_seconds: float | None
    words: float | None
    removed: float | None
    coverage: Mapping[str, float | None]
    last_success_at: datetime | None
    next_due_at: datetime | None
    today: int = 0
    signals: tuple[str, ...] = ()
    last_run_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All sources together, and one by one: sources that are ok among those that were judged; articles since midnight
    and in the range; the median lag, and the share of the text that cleaning took out."""

    ok: int
    judged: int
    today: int
    articles: int
    lag_seconds: float | None
    removed: float | None
    series: Series
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bucket of a histogram, from `low` up to but without `high`."""

    low: int
    high: int
    n: int


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What a cleaning rule took out: cuts and characters."""

    rule: str
    cuts: int
    chars: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """What a source's page shows: its line, the volume, outcomes, removals by rule and two histograms.

    `near_dup` and `first` are those of `storage.statistics`.
    """

    line: SourceLine
    volume: Series
    found: int
    waiting: int
    outcomes: Mapping[str, int]
    rules: tuple[RuleTotal, ...]
    lags: tuple[Bar, ...]
    lengths: tuple[Bar, ...]
    near_dup: int
    first: int


_STATES = (
    select(schema.sources.c.source, *(schema.health.c[name] for name in ("state", "reason", "since", "signals")))
    .add_columns(schema.sources.c.last_success_at, schema.sources.c.next_due_at, schema.sources.c.mark)
    .add_columns(schema.runs.c.started_at.label("last_run_at"))
    .outerjoin(schema.health, schema.health.c.source == schema.sources.c.source)
    .outerjoin(schema.runs, schema.runs.c.id == schema.sources.c.last_run_id)
    .order_by(schema.sources.c.source)
)


def dashboard(engine: Engine, now: datetime, wanted: Range, midnight: datetime | None = None) -> Dashboard:
    """Read all that a dashboard shows of a range; today begins in the hour of `midnight`, or else at midnight UTC."""
    grain = _GRAINS[wanted]
    window = _window(grain, now, midnight)
    charted = _first(now, grain.chart, grain.points)
    with reading(engine, "read the dashboard's figures") as connection:
        states = _states(connection, None)
        marks = {source: row.mark for source, row in states.items()}
        found = kept_figures(engine, connection, window, marks)
        chars, removed = (sum(each.text[n] for each in found.values()) for n in (0, 1))
        return Dashboard(
            ok=sum(row.state == "ok" for row in states.values()),
            judged=sum(row.state is not None for row in states.values()),
            today=sum(each.today for each in found.values()),
            articles=sum(each.articles for each in found.values()),
            lag_seconds=median(LAGS, sum(each.lags for each in found.values())),
            removed=share_removed(chars, removed),
            series=kept_series(engine, connection, charted, grain.chart, grain.points, marks),
            sources=tuple([_line(row, found[source]) for source, row in states.items()]),
        )


def source_figures(
    engine: Engine, source: str, now: datetime, wanted: Range, midnight: datetime | None = None
) -> SourceFigures | None:
    """Read all that a source's page shows of a range; None for a source of which nothing is known."""
    grain = _GRAINS[wanted]
    window = _window(grain, now, midnight)
    with reading(engine, f"read the figures of {source}") as connection:
        states = _states(connection, source)
        if not states:
            return None
        held = held_since(connection, window.begin, (source,)).get(source, Held())
        figures = figures_of(connection, window, (source,), {source: held})[source]
        sums = _counters(connection, source, grain, now)
        rules = [
            RuleTotal(rule, sums[f"cuts:{rule}"], n)
            for rule, n in ((name.removeprefix("removed:"), n) for name, n in sums.items() if "removed:" in name)
            if n
        ]
        return SourceFigures(
            line=_line(states[source], figures),
            volume=series_of_source(
                connection, source, _first(now, grain.chart, grain.points), grain.chart, grain.points
            ),
            found=sums["found"],
            waiting=sums["waiting"],
            outcomes={code: sums[code] for code in OUTCOME_CODES if sums[code]},
            rules=tuple(sorted(rules, key=lambda each: (-each.chars, each.rule))),
            lags=_bars(LAGS, held.lags),
            lengths=_bars(WORDS, held.lengths),
            near_dup=sums["near-dup"],
            first=sums["first"],
        )


def _first(now: datetime, span: str, number: int) -> datetime:
    """Give when the first of so many spans begins, the last of which is under way."""
    return beginning(now, span) - (number - 1) * RANGE_STEPS[span]


def _states(connection: Connection, source: str | None) -> dict[str, Any]:
    query = _STATES if source is None else _STATES.where(schema.sources.c.source == source)
    return {row.source: row for row in connection.execute(query)}


def _window(grain: _Grain, now: datetime, midnight: datetime | None) -> Window:
    return Window(_first(now, grain.span, grain.number), grain.span, grain.number, midnight or beginning(now, "day"))


def _counters(connection: Connection, source: str, grain: _Grain, now: datetime) -> Counter[str]:
    table, time = (schema.counters, "hour") if grain.span == "hour" else (schema.day_counters, "day")
    c = table.c
    begin = _first(now, grain.span, grain.number)
    query = select(c.name, func.sum(c.n)).where(c.source == source, c[time] >= begin).group_by(c.name)
    return Counter({name: int(n) for name, n in connection.execute(query)})


def _line(state: Any, figures: Figures) -> SourceLine:
    return SourceLine(
        source=state.source,
        state=state.state,
        reason=state.reason,
        since=state.since,
        articles=figures.articles,
        series=figures.series,
        lag_seconds=figures.lag_seconds,
        words=figures.words,
        removed=figures.removed,
        coverage=figures.coverage,
        last_success_at=state.last_success_at,
        next_due_at=state.next_due_at,
        today=figures.today,
        signals=tuple(state.signals or ()),
        last_run_at=state.last_run_at,
    )


def _bars(bounds: tuple[int, ...], histogram: int) -> tuple[Bar, ...]:
    ends = (*bounds[1:], bounds[-1] * 2)
    return tuple(Bar(bounds[number], ends[number], n) for number, n in filled(histogram))
