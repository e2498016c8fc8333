"""An outlet of unknown time zone is followed through changes of clock, and one that has no clock is left alone."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsreel.schedule import WINDOW, clock_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def published(zone: str, until: datetime, daily: float, seed: int, spread: float = 2.0) -> Counter[datetime]:
    """Give what an outlet publishes in a window: most around 9 and 16 by its clock, few at weekends."""
    chance = random.Random(seed)
    counts: Counter[datetime] = Counter()
    hour = (until - WINDOW).replace(minute=0)
    while hour < until:
        wall = hour.astimezone(ZoneInfo(zone))
        far = min(abs(wall.hour - 9), abs(wall.hour - 16))
        rate = daily / 10 * max(0.02, 1 - far / spread) * (0.3 if wall.weekday() >= 5 else 1.0)
        number = sum(chance.random() < rate / 8 for _ in range(8))
        if number:
            counts[hour.astimezone(UTC)] = number
        hour += HOUR
    return counts


@pytest.mark.parametrize(
    ("zone", "change", "clock"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC), "Europe/London"),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC), "Europe/London"),
        ("America/Chicago", datetime(2026, 3, 8, 8, tzinfo=UTC), "America/New_York"),
        ("Australia/Melbourne", datetime(2026, 10, 3, 16, tzinfo=UTC), "Australia/Sydney"),
    ],
)
def test_a_clock_is_followed_a_week_after_it_was_set(zone: str, change: datetime, clock: str) -> None:
    found = []
    for seed in range(10):
        until = change + 7 * DAY
        arrivals = published(zone, until, 25, seed)
        found.append(clock_of(arrivals, until - WINDOW, until))
    assert found.count(clock) >= 9, found
    # Before the change nothing is to be followed, and when all was learnt after it nothing any more.
    for until in (change - DAY, change + WINDOW + DAY):
        assert clock_of(published(zone, until, 25, 1), until - WINDOW, until) == "UTC"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_who_sets_no_clock_is_left_alone(zone: str) -> None:
    for seed in range(30):
        until = datetime(2026, 4, 2, tzinfo=UTC) + seed % 20 * DAY
        assert clock_of(published(zone, until, 5 + seed * 3, seed), until - WINDOW, until) == "UTC"


def test_of_few_articles_nothing_is_said() -> None:
    until = datetime(2026, 4, 5, tzinfo=UTC)
    assert clock_of({}, None, until) == clock_of({}, until - WINDOW, until) == "UTC"
    assert clock_of(published("Europe/Berlin", until, 1, 1), until - WINDOW, until) == "UTC"
