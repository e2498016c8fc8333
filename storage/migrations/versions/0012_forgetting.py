"""When an article is looked at again, and the tombstones of what was forgotten."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String, Text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")
Time = DateTime(timezone=True)


def upgrade() -> None:
    """Add the column and create the two tables; articles stored before have no further look."""
    op.add_column("links", Column("revisit_at", Time))
    op.create_index("ix_links_source_revisit_at", "links", ["source", "revisit_at"])
    op.create_table(
        "tombstones",
        Column("id", RowId, autoincrement=True, nullable=False),
        Column("source", String(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("forgotten_at", Time, nullable=False),
        PrimaryKeyConstraint("id", name="pk_tombstones"),
    )
    op.create_table(
        "tombstone_keys",
        Column("digest", String(), nullable=False),
        Column("tombstone_id", RowId, nullable=False),
        Column("kind", String(), nullable=False),
        PrimaryKeyConstraint("digest", "tombstone_id", name="pk_tombstone_keys"),
        ForeignKeyConstraint(
            ["tombstone_id"], ["tombstones.id"], name="fk_tombstone_keys_tombstone_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tombstone_keys_tombstone_id", "tombstone_keys", ["tombstone_id"])
