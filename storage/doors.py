"""Reads what is known of feeds, sitemaps and listings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from storage import schema
from storage.database import reading


@dataclass(frozen=True, slots=True)
class DoorRecord:
    """A door at its last reading; `outcome` is read, unchanged, failed, or the code of a failed fetch."""

    source: str
    url: str
    kind: str
    outcome: str
    problem: str | None
    found: int | None
    checked_at: datetime


class Doors:
    """Reads doors."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def all(self) -> list[DoorRecord]:
        """Give every door of every source."""
        t = schema.doors.c
        query = select(t.source, t.url, t.kind, t.outcome, t.problem, t.found, t.checked_at).order_by(t.source, t.url)
        with reading(self.engine, "read the doors") as connection:
            return [DoorRecord(*row) for row in connection.execute(query)]
