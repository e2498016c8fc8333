"""Which outlets have the same text: who was first, and who else has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select

from storage import schema
from storage.database import reading

# A press release may be everywhere; the copies stored first are enough to tell.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Copy:
    """One outlet's copy of a text; `came` is when it was published, as far as known, else when it was stored."""

    id: int
    source: str
    source_name: str
    headline: str
    came: datetime


def copies(engine: Engine, groups: Iterable[int]) -> dict[int, tuple[Copy, ...]]:
    """Give the copies of texts by their groups, those that came first before the others; only where there are two.

    Of all these texts together only the MOST copies that were stored first are looked at.
    """
    a, wanted = schema.articles.c, sorted(set(groups))
    found: dict[int, list[Copy]] = defaultdict(list)
    if not wanted:
        return {}
    columns = (a.id, a.source, a.source_name, a.headline, a.stored_at, a.lag_seconds, a.duplicate_of)
    query = select(*columns).where(or_(a.duplicate_of.in_(wanted), a.id.in_(wanted))).order_by(a.id).limit(MOST)
    with reading(engine, "look for the same text at other outlets") as connection:
        for row in connection.execute(query):
            came = row.stored_at - timedelta(seconds=row.lag_seconds or 0)
            group = row.id if row.duplicate_of is None else row.duplicate_of
            found[group].append(Copy(row.id, row.source, row.source_name, row.headline, came))
    return {
        group: tuple(sorted(each, key=lambda copy: (copy.came, copy.id))) for group, each in found.items() if each[1:]
    }


def source_names(engine: Engine) -> dict[str, str]:
    """Give the names of all sources that have articles, by their ids, in the order of the names."""
    a, s = schema.articles.c, schema.sources.c
    name = select(a.source_name).where(a.source == s.source).order_by(a.id.desc()).limit(1).scalar_subquery()
    with reading(engine, "list the sources") as connection:
        rows = connection.execute(select(s.source, name)).all()
    named = {source: name for source, name in rows if name is not None}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))
