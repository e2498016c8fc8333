"""Signs of life of services."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime, Integer, PrimaryKeyConstraint, String

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "beats",
        Column("host", String(), nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("started_at", Time, nullable=False),
        Column("beat_at", Time, nullable=False),
        Column("crawls", Integer(), nullable=False),
        Column("process_started", String(), nullable=True),
        PrimaryKeyConstraint("host", "pid", name="pk_beats"),
    )
