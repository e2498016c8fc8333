"""Articles know how much memory they were cleaned with; the memory starts afresh, with another fingerprint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index; forget the lines that nothing would meet any more."""
    op.add_column("articles", sa.Column("memory_pages", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_articles_source_memory_pages", "articles", ["source", "memory_pages"])
    # What is stored was cleaned with the memory of before; `newsreel reclean` cleans it with today's.
    op.execute("UPDATE articles SET memory_pages = 20")
    op.execute("DELETE FROM memory")
    op.execute("UPDATE sources SET memory_pages = 0")
