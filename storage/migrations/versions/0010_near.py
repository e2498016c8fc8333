"""Signatures for near-duplicates; the stored articles are signed bit by bit as crawls go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and list what is to be signed: to do it here would hold up everything for minutes."""
    op.create_table(
        "signatures",
        sa.Column("article_id", RowId, autoincrement=False, nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_signatures"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_signatures_article_id", ondelete="CASCADE"),
    )
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", RowId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("band", "article_id", name="pk_bands"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unsigned",
        sa.Column("article_id", RowId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_unsigned"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_unsigned_article_id", ondelete="CASCADE"),
    )
    op.execute("INSERT INTO unsigned (article_id) SELECT id FROM articles")
    # The text that was shown at an address last, and whether it is one of the article's own.
    op.add_column("appearances", sa.Column("content_hash", sa.String()))
    op.add_column("appearances", sa.Column("own", sa.Boolean()))
