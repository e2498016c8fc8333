"""Reads the versions of articles: the earlier texts, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from newsreel.items import body_text
from newsreel.revisions import Line, difference
from storage import schema
from storage.database import reading
from storage.values import blocks_from


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier text of an article."""

    version: int
    headline: str
    text: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A text of an article, earlier or present.

    `since` is when it was stored; None where that is not known any more, as the version before it is not kept.
    """

    version: int
    headline: str
    text: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two versions: in the headline, which is one line or two, and paragraph by paragraph."""

    before: Version
    after: Version
    headline: Sequence[Line]
    lines: Sequence[Line]


def revisions_of(connection: Connection, number: int) -> list[Revision]:
    """Give an article's earlier texts, oldest first."""
    t = schema.revisions.c
    query = select(schema.revisions).where(t.article_id == number).order_by(t.version)
    return [
        Revision(row.version, row.headline, body_text(blocks_from(row.blocks)), row.replaced_at)
        for row in connection.execute(query).all()
    ]


def versions(engine: Engine, number: int) -> list[Version]:
    """Give all versions of an article that are kept, oldest first; none where there is no such article."""
    a = schema.articles.c
    with reading(engine, f"read the versions of article {number}") as connection:
        row = connection.execute(
            select(a.version, a.headline, a.blocks, a.stored_at, a.changed_at).where(a.id == number)
        ).first()
        if row is None:
            return []
        earlier = revisions_of(connection, number)
    ends = {0: row.stored_at} | {revision.version: revision.replaced_at for revision in earlier}
    found = [Version(r.version, r.headline, r.text, ends.get(r.version - 1)) for r in earlier]
    return [*found, Version(row.version, row.headline, body_text(blocks_from(row.blocks)), row.changed_at)]


def change(before: Version, after: Version) -> Change:
    """Give what differs between two versions."""
    lines = difference(before.text.split("\n\n"), after.text.split("\n\n"))
    return Change(before, after, difference([before.headline], [after.headline]), lines)
