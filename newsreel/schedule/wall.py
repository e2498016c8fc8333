"""Clocks on the wall: time zones by name, and the moment when a clock first shows a time or skips it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsreel.errors import ConfigurationError

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Give a time zone; ConfigurationError where there is none of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f'there is no time zone "{name}"; write a name such as "Europe/London"') from error


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment, in UTC, when a clock first shows a time without zone, or skips it."""
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # Skipped: early and late stand on either side of the moment when the clock is set forward.
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late
