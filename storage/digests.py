"""What a day was like, from the counters: what the daily digest tells."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from newsreel.telling import Digest, Told
from storage import schema
from storage.outbox import told_changes

_DAY = timedelta(days=1)
_MOST_CHANGES = 500


def day_of(connection: Connection, day: date, until: datetime, sources: int) -> Digest:
    """Read the 24 hours up to `until` (whole hours); `day` names them, `sources` is how many are crawled."""
    since = (until - _DAY).replace(minute=0, second=0, microsecond=0)
    c, r, h, s = schema.counters.c, schema.runs.c, schema.health.c, schema.sources.c
    articles = {}
    for source in connection.execute(select(s.source).order_by(s.source)).scalars().all():
        mine = (c.source == source, c.hour >= since, c.hour < until, c.name == "stored")
        if number := connection.execute(select(func.sum(c.n)).where(*mine)).scalar_one():
            articles[source] = int(number)
    known = select(s.source)
    ended = (r.source.in_(known), r.started_at >= since, r.started_at < until, r.outcome.is_not(None))
    runs = connection.execute(select(r.outcome, func.count()).where(*ended).group_by(r.outcome))
    rows = connection.execute(
        select(h.source, h.state, h.reason, h.since).where(h.state.is_not(None), h.state != "ok").order_by(h.source)
    )
    changes = [told for _, told in told_changes(connection, since, _MOST_CHANGES)]
    return Digest(
        day,
        articles,
        {row[0]: row[1] for row in runs},
        sources,
        [Told(row.source, row.state, row.reason, row.since) for row in rows],
        changes[::-1],
    )
