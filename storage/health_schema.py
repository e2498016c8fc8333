"""The tables of health: what each run's pages were like, how each source is, and how that changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.columns import JsonText, RowId, UtcTime, Words
from storage.metadata import metadata

run_figures = Table(
    "run_figures",
    metadata,
    Column("run_id", RowId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String, nullable=False),
    Column("figures", JsonText, nullable=False),
    Index(None, "source", "run_id"),
)

health = Table(
    "health",
    metadata,
    Column("source", String, primary_key=True),
    Column("state", String),
    Column("signals", JsonText),
    Column("reason", Words),
    Column("since", UtcTime),
    Column("notes", JsonText),
    Column("judged_at", UtcTime),
    Column("paused_at", UtcTime),
    Column("pause_note", Words),
)

health_changes = Table(
    "health_changes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("state", String, nullable=False),
    Column("before", String),
    Column("signals", JsonText, nullable=False),
    Column("reason", Words, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "source", "id"),
)

TABLES = (run_figures, health, health_changes)
