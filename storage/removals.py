"""What was taken out of articles, as it is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from newsreel.items import Removal
from storage import schema

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
