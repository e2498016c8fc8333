"""A few figures of everything stored, cheap enough to be asked for every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from newsreel.items import OUTCOME_CODES
from storage import schema
from storage.database import reading

RUN_STATES = ("running", "done", "died")


@dataclass(frozen=True, slots=True)
class Figures:
    """Articles stored; links by outcome, and runs begun by state, since a time; sources by their last run's outcome."""

    articles: int
    outcomes: Mapping[str, int]
    runs: Mapping[str, int]
    sources: Mapping[str, int]


def figures(engine: Engine, since: datetime) -> Figures:
    """Read the figures; the counters of each source are looked up by its id and hour, never read as a whole."""
    c, r, s = schema.counters.c, schema.runs.c, schema.sources.c
    with reading(engine, "read the figures") as connection:
        articles = connection.execute(select(func.count()).select_from(schema.articles)).scalar_one()
        names = connection.execute(select(s.source)).scalars().all()
        outcomes = dict.fromkeys(OUTCOME_CODES, 0)
        for source in names:
            query = select(c.name, func.sum(c.n)).where(c.source == source, c.hour >= since, c.name.in_(OUTCOME_CODES))
            for name, number in connection.execute(query.group_by(c.name)):
                outcomes[name] += int(number)
        begun = select(r.state, func.count()).where(r.source.in_(names), r.started_at >= since).group_by(r.state)
        last = select(s.last_outcome, func.count()).where(s.last_outcome.is_not(None)).group_by(s.last_outcome)
        return Figures(
            articles,
            outcomes,
            {row[0]: row[1] for row in connection.execute(begun)},
            {row[0]: row[1] for row in connection.execute(last)},
        )
