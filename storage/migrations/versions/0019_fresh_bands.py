"""New bands wait in a table of their own; a source says how many lines its memory holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and the column, which is filled as pages are learnt."""
    op.create_table(
        "fresh_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("band", "article_id", name="pk_fresh_bands"),
        sqlite_with_rowid=False,
    )
    op.add_column("sources", sa.Column("memory_lines", sa.Integer()))
