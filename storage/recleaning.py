"""Puts a newly cleaned text in the place of a stored one; the page it came from is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select, update

from newsreel.items import Article
from storage import schema
from storage.articles import Articles, ArticleWriter, Filter, Stored


def outdated(store: Articles, wanted: Filter, extractor: str, rules: str) -> Iterator[Stored]:
    """Go through the wanted articles that today's extractor and rules have not seen.

    What was done already is passed over, so that an interrupted run goes on where it stopped.
    """
    for stored in store.each(wanted):
        if (stored.article.extractor_version, stored.article.rules_version) != (extractor, rules):
            yield stored


def rewrite(connection: Connection, number: int, article: Article, now: datetime) -> bool:
    """Store a newly cleaned article under its number; tell whether its text or headline changed.

    The text before it becomes a revision. What only the store knows (its group, its flag for that) stays.
    """
    a = schema.articles
    row = connection.execute(select(a).where(a.c.id == number)).one()
    changed = (row.content_hash, row.headline) != (article.content_hash, article.headline)
    writer = ArticleWriter(connection, now)
    if changed:
        version = writer.replace(number, article, row.canonical_key, row.url_key)
        p = schema.pages
        kept = update(p).where(p.c.article_id == number, p.c.version == row.version)
        connection.execute(kept.values(version=version))
    else:
        writer.refresh(number, article)
    return changed
