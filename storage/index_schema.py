"""The tables of the search index, but for the index itself, which each database has in its own form.

An article has one place in the index, and no row of `articles` goes before it was taken out (see storage.indexing).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

from storage.columns import RowId
from storage.metadata import metadata

Place = BigInteger().with_variant(Integer, "sqlite")

search_places = Table(
    "search_places",
    metadata,
    Column("place", Place, primary_key=True, autoincrement=False),
    Column("article_id", RowId, ForeignKey("articles.id"), nullable=False, unique=True),
)

search_pending = Table(
    "search_pending",
    metadata,
    Column("place", Place, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Column("marks", Text, nullable=False),
)

TABLES = (search_places, search_pending)
