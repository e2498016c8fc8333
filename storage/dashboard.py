"""What a dashboard shows of all sources, and a source's page of one: from counters alone, for four ranges of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, func, select

from newsreel.items import OUTCOME_CODES
from storage import schema
from storage.database import reading
from storage.histograms import LAGS, WORDS, filled, median, unpack
from storage.holdings import COVERED, beginning

Range = Literal["24h", "7d", "30d", "90d"]

_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


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


@dataclass(frozen=True, slots=True)
class Series:
    """Articles stored in each span of a range, the oldest first; `step` is how long each is, the last not over yet."""

    begin: datetime
    step: timedelta
    values: tuple[int, ...]


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


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All sources together, and one by one: sources that are ok among those that were judged; articles since midnight
    UTC and in the range; the median lag, and the share of the text that cleaning took out."""

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
    """What a source's page shows: its line, the volume, outcomes, removals by rule and two histograms."""

    line: SourceLine
    volume: Series
    found: int
    waiting: int
    outcomes: Mapping[str, int]
    rules: tuple[RuleTotal, ...]
    lags: tuple[Bar, ...]
    lengths: tuple[Bar, ...]


@dataclass(slots=True)
class _Held:
    """What is held of a range."""

    sums: Counter[str] = field(default_factory=Counter)
    at: Counter[datetime] = field(default_factory=Counter)
    lengths: int = 0
    lags: int = 0


_SUMMED = ("articles", "chars", "removed", *(f"{name}s" for name in COVERED))


def dashboard(engine: Engine, now: datetime, wanted: Range) -> Dashboard:
    """Read all that a dashboard shows of a range."""
    grain = _GRAINS[wanted]
    with reading(engine, "read the dashboard's figures") as connection:
        states = _states(connection, None)
        held = _held(connection, list(states), grain, now)
        whole = _Held()
        for source in held.values():
            whole.sums.update(source.sums)
            whole.lags += source.lags
        return Dashboard(
            ok=sum(row.state == "ok" for row in states.values()),
            judged=sum(row.state is not None for row in states.values()),
            today=_since(connection, beginning(now, "day")),
            articles=whole.sums["articles"],
            lag_seconds=median(LAGS, whole.lags),
            removed=_share(whole.sums),
            series=_chart(connection, None, grain, now),
            sources=tuple(_line(row, held.get(source, _Held()), grain, now) for source, row in states.items()),
        )


def source_figures(engine: Engine, source: str, now: datetime, wanted: Range) -> SourceFigures | None:
    """Read all that a source's page shows of a range; None for a source of which nothing is known."""
    grain = _GRAINS[wanted]
    with reading(engine, f"read the figures of {source}") as connection:
        states = _states(connection, source)
        if not states:
            return None
        held = _held(connection, [source], grain, now).get(source, _Held())
        sums = _counters(connection, source, grain, now)
        rules = [
            RuleTotal(rule, sums[f"cuts:{rule}"], n)
            for rule, n in ((name.removeprefix("removed:"), n) for name, n in sums.items() if "removed:" in name)
            if n
        ]
        return SourceFigures(
            line=_line(states[source], held, grain, now),
            volume=_chart(connection, source, grain, now),
            found=sums["found"],
            waiting=sums["waiting"],
            outcomes={code: sums[code] for code in OUTCOME_CODES if sums[code]},
            rules=tuple(sorted(rules, key=lambda each: (-each.chars, each.rule))),
            lags=_bars(LAGS, held.lags),
            lengths=_bars(WORDS, held.lengths),
        )


def _first(now: datetime, span: str, number: int) -> datetime:
    """Give when the first of so many spans begins, the last of which is under way."""
    return beginning(now, span) - (number - 1) * _STEPS[span]


def _states(connection: Connection, source: str | None) -> dict[str, Any]:
    s, h = schema.sources, schema.health
    columns = (s.c.source, h.c.state, h.c.reason, h.c.since, s.c.last_success_at, s.c.next_due_at)
    query = select(*columns).outerjoin(h, h.c.source == s.c.source).order_by(s.c.source)
    rows = connection.execute(query if source is None else query.where(s.c.source == source))
    return {row.source: row for row in rows}


def _held(connection: Connection, sources: list[str], grain: _Grain, now: datetime) -> dict[str, _Held]:
    t = schema.holdings.c
    mine = (t.source.in_(sources), t.span == grain.span, t.at >= _first(now, grain.span, grain.number))
    held: dict[str, _Held] = defaultdict(_Held)
    sums = select(t.source, *(func.sum(t[name]).label(name) for name in _SUMMED)).where(*mine).group_by(t.source)
    for source, *values in connection.execute(sums):
        held[source].sums.update(dict(zip(_SUMMED, map(int, values), strict=True)))
    for source, at, articles, lengths, lags in connection.execute(
        select(t.source, t.at, t.articles, t.lengths, t.lags).where(*mine)
    ):
        here = held[source]
        here.at[at] = articles
        here.lengths += unpack(lengths)
        here.lags += unpack(lags)
    return held


def _chart(connection: Connection, source: str | None, grain: _Grain, now: datetime) -> Series:
    t = schema.holdings.c
    begin = _first(now, grain.chart, grain.points)
    query = select(t.at, func.sum(t.articles)).where(t.span == grain.chart, t.at >= begin).group_by(t.at)
    if source is not None:
        query = query.where(t.source == source)
    return _series({at: int(n) for at, n in connection.execute(query)}, begin, grain.chart, grain.points)


def _series(articles: Mapping[datetime, int], begin: datetime, span: str, points: int) -> Series:
    step = _STEPS[span]
    return Series(begin, step, tuple(articles.get(begin + n * step, 0) for n in range(points)))


def _since(connection: Connection, day: datetime) -> int:
    t = schema.holdings.c
    query = select(func.coalesce(func.sum(t.articles), 0)).where(t.span == "day", t.at >= day)
    return int(connection.execute(query).scalar_one())


def _counters(connection: Connection, source: str, grain: _Grain, now: datetime) -> Counter[str]:
    table, time = (schema.counters, "hour") if grain.span == "hour" else (schema.day_counters, "day")
    c = table.c
    begin = _first(now, grain.span, grain.number)
    query = select(c.name, func.sum(c.n)).where(c.source == source, c[time] >= begin).group_by(c.name)
    return Counter({name: int(n) for name, n in connection.execute(query)})


def _line(state: Any, held: _Held, grain: _Grain, now: datetime) -> SourceLine:
    articles = held.sums["articles"]
    return SourceLine(
        source=state.source,
        state=state.state,
        reason=state.reason,
        since=state.since,
        articles=articles,
        series=_series(held.at, _first(now, grain.span, grain.number), grain.span, grain.number),
        lag_seconds=median(LAGS, held.lags),
        words=median(WORDS, held.lengths),
        removed=_share(held.sums),
        coverage={name: held.sums[f"{name}s"] / articles if articles else None for name in COVERED},
        last_success_at=state.last_success_at,
        next_due_at=state.next_due_at,
    )


def _share(sums: Mapping[str, int]) -> float | None:
    text = sums["chars"] + sums["removed"]
    return sums["removed"] / text if text else None


def _bars(bounds: tuple[int, ...], histogram: int) -> tuple[Bar, ...]:
    ends = (*bounds[1:], bounds[-1] * 2)
    return tuple(Bar(bounds[number], ends[number], n) for number, n in filled(histogram))
