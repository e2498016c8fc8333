"""A search index in the order of time, which new articles enter together; the opening indexes what is stored."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RowId = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables and the new index, in the form that the database has for it."""
    op.create_table(
        "search_places",
        Column("place", RowId, autoincrement=False, nullable=False),
        Column("article_id", RowId, nullable=False),
        PrimaryKeyConstraint("place", name="pk_search_places"),
        ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_search_places_article_id"),
        UniqueConstraint("article_id", name="uq_search_places_article_id"),
    )
    op.create_table(
        "search_pending",
        Column("place", RowId, autoincrement=False, nullable=False),
        Column("body", Text(), nullable=False),
        Column("headline", Text(), nullable=False),
        Column("authors", Text(), nullable=False),
        Column("marks", Text(), nullable=False),
        PrimaryKeyConstraint("place", name="pk_search_pending"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
        # Folded words are split at spaces only: all that is not ASCII belongs to a word. The longest column comes
        # first, since each other one costs two bytes a word.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(body, headline, authors, marks, content='', tokenize='ascii')"
        )
    else:
        op.execute("CREATE TABLE search_index (place BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_search_index_words ON search_index USING gin (words)")
