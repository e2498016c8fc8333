"""The first schema."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables, and the text index where the database is SQLite."""
    _crawls()
    _frontier()
    _articles()
    _figures()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(headline, authors, body, content='',"
            ' tokenize="unicode61 remove_diacritics 2")'
        )


def _crawls() -> None:
    op.create_table(
        "sources",
        Column("source", String(), nullable=False),
        Column("memory_pages", Integer(), nullable=False),
        Column("next_due_at", Time),
        Column("last_due_at", Time),
        Column("plan", Text()),
        Column("last_run_id", RowId),
        Column("last_outcome", String()),
        Column("last_success_at", Time),
        PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_table(
        "runs",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("trigger", String(), nullable=False),
        Column("due_at", Time),
        Column("state", String(), nullable=False),
        Column("outcome", String()),
        Column("reason", Text()),
        Column("started_at", Time, nullable=False),
        Column("finished_at", Time),
        Column("host", String(), nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("stats", Text()),
        PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_source_started_at", "runs", ["source", "started_at"])
    op.create_index("ix_runs_state", "runs", ["state"])
    op.create_table(
        "run_counts",
        Column("run_id", RowId, nullable=False),
        Column("name", String(), nullable=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("run_id", "name", name="pk_run_counts"),
        ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_counts_run_id", ondelete="CASCADE"),
    )
    op.create_table(
        "leases",
        Column("source", String(), nullable=False),
        Column("run_id", RowId, nullable=False),
        Column("host", String(), nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("process_started", String()),
        Column("heartbeat_at", Time, nullable=False),
        PrimaryKeyConstraint("source", name="pk_leases"),
        ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_leases_run_id", ondelete="CASCADE"),
    )
    op.create_table(
        "dues",
        Column("source", String(), nullable=False),
        Column("due_at", Time, nullable=False),
        Column("state", String(), nullable=False),
        Column("claimed_at", Time, nullable=False),
        Column("merged", Integer(), nullable=False),
        Column("run_id", RowId),
        Column("attempts", Integer(), nullable=False),
        Column("host", String(), nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("process_started", String()),
        PrimaryKeyConstraint("source", "due_at", name="pk_dues"),
    )
    op.create_index("ix_dues_state", "dues", ["state"])


def _frontier() -> None:
    op.create_table(
        "links",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("url_key", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("state", String(), nullable=False),
        Column("hint", Text()),
        Column("first_seen_at", Time, nullable=False),
        Column("last_seen_at", Time, nullable=False),
        Column("fetched_at", Time),
        Column("etag", Text()),
        Column("last_modified", Text()),
        Column("outcome", String()),
        Column("detail", Text()),
        Column("attempts", Integer(), nullable=False),
        Column("retry_at", Time),
        Column("run_id", RowId),
        Column("run_outcome", String()),
        Column("article_id", RowId),
        PrimaryKeyConstraint("id", name="pk_links"),
        UniqueConstraint("source", "url_key", name="uq_links_source_url_key"),
    )
    op.create_index("ix_links_article_id", "links", ["article_id"])
    op.create_index("ix_links_run_id", "links", ["run_id"])
    op.create_index("ix_links_source_state", "links", ["source", "state"])
    op.create_table(
        "doors",
        Column("source", String(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("etag", Text()),
        Column("last_modified", Text()),
        Column("body_hash", String()),
        Column("outcome", String()),
        Column("problem", Text()),
        Column("checked_at", Time, nullable=False),
        Column("changed_at", Time),
        Column("found", Integer()),
        PrimaryKeyConstraint("source", "url", name="pk_doors"),
    )
    op.create_table(
        "hosts",
        Column("host", String(), nullable=False),
        Column("not_before", Time),
        Column("crawl_delay", Float()),
        Column("failures", Integer(), nullable=False),
        Column("robots_status", String()),
        Column("robots_body", Text()),
        Column("robots_at", Time),
        PrimaryKeyConstraint("host", name="pk_hosts"),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("source_name", Text(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("url_key", Text(), nullable=False),
        Column("canonical_url", Text(), nullable=False),
        Column("canonical_key", Text(), nullable=False),
        Column("headline", Text(), nullable=False),
        Column("headline_key", Text(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("language", Text()),
        Column("published_at", Time),
        Column("stored_at", Time, nullable=False),
        Column("changed_at", Time, nullable=False),
        Column("lag_seconds", BigInteger()),
        Column("word_count", Integer(), nullable=False),
        Column("content_hash", String(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("flags", Text(), nullable=False),
        Column("authors", Text(), nullable=False),
        Column("fields", Text(), nullable=False),
        Column("blocks", Text(), nullable=False),
        Column("duplicate_of", RowId),
        Column("story_id", String()),
        PrimaryKeyConstraint("id", name="pk_articles"),
        UniqueConstraint("source", "url_key", name="uq_articles_source_url_key"),
    )
    op.create_index("ix_articles_canonical_key", "articles", ["canonical_key"])
    op.create_index("ix_articles_content_hash", "articles", ["content_hash"])
    op.create_index("ix_articles_duplicate_of", "articles", ["duplicate_of"])
    op.create_index("ix_articles_figures", "articles", ["source", "stored_at", "word_count", "lag_seconds"])
    op.create_index("ix_articles_published_at", "articles", ["published_at"])
    op.create_index("ix_articles_source_headline_key", "articles", ["source", "headline_key"])
    op.create_index("ix_articles_stored_at", "articles", ["stored_at"])
    op.create_table(
        "appearances",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("article_id", RowId, nullable=False),
        Column("source", String(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("url_key", Text(), nullable=False),
        Column("via", String(), nullable=False),
        Column("door", Text()),
        Column("guid", Text()),
        Column("outcome", String(), nullable=False),
        Column("seen_at", Time, nullable=False),
        PrimaryKeyConstraint("id", name="pk_appearances"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_appearances_article_id", ondelete="CASCADE"),
        UniqueConstraint("article_id", "source", "url_key", name="uq_appearances_article_id_source_url_key"),
    )
    op.create_index("ix_appearances_url_key", "appearances", ["url_key"])
    op.create_table(
        "revisions",
        Column("article_id", RowId, nullable=False),
        Column("version", Integer(), nullable=False),
        Column("headline", Text(), nullable=False),
        Column("content_hash", String(), nullable=False),
        Column("blocks", Text(), nullable=False),
        Column("replaced_at", Time, nullable=False),
        PrimaryKeyConstraint("article_id", "version", name="pk_revisions"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_revisions_article_id", ondelete="CASCADE"),
    )
    op.create_table(
        "removals",
        Column("article_id", RowId, nullable=False),
        Column("n", Integer(), nullable=False),
        Column("rule", String(), nullable=False),
        Column("text", Text(), nullable=False),
        Column("place", Text(), nullable=False),
        PrimaryKeyConstraint("article_id", "n", name="pk_removals"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_removals_article_id", ondelete="CASCADE"),
    )
    op.create_table(
        "pages",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("link_id", RowId, nullable=False),
        Column("article_id", RowId),
        Column("version", Integer()),
        Column("part", Integer(), nullable=False),
        Column("url", Text(), nullable=False),
        Column("requested_url", Text(), nullable=False),
        Column("status", Integer(), nullable=False),
        Column("headers", Text(), nullable=False),
        Column("fetched_at", Time, nullable=False),
        Column("size", Integer(), nullable=False),
        Column("body", LargeBinary(), nullable=False),
        PrimaryKeyConstraint("id", name="pk_pages"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_pages_article_id", ondelete="CASCADE"),
    )
    op.create_index("ix_pages_article_id_version_part", "pages", ["article_id", "version", "part"])
    op.create_index("ix_pages_link_id", "pages", ["link_id"])


def _figures() -> None:
    op.create_table(
        "memory",
        Column("source", String(), nullable=False),
        Column("fingerprint", BigInteger(), nullable=False),
        Column("pages", Integer(), nullable=False),
        Column("seen_at", Time, nullable=False),
        PrimaryKeyConstraint("source", "fingerprint", name="pk_memory"),
    )
    op.create_table(
        "counters",
        Column("source", String(), nullable=False),
        Column("hour", Time, nullable=False),
        Column("name", String(), nullable=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("source", "hour", "name", name="pk_counters"),
    )
