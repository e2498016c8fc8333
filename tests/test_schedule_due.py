"""When a source is due, what it missed, and that downtime ends in one catch-up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.errors import ConfigurationError
from newsreel.schedule import Due, Missed, Plan, describe, missed, next_due, plan
from newsreel.sources import Source

NOW = datetime(2026, 5, 3, 10, 0, 20, 500, tzinfo=UTC)
HOUR = timedelta(hours=1)


def every(interval: timedelta | None, slug: str = "tide") -> Source:
    """A source with an interval."""
    return Source(id=slug, name="The Tide", home="https://tide.example/", interval=interval)


def by_cron(expression: str, timezone: str = "UTC") -> Source:
    """A source with a cron expression."""
    return Source(id="tide", name="The Tide", home="https://tide.example/", cron=expression, timezone=timezone)


@pytest.mark.parametrize("source", [every(None), every(HOUR), by_cron("0 6 * * 1")])
def test_source_that_was_never_due_is_due_now(source: Source) -> None:
    assert next_due(source, None, NOW) == Due(NOW.replace(microsecond=0), "first")
    assert missed(source, None, NOW) is None
    assert plan(source, None, NOW) == Plan(NOW.replace(microsecond=0), 0, "first")


@pytest.mark.parametrize("interval", [timedelta(minutes=1), HOUR, timedelta(days=1), timedelta(days=7)])
def test_interval_points_are_fixed_and_an_interval_apart(interval: timedelta) -> None:
    source = every(interval)
    first = next_due(source, NOW, NOW).at
    assert NOW + interval / 2 <= first <= NOW + interval * 3 / 2
    second = next_due(source, first, first + interval * 5).at
    assert second - first == interval
    assert next_due(source, second - interval / 3, second).at == second + interval
    assert first.microsecond == 0


def test_default_interval_is_an_hour() -> None:
    assert next_due(every(None), NOW, NOW) == next_due(every(HOUR), NOW, NOW)


def test_sources_are_spread_over_the_interval() -> None:
    points = [next_due(every(HOUR, f"outlet-{number}"), NOW, NOW).at for number in range(600)]
    per_minute = [sum(point.minute == minute for point in points) for minute in range(60)]
    assert min(per_minute) >= 1
    assert max(per_minute) <= 30


def test_shift_is_the_same_on_every_machine() -> None:
    start = datetime(2026, 5, 3, tzinfo=UTC)
    points = [next_due(every(HOUR, slug), start, start).at for slug in ("tide", "wave")]
    assert [point.isoformat() for point in points] == ["2026-05-03T01:07:58+00:00", "2026-05-03T00:54:29+00:00"]


@given(
    st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_every_due_time_is_run_or_merged(interval: timedelta, away: timedelta) -> None:
    source = every(interval)
    last = next_due(source, NOW, NOW).at
    now = last + away
    found = plan(source, last, now)
    assert found.due_at - last == (found.merged + 1) * interval
    if away < interval:
        assert found.reason == "waiting"
        assert found.due_at > now
    else:
        assert now - interval < found.due_at <= now
        assert found.reason == ("catch-up" if found.merged else "interval")
        assert found.merged_from == (last + interval if found.merged else None)
        assert plan(source, found.due_at, now).reason == "waiting"


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "last", "now", "expected"),
    [
        ("0 6 * * *", "2026-05-03 06:00", "2026-05-04 05:59:59", Plan(utc("2026-05-04 06:00"), 0, "waiting")),
        ("0 6 * * *", "2026-05-03 06:00", "2026-05-04 06:00", Plan(utc("2026-05-04 06:00"), 0, "cron")),
        ("0 6 * * *", "2026-05-03 06:00", "2026-05-04 23:00", Plan(utc("2026-05-04 06:00"), 0, "cron")),
        (
            "0 6 * * *",
            "2026-05-03 06:00",
            "2026-05-06 07:00",
            Plan(utc("2026-05-06 06:00"), 2, "catch-up", utc("2026-05-04 06:00")),
        ),
        (
            "* * * * *",
            "2026-05-03 06:00",
            "2026-05-03 22:40:59",
            Plan(utc("2026-05-03 22:40"), 999, "catch-up", utc("2026-05-03 06:01")),
        ),
        (
            "* * * * *",
            "2020-01-01 00:00",
            "2026-05-03 10:00",
            Plan(utc("2026-05-03 10:00"), 999, "catch-up", utc("2020-01-01 00:01"), exact=False),
        ),
    ],
)
def test_cron_plan(expression: str, last: str, now: str, expected: Plan) -> None:
    assert plan(by_cron(expression), utc(last), utc(now)) == expected


def test_missed_times_are_counted_not_listed() -> None:
    source = every(timedelta(seconds=1))
    last = NOW.replace(microsecond=0)
    assert missed(source, last, last + timedelta(days=3650)) == Missed(
        3650 * 86400, last + timedelta(seconds=1), last + timedelta(days=3650)
    )
    assert missed(source, last, last) is None


def test_cron_plan_uses_the_zone_of_the_source() -> None:
    source = by_cron("30 1 * * *", "Europe/London")
    # The night on which 01:30 comes twice: after its run nothing is due until the next day.
    assert plan(source, utc("2026-10-25 00:30"), utc("2026-10-25 01:45")) == Plan(utc("2026-10-26 01:30"), 0, "waiting")
    # The night on which 01:30 does not come: it is run when the clock is set forward.
    assert plan(source, utc("2026-03-28 01:30"), utc("2026-03-29 01:00")) == Plan(utc("2026-03-29 01:00"), 0, "cron")


@pytest.mark.parametrize("source", [every(HOUR), by_cron("*/5 * * * *")])
def test_clock_that_was_set_back(source: Source) -> None:
    slightly = next_due(source, NOW + timedelta(minutes=30), NOW)
    assert slightly.at > NOW + timedelta(minutes=30)
    wrong = plan(source, NOW + timedelta(days=9000), NOW)
    assert wrong.reason == "waiting"
    assert NOW < wrong.due_at <= NOW + HOUR * 3 / 2


@pytest.mark.parametrize("interval", [timedelta(), timedelta(seconds=-5), timedelta(milliseconds=1)])
def test_interval_that_cannot_be(interval: timedelta) -> None:
    with pytest.raises(ConfigurationError, match="source tide: its interval must be a second or more"):
        next_due(every(interval), NOW, NOW)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (every(None), "every 1 h"),
        (every(timedelta(minutes=90)), "every 1 h 30 min"),
        (every(timedelta(days=8, seconds=5)), "every 8 d 5 s"),
        (by_cron("0 6 * * 1", "Europe/London"), "cron 0 6 * * 1 (Europe/London)"),
    ],
)
def test_describe(source: Source, words: str) -> None:
    assert describe(source) == words
