"""Each state can be reached, says why and since when, is held until it is over, and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsreel.health import STATES, Crawl, Door, Episode, Health, History, Pages, hour_of, judge

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPACING = timedelta(hours=4)
FEED = "https://tide.example/feed"


def good(**changes: object) -> Pages:
    """Ten pages as they usually are."""
    usual = Pages({"new": 9, "not-article": 1}, 9, 9, 9, 0, 400.0, 22000, 1000)
    return replace(usual, **changes)  # type: ignore[arg-type]


def crawls(*newest: Pages | None, n: int = 60) -> list[Crawl]:
    """Give n crawls, a spacing apart up to now, the newest of them with these pages, the others as usual."""
    pages = [*([good()] * (n - len(newest))), *newest]
    starts = [NOW - SPACING * (n - 1 - i) for i in range(n)]
    return [Crawl(at, at + timedelta(minutes=2), "ok", 0, p) for at, p in zip(starts, pages, strict=True)]


def arrivals(until: datetime = NOW, per_hour: int = 1, weeks: int = 8) -> list[tuple[int, int]]:
    """An even stream of articles."""
    end = hour_of(until)
    return [(hour, per_hour) for hour in range(hour_of(NOW) - weeks * 168, end)]


def history(*newest: Pages | None, **changes: object) -> History:
    return replace(History(crawls=crawls(*newest), arrivals=arrivals(), doors=(Door("feed", FEED),)), **changes)  # type: ignore[arg-type]


def test_a_source_that_is_as_it_was_is_ok() -> None:
    assert judge(history(), NOW) == Health("ok", "as usual", NOW)
    since = NOW - timedelta(days=3)
    assert judge(history(episodes=[Episode("ok", since)]), NOW).since == since


def test_a_source_without_a_past_is_not_judged_by_it() -> None:
    assert judge(History(), NOW) == Health("ok", "not crawled yet", NOW)
    young = History(crawls=crawls(good(with_author=0), n=1), doors=(Door("feed", FEED),))
    assert judge(young, NOW).state == "ok"


LOST = {"no-text": 6}
ILL = (
    (
        "failing",
        "pages",
        good(codes={"new": 2, "http-5xx": 8}, stored=2, with_author=2, with_date=2),
        "24 of the last 30 pages could not be fetched; before, 0% did",
    ),
    (
        "blocked",
        "wall",
        good(codes={"new": 3, "bot-wall": 6}, stored=3, with_author=3, with_date=3),
        "18 of the last 27 pages were refused to us",
    ),
    ("blocked", "paywall", good(paywalled=7), "21 of the last 27 articles lie behind a paywall"),
    (
        "degraded",
        "body",
        good(codes={"new": 4, **LOST}, stored=4, with_author=4, with_date=4),
        "18 of the last 30 pages gave no text or too little",
    ),
    (
        "degraded",
        "rejected",
        good(codes={"new": 2, "soft-404": 8}, stored=2, with_author=2, with_date=2),
        "24 of the last 30 pages were no articles; before, 10% did",
    ),
    ("degraded", "author", good(with_author=0), "27 of the last 27 articles name no author; before, 0% did"),
    ("degraded", "date", good(with_date=1), "24 of the last 27 articles give no date"),
    ("degraded", "words", good(words=190.0), "articles have become shorter: 190 words in the middle; before, 400"),
    ("degraded", "words", good(words=1100.0), "articles have become longer: 1100 words in the middle; before, 400"),
    ("degraded", "removed", good(chars=15000, removed=6000), "cleaning takes out 29% of the text; before, 4%"),
)


@pytest.mark.parametrize(("state", "signal", "pages", "reason"), ILL, ids=lambda value: str(value)[:20])
def test_pages_that_change_are_told_and_their_recovery_ends_it(
    state: str, signal: str, pages: Pages, reason: str
) -> None:
    ill = judge(history(pages, pages, pages), NOW)
    assert (ill.state, ill.signals[0]) == (state, signal)
    assert reason in ill.reason
    assert ill.since == NOW - SPACING * 2
    assert ill.notes == ()
    told = [Episode("ok", NOW - timedelta(days=20), NOW), Episode(ill.state, ill.since, None, ill.signals)]
    assert judge(history(pages, pages, pages, good(), episodes=told), NOW).state == state
    assert judge(history(pages, pages, pages, good(), good(), episodes=told), NOW).state == "ok"


@pytest.mark.parametrize(("state", "signal", "pages", "reason"), ILL, ids=lambda value: str(value)[:20])
def test_one_odd_crawl_is_no_alarm(state: str, signal: str, pages: Pages, reason: str) -> None:
    assert judge(history(pages), NOW).state == "ok"
    assert judge(history(pages, good(), good()), NOW).state == "ok"


def test_a_source_with_an_article_a_crawl_is_judged_by_more_crawls() -> None:
    one = Pages({"new": 1}, 1, 1, 1, 0, 400.0, 2200, 100)
    usual = [one] * 60
    lost = replace(one, with_author=0)
    few = history(crawls=crawls(*usual, lost, lost, n=62))
    assert judge(few, NOW).state == "ok"
    enough = history(crawls=crawls(*usual, *[lost] * 5, n=65))
    assert judge(enough, NOW).signals == ("author",)


def failing(n: int, **changes: object) -> Door:
    door = Door("feed", FEED, "http-4xx", f"{FEED} answered 404", n, NOW - SPACING * (n - 1))
    return replace(door, **changes)  # type: ignore[arg-type]


def with_failures(n: int, before: Sequence[int] = ()) -> list[Crawl]:
    """Sixty crawls of which the last n, and those with these numbers, could not read a feed."""
    result = crawls()
    for i in (*before, *range(60 - n, 60)):
        result[i] = replace(result[i], outcome="failed", doors_failed=1, pages=None)
    return result


def test_a_share_is_compared_with_few_pages_only_as_far_as_these_say() -> None:
    before = good(codes={"new": 4}, stored=4, with_author=3, with_date=4)
    after = good(codes={"new": 4}, stored=4, with_author=1, with_date=4)
    assert judge(history(crawls=crawls(*[before] * 8, *[after] * 5, n=13)), NOW).state == "ok"
    assert judge(history(crawls=crawls(*[before] * 50, *[after] * 10, n=60)), NOW).state == "degraded"


def test_a_feed_that_died_is_told_at_the_third_failure() -> None:
    assert judge(history(crawls=with_failures(2), doors=(failing(2),)), NOW).state == "ok"
    health = judge(history(crawls=with_failures(3), doors=(failing(3),)), NOW)
    assert (health.state, health.signals) == ("failing", ("doors",))
    assert health.reason == f"its feed cannot be read, 3 times in a row: {FEED} answered 404"
    assert health.since == NOW - SPACING * 2


def test_one_feed_of_several_is_enough() -> None:
    doors = (failing(3), Door("feed", FEED + "/film"))
    assert judge(history(crawls=with_failures(3), doors=doors), NOW).reason.startswith("1 of 2 doors cannot be read")


def test_a_flaky_source_needs_more_failures() -> None:
    often = range(0, 50, 8)
    slow = {"outcome": "timeout", "problem": f"{FEED} did not answer"}
    assert judge(history(crawls=with_failures(3, often), doors=(failing(3, **slow),)), NOW).state == "ok"
    assert judge(history(crawls=with_failures(5, often), doors=(failing(5, **slow),)), NOW).state == "failing"


def test_an_answer_that_is_no_accident_is_told_at_the_third_time_also_of_a_flaky_source() -> None:
    often = range(0, 50, 8)
    assert judge(history(crawls=with_failures(2, often), doors=(failing(2),)), NOW).state == "ok"
    assert judge(history(crawls=with_failures(3, often), doors=(failing(3),)), NOW).state == "failing"


def test_a_feed_is_well_again_when_it_was_read_twice() -> None:
    told = [Episode("failing", NOW - SPACING * 9, None, ("doors",))]
    once = crawls()
    once[-2] = replace(once[-2], outcome="failed", doors_failed=1, pages=None)
    health = judge(history(crawls=once, episodes=told), NOW)
    assert (health.state, health.since) == ("failing", NOW - SPACING * 9)
    assert judge(history(episodes=told), NOW).state == "ok"


def test_robots_that_forbid_a_feed_block_at_once() -> None:
    doors = (failing(1, outcome="robots"),)
    health = judge(history(crawls=with_failures(1), doors=doors), NOW)
    assert (health.state, health.reason) == ("blocked", f"robots.txt forbids its feed {FEED}")
    limited = judge(history(crawls=with_failures(3), doors=(failing(3, outcome="rate-limited"),)), NOW)
    assert limited.state == "blocked"


def test_crawls_that_die_are_told() -> None:
    dying = crawls()
    dying[-3:] = [replace(crawl, outcome="died", pages=None) for crawl in dying[-3:]]
    health = judge(history(crawls=dying), NOW)
    assert (health.state, health.since) == ("failing", dying[-3].started_at)
    assert "died" in health.reason


def test_a_crawl_that_does_not_come_is_late() -> None:
    due = {"last_due_at": NOW - SPACING, "next_due_at": NOW}
    assert judge(history(**due), NOW + SPACING).state == "ok"
    health = judge(history(**due), NOW + SPACING + timedelta(minutes=1))
    assert (health.state, health.since) == ("late", NOW)
    assert health.reason == "due since 2026-11-20 12:00 UTC, and no crawl has come"


def test_what_was_due_while_nobody_looked_gets_time_to_come() -> None:
    due = {"last_due_at": NOW - SPACING, "next_due_at": NOW, "watched_from": NOW + timedelta(days=2)}
    assert judge(history(**due), NOW + timedelta(days=2, hours=1)).state == "ok"
    assert judge(history(**due), NOW + timedelta(days=2, hours=5)).state == "late"


def test_a_claimed_crawl_may_wait_for_the_end_of_the_quiet_hours() -> None:
    due = {"last_due_at": NOW - SPACING, "next_due_at": NOW, "claimed": True}
    assert judge(history(**due), NOW + timedelta(hours=12)).state == "ok"
    assert judge(history(**due), NOW + timedelta(hours=19)).state == "late"


def silent(days: float) -> History:
    return history(None, arrivals=arrivals(NOW - timedelta(days=days)))


def test_a_silence_is_told_when_the_rhythm_does_not_explain_it() -> None:
    assert judge(silent(1), NOW).state == "ok"
    health = judge(silent(2), NOW)
    assert (health.state, health.since) == ("quiet", NOW - timedelta(days=2))
    assert health.reason == "nothing new since 2026-11-18; by its own rhythm 48 articles"


def test_a_night_and_a_weekend_are_no_silence() -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    hours = range(hour_of(monday) - 8 * 168, hour_of(monday))
    weekdays = [(h, 2) for h in hours if (h + 72) % 168 < 5 * 24 and 8 <= h % 24 < 18]
    last = Crawl(monday, monday, "ok")
    assert judge(history(crawls=[*crawls(), last], arrivals=weekdays), monday).state == "ok"


def test_a_clock_change_looks_like_nothing() -> None:
    """An outlet of office hours in Berlin, judged four times a day from the change on; health counts hours in UTC."""
    berlin, change = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 1, tzinfo=UTC)
    hours = [change + timedelta(hours=n) for n in range(-16 * 168, 21 * 24)]
    walls = [(hour_of(hour), hour.astimezone(berlin)) for hour in hours]
    stream = [(number, 2) for number, wall in walls if wall.weekday() < 5 and 9 <= wall.hour < 17]
    for n in range(4 * 21):
        now = change + timedelta(hours=6 * n)
        past = [Crawl(at, at, "ok") for at in (now - SPACING * k for k in range(59, -1, -1))]
        seen = [(hour, number) for hour, number in stream if hour < hour_of(now)]
        assert judge(history(crawls=past, arrivals=seen), now).state == "ok", now


def test_a_slow_source_is_silent_only_after_weeks() -> None:
    """Two articles a week."""

    def slow(days: int) -> History:
        end = hour_of(NOW) - days * 24
        return history(arrivals=[(hour, 1) for hour in range(end - 24 * 7 * 16, end, 84)])

    assert judge(slow(21), NOW).state == "ok"
    assert judge(slow(45), NOW).state == "quiet"


def test_a_silence_never_becomes_usual_and_ends_with_articles() -> None:
    since = NOW - timedelta(days=200)
    told = [Episode("quiet", since, None, ("volume",))]
    assert judge(history(arrivals=[], episodes=told), NOW) == Health(
        "quiet", f"nothing new since {since:%Y-%m-%d}", since, ("volume",)
    )
    began = NOW - timedelta(days=3)
    told = [Episode("quiet", began, None, ("volume",))]
    stream = [(h, n) for h, n in arrivals() if h < hour_of(began) or h >= hour_of(NOW) - 24]
    assert judge(history(arrivals=stream, episodes=told), NOW).state == "ok"
    few = [(h, n) for h, n in stream if h < hour_of(began) or h >= hour_of(NOW) - 2]
    assert judge(history(arrivals=few, episodes=told), NOW).state == "quiet"


def thinned(began: datetime, every: int, over: datetime = NOW) -> list[tuple[int, int]]:
    """Sixteen weeks of an article an hour, from `began` until `over` one in so many hours."""
    first, last = hour_of(began), hour_of(over)
    return [(h, n) for h, n in arrivals(weeks=16) if not first <= h < last or h % every == 0]


@pytest.mark.parametrize(
    ("every", "days", "state", "reason"),
    [
        (6, 7, "quiet", "far less than usual"),
        (2, 7, "ok", "as usual"),
        (2, 20, "quiet", "far fewer articles than usual for the weekday"),
    ],
)
def test_a_drop_of_volume(every: int, days: int, state: str, reason: str) -> None:
    health = judge(history(arrivals=thinned(NOW - timedelta(days=days), every)), NOW)
    assert health.state == state
    assert reason in health.reason


def test_a_drop_to_the_half_is_held_until_a_week_was_as_usual() -> None:
    began = NOW - timedelta(days=20)
    first = judge(history(arrivals=thinned(began, 2)), NOW)
    assert (first.state, first.signals) == ("quiet", ("drop",))
    assert abs(first.since - began) <= timedelta(days=2)
    # 240 came; 480 were due.
    assert re.search(
        r"usual for the weekday: 2[34]\d new links since 2026-1\d-\d\d; by its own rhythm 4[678]\d", first.reason
    )
    told = [Episode("ok", NOW - timedelta(days=90), NOW), Episode("quiet", first.since, None, first.signals)]
    again = judge(history(arrivals=thinned(began, 2), episodes=told), NOW)
    assert (again.state, again.since, again.signals) == (first.state, first.since, first.signals)
    for days, state in ((2, "quiet"), (7, "ok")):
        healed = NOW - timedelta(days=days)
        assert judge(history(arrivals=thinned(began, 2, healed), episodes=told), NOW).state == state, days


def test_a_drop_that_was_told_four_weeks_ago_is_what_is_usual() -> None:
    began = NOW - timedelta(days=60)
    told = [
        Episode("ok", NOW - timedelta(days=120), NOW - timedelta(days=29)),
        Episode("quiet", began, None, ("drop",)),
    ]
    assert judge(history(arrivals=thinned(began, 2), episodes=told), NOW).state == "ok"
    told[0] = replace(told[0], until=NOW - timedelta(days=27))
    assert judge(history(arrivals=thinned(began, 2), episodes=told), NOW).state == "quiet"


def test_a_feed_that_overflows_is_noted_for_a_week_unless_a_sitemap_is_read() -> None:
    full = [replace(crawl, overflowed=1) if n in (10, 40, 55) else crawl for n, crawl in enumerate(crawls())]
    [note] = judge(history(crawls=full), NOW).notes
    assert note.startswith("a feed had overflowed in 2 of the last 42 crawls: articles may be missing")
    mapped = (Door("feed", FEED), Door("sitemap", "https://tide.example/map.xml"))
    assert judge(history(crawls=full, doors=mapped), NOW).notes == ()
    assert judge(history(crawls=full), NOW + timedelta(days=8)).notes == ()


def test_a_flood_is_told() -> None:
    began = hour_of(NOW) - 5 * 24
    health = judge(history(arrivals=[(h, n * (5 if h >= began else 1)) for h, n in arrivals()]), NOW)
    assert (health.state, health.signals) == ("degraded", ("volume",))
    assert "far more than usual" in health.reason


def test_a_flood_of_a_slow_source_is_not_taken_for_its_usual() -> None:
    # Two articles a week, then ten, for four weeks.
    end = hour_of(NOW)
    slow = [(end - 168 * week + day * 24, 1) for week in range(26, 4, -1) for day in (1, 3)]
    flood = [(end - 168 * week + day * 24 + hour, 1) for week in range(4, 0, -1) for day in range(5) for hour in (3, 9)]
    health = judge(history(arrivals=[*slow, *flood]), NOW)
    assert (health.state, health.signals) == ("degraded", ("volume",))
    assert health.reason.startswith("far more than usual: 4")


def test_what_nobody_could_see_is_no_silence() -> None:
    """The machine was off for ten days; the feed holds but the last articles."""
    off = (NOW - timedelta(days=11), NOW - timedelta(days=1))
    kept = [crawl for crawl in crawls(n=120) if not off[0] < crawl.started_at < off[1]]
    stream = [(h, n) for h, n in arrivals() if not hour_of(off[0]) <= h < hour_of(off[1]) - 12]
    assert judge(history(crawls=kept, arrivals=stream), NOW).state == "ok"
    assert judge(history(arrivals=stream[:-24]), NOW).state == "quiet"


def test_the_gravest_is_told_and_the_others_are_noted() -> None:
    lost = good(with_author=0)
    moved = replace(failing(3), moved_to="https://tide.example/new", moved_at=NOW - timedelta(days=2))
    base = history(lost, lost, lost, doors=(moved,))
    health = judge(base, NOW)
    assert health.state == "failing"
    assert health.signals == ("doors", "author")
    assert health.notes[0].endswith("name no author; before, 0% did")
    assert health.notes[1] == f"its feed {FEED} has moved for good to https://tide.example/new"
    paused = judge(replace(base, paused_at=NOW), NOW)
    assert (paused.state, paused.reason, paused.since) == ("paused", "paused by its owner", NOW)
    assert STATES[-1] == "paused"


def test_a_feed_that_moved_is_a_note_for_a_month() -> None:
    moved = Door("feed", FEED, moved_to="https://tide.example/new", moved_at=NOW - timedelta(days=29))
    health = judge(history(doors=(moved,)), NOW)
    assert (health.state, len(health.notes)) == ("ok", 1)
    assert judge(history(doors=(moved,)), NOW + timedelta(days=2)).notes == ()


def test_a_change_that_lasts_four_weeks_is_what_is_usual() -> None:
    lost = good(with_author=0)
    changed = crawls(*[lost] * 163, n=300)
    since = NOW - SPACING * 162
    told = [Episode("ok", NOW - timedelta(days=90), since), Episode("degraded", since, None, ("author",))]
    assert judge(history(crawls=changed, episodes=told), NOW).state == "degraded"
    assert judge(history(crawls=changed, episodes=told), NOW + timedelta(days=2)).state == "ok"


def test_judging_twice_says_the_same() -> None:
    lost = good(with_author=0)
    first = judge(history(lost, lost, lost), NOW)
    told = [Episode("ok", NOW - timedelta(days=20), NOW), Episode(first.state, first.since, None, first.signals)]
    again = judge(history(lost, lost, lost, episodes=told), NOW)
    assert (again.state, again.since, again.signals) == (first.state, first.since, first.signals)


def test_a_feed_that_was_not_asked_shows_neither_silence_nor_recovery() -> None:
    rested = [replace(crawl, doors_read=0) if i >= 40 else crawl for i, crawl in enumerate(crawls())]
    assert judge(silent(3), NOW).state == "quiet"
    assert judge(replace(silent(3), crawls=rested), NOW).state == "ok"
    told = [Episode("failing", NOW - SPACING * 9, None, ("doors",))]
    assert judge(history(crawls=rested, episodes=told), NOW).state == "failing"
