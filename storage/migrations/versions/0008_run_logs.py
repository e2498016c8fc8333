"""The log of a run and what it used."""

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
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "run_logs",
        Column("run_id", RowId, autoincrement=False, nullable=False),
        Column("source", String(), nullable=False),
        Column("begun_at", Time, nullable=False),
        Column("left_out", Integer(), nullable=False),
        Column("resources", Text(), nullable=False),
        PrimaryKeyConstraint("run_id", name="pk_run_logs"),
        ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_logs_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_run_logs_source_run_id", "run_logs", ["source", "run_id"])
    op.create_table(
        "run_lines",
        Column("run_id", RowId, nullable=False),
        Column("n", Integer(), nullable=False),
        Column("logged_at", Time, nullable=False),
        Column("level", String(), nullable=False),
        Column("logger", String(), nullable=False),
        Column("text", Text(), nullable=False),
        Column("of_process", Boolean(), nullable=False),
        PrimaryKeyConstraint("run_id", "n", name="pk_run_lines"),
        ForeignKeyConstraint(["run_id"], ["run_logs.run_id"], name="fk_run_lines_run_id", ondelete="CASCADE"),
    )
