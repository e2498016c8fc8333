"""What a source's line on a dashboard shows of its articles: read of some sources or all, and kept until it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select

from storage import schema
from storage.held import Held, held_since
from storage.histograms import LAGS, WORDS, median
from storage.holdings import COVERED, to_hours
from storage.recall import Marks, OfAll, OfEach

RANGE_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Series:
    """Articles stored in each span of a range, the oldest first; `step` is how long each is, the last not over yet."""

    begin: datetime
    step: timedelta
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """What figures are of: so many spans from `begin` on, and today, from `midnight` on."""

    begin: datetime
    span: str
    number: int
    midnight: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What a source's line shows of its articles; `text` is the characters that stayed and those taken out."""

    articles: int
    series: Series
    today: int
    text: tuple[int, int]
    lags: int
    lag_seconds: float | None
    words: float | None
    removed: float | None
    coverage: Mapping[str, float | None]


# Read of so many sources at most one by one, and else of all.
FEW = 60
# What was read, until it changes.
_FIGURES: OfEach[Figures] = OfEach()
_SERIES: OfAll[Series] = OfAll()

# Built once: that takes longer than running them. For all sources, and for some.
_T = schema.holdings.c
_SINCE = (_T.span == bindparam("its_span"), _T.at >= bindparam("since"))
_SOME = _T.source.in_(bindparam("some", expanding=True))
_OF_ALL = select(_T.source, _T.at, _T.articles).where(*_SINCE)
_LINES = _OF_ALL, _OF_ALL.where(_SOME)
_TOTALS = select(_T.at, func.sum(_T.articles)).where(*_SINCE).group_by(_T.at)
_OF_TODAY = select(_T.source, func.sum(_T.articles)).where(*_SINCE).group_by(_T.source)
_TODAY = _OF_TODAY, _OF_TODAY.where(_SOME)


def kept_figures(engine: Engine, connection: Connection, window: Window, marks: Marks) -> dict[str, Figures]:
    """Give the figures of the sources that have an entry in `marks`; only those that changed are read."""
    return _FIGURES.get(engine, window, marks, partial(figures_of, connection, window))


def kept_series(
    engine: Engine, connection: Connection, begin: datetime, span: str, points: int, marks: Marks
) -> Series:
    """Give the articles of all sources together, span by span."""
    read = partial(_totals, connection, begin, span, points)
    return _SERIES.get(engine, (begin, span, points), marks, read)


def figures_of(
    connection: Connection, window: Window, sources: Sequence[str], held: Mapping[str, Held] | None = None
) -> dict[str, Figures]:
    """Read the figures of some sources; `held` is given where that was read already."""
    begin = window.begin
    some = sources if len(sources) <= FEW else None
    if held is None:
        held = held_since(connection, begin, some)
    articles: dict[str, dict[int, int]] = defaultdict(dict)
    for source, at, n in _rows(connection, _LINES, window.span, begin, some):
        articles[source][at] = n
    today = {source: int(n) for source, n in _rows(connection, _TODAY, "hour", window.midnight, some)}
    nothing = Held()
    found = {}
    for source in sources:
        series = _series(articles[source], begin, window.span, window.number)
        found[source] = _figures_from(held.get(source, nothing), series, today.get(source, 0))
    return found


def _rows(connection: Connection, query: Any, span: str, since: datetime, some: Sequence[str] | None) -> Sequence[Any]:
    values: dict[str, Any] = {"its_span": span, "since": to_hours(since)}
    if some is None:
        return connection.execute(query[0], values).all()
    return connection.execute(query[1], values | {"some": some}).all()


def _figures_from(held: Held, series: Series, today: int) -> Figures:
    sums = held.sums
    articles = sums["articles"]
    return Figures(
        articles=articles,
        series=series,
        today=today,
        text=(sums["chars"], sums["removed"]),
        lags=held.lags,
        lag_seconds=median(LAGS, held.lags),
        words=median(WORDS, held.lengths),
        removed=share_removed(sums["chars"], sums["removed"]),
        coverage={name: sums[f"with:{name}"] / articles if articles else None for name in COVERED},
    )


def _totals(connection: Connection, begin: datetime, span: str, points: int) -> Series:
    rows = connection.execute(_TOTALS, {"its_span": span, "since": to_hours(begin)}).all()
    return _series({at: int(n) for at, n in rows}, begin, span, points)


def series_of_source(connection: Connection, source: str, begin: datetime, span: str, points: int) -> Series:
    rows = _rows(connection, _LINES, span, begin, (source,))
    return _series({at: n for _, at, n in rows}, begin, span, points)


def _series(articles: Mapping[int, int], begin: datetime, span: str, points: int) -> Series:
    step = RANGE_STEPS[span]
    first, hours = to_hours(begin), step // RANGE_STEPS["hour"]
    return Series(begin, step, tuple([articles.get(first + n * hours, 0) for n in range(points)]))


def share_removed(chars: int, removed: int) -> float | None:
    return removed / (chars + removed) if chars + removed else None
