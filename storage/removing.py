"""Takes articles out of everything that is stored of them, but for their links."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from storage import indexing, near, schema

AT_ONCE = 100


def remove_articles(connection: Connection, numbers: Sequence[int]) -> None:
    """Remove articles with their texts, pages and places in the index and in groups; at most some hundreds at once."""
    a = schema.articles
    for number in numbers:
        indexing.remove(connection, number)
    near.withdraw(connection, numbers)
    for table in (schema.appearances, schema.revisions, schema.removals, schema.pages):
        connection.execute(delete(table).where(table.c.article_id.in_(numbers)))
    connection.execute(delete(a).where(a.c.id.in_(numbers)))
