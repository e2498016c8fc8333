"""The table of what articles are filed under, so that those of an author or a keyword are found without reading all."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.columns import RowId, Words
from storage.metadata import metadata

filed = Table(
    "filed",
    metadata,
    Column("under", String, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
)

TABLES = (filed,)
