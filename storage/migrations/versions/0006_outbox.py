"""Messages to the owner."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, PrimaryKeyConstraint, String, Text, UniqueConstraint

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "outbox",
        Column("id", RowId, nullable=False, autoincrement=True),
        Column("name", String(), nullable=False),
        Column("channel", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("subject", Text(), nullable=False),
        Column("text", Text(), nullable=False),
        Column("payload", Text(), nullable=False),
        Column("created_at", Time, nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("next_try_at", Time, nullable=True),
        Column("sent_at", Time, nullable=True),
        Column("problem", Text(), nullable=True),
        PrimaryKeyConstraint("id", name="pk_outbox"),
        UniqueConstraint("name", "channel", name="uq_outbox_name_channel"),
    )
    op.create_index("ix_outbox_next_try_at", "outbox", ["next_try_at"])
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
