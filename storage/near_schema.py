"""The tables of near-duplicates: each text's signature, its bands, and what is still to be signed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table

from storage.columns import RowId
from storage.metadata import metadata

signatures = Table(
    "signatures",
    metadata,
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("signature", LargeBinary, nullable=False),
)

# Sixteen rows an article, found by the band alone: no index beside the key, and no reference that would need one.
bands = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", RowId, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Where new bands wait, some of which go into the table above with each batch: into it one by one, each would take a
# page of its own.
fresh_bands = Table(
    "fresh_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", RowId, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

unsigned = Table(
    "unsigned",
    metadata,
    Column("article_id", RowId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)

TABLES = (signatures, bands, fresh_bands, unsigned)
