"""The table of what outlets repeat."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from storage.columns import UtcTime
from storage.metadata import metadata

memory = Table(
    "memory",
    metadata,
    Column("source", String, primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True),
    Column("pages", Integer, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)
