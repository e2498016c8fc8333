"""When a stored article is looked at again: soon while it is young, then ever more rarely, then no more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

# A live-blog's: every 20 minutes through an evening.
LIVE = tuple(timedelta(minutes=20 * n) for n in range(1, 37))


def born(published: datetime | None, first_seen: datetime) -> datetime:
    """Give from when an article's age counts: its publication, or the moment when it was first named.

    A publication in the future is a mistake, and one at midnight a day without a time: neither counts.
    """
    if published is None or published > first_seen or published.time() == time():
        return first_seen
    return published


def ages_of(kind: str, ages: Sequence[timedelta]) -> Sequence[timedelta]:
    """Give the ages at which an article of a kind is looked at; a live-blog often, unless none is at all.

    >>> len(ages_of("live-blog", (timedelta(days=1),))), ages_of("live-blog", ()), ages_of("review", ())
    (37, (), ())
    """
    return (*LIVE, *ages) if kind == "live-blog" and ages else ages


def next_revisit(since: datetime, fetched_at: datetime, ages: Iterable[timedelta]) -> datetime | None:
    """Give the first age behind the last fetch, as a moment; None where all are over.

    Ages that passed without a fetch are made up for by one: what counts is that there was a later look.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> str(next_revisit(noon, noon + timedelta(hours=2), (timedelta(hours=1), timedelta(hours=6))))
    '2026-11-20 18:00:00+00:00'
    """
    return min((since + age for age in ages if since + age > fetched_at), default=None)
