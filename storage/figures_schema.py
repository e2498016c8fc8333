"""The tables of counters: by name and hour or day, and what is held of the articles stored in a span of time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from storage.columns import UtcTime
from storage.metadata import metadata

counters = Table(
    "counters",
    metadata,
    Column("source", String, primary_key=True),
    Column("hour", UtcTime, primary_key=True),
    Column("name", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

day_counters = Table(
    "day_counters",
    metadata,
    Column("source", String, primary_key=True),
    Column("day", UtcTime, primary_key=True),
    Column("name", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

holdings = Table(
    "holdings",
    metadata,
    Column("source", String, primary_key=True),
    Column("span", String, primary_key=True),
    # Hours since 1970.
    Column("at", Integer, primary_key=True),
    Column("articles", Integer, nullable=False),
    Column("words", BigInteger, nullable=False),
    Column("chars", BigInteger, nullable=False),
    Column("removed", BigInteger, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("dates", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("languages", Integer, nullable=False),
    Column("lengths", LargeBinary, nullable=False),
    Column("lags", LargeBinary, nullable=False),
    Index(None, "span", "at", "articles"),
    sqlite_with_rowid=False,
)

TABLES = (counters, day_counters, holdings)
