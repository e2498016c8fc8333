"""Per-source statistics, read from the counters that are kept with each article."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select

from newsreel.items import OUTCOME_CODES
from storage import schema
from storage.database import reading
from storage.held import Held, held_since
from storage.histograms import LAGS, WORDS, median
from storage.holdings import COVERED, beginning

# The median of so many articles is read from the articles; that of more from histograms, to within 9%.
EXACT = 2000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How often a rule took something out in a window, and the share of the text's characters that it took."""

    rule: str
    cuts: int
    share: float


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """One source in one window. Shares are 0 to 1, None where nothing was stored; `lag_seconds` and `words` medians.

    What is said of texts (`coverage`, `removed`, `rules`, medians) is said of the articles that were first stored in
    the window, as they are now; outcomes and `stored` count what happened in it. `found` = the sum of `outcomes` +
    `waiting`. `near_dup` counts the articles of the window whose text others had before, `first` the texts on several
    outlets that this one published first. `removed` gives, by rule family, the share of the text's characters that
    cleaning took out; `rules` says it by rule, the greatest first.
    """

    source: str
    found: int
    outcomes: Mapping[str, int]
    waiting: int
    stored: int
    words: float | None
    lag_seconds: float | None
    bytes: int
    removed: Mapping[str, float]
    rules: tuple[RuleFigures, ...]
    coverage: Mapping[str, float | None]
    near_dup: int
    first: int
    last_outcome: str
    last_success_at: datetime | None
    next_due_at: datetime | None

    @property
    def removed_share(self) -> float:
        """The share of the text that cleaning took out, all families together."""
        return sum(self.removed.values())


class Statistics:
    """Reads statistics."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def known(self) -> list[str]:
        """Give the sources that have ever been crawled."""
        with reading(self.engine, "list the crawled sources") as connection:
            s = schema.sources.c
            query = select(s.source).where(s.last_run_id.is_not(None)).order_by(s.source)
            return list(connection.execute(query).scalars())

    def sources(self, wanted: Sequence[str], since: datetime) -> list[SourceStatistics]:
        """Give the figures of each wanted source from `since` (its hour) on.

        Days of which the hours are kept no longer count as a whole.
        """
        with reading(self.engine, "read the statistics") as connection:
            hour = self._window(connection, wanted, since)
            s = schema.sources
            states = {row.source: row for row in connection.execute(select(s)).all()}
            sums = _sums(connection, wanted, hour)
            held = held_since(connection, hour, wanted[:1] if len(wanted) == 1 else None)
            found = []
            for source in wanted:
                mine = held.get(source, Held())
                words, lag = median(WORDS, mine.lengths), median(LAGS, mine.lags)
                if 0 < mine.sums["articles"] <= EXACT:
                    words = _median(connection, "word_count", source, hour)
                    lag = _median(connection, "lag_seconds", source, hour)
                found.append(_figures(source, sums.get(source, {}), mine.sums, words, lag, states.get(source)))
            return found

    @staticmethod
    def _window(connection: Connection, wanted: Sequence[str], since: datetime) -> datetime:
        """Give when the window begins."""
        hour, day = beginning(since, "hour"), beginning(since, "day")
        c, d = schema.counters.c, schema.day_counters.c
        kept = select(c.n).where(c.source.in_(wanted), c.hour >= day, c.hour < day + _DAY).limit(1)
        known = select(d.n).where(d.source.in_(wanted), d.day == day).limit(1)
        is_folded = connection.execute(known).first() is not None and connection.execute(kept).first() is None
        return day if is_folded else hour


def _rest_of_day(hour: datetime) -> datetime:
    """Give the day from which whole days make up a window; hours make up what is before it."""
    day = beginning(hour, "day")
    return day if day == hour else day + _DAY


def _sums(connection: Connection, wanted: Sequence[str], hour: datetime) -> dict[str, Counter[str]]:
    c, d, day = schema.counters.c, schema.day_counters.c, _rest_of_day(hour)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    parts = (
        select(d.source, d.name, func.sum(d.n)).where(d.source.in_(wanted), d.day >= day).group_by(d.source, d.name),
        select(c.source, c.name, func.sum(c.n))
        .where(c.source.in_(wanted), c.hour >= hour, c.hour < day)
        .group_by(c.source, c.name),
    )
    for query in parts:
        for source, name, n in connection.execute(query):
            sums[source][name] += int(n)
    return sums


def _median(connection: Connection, column: str, source: str, since: datetime) -> float | None:
    """Give a source's median of a column over the articles stored since; from an index, not the table."""
    values = connection.execute(_VALUES[column], {"its_source": source, "since": since}).scalars().all()
    # 2 and 2 of 3, 2 and 3 of 4.
    middle = values[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return sum(middle) / len(middle) if middle else None


def _values(column: Any) -> Any:
    a = schema.articles.c
    mine = (a.source == bindparam("its_source"), a.stored_at >= bindparam("since"), column.is_not(None))
    return select(column).where(*mine).order_by(column)


# Built once: that takes longer than running them.
_VALUES = {name: _values(schema.articles.c[name]) for name in ("word_count", "lag_seconds")}


def _figures(
    source: str, sums: Mapping[str, int], held: Mapping[str, int], words: float | None, lag: float | None, state: Any
) -> SourceStatistics:
    articles = held.get("articles", 0)
    cut = {name.removeprefix("removed:"): n for name, n in sums.items() if name.startswith("removed:") and n}
    text = held.get("chars", 0) + sum(cut.values())
    removed: dict[str, int] = defaultdict(int)
    for rule, n in cut.items():
        removed[rule.partition(".")[0]] += n
    return SourceStatistics(
        source=source,
        found=sums.get("found", 0),
        outcomes={code: sums[code] for code in OUTCOME_CODES if sums.get(code)},
        waiting=sums.get("waiting", 0),
        stored=sums.get("stored", 0),
        words=words,
        lag_seconds=lag,
        bytes=sums.get("bytes", 0),
        removed={family: n / text for family, n in sorted(removed.items())} if text else {},
        rules=tuple(
            RuleFigures(rule, sums.get(f"cuts:{rule}", 0), n / text)
            for rule, n in sorted(cut.items(), key=lambda item: (-item[1], item[0]))
            if text
        ),
        coverage={name: held.get(f"with:{name}", 0) / articles if articles else None for name in COVERED},
        near_dup=sums.get("near-dup", 0),
        first=sums.get("first", 0),
        last_outcome=(state.last_outcome if state is not None else None) or "never run",
        last_success_at=state.last_success_at if state is not None else None,
        next_due_at=state.next_due_at if state is not None else None,
    )
