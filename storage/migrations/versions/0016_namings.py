"""The further ways in which doors name a link: other doors, spellings of its address, GUIDs."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String, Text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; what is named again after this is noted."""
    op.create_table(
        "namings",
        Column("link_id", RowId, autoincrement=False, nullable=False),
        Column("digest", String(), nullable=False),
        Column("via", String(), nullable=False),
        Column("door", Text()),
        Column("url", Text(), nullable=False),
        Column("guid", Text()),
        Column("seen_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("link_id", "digest", name="pk_namings"),
        ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_namings_link_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
