"""Quiet hours: from when to when an outlet is left alone, by the clock of its time zone."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsreel.schedule.wall import moment_of, zone_of
from newsreel.sources import Source


def quiet_hours(source: Source, moment: datetime) -> tuple[datetime, datetime] | None:
    """Give the beginning and the end, in UTC, of the quiet hours that a moment falls in; None if it falls in none.

    They begin and end when the clock first shows these times, or skips them; the end is not quiet any more.
    """
    if source.quiet is None:
        return None
    zone = zone_of(source.timezone)
    start, end = source.quiet.start, source.quiet.end
    today = moment.astimezone(zone).date()
    # Quiet hours that are under way may have begun the day before.
    for day in (today - timedelta(days=1), today):
        begins = moment_of(datetime.combine(day, start), zone)
        ends = moment_of(datetime.combine(day + timedelta(days=end <= start), end), zone)
        if begins <= moment < ends:
            return begins, ends
    return None
