"""What health is judged from, and how it was judged; doors that fail or move."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add three tables, and columns to the doors."""
    op.create_table(
        "run_figures",
        Column("run_id", RowId, nullable=False),
        Column("source", String(), nullable=False),
        Column("figures", Text(), nullable=False),
        PrimaryKeyConstraint("run_id", name="pk_run_figures"),
        ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_figures_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_run_figures_source_run_id", "run_figures", ["source", "run_id"])
    op.create_table(
        "health",
        Column("source", String(), nullable=False),
        Column("state", String()),
        Column("signals", Text()),
        Column("reason", Text()),
        Column("since", Time),
        Column("notes", Text()),
        Column("judged_at", Time),
        Column("paused_at", Time),
        PrimaryKeyConstraint("source", name="pk_health"),
    )
    op.create_table(
        "health_changes",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("before", String()),
        Column("signals", Text(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("since", Time, nullable=False),
        Column("at", Time, nullable=False),
        PrimaryKeyConstraint("id", name="pk_health_changes"),
    )
    op.create_index("ix_health_changes_source_id", "health_changes", ["source", "id"])
    op.add_column("doors", Column("failures", Integer(), nullable=True))
    op.add_column("doors", Column("failing_since", Time, nullable=True))
    op.add_column("doors", Column("moved_to", Text(), nullable=True))
    op.add_column("doors", Column("moved_at", Time, nullable=True))
