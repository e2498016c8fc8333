"""Reads the earlier texts of articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from newsreel.items import body_text
from storage import schema
from storage.values import blocks_from


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier text of an article."""

    version: int
    headline: str
    text: str
    replaced_at: datetime


def revisions_of(connection: Connection, number: int) -> list[Revision]:
    """Give an article's earlier texts, oldest first."""
    t = schema.revisions.c
    query = select(schema.revisions).where(t.article_id == number).order_by(t.version)
    return [
        Revision(row.version, row.headline, body_text(blocks_from(row.blocks)), row.replaced_at)
        for row in connection.execute(query).all()
    ]
