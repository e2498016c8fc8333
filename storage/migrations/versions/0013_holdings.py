"""Counters by the day, and what is held of the articles of each hour, day and week; counted from the articles."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Time = DateTime(timezone=True)
_BATCH = 500
_NUMBERS = ("articles", "words", "chars", "removed", "authors", "dates", "images", "languages")
_WORDS = (0, *(ceil(16 * 2 ** (step / 8)) for step in range(16 * 8 + 1)))
_LAGS = (0, *(ceil(32 * 2 ** (step / 8)) for step in range(22 * 8 + 1)))

_old = MetaData()
_articles = Table(
    "articles",
    _old,
    Column("id", BigInteger),
    Column("source", String),
    Column("stored_at", Time),
    Column("language", Text),
    Column("lag_seconds", BigInteger),
    Column("word_count", Integer),
    Column("authors", Text),
    Column("fields", Text),
    Column("blocks", Text),
)
_removals = Table("removals", _old, Column("article_id", BigInteger), Column("rule", String), Column("text", Text))


def upgrade() -> None:
    """Create the tables and fill them; what followed from articles is counted anew in the hour that stored them."""
    op.rename_table("counters", "old_counters")
    if op.get_bind().dialect.name != "sqlite":
        # PostgreSQL keeps a key's name in the whole schema.
        op.execute("ALTER TABLE old_counters RENAME CONSTRAINT pk_counters TO pk_old_counters")
    counters = _counters("counters", "hour")
    days = _counters("day_counters", "day")
    holdings = op.create_table(
        "holdings",
        Column("source", String(), nullable=False),
        Column("span", String(), nullable=False),
        Column("at", Integer(), nullable=False),
        Column("articles", Integer(), nullable=False),
        Column("words", BigInteger(), nullable=False),
        Column("chars", BigInteger(), nullable=False),
        Column("removed", BigInteger(), nullable=False),
        Column("authors", Integer(), nullable=False),
        Column("dates", Integer(), nullable=False),
        Column("images", Integer(), nullable=False),
        Column("languages", Integer(), nullable=False),
        Column("lengths", LargeBinary(), nullable=False),
        Column("lags", LargeBinary(), nullable=False),
        PrimaryKeyConstraint("source", "span", "at", name="pk_holdings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_holdings_span_at_articles", "holdings", ["span", "at", "articles"])
    _take_over(counters)
    op.drop_table("old_counters")
    for source in op.get_bind().execute(select(_articles.c.source).distinct()).scalars().all():
        _count(source, counters, holdings)
    _sum_up(counters, days)


def _counters(name: str, time: str) -> Table:
    return op.create_table(
        name,
        Column("source", String(), nullable=False),
        Column(time, Time, nullable=False),
        Column("name", String(), nullable=False),
        Column("n", BigInteger(), nullable=False),
        PrimaryKeyConstraint("source", time, "name", name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def _take_over(counters: Table) -> None:
    """Keep the counters of events."""
    old = Table("old_counters", MetaData(), *(Column(c.name, c.type) for c in counters.c)).c
    held = or_(old.name == "chars", *(old.name.like(f"{kind}:%") for kind in ("with", "removed", "cuts")))
    events = select(old.source, old.hour, old.name, old.n).where(~held)
    op.execute(insert(counters).from_select(["source", "hour", "name", "n"], events))


def _count(source: str, counters: Table, holdings: Table) -> None:
    rules: Counter[tuple[datetime, str]] = Counter()
    held: dict[tuple[str, datetime], Counter[str]] = defaultdict(Counter)
    for row, removals in _rows(source):
        hour = _utc(row.stored_at).replace(minute=0, second=0, microsecond=0)
        gone = 0
        for rule, text in removals:
            rules[hour, f"removed:{rule}"] += len(text)
            rules[hour, f"cuts:{rule}"] += 1
            gone += len(text)
        counts = _holding(row, gone)
        day = hour.replace(hour=0)
        for span, at in (("hour", hour), ("day", day), ("week", day - timedelta(days=day.weekday()))):
            held[span, at].update(counts)
    connection = op.get_bind()
    if rules:
        connection.execute(
            insert(counters),
            [{"source": source, "hour": hour, "name": name, "n": n} for (hour, name), n in rules.items()],
        )
    connection.execute(
        insert(holdings),
        [
            {
                "source": source,
                "span": span,
                "at": int((at.replace(tzinfo=UTC) - datetime.fromtimestamp(0, UTC)).total_seconds()) // 3600,
                **{name: counts[name] for name in _NUMBERS},
                "lengths": _packed(counts, "words~"),
                "lags": _packed(counts, "lag~"),
            }
            for (span, at), counts in held.items()
        ],
    )


def _rows(source: str) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
    a, r = _articles.c, _removals.c
    connection = op.get_bind()
    last = 0
    while True:
        some = select(_articles).where(a.source == source, a.id > last).order_by(a.id).limit(_BATCH)
        rows = connection.execute(some).all()
        removals = defaultdict(list)
        gone = select(r.article_id, r.rule, r.text).where(r.article_id.in_([row.id for row in rows]))
        for number, rule, text in connection.execute(gone):
            removals[number].append((rule, text))
        for row in rows:
            yield row, removals[row.id]
        if len(rows) < _BATCH:
            return
        last = rows[-1].id


def _holding(row: Any, gone: int) -> Counter[str]:
    blocks, fields = json.loads(row.blocks), json.loads(row.fields)
    # The text is the blocks with an empty line between them, list numbers in front of theirs.
    marked = sum(len(block[3]) + 1 for block in blocks if len(block) > 3 and block[3])
    chars = sum(len(block[1]) for block in blocks) + marked + 2 * max(0, len(blocks) - 1)
    counts: Counter[str] = Counter(articles=1, words=row.word_count, chars=chars, removed=gone)
    counts["authors"] = bool(json.loads(row.authors))
    counts["dates"] = fields.get("date_published") is not None
    counts["images"] = bool(fields.get("main_image") or fields.get("images"))
    counts["languages"] = row.language is not None
    counts[f"words~{bisect_right(_WORDS, max(0, row.word_count)) - 1}"] = 1
    if row.lag_seconds is not None:
        counts[f"lag~{bisect_right(_LAGS, max(0, row.lag_seconds)) - 1}"] = 1
    return counts


def _utc(moment: datetime) -> datetime:
    # SQLite keeps UTC and no zone.
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _packed(counts: Counter[str], prefix: str) -> bytes:
    total = sum(n << 32 * int(name.removeprefix(prefix)) for name, n in counts.items() if name.startswith(prefix))
    return total.to_bytes((total.bit_length() + 7) // 8)


def _sum_up(counters: Table, days: Table) -> None:
    """Add the hours up to days, source by source."""
    connection = op.get_bind()
    c = counters.c
    for source in connection.execute(select(c.source).distinct()).scalars().all():
        sums: Counter[tuple[datetime, str]] = Counter()
        for hour, name, n in connection.execute(select(c.hour, c.name, c.n).where(c.source == source)):
            sums[_utc(hour).replace(hour=0), name] += n
        rows = [{"source": source, "day": day, "name": name, "n": n} for (day, name), n in sums.items()]
        connection.execute(insert(days), rows)
