"""In its quiet hours a source has no due time and is not run."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from newsreel.schedule import Pace, Plan, describe, missed, next_due, plan, quiet_hours
from newsreel.sources import Quiet, Source

HOUR = timedelta(hours=1)
NIGHT = Quiet(time(23), time(6))


def source(quiet: Quiet | None = NIGHT, zone: str = "UTC", **schedule: object) -> Source:
    """A source that is not crawled at night."""
    return Source("tide", "The Tide", "https://tide.example/", quiet=quiet, timezone=zone, **schedule)  # type: ignore[arg-type]


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "zone", "moment", "expected"),
    [
        (NIGHT, "UTC", "2026-05-03 22:59:59", None),
        (NIGHT, "UTC", "2026-05-03 23:00", ("2026-05-03 23:00", "2026-05-04 06:00")),
        (NIGHT, "UTC", "2026-05-04 05:59:59", ("2026-05-03 23:00", "2026-05-04 06:00")),
        (NIGHT, "UTC", "2026-05-04 06:00", None),
        (Quiet(time(12), time(13)), "UTC", "2026-05-04 12:30", ("2026-05-04 12:00", "2026-05-04 13:00")),
        (NIGHT, "Europe/Berlin", "2026-05-03 21:30", ("2026-05-03 21:00", "2026-05-04 04:00")),
        # The night in which an hour is skipped, and the one in which it comes twice.
        (NIGHT, "Europe/Berlin", "2026-03-29 01:00", ("2026-03-28 22:00", "2026-03-29 04:00")),
        (NIGHT, "Europe/Berlin", "2026-10-25 01:00", ("2026-10-24 21:00", "2026-10-25 05:00")),
        # Quiet until a time that is skipped, or is shown twice: until it would have come, or first comes.
        (Quiet(time(1), time(2, 30)), "Europe/Berlin", "2026-03-29 00:59", ("2026-03-29 00:00", "2026-03-29 01:00")),
        (Quiet(time(1), time(2, 30)), "Europe/Berlin", "2026-10-25 00:29", ("2026-10-24 23:00", "2026-10-25 00:30")),
        (Quiet(time(1), time(2, 30)), "Europe/Berlin", "2026-10-25 01:10", None),
        (None, "UTC", "2026-05-04 03:00", None),
    ],
)
def test_quiet_hours(quiet: Quiet | None, zone: str, moment: str, expected: tuple[str, str] | None) -> None:
    found = quiet_hours(source(quiet, zone), utc(moment))
    assert found == (expected and tuple(map(utc, expected)))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(
    "schedule", [{"interval": HOUR}, {"interval": 31 * HOUR}, {"cron": "*/20 * * * *"}, {"cron": "0 3 * * *"}, {}]
)
def test_no_due_time_falls_in_the_quiet_hours(zone: str, schedule: dict[str, object]) -> None:
    quiet = source(NIGHT, zone, **schedule)
    dues = [utc("2026-03-20 12:00")]
    while dues[-1] < utc("2026-04-10 12:00"):
        dues.append(next_due(quiet, dues[-1], dues[-1]).at)
    for before, after in pairwise(dues):
        assert before < after
        assert time(6) <= after.astimezone(ZoneInfo(zone)).time() < time(23)
    ends = sum(due.astimezone(ZoneInfo(zone)).time() == time(6) for due in dues)
    assert ends > 3, "those of the night are at its end"


def test_what_was_missed_waits_for_the_end_of_the_night() -> None:
    hourly = source(interval=HOUR)
    last = next_due(hourly, utc("2026-05-03 18:00"), utc("2026-05-03 18:00")).at
    for now in ("2026-05-03 23:00", "2026-05-04 03:00", "2026-05-04 05:59"):
        assert plan(hourly, last, utc(now)) == Plan(last + HOUR, 0, "waiting")
    late = plan(hourly, last, utc("2026-05-04 06:00"))
    assert late == Plan(utc("2026-05-04 06:00"), 3, "catch-up", last + HOUR)


def test_a_new_source_waits_for_the_end_of_the_night() -> None:
    assert plan(source(interval=HOUR), None, utc("2026-05-04 03:00")) == Plan(utc("2026-05-04 06:00"), 0, "waiting")


def test_a_due_time_said_before_there_were_quiet_hours_moves_to_their_end() -> None:
    said = utc("2026-05-04 01:00")
    assert plan(source(), said - HOUR, said - HOUR / 2, said, Pace()).due_at == utc("2026-05-04 06:00")


def test_years_of_quiet_nights_end_in_one_catch_up() -> None:
    hourly = source(interval=HOUR)
    for now, last in (("2030-01-02 03:00", "2030-01-01 22"), ("2030-01-02 12:00", "2030-01-02 11")):
        found = missed(hourly, utc("2026-05-03 18:00"), utc(now))
        assert found is not None
        assert (found.exact, f"{found.last:%Y-%m-%d %H}") == (False, last)


def test_quiet_hours_in_words() -> None:
    assert describe(source(zone="Europe/Berlin", interval=HOUR)) == "every 1 h, quiet 23:00 to 06:00 (Europe/Berlin)"
    due = next_due(source(), utc("2026-05-03 12:00"), utc("2026-05-03 12:00"))
    assert due.plan.endswith(", quiet 23:00 to 06:00 (UTC)")
