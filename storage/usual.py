"""What a dashboard's numbers are compared with: the volume of earlier weeks, and the range before the one shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, bindparam, func, select

from storage import schema
from storage.dashboard import Range, range_of
from storage.database import reading
from storage.held import Held, held_since
from storage.histograms import LAGS, median
from storage.holdings import beginning, from_hours, to_hours
from storage.lines import FEW, RANGE_STEPS
from storage.recall import OfAll, OfEach, marks_of

# Changes of state are looked at from the last one backwards; a newsroom has far fewer in a day.
MOST_CHANGES = 1000
# A look for crawls in more silences than this would take longer than it is worth.
MOST_SILENCES = 40


# Articles, characters that stayed, characters taken out, and the histogram of lags.
_Sums = tuple[int, int, int, int]
# What was read, until it changes.
_BETWEEN: OfEach[_Sums] = OfEach()
_ARRIVED: OfAll[Mapping[datetime, int]] = OfAll()

# Built once: that takes longer than running them, and the last ones run for each silence. For all sources, and for one.
_H = schema.holdings.c
_ONE = _H.source == bindparam("its_source")
_OF_ALL = (
    select(_H.at, func.sum(_H.articles))
    .where(_H.span == bindparam("its_span"), _H.at >= bindparam("since"))
    .group_by(_H.at)
)
_VOLUME = _OF_ALL, _OF_ALL.where(_ONE)
_FIRST = select(func.min(_H.at)).where(_H.span == bindparam("its_span"))
_EARLIEST = _FIRST, _FIRST.where(_ONE)


def _crawled(table: Table, time: str) -> Select[Any]:
    c = table.c
    between = c[time] > bindparam("after"), c[time] < bindparam("before")
    return select(c[time]).where(c.source.in_(select(schema.sources.c.source)), *between).distinct()


_CRAWLED = {"hour": _crawled(schema.counters, "hour"), "day": _crawled(schema.day_counters, "day")}


@dataclass(frozen=True, slots=True)
class Past:
    """The figures of the range before: sources that were ok a day ago, articles, the median lag, the share removed."""

    ok: int
    articles: int
    lag_seconds: float | None
    removed: float | None


@dataclass(frozen=True, slots=True)
class Volume:
    """Articles stored by the time at which each hour or day began, and those of these times in which a crawl went on.

    Before `first`, the first of all, nothing was crawled yet.
    """

    articles: Mapping[datetime, int]
    crawled: frozenset[datetime]
    first: datetime | None


def past(engine: Engine, now: datetime, wanted: Range, source: str | None = None) -> Past:
    """Read the figures of the range before `wanted`, of all sources or one."""
    begin, before = range_of(now, wanted), range_of(now, wanted, 2)
    read = partial(_between, begin=begin, before=before)
    with reading(engine, "read the figures of the range before") as connection:
        if source is None:
            found = _BETWEEN.get(engine, (before, begin), marks_of(connection), partial(read, connection))
        else:
            found = read(connection, (source,))
        articles, chars, removed, lags = (sum(part) for part in zip((0, 0, 0, 0), *found.values(), strict=True))
        t, h = schema.health_changes.c, schema.health.c
        states = {row.source: row.state for row in connection.execute(select(h.source, h.state))}
        newest = select(t.source, t.before, t.at).order_by(t.id.desc()).limit(MOST_CHANGES)
        for row in connection.execute(newest):
            if row.at < now - timedelta(days=1):
                break
            states[row.source] = row.before
    return Past(
        ok=sum(state == "ok" for state in states.values()),
        articles=articles,
        lag_seconds=median(LAGS, lags),
        removed=removed / (chars + removed) if chars + removed else None,
    )


def _between(connection: Connection, sources: Sequence[str], begin: datetime, before: datetime) -> dict[str, _Sums]:
    """Read what sources hold of the articles between two times, the later of which may be months ago."""
    some = sources if len(sources) <= FEW else None
    whole, newer = held_since(connection, before, some), held_since(connection, begin, some)
    nothing = Held()
    found = {}
    for source in sources:
        one, other = whole.get(source, nothing), newer.get(source, nothing)
        articles, chars, removed = (one.sums[name] - other.sums[name] for name in ("articles", "chars", "removed"))
        found[source] = articles, chars, removed, one.lags - other.lags
    return found


def volume(engine: Engine, begin: datetime, span: str, source: str | None = None) -> Volume:
    """Read how many articles were stored in each hour or day (`span`) since `begin`, and when crawls went on.

    For all sources together, crawls are looked for only where nothing was stored for three hours, or for a day.
    """
    step = RANGE_STEPS[span]
    one = source is not None
    wanted = {"its_source": source, "its_span": span, "since": to_hours(begin)}
    with reading(engine, "read the volume") as connection:

        def read() -> Mapping[datetime, int]:
            return {from_hours(at): int(n) for at, n in connection.execute(_VOLUME[one], wanted)}

        articles = read() if one else _ARRIVED.get(engine, (begin, span), marks_of(connection), read)
        oldest = connection.execute(_EARLIEST[one], wanted).scalar_one_or_none()
        first = from_hours(oldest) if oldest is not None else None
        crawled = set(articles)
        if one:
            r = schema.runs.c
            began = connection.execute(select(r.started_at).where(r.source == source, r.started_at >= begin)).scalars()
            crawled.update(beginning(at, span) for at in began)
        elif first is not None:
            for start, end in _silences(articles, max(begin, first), step, 3 if span == "hour" else 1):
                there = connection.execute(_CRAWLED[span], {"after": start, "before": end})
                crawled.update(there.scalars())
    return Volume(articles, frozenset(crawled), first)


def _silences(
    articles: Iterable[datetime], begin: datetime, step: timedelta, least: int
) -> list[tuple[datetime, datetime]]:
    """Give the longest times between two times with articles, where so many steps or more lie between."""
    times = sorted(at for at in articles if at >= begin)
    pairs = [(one, other) for one, other in pairwise(times) if other - one > least * step]
    if times:
        # The last one lasts up to now; counters end there by themselves.
        pairs.append((times[-1], times[-1] + 10_000 * step))
    return sorted(pairs, key=lambda pair: pair[0] - pair[1])[:MOST_SILENCES]
