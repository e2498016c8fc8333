"""What politeness keeps: pauses and latency of hosts, robots.txt that cannot be asked, doors whose tags lie."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime, Float, Integer, String, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns."""
    op.add_column("hosts", Column("robots_failures", Integer()))
    op.add_column("hosts", Column("robots_retry_at", Time))
    op.add_column("hosts", Column("robots_code", String()))
    op.add_column("hosts", Column("robots_problem", Text()))
    op.add_column("hosts", Column("free_at", Time))
    op.add_column("hosts", Column("latency", Float()))
    op.add_column("doors", Column("unread", Integer()))
    op.add_column("doors", Column("read_at", Time))
    op.add_column("doors", Column("distrusted_at", Time))
