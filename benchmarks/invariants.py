"""What must be true of a database whatever was killed: nothing lost, nothing twice, every counter right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, select, text

from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES, body_text
from storage import schema
from storage.articles import Articles, Filter
from storage.columns import storable
from storage.database import check_integrity, reading, writing
from storage.holdings import text_of
from storage.recount import recount
from storage.schedules import MAX_ATTEMPTS
from storage.values import blocks_from
from storage.words import fold

Kept = frozenset[tuple[str, str]]
Counts = dict[str, Counter[str]]

_ENDED = FETCH_CODES + PAGE_CODES + ARTICLE_CODES


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
    with writing(engine, "check the index") as connection:
        connection.execute(text("INSERT INTO search_index(search_index) VALUES ('integrity-check')"))
    with reading(engine) as connection:
        yield from _twice(connection)
        yield from unindexed(connection)
        yield from _unaccounted(connection)
        yield from _counted_otherwise(connection, engine)
        yield from _run_twice(connection)


def _twice(connection: Connection) -> Iterator[str]:
    a, s = schema.articles.c, schema.appearances.c
    twice = select(a.source, a.canonical_key).group_by(a.source, a.canonical_key).having(func.count() > 1)
    for row in connection.execute(twice):
        yield f"twice: {row.source} {row.canonical_key}"
    shown = select(a.source, a.url_key).where(a.id.not_in(select(s.article_id)))
    for row in connection.execute(shown):
        yield f"without an appearance: {row.source} {row.url_key}"


def unindexed(connection: Connection) -> Iterator[str]:
    """Name what differs between the articles, their places, the index, and those that wait to enter it."""
    places, waiting, a = schema.search_places, schema.search_pending, schema.articles.c
    number, placed, pending = (
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (schema.articles, places, waiting)
    )
    indexed = connection.execute(text("SELECT count(*) FROM search_index")).scalar_one()
    if not number == placed == indexed + pending:
        yield f"{number} articles, {placed} places, {indexed} in the index, {pending} waiting for it"
    homeless = select(waiting.c.place).where(waiting.c.place.not_in(select(places.c.place)))
    for place in connection.execute(homeless).scalars():
        yield f"what waits at {place} belongs to no article"
    wait = {row.place: row.headline for row in connection.execute(select(waiting.c.place, waiting.c.headline))}
    found = text("SELECT 1 FROM search_index WHERE search_index MATCH :words AND rowid = :place")
    for row in connection.execute(select(a.id, a.headline, places.c.place).join(places, places.c.article_id == a.id)):
        words = fold(storable(row.headline))
        if row.place in wait:
            right = wait[row.place] == words
        else:
            asked = {"words": f'headline : "{words}"', "place": row.place}
            right = not words or connection.execute(found, asked).first() is not None
        if not right:
            yield f"article {row.id} is not found by its headline"


def _unaccounted(connection: Connection) -> Iterator[str]:
    """Hold each run's counters against each other, and those of each source's last run against its links."""
    r, n, k = schema.runs.c, schema.run_counts.c, schema.links.c
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(select(n.run_id, n.name, n.n)):
        counts[row.run_id][row.name] = row.n
    links: dict[int, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(
        select(k.run_id, k.run_outcome, func.count().label("n")).group_by(k.run_id, k.run_outcome)
    ):
        links[row.run_id][row.run_outcome or "waiting"] = row.n
    last: dict[str, int] = {}
    for run in connection.execute(select(r.id, r.source, r.state).order_by(r.id)).all():
        last[run.source] = run.id
        mine = counts[run.id]
        ended = sum(mine[code] for code in _ENDED)
        if run.state != "running" and mine["found"] != ended + mine["waiting"]:
            yield f"run {run.id} of {run.source}: found {mine['found']}, {ended} ended, {mine['waiting']} waiting"
    for source, run_id in last.items():
        for code in _ENDED:
            if counts[run_id][code] != links[run_id][code]:
                yield f"run {run_id} of {source}: {counts[run_id][code]} {code}, by its links {links[run_id][code]}"
        if counts[run_id]["found"] != links[run_id].total():
            yield f"run {run_id} of {source}: found {counts[run_id]['found']}, and {links[run_id].total()} links"


def _counted_otherwise(connection: Connection, engine: Engine) -> Iterator[str]:
    """Hold the counters of sources against the rows and those of runs, and those of runs against the rows."""
    for source in recount(engine, datetime.now(UTC)):
        for each in source.differences[:3]:
            place = f"{source.source}: {each.name} of the {each.span} {each.at}"
            yield f"{place} is {each.counter}, and {each.rows} in the rows"
    c, n, r = schema.counters.c, schema.run_counts.c, schema.runs.c
    hours: Counts = defaultdict(Counter)
    for source, name, number in connection.execute(select(c.source, c.name, func.sum(c.n)).group_by(c.source, c.name)):
        hours[source][name] = int(number)
    runs: Counts = defaultdict(Counter)
    by_run = select(r.source, n.name, func.sum(n.n)).where(r.id == n.run_id).group_by(r.source, n.name)
    for source, name, number in connection.execute(by_run):
        runs[source][name] = int(number)
    stored, changed = _recount(connection, engine)
    for source in hours.keys() | runs.keys():
        # Groups go beyond a run: their counters follow all articles.
        for name in (hours[source].keys() | runs[source].keys()) - {"first", "near-dup"}:
            counted, found = runs[source][name], stored[source][name]
            of_texts = name == "chars" or name.startswith(("with:", "removed:", "cuts:"))
            if not of_texts and hours[source][name] != counted:
                yield f"{source}: {name} is {hours[source][name]} by the hour and {counted} by run"
            # Of an earlier text its removals and its fields are not kept.
            exact = source not in changed or name in ("new", "stored", "chars")
            if (of_texts or name in ("new", "stored")) and (counted != found if exact else counted < found):
                yield f"{source}: {name} is counted {counted} by run, and {found} in the rows"


def _recount(connection: Connection, engine: Engine) -> tuple[Counts, set[str]]:
    """Count again what runs say of stored texts; name the sources that have earlier texts too."""
    counts: Counts = defaultdict(Counter)
    for kept in Articles(engine).each(Filter()):
        counts[kept.article.source_id].update(text_of(kept.article))
        counts[kept.article.source_id].update(new=1, stored=1)
    a, v = schema.articles.c, schema.revisions.c
    earlier = connection.execute(select(a.source, v.blocks).where(a.id == v.article_id)).all()
    for row in earlier:
        counts[row.source].update(stored=1, chars=len(body_text(blocks_from(row.blocks))))
    return counts, {row.source for row in earlier}


def _run_twice(connection: Connection) -> Iterator[str]:
    """Hold the runs against the schedule: each due time was met once at most, and tried twice at most."""
    r, d = schema.runs.c, schema.dues.c
    due = select(r.source, r.due_at, r.state, r.outcome, r.id).where(r.due_at.is_not(None)).order_by(r.id)
    tries: dict[tuple[str, object], list[str]] = defaultdict(list)
    for run in connection.execute(due):
        tries[(run.source, run.due_at)].append(run.state)
    known = {(row.source, row.due_at): row.state for row in connection.execute(select(d.source, d.due_at, d.state))}
    for (source, due_at), states in tries.items():
        if states.count("done") > 1 or len(states) > MAX_ATTEMPTS:
            yield f"{source}: due at {due_at}, its runs are {', '.join(states)}"
        if (source, due_at) not in known:
            yield f"{source}: due at {due_at}, which was run and never claimed"
    for (source, due_at), state in known.items():
        states = tries[(source, due_at)]
        if state == "done" and "done" not in states:
            yield f"{source}: due at {due_at} is done, its runs are {', '.join(states) or 'none'}"


def open_dues(engine: Engine) -> list[str]:
    """Name the due times that nobody has met or given up."""
    d = schema.dues.c
    with reading(engine) as connection:
        rows = connection.execute(select(d.source, d.due_at, d.state).where(d.state.in_(("claimed", "handed"))))
        return [f"{row.source}: due at {row.due_at} is still {row.state}" for row in rows]
