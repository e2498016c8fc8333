"""The table of messages to the owner."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from storage.columns import JsonText, RowId, UtcTime, Words
from storage.metadata import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcTime),
    Column("sent_at", UtcTime),
    Column("problem", Words),
    UniqueConstraint("name", "channel"),
    Index(None, "next_try_at"),
    Index(None, "created_at"),
)
