"""When a source is due, what it missed, and that downtime ends in one catch-up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.errors import ConfigurationError
from newsreel.schedule import Due, Missed, Pace, Plan, describe, missed, next_due, plan
from newsreel.sources import Source

NOW = datetime(2026, 5, 3, 10, 0, 20, 500, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def every(interval: timedelta | None, slug: str = "tide") -> Source:
    """A source with an interval."""
    return Source(id=slug, name="The Tide", home="https://tide.example/", interval=interval)


def by_cron(expression: str, timezone: str = "UTC") -> Source:
    """A source with a cron expression."""
    return Source(id="tide", name="The Tide", home="https://tide.example/", cron=expression, timezone=timezone)


@pytest.mark.parametrize("source", [every(None), every(HOUR), by_cron("0 6 * * 1")])
def test_source_that_was_never_due_is_due_now(source: Source) -> None:
    assert next_due(source, None, NOW) == Due(NOW.replace(microsecond=0), "first", describe(source))
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


def test_a_source_without_interval_and_cron_is_asked_by_its_own_rhythm() -> None:
    due = next_due(every(None), NOW, NOW)
    assert due.reason == "adaptive"
    assert HOUR * 0.9 <= due.at - NOW.replace(microsecond=0) <= HOUR
    assert due.plan.startswith("adaptive, 5")
    busy = next_due(every(None), NOW, NOW, Pace(rates=(2.0,) * 168))
    assert busy.at - NOW.replace(microsecond=0) == pytest.approx(
        (due.at - NOW.replace(microsecond=0)) / 2, abs=2 * SECOND
    )


def test_what_was_said_of_an_adaptive_source_holds() -> None:
    said = NOW + 5 * HOUR
    for now in (NOW, NOW + HOUR, said - SECOND):
        assert plan(every(None), NOW, now, said) == Plan(said, 0, "waiting")
    assert plan(every(None), NOW, said, said) == Plan(said, 0, "adaptive")
    late = plan(every(None), NOW, said + 10 * HOUR, said)
    assert (late.reason, late.merged_from) == ("catch-up", said)
    assert 10 <= late.merged <= 11
    assert late.due_at <= said + 10 * HOUR < next_due(every(None), late.due_at, late.due_at).at


def test_an_adaptive_source_left_for_years_is_caught_up_once() -> None:
    fast = Pace(rates=(50.0,) * 168)
    late = plan(every(None), NOW, NOW + timedelta(days=900), NOW + HOUR, fast)
    assert (late.due_at, late.merged, late.exact) == ((NOW + timedelta(days=900)).replace(microsecond=0), 999, False)


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


@pytest.mark.parametrize("source", [every(HOUR), every(None), by_cron("*/5 * * * *")])
def test_clock_that_was_set_back(source: Source) -> None:
    for ahead in (HOUR / 2, HOUR, 24 * HOUR):
        slightly = next_due(source, NOW + ahead, NOW)
        assert slightly.at > NOW + ahead, "these due times were run before"
    far = NOW + timedelta(days=9000)
    wrong = plan(source, far, NOW, far + HOUR)
    assert wrong.reason == "waiting"
    assert NOW < wrong.due_at <= NOW + HOUR * 3 / 2
    # What was said is kept, or each look would find a later time, and the source never be crawled again.
    assert plan(source, far, wrong.due_at - SECOND, wrong.due_at) == Plan(wrong.due_at, 0, "waiting")
    assert plan(source, far, wrong.due_at, wrong.due_at).reason not in ("waiting", "catch-up")


@pytest.mark.parametrize("interval", [timedelta(), timedelta(seconds=-5), timedelta(milliseconds=1)])
def test_interval_that_cannot_be(interval: timedelta) -> None:
    with pytest.raises(ConfigurationError, match="source tide: its interval must be a second or more"):
        next_due(every(interval), NOW, NOW)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (every(None), "adaptive"),
        (every(HOUR), "every 1 h"),
        (every(timedelta(minutes=90)), "every 1 h 30 min"),
        (every(timedelta(days=8, seconds=5)), "every 8 d 5 s"),
        (by_cron("0 6 * * 1", "Europe/London"), "cron 0 6 * * 1 (Europe/London)"),
    ],
)
def test_describe(source: Source, words: str) -> None:
    assert describe(source) == words
