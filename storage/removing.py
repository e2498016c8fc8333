"""Takes articles out of everything that is stored of them, but for their links."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from storage import near, schema, search
from storage.values import article_from

AT_ONCE = 100


def remove_articles(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove articles with their texts, pages and places in the index and in groups; at most some hundreds at once."""
    a = schema.articles
    for row in connection.execute(select(a).where(a.c.id.in_(numbers)).order_by(a.c.id)).all():
        search.remove(connection, row.id, article_from(row, ()))
    near.withdraw(connection, numbers)
    for table in (schema.appearances, schema.revisions, schema.removals, schema.pages):
        connection.execute(delete(table).where(table.c.article_id.in_(numbers)))
    connection.execute(delete(a).where(a.c.id.in_(numbers)))
