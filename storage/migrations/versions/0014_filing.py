"""What articles are filed under, and what lists by kind or source are read by."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from storage.filing import filings

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 500


def upgrade() -> None:
    """Create the table and two indexes, and file what is stored."""
    op.create_table(
        "filed",
        sa.Column("under", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", RowId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("under", "key", "article_id", name="pk_filed"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_filed_article_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_filed_article_id", "filed", ["article_id"])
    op.create_index("ix_articles_kind_id", "articles", ["kind", "id"])
    op.create_index("ix_articles_source_id", "articles", ["source", "id"])
    _file_stored()


def _file_stored() -> None:
    connection, last = op.get_bind(), 0
    articles = sa.table("articles", sa.column("id"), sa.column("authors"), sa.column("fields"))
    filed = sa.table("filed", sa.column("under"), sa.column("key"), sa.column("article_id"))
    while True:
        query = sa.select(articles).where(articles.c.id > last).order_by(articles.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        found = [
            {"under": under, "key": key, "article_id": row.id}
            for row in rows
            for under, key in filings(
                (author["name"] for author in json.loads(row.authors)), json.loads(row.fields).get("keywords", ())
            )
        ]
        if found:
            connection.execute(filed.insert(), found)
        if len(rows) < _BATCH:
            return
        last = rows[-1].id
