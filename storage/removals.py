"""What was taken out of articles, as it is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from newsreel.items import Removal
from storage import schema
from storage.database import reading

_CHUNK = 200


def removals_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[Removal, ...]]:
    """Give the removals of articles, in their order; nothing for an article that has none."""
    t = schema.removals.c
    found: dict[int, list[Removal]] = defaultdict(list)
    for start in range(0, len(numbers), _CHUNK):
        query = select(t.article_id, t.rule, t.text, t.place).where(t.article_id.in_(numbers[start : start + _CHUNK]))
        for number, *removal in connection.execute(query.order_by(t.article_id, t.n)):
            found[number].append(Removal(*removal))
    return {number: tuple(removals) for number, removals in found.items()}


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that was taken out of `pages` articles by a rule."""

    text: str
    rule: str
    pages: int


def removed_often(engine: Engine, source: str, articles: int = 200, limit: int = 10) -> list[RemovedLine]:
    """Give the lines that were taken out of most of a source's newest articles, those of most articles first."""
    a, t = schema.articles.c, schema.removals.c
    newest = select(a.id).where(a.source == source).order_by(a.id.desc()).limit(articles)
    pages = func.count(t.article_id.distinct())
    query = (
        select(t.text, t.rule, pages)
        .where(t.article_id.in_(newest))
        .group_by(t.text, t.rule)
        .order_by(pages.desc(), t.text, t.rule)
        .limit(limit)
    )
    with reading(engine, f"read what is removed from {source}") as connection:
        return [RemovedLine(*row) for row in connection.execute(query)]
