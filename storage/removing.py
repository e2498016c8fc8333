"""Takes articles out of everything that is stored of them, but for their links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage import indexing, near, schema
from storage.counting import Book
from storage.holdings import holding
from storage.removals import removals_of
from storage.values import article_from

AT_ONCE = 100


def remove_articles(
    connection: Connection, numbers: Sequence[int], now: datetime, *, with_figures: bool = False
) -> None:
    """Remove articles with their texts, pages and places in the index and in groups; at most some hundreds at once.

    The statistics follow; `with_figures` says that their owner removes those of the articles' source as well.
    """
    a = schema.articles
    book = Book(connection, now)
    if not with_figures:
        _uncount(connection, numbers, book)
    for number in numbers:
        indexing.remove(connection, number)
    near.withdraw(connection, numbers, book)
    book.write()
    for table in (schema.appearances, schema.revisions, schema.removals, schema.pages):
        connection.execute(delete(table).where(table.c.article_id.in_(numbers)))
    connection.execute(delete(a).where(a.c.id.in_(numbers)))


def _uncount(connection: Connection, numbers: Sequence[int], book: Book) -> None:
    a = schema.articles
    removals = removals_of(connection, numbers)
    for row in connection.execute(select(a).where(a.c.id.in_(numbers))).all():
        before = holding(article_from(row, removals.get(row.id, ())), row.lag_seconds)
        book.hold(row.source, row.stored_at, before, None)
