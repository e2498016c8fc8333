"""Puts a newly cleaned text in the place of a stored one; the page it came from is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from newsreel.cleaning.characters import letters
from newsreel.items import Article, Removal, body_text
from newsreel.revisions import is_cosmetic
from storage import near, schema
from storage.articles import Articles, Filter, Stored
from storage.columns import storable
from storage.counting import Book
from storage.holdings import text_of
from storage.memory import settle
from storage.removals import removals_of
from storage.values import article_from, blocks_from
from storage.writing import ArticleWriter


def outdated(store: Articles, wanted: Filter, extractor: str, rules: str) -> Iterator[Stored]:
    """Go through the wanted articles that today's extractor and rules have not seen.

    What was done already is passed over, so that an interrupted run goes on where it stopped.
    """
    for stored in store.each(wanted):
        if (stored.article.extractor_version, stored.article.rules_version) != (extractor, rules):
            yield stored


def rewrite(connection: Connection, number: int, article: Article, memory_pages: int, now: datetime) -> bool:
    """Store a newly cleaned article under its number; tell whether its text or headline changed in its words.

    The text before it becomes a revision then. Its group is looked for again.
    """
    row = _row(connection, number)
    changed = (row.content_hash, row.headline) != (article.content_hash, storable(article.headline))
    if not changed or same_words(connection, number, article):
        recast(connection, number, article, memory_pages, now)
        return False
    book = Book(connection, now)
    _correct_run(book, row, article)
    version = ArticleWriter(connection, now, book).replace(number, article, row.canonical_key, row.url_key)
    p = schema.pages
    kept = update(p).where(p.c.article_id == number, p.c.version == row.version)
    connection.execute(kept.values(version=version))
    settle(connection, number, memory_pages)
    near.reenter(connection, number, article, book)
    book.write()
    return True


def recast(
    connection: Connection, number: int, article: Article, memory_pages: int, now: datetime, book: Book | None = None
) -> None:
    """Put what our cleaning makes of the same page in the place of what it made before: no revision of the outlet's.

    Version and times stay; the group and the figures of the hour and the run that stored the text follow. They are
    noted in `book` where the caller has one.
    """
    mine = book or Book(connection, now)
    _correct_run(mine, _row(connection, number), article)
    ArticleWriter(connection, now, mine).refresh(number, article)
    near.reenter(connection, number, article, mine)
    if book is None:
        mine.write()
    settle(connection, number, memory_pages)


def differs_by_cleaning(connection: Connection, number: int, article: Article) -> bool:
    """Tell whether an article differs from the stored one only by lines that one of them has as removals."""
    row = _row(connection, number)
    if row.headline != storable(article.headline):
        return False
    old = article_from(row, removals_of(connection, [number]).get(number, ()))
    return _lines(old, article.removals) == _lines(article, old.removals)


def same_words(connection: Connection, number: int, article: Article) -> bool:
    """Tell whether an article says the same as the stored one in the same words: that is no revision."""
    row = _row(connection, number)
    stored = (row.headline, body_text(blocks_from(row.blocks)))
    return all(map(is_cosmetic, stored, (storable(article.headline), storable(body_text(article.blocks)))))


def version_of(connection: Connection, number: int) -> int | None:
    """Give an article's present version; None where it is gone."""
    a = schema.articles.c
    return connection.execute(select(a.version).where(a.id == number)).scalar_one_or_none()


def _lines(article: Article, removals: Sequence[Removal]) -> list[tuple[str | None, str]]:
    gone = {letters(removal.text) for removal in removals}
    lines = ((block.marker, letters(block.text)) for block in article.blocks)
    return [(marker, line) for marker, line in lines if line not in gone]


def _correct_run(book: Book, row: Any, article: Article) -> None:
    """Move the counters of the run that stored a text by what its figures change."""
    change = text_of(article)
    change.subtract(text_of(article_from(row, removals_of(book.connection, [row.id]).get(row.id, ()))))
    r = schema.runs.c
    run = (
        select(r.id)
        .where(r.source == row.source, r.started_at <= row.changed_at)
        .where(or_(r.finished_at.is_(None), r.finished_at >= row.changed_at))
        .order_by(r.id.desc())
        .limit(1)
    )
    book.count_run(book.connection.execute(run).scalar_one_or_none(), change)


def _row(connection: Connection, number: int) -> Any:
    return connection.execute(select(schema.articles).where(schema.articles.c.id == number)).one()
