"""What adaptive schedules go by is counted as links are discovered, and learnt from when runs end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from stories import DAY, HOUR, NOW, begin, counts, end

from newsreel.items import Link
from newsreel.schedule import Pace, next_due
from newsreel.sources import Source
from storage import schema
from storage.database import reading, writing
from storage.links import DoorReading, LinkWriter
from storage.rhythm import KEPT, paces
from storage.sources import SourceStates

FEED = "https://tide.example/feed"
TIDE = Source("tide", "Tide", "https://tide.example/")


def read(
    engine: Engine, *paths: str | tuple[str, datetime], now: datetime = NOW, door: str = FEED, **changes: object
) -> int:
    """Crawl a door once: what it names, with dates or without; give the run."""
    links = [
        Link(f"https://tide.example{path}", "feed", published=at)
        for path, at in ((entry, None) if isinstance(entry, str) else entry for entry in paths)
    ]
    values = {"kind": "feed", "outcome": "read", "found": len(links)} | changes
    run_id = begin(engine, now=now)
    with writing(engine) as connection:
        writer = LinkWriter(connection, run_id, "tide", now)
        writer.door(DoorReading(door, **values))  # type: ignore[arg-type]
        if values["outcome"] == "read":
            for url_key in [task.url_key for task in writer.discover(links)]:
                writer.finish(url_key, "too-short")
    end(engine, run_id, now=now)
    return run_id


def arrivals(engine: Engine) -> dict[datetime, int]:
    t = schema.arrivals.c
    with reading(engine) as connection:
        return {row.hour: row.n for row in connection.execute(select(t.hour, t.n).where(t.source == "tide"))}


def pace(engine: Engine) -> Pace:
    with reading(engine) as connection:
        return paces(connection, [TIDE])["tide"]


def test_articles_count_in_the_hour_in_which_they_came(engine: Engine) -> None:
    hour = NOW.replace(minute=0)
    read(engine, ("/a", NOW), ("/b", NOW - HOUR), "/undated")
    assert arrivals(engine) == {hour: 1, hour - HOUR: 1}
    later = NOW + 4 * HOUR
    read(engine, ("/c", NOW + 2 * HOUR), ("/late", NOW - 5 * DAY), "/d", "/e", ("/a", NOW), now=later)
    # The late one came after the last reading, whatever it says; the undated are spread over the four hours.
    assert arrivals(engine) == {hour: 2, hour - HOUR: 1, hour + HOUR: 1, hour + 2 * HOUR: 1, hour + 3 * HOUR: 1}


def test_what_was_named_before_or_comes_from_a_file_does_not_arrive(engine: Engine) -> None:
    read(engine, ("/a", NOW))
    first = read(engine, ("/b", NOW), door="pages.warc", kind="warc", now=NOW + HOUR)
    again = read(engine, ("/a", NOW), now=NOW + HOUR)
    assert sum(arrivals(engine).values()) == 1
    assert "fresh" not in counts(engine, first) | counts(engine, again)


def test_the_share_that_was_known_makes_runs_rarer_or_more_frequent(engine: Engine) -> None:
    assert pace(engine) == Pace()
    read(engine, "/a", "/b", "/c", "/d")
    assert (pace(engine).known, pace(engine).wanted) == (None, 1.0), "to the first run everything is new"
    read(engine, "/a", "/b", "/c", "/e", now=NOW + HOUR)
    assert (pace(engine).known, pace(engine).wanted) == (0.75, 1.25)
    read(engine, "/f", "/g", now=NOW + 2 * HOUR)
    assert (pace(engine).known, pace(engine).wanted) == (0.375, 1.25), "of recent runs, not of the last alone"
    read(engine, "/j", "/k", now=NOW + 3 * HOUR)
    assert (pace(engine).known, pace(engine).wanted) == (0.1875, pytest.approx(1.25 / 1.5))
    read(engine, outcome="unchanged", found=None, now=NOW + 4 * HOUR)
    assert pace(engine).known == pytest.approx(0.59375), "a feed that did not change names what is known"


def test_a_run_that_read_nothing_teaches_nothing(engine: Engine) -> None:
    for n in range(2):
        read(engine, "/a", "/b", now=NOW + n * HOUR)
    before = pace(engine)
    read(engine, outcome="http-5xx", problem="broken", found=None, now=NOW + 3 * HOUR)
    assert pace(engine) == before


def test_pace_is_learnt_from_what_is_stored(engine: Engine) -> None:
    for day in range(21):
        morning = NOW.replace(hour=9, minute=0) + day * DAY
        read(engine, *((f"/{day}-{n}", morning) for n in range(6)), now=morning + 20 * HOUR)
    learnt = pace(engine)
    assert (learnt.seen, learnt.feed) == (126, 6)
    daily = [sum(learnt.rates[hour::24]) / 7 for hour in range(24)]
    assert max(range(24), key=daily.__getitem__) == 9
    assert sum(daily) == pytest.approx(6, rel=0.1)


def test_a_week_is_counted_by_the_source_s_own_clock(engine: Engine) -> None:
    for day in range(14):
        morning = NOW.replace(hour=9, minute=0) + day * DAY
        read(engine, *((f"/{day}-{n}", morning) for n in range(6)), now=morning + 20 * HOUR)
    in_new_york = replace(TIDE, timezone="America/New_York")
    with reading(engine) as connection:
        learnt = paces(connection, [in_new_york])["tide"]
    daily = [sum(learnt.rates[hour::24]) for hour in range(24)]
    assert (learnt.timezone, max(range(24), key=daily.__getitem__)) == ("America/New_York", 4)


def test_a_feed_that_names_nothing_known_any_more_has_overflowed(engine: Engine) -> None:
    read(engine, "/a", "/b", "/c")
    assert not pace(engine).overflowed, "to the first run everything is new"
    fine = read(engine, "/c", "/d", "/e", now=NOW + HOUR)
    assert "doors-overflowed" not in counts(engine, fine)
    before = pace(engine)
    run_id = read(engine, "/f", "/g", "/h", now=NOW + 2 * HOUR)
    assert counts(engine, run_id)["doors-overflowed"] == 1
    after = pace(engine)
    assert (after.overflowed, after.wanted) == (True, before.wanted / 1.5)
    assert "its feed had overflowed at the last run" in next_due(TIDE, NOW, NOW + 2 * HOUR, after).plan
    read(engine, "/h", "/i", "/j", now=NOW + 3 * HOUR)
    assert not pace(engine).overflowed


def test_what_a_sitemap_names_as_well_was_not_lost(engine: Engine) -> None:
    read(engine, "/a", "/b", "/c")
    read(engine, *(f"/{n}" for n in range(9)), door="https://tide.example/map.xml", kind="sitemap", now=NOW + HOUR)
    read(engine, "/f", "/g", "/h", now=NOW + 2 * HOUR)
    assert not pace(engine).overflowed


def test_the_shortest_feed_counts_and_a_sitemap_only_alone(engine: Engine) -> None:
    read(engine, *map(str, range(9)), door="https://tide.example/map.xml", kind="sitemap")
    assert pace(engine).feed == 9
    for n, size in ((1, 5), (2, 3), (3, 0)):
        read(engine, *(f"/{n}-{i}" for i in range(size)), door=f"{FEED}{n}", now=NOW + n * HOUR)
    assert pace(engine).feed == 3


def test_old_arrivals_are_dropped_and_those_of_a_removed_source_too(engine: Engine) -> None:
    read(engine, ("/a", NOW))
    read(engine, ("/b", NOW + KEPT + HOUR), now=NOW + KEPT + 2 * HOUR)
    assert len(arrivals(engine)) == 1
    SourceStates(engine).remove("tide")
    assert arrivals(engine) == {}
