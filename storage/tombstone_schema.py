"""The tables of what was forgotten: no text and no address, only what tells them when they come again."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.columns import RowId, UtcTime, Words
from storage.metadata import metadata

tombstones = Table(
    "tombstones",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("reason", Words, nullable=False),
    Column("forgotten_at", UtcTime, nullable=False),
)

tombstone_keys = Table(
    "tombstone_keys",
    metadata,
    Column("digest", String, primary_key=True),
    Column("tombstone_id", RowId, ForeignKey("tombstones.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, nullable=False),
    Index(None, "tombstone_id"),
)

TABLES = (tombstones, tombstone_keys)
