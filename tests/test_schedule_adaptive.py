"""The adaptive schedule follows an outlet's rhythm, within its bounds, and says why."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.schedule import Pace, adapt, adaptive, arrival_times, rhythm, rhythm_words, weekly_rates
from newsreel.schedule.adaptive import CAP, FLOOR, Choice, choose, explain
from newsreel.schedule.rhythm import UNKNOWN

# A Monday.
MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def publishing(when: Callable[[datetime], int], weeks: int = 4) -> tuple[float, ...]:
    """The rates of an outlet that was watched for some weeks, and brought so many articles in each hour."""
    start = MONDAY - weeks * 7 * DAY
    hours = [start + n * HOUR for n in range(weeks * 168)]
    return weekly_rates({hour: n for hour in hours if (n := when(hour))}, start, MONDAY)


def office(hour: datetime) -> int:
    """Three articles an hour from Monday to Friday, nine to five."""
    return 3 * (hour.weekday() < 5 and 9 <= hour.hour < 17)


def test_rates_follow_the_week() -> None:
    rates = publishing(office)
    assert sum(rates) == pytest.approx(3 * 8 * 5, rel=0.1)
    for day in range(5):
        assert all(2.0 < rates[day * 24 + hour] < 3.2 for hour in range(10, 16))
        assert all(rates[day * 24 + hour] < 0.3 for hour in range(6))
    assert all(rates[hour] < 1.0 for hour in range(5 * 24, 7 * 24))


@pytest.mark.parametrize(
    ("watched", "came", "low", "high"),
    [(timedelta(0), 0, 1, 1), (HOUR, 0, 0.8, 1), (DAY, 0, 0.2, 0.5), (7 * DAY, 0, 0, 0.08), (DAY, 48, 1.3, 2)],
)
def test_a_new_outlet_is_taken_for_one_of_an_article_an_hour(
    watched: timedelta, came: int, low: float, high: float
) -> None:
    since = MONDAY - watched
    arrivals = {since + n * HOUR: 1 for n in range(min(came, 24))}
    arrivals = dict.fromkeys(arrivals, came // 24)
    rates = weekly_rates(arrivals, since, MONDAY)
    assert low <= sum(rates) / 168 <= high


def test_nothing_known() -> None:
    assert weekly_rates({}, None, MONDAY) == UNKNOWN
    assert choose("tide", MONDAY, Pace()).length == pytest.approx(HOUR * 0.95, abs=HOUR * 0.05)


def test_the_night_is_longer_than_the_day() -> None:
    pace = Pace(rates=publishing(office), seen=480)
    at_noon = choose("tide", MONDAY + 12 * HOUR, pace).length
    in_the_evening = choose("tide", MONDAY + 19 * HOUR, pace).length
    on_saturday = choose("tide", MONDAY + 5 * DAY, pace).length
    assert at_noon < 30 * MINUTE
    assert in_the_evening > 10 * HOUR
    assert on_saturday > 10 * HOUR


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 4, 4, 14, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_a_clock_change_does_not_move_an_outlet_s_morning(zone: str, change: datetime) -> None:
    """Asked at three in the morning of the Mondays before and after, the run is for shortly after nine."""
    clock, watched = ZoneInfo(zone), change.replace(minute=0)
    hours = [watched - n * HOUR for n in range(1, 4 * 168)]
    arrivals = {hour: n for hour in hours if (n := office(hour.astimezone(clock)))}
    pace = Pace(weekly_rates(arrivals, hours[-1], watched, zone), len(arrivals), timezone=zone)
    mondays = [watched + n * DAY for n in range(-7, 8) if (watched + n * DAY).astimezone(clock).weekday() == 0]
    for monday in (mondays[0], mondays[-1]):
        night = monday.astimezone(clock).replace(hour=3, minute=0)
        due = night.astimezone(UTC) + choose("tide", night, pace).length
        assert 8 <= due.astimezone(clock).hour <= 9, due.astimezone(clock)
    off = Pace(weekly_rates(arrivals, hours[-1], watched), len(arrivals))
    spoken = {rhythm_words(each).rpartition(" ")[2] for each in (pace, off)}
    assert spoken == {zone, "UTC"}


def test_known_findings_lengthen_and_new_ones_shorten() -> None:
    wanted = lengths = None
    for known, grows in ((0.67, True), (0.9, True), (0.66, None), (0.33, None), (0.32, False), (0.0, False)):
        wanted = adapt(1.0, known)
        lengths = choose("tide", MONDAY, Pace(wanted=wanted)).length, choose("tide", MONDAY, Pace()).length
        assert (lengths[0] > lengths[1], lengths[0] < lengths[1]) == (grows is True, grows is False)
    for known in (0.0, 1.0):
        wanted = 1.0
        for _ in range(50):
            wanted = adapt(wanted, known)
        assert wanted == (0.25 if known == 0.0 else 4.0)


@given(
    st.floats(0, 500),
    st.floats(0.25, 4),
    st.one_of(st.none(), st.integers(1, 2000)),
    st.integers(0, 10**6).map(lambda seconds: MONDAY + timedelta(seconds=seconds)),
    st.text("abc-", min_size=1),
)
def test_bounds(rate: float, wanted: float, feed: int | None, after: datetime, name: str) -> None:
    pace = Pace(rates=tuple(rate * (n % 24) / 12 for n in range(168)), wanted=wanted, feed=feed)
    choice = choose(name, after, pace)
    assert FLOOR <= choice.length <= CAP
    assert choice == choose(name, after, pace)
    # A feed does not overflow, but for outlets that are too fast for everybody.
    assert choice.expected <= (feed or 10) + 1e-6 or choice.length <= FLOOR * 1.1


@pytest.mark.parametrize(("feed", "length"), [(None, 3), (10, 3), (6, 3), (4, 2), (2, 1), (1, 1)])
def test_a_short_feed_is_read_before_it_overflows(feed: int | None, length: int) -> None:
    choice = choose("tide", MONDAY, Pace(wanted=3.0, feed=feed))
    assert length * HOUR * 0.9 <= choice.length <= length * HOUR
    assert choice.limit == ("feed" if length < 3 else "rhythm")


def test_sources_are_spread() -> None:
    for pace in (Pace(), Pace(rates=(100.0,) * 168), Pace(rates=(0.0,) * 168)):
        lengths = [choose(f"outlet-{n}", MONDAY, pace).length for n in range(200)]
        assert max(lengths) <= min(lengths) / 0.9
        assert len(set(lengths)) > 40


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (Pace(), ("about 0.9", "articles are expected", "24 a day", "little is known of its rhythm yet")),
        (Pace(seen=90, known=0.4), ("40% of what recent runs found was known",)),
        (Pace(seen=90, wanted=4.0, feed=4), ("its feed of 4 would overflow later on",)),
        (Pace(seen=90, rates=(90.0,) * 168), ("no source is asked more often",)),
        (Pace(seen=90, rates=(0.01,) * 168), ("every source is asked once a day", "0.2 a day")),
    ],
)
def test_why(pace: Pace, words: tuple[str, ...]) -> None:
    said = explain(choose("tide", MONDAY, pace), pace)
    assert said.startswith("adaptive, ")
    assert [word for word in words if word not in said] == []
    assert ("little is known" in said) == (pace.seen < 10)


def test_rhythm_in_words() -> None:
    said = rhythm_words(Pace(rates=publishing(office), seen=480))
    assert said.startswith("12")
    assert "articles a week" in said
    assert "% of them at the weekend; most from 1" in said
    assert "little is known yet" in rhythm_words(Pace())


def test_when_articles_arrived() -> None:
    before = MONDAY - 4 * HOUR
    dated = [MONDAY - HOUR, MONDAY - 9 * DAY, MONDAY + HOUR]
    assert arrival_times(dated, before, MONDAY) == [MONDAY - HOUR, before, MONDAY]
    assert arrival_times([None] * 4, before, MONDAY) == [before + (n + 0.5) * HOUR for n in range(4)]
    assert arrival_times([None], MONDAY - 90 * DAY, MONDAY) == [MONDAY - 14 * DAY]
    assert arrival_times([None], MONDAY + DAY, MONDAY) == [MONDAY], "the clock was set back"


def test_a_first_reading_counts_what_has_a_date_and_no_pinned_post() -> None:
    recent = [MONDAY - n * HOUR for n in range(9)]
    assert arrival_times([*recent, None, MONDAY - 20 * DAY], None, MONDAY) == recent
    assert arrival_times([MONDAY - 60 * DAY] * 10, None, MONDAY) == []
    assert arrival_times([], None, MONDAY) == []


def test_docstring_examples() -> None:
    for module in (adaptive, rhythm):
        result = doctest.testmod(module)
        assert result.attempted
    assert not result.failed
    assert Choice(HOUR, 1.0, "rhythm").limit == "rhythm"
