"""What adaptive schedules go by; hosts that a crawl holds; what a catch-up run stands for."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add two tables, and columns to two."""
    op.create_table(
        "arrivals",
        Column("source", String(), nullable=False),
        Column("hour", Time, nullable=False),
        Column("n", Integer(), nullable=False),
        PrimaryKeyConstraint("source", "hour", name="pk_arrivals"),
    )
    op.create_table(
        "held_hosts",
        Column("host", String(), nullable=False),
        Column("run_id", RowId, nullable=False),
        PrimaryKeyConstraint("host", "run_id", name="pk_held_hosts"),
        ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_held_hosts_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_held_hosts_run_id", "held_hosts", ["run_id"])
    op.add_column("sources", Column("known", Float(), nullable=True))
    op.add_column("sources", Column("wanted", Float(), nullable=True))
    op.add_column("dues", Column("merged_from", Time, nullable=True))
