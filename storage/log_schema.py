"""The tables of what is kept of a run for a while: its log's last lines, and what it used."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.columns import JsonText, RowId, UtcTime, Words
from storage.metadata import metadata

run_logs = Table(
    "run_logs",
    metadata,
    Column("run_id", RowId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source", String, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("resources", JsonText, nullable=False),
    Index(None, "source", "run_id"),
)

run_lines = Table(
    "run_lines",
    metadata,
    Column("run_id", RowId, ForeignKey("run_logs.run_id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("logged_at", UtcTime, nullable=False),
    Column("level", String, nullable=False),
    Column("logger", String, nullable=False),
    Column("text", Words, nullable=False),
    Column("of_process", Boolean, nullable=False),
)

TABLES = (run_logs, run_lines)
