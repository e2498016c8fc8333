"""The password, sessions, tokens and addresses of feeds; what the reader marked and chose."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create the seven tables."""
    op.create_table(
        "accounts",
        Column("name", String(), nullable=False),
        Column("password_hash", String(), nullable=False),
        Column("changed_at", Time, nullable=False),
        PrimaryKeyConstraint("name", name="pk_accounts"),
    )
    op.create_table(
        "sessions",
        Column("token_hash", String(), nullable=False),
        Column("begun_at", Time, nullable=False),
        Column("ends_at", Time, nullable=False),
        Column("address", Text(), nullable=False),
        Column("browser", Text(), nullable=False),
        PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])
    op.create_table(
        "login_attempts",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("address", String(), nullable=False),
        Column("tried_at", Time, nullable=False),
        PrimaryKeyConstraint("id", name="pk_login_attempts"),
    )
    op.create_index("ix_login_attempts_tried_at", "login_attempts", ["tried_at"])
    op.create_table(
        "tokens",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("name", Text(), nullable=False),
        Column("token_hash", String(), nullable=False),
        Column("may_write", Boolean(), nullable=False),
        Column("created_at", Time, nullable=False),
        Column("used_at", Time),
        Column("revoked_at", Time),
        PrimaryKeyConstraint("id", name="pk_tokens"),
        UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
    )
    op.create_table(
        "feed_keys",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("feed", Text(), nullable=False),
        Column("key_hash", String(), nullable=False),
        Column("created_at", Time, nullable=False),
        Column("revoked_at", Time),
        PrimaryKeyConstraint("id", name="pk_feed_keys"),
        UniqueConstraint("key_hash", name="uq_feed_keys_key_hash"),
    )
    op.create_index("ix_feed_keys_feed", "feed_keys", ["feed"])
    op.create_table(
        "marks",
        Column("article_id", RowId, autoincrement=False, nullable=False),
        Column("read_at", Time),
        Column("starred_at", Time),
        PrimaryKeyConstraint("article_id", name="pk_marks"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_marks_article_id", ondelete="CASCADE"),
    )
    op.create_index("ix_marks_starred_at", "marks", ["starred_at"])
    op.create_table(
        "preferences",
        Column("name", String(), nullable=False),
        Column("value", Text(), nullable=False),
        PrimaryKeyConstraint("name", name="pk_preferences"),
    )
