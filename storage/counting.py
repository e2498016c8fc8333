"""Counters, kept in the transaction that changes what they count: per run, and per source and hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsreel.items import Article, body_text
from storage import schema


def upsert(connection: Connection, table: Table) -> Any:
    """Give the INSERT of this database that can meet a conflict."""
    return (sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert)(table)


def bump(connection: Connection, source: str, run_id: int | None, now: datetime, counts: Mapping[str, int]) -> None:
    """Add to the counters of a source in this hour and of a run."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for name, n in counts.items():
        if not n:
            continue
        table = schema.counters
        statement = upsert(connection, table).values(source=source, hour=hour, name=name, n=n)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[table.c.source, table.c.hour, table.c.name],
                set_={"n": table.c.n + statement.excluded.n},
            )
        )
        if run_id is not None:
            table = schema.run_counts
            statement = upsert(connection, table).values(run_id=run_id, name=name, n=n)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[table.c.run_id, table.c.name], set_={"n": table.c.n + statement.excluded.n}
                )
            )


def figures(article: Article) -> Counter[str]:
    """Count what a stored text adds to the counters: characters, fields that it has, and what was taken out of it."""
    counts: Counter[str] = Counter()
    counts["stored"] = 1
    counts["with:author"] = bool(article.authors)
    counts["with:date"] = article.date_published is not None
    counts["with:image"] = bool(article.main_image or article.images)
    counts["with:language"] = article.in_language is not None
    counts["chars"] = len(body_text(article.blocks))
    for removal in article.removals:
        counts["removed:" + removal.rule] += len(removal.text)
        counts["cuts:" + removal.rule] += 1
    return counts
