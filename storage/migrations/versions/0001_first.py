"""The first schema."""

from __future__ import annotations

from alembic import op

from storage import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, and the text index where the database is SQLite."""
    connection = op.get_bind()
    schema.metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE search_index USING fts5(headline, authors, body, content='',"
            " tokenize=\"unicode61 remove_diacritics 2\")"
        )
