"""The tables of who may come in, and of what the reader marked and chose. Of secrets only hashes are kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from storage.columns import JsonText, RowId, UtcTime, Words
from storage.metadata import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", String, primary_key=True),
    Column("password_hash", String, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("begun_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("address", Words, nullable=False),
    Column("browser", Words, nullable=False),
    Index(None, "ends_at"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("address", String, nullable=False),
    Column("tried_at", UtcTime, nullable=False),
    Index(None, "tried_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Words, nullable=False),
    Column("token_hash", String, nullable=False, unique=True),
    Column("may_write", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
)

feed_keys = Table(
    "feed_keys",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("feed", Words, nullable=False),
    Column("key_hash", String, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

marks = Table(
    "marks",
    metadata,
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("read_at", UtcTime),
    Column("starred_at", UtcTime),
    Index(None, "starred_at"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JsonText, nullable=False),
)

TABLES = (accounts, sessions, login_attempts, tokens, feed_keys, marks, preferences)
