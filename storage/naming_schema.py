"""The table of the further ways in which doors name a link; the first way stands with the link or its article."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from storage.columns import RowId, UtcTime, Words
from storage.metadata import metadata

namings = Table(
    "namings",
    metadata,
    Column("link_id", RowId, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("digest", String, primary_key=True),
    Column("via", String, nullable=False),
    Column("door", Words),
    Column("url", Words, nullable=False),
    Column("guid", Words),
    Column("seen_at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)

TABLES = (namings,)
