"""The tables. Times are stored in UTC; structured fields as JSON text, so that both databases read them alike."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage import (
    accounts_schema,
    fetch_schema,
    figures_schema,
    filing_schema,
    health_schema,
    index_schema,
    log_schema,
    memory_schema,
    naming_schema,
    near_schema,
    outbox_table,
    tombstone_schema,
)
from storage.columns import JsonText, RowId, UtcTime, Words
from storage.metadata import metadata

run_figures, health, health_changes = health_schema.TABLES
run_logs, run_lines = log_schema.TABLES
counters, day_counters, holdings = figures_schema.TABLES

accounts, sessions, login_attempts, tokens, feed_keys, marks, preferences = accounts_schema.TABLES
doors, hosts = fetch_schema.TABLES
outbox, memory = outbox_table.outbox, memory_schema.memory
signatures, bands, fresh_bands, unsigned = near_schema.TABLES
search_places, search_pending = index_schema.TABLES
tombstones, tombstone_keys = tombstone_schema.TABLES
(filed,) = filing_schema.TABLES
(namings,) = naming_schema.TABLES

sources = Table(
    "sources",
    metadata,
    Column("source", String, primary_key=True),
    Column("memory_pages", Integer, nullable=False, default=0),
    # How many lines its memory holds; null where they are to be counted again.
    Column("memory_lines", Integer),
    Column("next_due_at", UtcTime),
    Column("last_due_at", UtcTime),
    Column("plan", Words),
    Column("last_run_id", RowId),
    Column("last_outcome", String),
    Column("last_success_at", UtcTime),
    Column("known", Float),
    Column("wanted", Float),
    # A random number, another one after each change of what the source holds: see storage.recall.
    Column("mark", BigInteger),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("source", String, primary_key=True),
    Column("hour", UtcTime, primary_key=True),
    Column("n", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("trigger", String, nullable=False),
    Column("due_at", UtcTime),
    Column("state", String, nullable=False),
    Column("outcome", String),
    Column("reason", Words),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("stats", JsonText),
    Index(None, "source", "started_at"),
    Index(None, "state"),
)

run_counts = Table(
    "run_counts",
    metadata,
    Column("run_id", RowId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("source", String, primary_key=True),
    Column("run_id", RowId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", String),
    Column("heartbeat_at", UtcTime, nullable=False),
)

held_hosts = Table(
    "held_hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("run_id", RowId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "run_id"),
)

dues = Table(
    "dues",
    metadata,
    Column("source", String, primary_key=True),
    Column("due_at", UtcTime, primary_key=True),
    Column("state", String, nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("merged", Integer, nullable=False, default=0),
    Column("run_id", RowId),
    Column("attempts", Integer, nullable=False, default=1),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", String),
    Column("merged_from", UtcTime),
    Index(None, "state"),
)

beats = Table(
    "beats",
    metadata,
    Column("host", String, primary_key=True),
    Column("pid", Integer, primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("beat_at", UtcTime, nullable=False),
    Column("crawls", Integer, nullable=False),
    Column("process_started", String),
)

links = Table(
    "links",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("url_key", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("state", String, nullable=False),
    Column("hint", JsonText),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("fetched_at", UtcTime),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("outcome", String),
    Column("detail", Words),
    Column("attempts", Integer, nullable=False, default=0),
    Column("retry_at", UtcTime),
    Column("run_id", RowId),
    Column("run_outcome", String),
    Column("article_id", RowId),
    Column("revisit_at", UtcTime),
    UniqueConstraint("source", "url_key"),
    Index(None, "source", "state"),
    Index(None, "source", "revisit_at"),
    Index(None, "run_id"),
    Index(None, "article_id"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("source_name", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("url_key", Words, nullable=False),
    Column("canonical_url", Words, nullable=False),
    Column("canonical_key", Words, nullable=False),
    Column("headline", Words, nullable=False),
    Column("headline_key", Words, nullable=False),
    Column("kind", String, nullable=False),
    Column("language", Words),
    Column("published_at", UtcTime),
    Column("stored_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("lag_seconds", BigInteger),
    Column("word_count", Integer, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("flags", JsonText, nullable=False),
    Column("authors", JsonText, nullable=False),
    Column("fields", JsonText, nullable=False),
    Column("blocks", JsonText, nullable=False),
    Column("duplicate_of", RowId),
    Column("story_id", String),
    Column("memory_pages", Integer, nullable=False, default=0, server_default="0"),
    UniqueConstraint("source", "url_key"),
    Index(None, "source", "memory_pages"),
    Index(None, "source", "id"),
    Index(None, "kind", "id"),
    Index(None, "canonical_key"),
    Index(None, "content_hash"),
    Index(None, "source", "headline_key"),
    Index("ix_articles_figures", "source", "stored_at", "word_count", "lag_seconds"),
    Index(None, "stored_at"),
    Index(None, "published_at"),
    Index(None, "duplicate_of"),
)

appearances = Table(
    "appearances",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("source", String, nullable=False),
    Column("url", Words, nullable=False),
    Column("url_key", Words, nullable=False),
    Column("via", String, nullable=False),
    Column("door", Words),
    Column("guid", Words),
    Column("outcome", String, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("content_hash", String),
    Column("own", Boolean),
    UniqueConstraint("article_id", "source", "url_key"),
    Index(None, "url_key"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("headline", Words, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("blocks", JsonText, nullable=False),
    Column("replaced_at", UtcTime, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("rule", String, nullable=False),
    Column("text", Words, nullable=False),
    Column("place", Words, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("link_id", RowId, nullable=False),
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE")),
    Column("version", Integer),
    Column("part", Integer, nullable=False, default=1),
    Column("url", Words, nullable=False),
    Column("requested_url", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JsonText, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "article_id", "version", "part"),
    Index(None, "link_id"),
)
