"""Per-source statistics, read from the counters that are kept with each article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from newsreel.items import OUTCOME_CODES
from storage import schema
from storage.database import reading

COVERED = ("author", "date", "image", "language")


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How often a rule took something out in a window, and the share of the text's characters that it took."""

    rule: str
    cuts: int
    share: float


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """One source in one window. Shares are 0 to 1, None where nothing was stored; `lag_seconds` and `words` medians.

    `found` = the sum of `outcomes` + `waiting`. `removed` gives, by rule family, the share of the text's
    characters that cleaning took out; `rules` says it by rule, the greatest first.
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
        """Give the figures of each wanted source from `since` (its hour) on."""
        hour = since.replace(minute=0, second=0, microsecond=0)
        c, s = schema.counters.c, schema.sources
        sums: dict[str, dict[str, int]] = defaultdict(dict)
        with reading(self.engine, "read the statistics") as connection:
            query = select(c.source, c.name, func.sum(c.n)).where(c.hour >= hour).group_by(c.source, c.name)
            for source, name, n in connection.execute(query):
                sums[source][name] = int(n)
            words = self._medians(connection, schema.articles.c.word_count, hour)
            lags = self._medians(connection, schema.articles.c.lag_seconds, hour)
            states = {row.source: row for row in connection.execute(select(s)).all()}
        return [
            _figures(source, sums.get(source, {}), words.get(source), lags.get(source), states.get(source))
            for source in wanted
        ]

    @staticmethod
    def _medians(connection: Any, column: Any, since: datetime) -> dict[str, float]:
        """Give each source's median of a column over the articles stored since; from one index, not the table."""
        a = schema.articles.c
        order = func.row_number().over(partition_by=a.source, order_by=column).label("place")
        size = func.count().over(partition_by=a.source).label("size")
        ranked = (
            select(a.source, column.label("value"), order, size)
            .where(a.stored_at >= since, column.is_not(None))
            .subquery()
        )
        r = ranked.c
        # 2 and 2 of 3, 2 and 3 of 4.
        middle = r.place.in_([(r.size + 1) // 2, (r.size + 2) // 2])
        query = select(r.source, func.avg(r.value)).where(middle).group_by(r.source)
        return {source: float(value) for source, value in connection.execute(query)}


def _figures(
    source: str, sums: Mapping[str, int], words: float | None, lag: float | None, state: Any
) -> SourceStatistics:
    stored = sums.get("stored", 0)
    cut = {name.removeprefix("removed:"): n for name, n in sums.items() if name.startswith("removed:")}
    text = sums.get("chars", 0) + sum(cut.values())
    removed: dict[str, int] = defaultdict(int)
    for rule, n in cut.items():
        removed[rule.partition(".")[0]] += n
    return SourceStatistics(
        source=source,
        found=sums.get("found", 0),
        outcomes={code: sums[code] for code in OUTCOME_CODES if sums.get(code)},
        waiting=sums.get("waiting", 0),
        stored=stored,
        words=words,
        lag_seconds=lag,
        bytes=sums.get("bytes", 0),
        removed={family: n / text for family, n in sorted(removed.items())} if text else {},
        rules=tuple(
            RuleFigures(rule, sums.get(f"cuts:{rule}", 0), n / text)
            for rule, n in sorted(cut.items(), key=lambda item: (-item[1], item[0]))
            if text
        ),
        coverage={name: sums.get(f"with:{name}", 0) / stored if stored else None for name in COVERED},
        last_outcome=(state.last_outcome if state is not None else None) or "never run",
        last_success_at=state.last_success_at if state is not None else None,
        next_due_at=state.next_due_at if state is not None else None,
    )
