"""Cron expressions as moments: weekdays as cron counts them, and summer time both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsreel.errors import ConfigurationError
from newsreel.schedule.cron import last_time, next_time

MINUTE = timedelta(minutes=1)
# 3 May 2026 is a Sunday.
SUNDAY = datetime(2026, 5, 3, tzinfo=UTC)


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(expression: str, timezone: str, after: datetime, until: datetime) -> Iterator[datetime]:
    """All times of an expression after a moment and not after another."""
    while (after := next_time(expression, timezone, after)) <= until:
        yield after


def days(expression: str) -> str:
    """The weekdays of an expression in a week that begins on Sunday."""
    found = times(expression, "UTC", SUNDAY - MINUTE, SUNDAY + timedelta(days=7) - MINUTE)
    return " ".join(time.strftime("%a").lower() for time in found)


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        ("0", "sun"),
        ("1", "mon"),
        ("2", "tue"),
        ("3", "wed"),
        ("4", "thu"),
        ("5", "fri"),
        ("6", "sat"),
        ("7", "sun"),
        ("sun", "sun"),
        ("Mon", "mon"),
        ("tue", "tue"),
        ("wed", "wed"),
        ("thu", "thu"),
        ("FRI", "fri"),
        ("sat", "sat"),
        ("1-5", "mon tue wed thu fri"),
        ("mon-fri", "mon tue wed thu fri"),
        ("5-7", "sun fri sat"),
        ("0-2", "sun mon tue"),
        ("0,7", "sun"),
        ("6,0", "sun sat"),
        ("tue,4-5,sun", "sun tue thu fri"),
        ("*/2", "sun tue thu sat"),
        ("1-5/2", "mon wed fri"),
        ("mon-sat/3", "mon thu"),
        ("*", "sun mon tue wed thu fri sat"),
        ("0-7", "sun mon tue wed thu fri sat"),
    ],
)
def test_weekdays(weekday: str, expected: str) -> None:
    assert days(f"0 6 * * {weekday}") == expected


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "expected"),
    [
        ("0 6 * * *", "UTC", "2026-05-03 06:00", "2026-05-04 06:00"),
        ("0 6 * * *", "UTC", "2026-05-03 05:59:59.999999", "2026-05-03 06:00"),
        ("0 6 * * *", "Europe/London", "2026-01-10 00:00", "2026-01-10 06:00"),
        ("0 6 * * *", "Europe/London", "2026-07-10 00:00", "2026-07-10 05:00"),
        ("0 6 * * *", "America/New_York", "2026-01-10 00:00", "2026-01-10 11:00"),
        ("0 6 * * *", "Asia/Kolkata", "2026-01-10 00:00", "2026-01-10 00:30"),
        ("0 6 * * *", "Australia/Lord_Howe", "2026-07-10 00:00", "2026-07-10 19:30"),
        ("0 6 * * 1", "Asia/Kolkata", "2026-05-03 00:00", "2026-05-04 00:30"),
        ("*/20 * * * *", "Asia/Kolkata", "2026-05-03 00:00", "2026-05-03 00:10"),
        ("59 23 31 12 *", "UTC", "2026-05-03 00:00", "2026-12-31 23:59"),
        ("0 0 29 2 *", "UTC", "2026-05-03 00:00", "2028-02-29 00:00"),
        ("0 0 1 jan,MAR-jun/2 *", "UTC", "2026-03-01 00:00", "2026-05-01 00:00"),
        ("0 0 1 jan-dec/3 *", "UTC", "2026-05-03 00:00", "2026-07-01 00:00"),
        ("*/60 * * * *", "UTC", "2026-05-03 00:10", "2026-05-03 01:00"),
        ("10-20/5,50 3 * * *", "UTC", "2026-05-03 03:15", "2026-05-03 03:20"),
        ("0 0 */10 * *", "UTC", "2026-05-03 00:00", "2026-05-11 00:00"),
    ],
)
def test_next_time(expression: str, timezone: str, after: str, expected: str) -> None:
    assert next_time(expression, timezone, utc(after)) == utc(expected)


def test_next_time_reads_any_offset_and_gives_utc() -> None:
    after = datetime(2026, 5, 3, 8, tzinfo=ZoneInfo("Asia/Kolkata"))
    found = next_time("0 6 * * *", "UTC", after)
    assert found.isoformat() == "2026-05-03T06:00:00+00:00"


# When the clocks change, in UTC, with the minutes that the clock is set forward.
CHANGES = [
    ("Europe/London", "2026-03-29 01:00", 60),
    ("Europe/London", "2026-10-25 01:00", -60),
    ("America/New_York", "2026-03-08 07:00", 60),
    ("America/New_York", "2026-11-01 06:00", -60),
    ("Australia/Lord_Howe", "2026-10-03 15:30", 30),
    ("Australia/Lord_Howe", "2026-04-04 15:00", -30),
    ("America/Santiago", "2026-09-06 04:00", 60),
    ("America/Santiago", "2026-04-05 03:00", -60),
    ("Asia/Kolkata", "2026-03-29 01:00", 0),
]
EXPRESSIONS = [
    ("30 1 * * *", {30}, {1}),
    ("0 2 * * *", {0}, {2}),
    ("15,45 1-2 * * *", {15, 45}, {1, 2}),
    ("*/20 0 * * *", {0, 20, 40}, {0}),
    ("30 23 * * *", {30}, {23}),
    ("0 */2 * * *", {0}, set(range(0, 24, 2))),
    ("*/15 * * * *", {0, 15, 30, 45}, set(range(24))),
    ("50 * * * *", {50}, set(range(24))),
    ("10 0-23 * * *", {10}, set(range(24))),
]


def expected_times(
    zone: ZoneInfo, start: datetime, end: datetime, minutes: set[int], hours: set[int]
) -> list[datetime]:
    """Go through every minute and look at the clock on the wall."""
    found = []
    moment, before = start, start - MINUTE
    while moment <= end:
        wall = moment.astimezone(zone)
        comes = wall.minute in minutes and wall.hour in hours and (not wall.fold or len(hours) == 24)
        # Times that the clock jumped over since the minute before.
        skipped = before.astimezone(zone).replace(tzinfo=None) + MINUTE
        while skipped < wall.replace(tzinfo=None) and len(hours) < 24:
            comes = comes or (skipped.minute in minutes and skipped.hour in hours)
            skipped += MINUTE
        if comes:
            found.append(moment)
        moment, before = moment + MINUTE, moment
    return found


@pytest.mark.parametrize(("timezone", "change", "forward"), CHANGES)
@pytest.mark.parametrize(("expression", "minutes", "hours"), EXPRESSIONS)
def test_clock_change(
    timezone: str, change: str, forward: int, expression: str, minutes: set[int], hours: set[int]
) -> None:
    zone, moment = ZoneInfo(timezone), utc(change)
    shift = moment.astimezone(zone).utcoffset(), (moment - MINUTE).astimezone(zone).utcoffset()
    assert shift[0] is not None
    assert shift[1] is not None
    assert shift[0] - shift[1] == timedelta(minutes=forward)
    start, end = moment - timedelta(hours=30), moment + timedelta(hours=30)
    expected = expected_times(zone, start, end, minutes, hours)
    assert expected
    assert list(times(expression, timezone, start - MINUTE, end)) == expected


@pytest.mark.parametrize(
    ("timezone", "first", "last"),
    [
        ("Europe/London", date(2026, 3, 27), date(2026, 3, 31)),
        ("Europe/London", date(2026, 10, 23), date(2026, 10, 27)),
        ("America/New_York", date(2026, 10, 30), date(2026, 11, 3)),
    ],
)
def test_daily_time_comes_once_a_day(timezone: str, first: date, last: date) -> None:
    zone = ZoneInfo(timezone)
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    end = datetime(last.year, last.month, last.day, 23, 59, tzinfo=zone)
    found = [time.astimezone(zone).date() for time in times("30 1 * * *", timezone, start, end)]
    assert found == [first + timedelta(days=day) for day in range(5)]


def test_every_moment_has_the_same_next_time_up_to_it() -> None:
    start, end = utc("2026-10-24 22:00"), utc("2026-10-25 05:00")
    moment = start
    while moment < end:
        expected = next(
            time for time in times("30 1 * * *", "Europe/London", start, utc("2026-10-27")) if time > moment
        )
        assert next_time("30 1 * * *", "Europe/London", moment) == expected
        moment += timedelta(minutes=7)


@pytest.mark.parametrize(
    ("expression", "after", "until", "expected"),
    [
        ("* * * * *", "2020-01-01 00:00", "2026-05-03 10:00:30", "2026-05-03 10:00"),
        ("* * * * *", "2020-01-01 00:00", "2026-05-03 10:00", "2026-05-03 10:00"),
        ("* * * 1 *", "2020-01-01 00:00", "2026-12-30 00:00", "2026-01-31 23:59"),
        ("0 6 * * 1", "2026-04-27 06:00", "2026-05-04 05:59", None),
        ("0 6 * * 1", "2026-04-27 06:00", "2026-05-04 06:00", "2026-05-04 06:00"),
    ],
)
def test_last_time(expression: str, after: str, until: str, expected: str | None) -> None:
    assert last_time(expression, "UTC", utc(after), utc(until)) == (utc(expected) if expected else None)


@pytest.mark.parametrize(
    ("expression", "timezone", "message"),
    [
        ("0 6 * *", "UTC", 'cron expression "0 6 \\* \\*" cannot be used'),
        ("0 6 * * 8", "UTC", "weekday"),
        ("0 6 * * mon#2", "UTC", "weekday"),
        ("0 25 * * *", "UTC", "hour"),
        ("0 0 31 2 *", "UTC", "day"),
        ("0 6 * * *", "Europe/Londn", 'no time zone "Europe/Londn"'),
        ("0 6 * * *", "../etc/passwd", "no time zone"),
    ],
)
def test_what_cannot_be_used(expression: str, timezone: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        next_time(expression, timezone, SUNDAY)
