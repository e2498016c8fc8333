"""What must be true of a database whatever was killed: nothing lost, nothing twice, every counter right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Engine, func, select, text

from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from storage import schema
from storage.database import check_integrity, reading

Kept = frozenset[tuple[str, str]]


def articles(engine: Engine) -> dict[tuple[str, str], tuple[int, str]]:
    """Give every article's version and text hash by its source and address."""
    a = schema.articles.c
    with reading(engine) as connection:
        rows = connection.execute(select(a.source, a.url_key, a.version, a.content_hash))
        return {(row.source, row.url_key): (row.version, row.content_hash) for row in rows}


def broken(engine: Engine, before: Kept) -> Iterator[str]:
    """Name what is wrong; `before` are the articles that were committed at an earlier look."""
    check_integrity(engine)
    if lost := before - articles(engine).keys():
        yield f"lost: {sorted(lost)[:3]}"
    with reading(engine) as connection:
        a, r, n, c = schema.articles.c, schema.runs.c, schema.run_counts.c, schema.counters.c
        twice = select(a.source, a.canonical_key).group_by(a.source, a.canonical_key).having(func.count() > 1)
        for row in connection.execute(twice):
            yield f"twice: {row.source} {row.canonical_key}"
        number = connection.execute(select(func.count()).select_from(schema.articles)).scalar_one()
        indexed = connection.execute(text("SELECT count(*) FROM search_index")).scalar_one()
        if number != indexed:
            yield f"{number} articles, {indexed} in the index"
        counts: dict[int, Counter[str]] = {}
        for row in connection.execute(select(n.run_id, n.name, n.n)):
            counts.setdefault(row.run_id, Counter())[row.name] = row.n
        runs = connection.execute(select(r.id, r.source, r.state)).all()
        for run in runs:
            mine = counts.get(run.id, Counter())
            ended = sum(mine[code] for code in FETCH_CODES + PAGE_CODES + ARTICLE_CODES)
            if run.state != "running" and mine["found"] != ended + mine["waiting"]:
                yield f"run {run.id} of {run.source}: found {mine['found']}, {ended} ended, {mine['waiting']} waiting"
        by_source: dict[str, Counter[str]] = {}
        for run in runs:
            by_source.setdefault(run.source, Counter()).update(counts.get(run.id, {}))
        stored = dict(Counter(row.source for row in connection.execute(select(a.source))))
        for source, total in by_source.items():
            hours = select(c.name, func.sum(c.n)).where(c.source == source).group_by(c.name)
            kept = {row[0]: int(row[1]) for row in connection.execute(hours)}
            for code in ("found", "new", "updated", "stored"):
                if kept.get(code, 0) != total[code]:
                    yield f"{source}: {code} is {kept.get(code, 0)} by the hour and {total[code]} by run"
            if kept.get("new", 0) != stored.get(source, 0):
                yield f"{source}: {kept.get('new', 0)} new were counted, {stored.get(source, 0)} are stored"
