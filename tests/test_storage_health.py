"""What a run leaves for judging, how a state and its changes are kept, and what the service does with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from stories import HOUR, NOW, article, begin, database, discover, end, record, visit

from newsreel.health import Pages
from newsreel.items import Author, Removal
from storage import schema
from storage.database import reading, writing
from storage.health import Watch, changes, judge_all, judge_source, pause, resume, states, states_now
from storage.histories import history_of
from storage.links import DoorReading, LinkWriter, door_state
from storage.runs import bury_dead
from storage.schedules import Claim, claim, expect, unavailable
from storage.sources import SourceStates

FEED = "https://tide.example/feed"
NEW_FEED = "https://tide.example/rss.xml"
SPACING = timedelta(hours=4)
# What makes a database refuse to keep a change of state.
NO_ROOM = {
    "sqlite": ("CREATE TRIGGER full BEFORE INSERT ON health_changes BEGIN SELECT RAISE(ABORT, 'no room'); END",),
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON health_changes FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
}


def crawl(
    engine: Engine, at: datetime, articles: int = 0, door: DoorReading | None = None, authors: bool = True
) -> str:
    """Crawl the source "tide": its feed is read, or what `door` says, and names so many articles."""
    run_id = begin(engine, now=at)
    with writing(engine) as connection:
        LinkWriter(connection, run_id, "tide", at).door(door or DoorReading(FEED, "feed", "read"))
    names = (Author("Ada Moss"),) if authors else ()
    visits = [visit(run_id, article(f"/{at:%m%d%H}-{n}", authors=names)) for n in range(articles)]
    record(engine, *visits, now=at)
    return end(engine, run_id, now=at + timedelta(minutes=1))


def live(engine: Engine, n: int, **options: object) -> datetime:
    """Crawl n times with five articles each, up to now; give the next time."""
    for i in range(n):
        crawl(engine, NOW - SPACING * (n - i), 5, **options)  # type: ignore[arg-type]
    return NOW


def told(engine: Engine) -> list[tuple[str | None, str]]:
    return [(change.before, change.state) for change in changes(engine, "tide")][::-1]


def state(engine: Engine) -> str:
    return states(engine)["tide"].health.state


BROKEN = DoorReading(FEED, "feed", "http-5xx", problem=f"{FEED} answered 503")


def test_a_run_leaves_the_figures_of_its_pages(engine: Engine) -> None:
    run_id = begin(engine)
    cut = (Removal("ads.marker", "Advertisement", "body"),)
    long = article("/long", authors=(Author("Ada Moss"),), date_published=NOW, flags=("paywalled",), removals=cut)
    record(
        engine,
        visit(run_id, replace(long, word_count=300)),
        visit(run_id, replace(article("/short"), word_count=100)),
        visit(run_id, "https://tide.example/wall", outcome="bot-wall"),
    )
    end(engine, run_id)
    with reading(engine) as connection:
        [crawl_] = history_of(connection, "tide", NOW).crawls
    assert crawl_.pages is not None
    chars = crawl_.pages.chars
    assert chars > 100
    assert crawl_.pages == Pages({"new": 2, "bot-wall": 1}, 2, 1, 1, 1, 200.0, chars, len("Advertisement"))


def test_a_run_without_pages_leaves_none(engine: Engine) -> None:
    crawl(engine, NOW)
    with reading(engine) as connection:
        [kept] = history_of(connection, "tide", NOW).crawls
        assert connection.execute(select(func.count()).select_from(schema.run_figures)).scalar_one() == 0
    assert (kept.pages, kept.doors_failed, kept.doors_read, kept.outcome) == (None, 0, 1, "ok")


def test_a_redesign_is_told_by_the_run_that_shows_it(engine: Engine) -> None:
    live(engine, 12)
    assert told(engine) == [(None, "ok")]
    for i in range(3):
        crawl(engine, NOW + SPACING * i, 5, authors=False)
    assert told(engine) == [(None, "ok"), ("ok", "degraded")]
    health = states(engine)["tide"].health
    assert "name no author" in health.reason
    assert health.since == NOW


def test_states_come_and_go_and_each_change_is_kept_once(engine: Engine) -> None:
    live(engine, 5)
    for i in range(3):
        crawl(engine, NOW + SPACING * i, door=BROKEN)
    assert state(engine) == "failing"
    assert states(engine)["tide"].health.since == NOW
    for i in range(3, 5):
        assert state(engine) == "failing"
        crawl(engine, NOW + SPACING * i, 5)
    assert told(engine) == [(None, "ok"), ("ok", "failing"), ("failing", "ok")]
    for _ in range(3):
        with writing(engine) as connection:
            assert judge_source(connection, "tide", NOW + SPACING * 5) is None
    assert judge_all(engine, {"tide"}, NOW + SPACING * 5) == []
    assert len(told(engine)) == 3


def test_a_change_is_kept_with_the_run_or_not_at_all(engine: Engine) -> None:
    live(engine, 3)
    for i in range(2):
        crawl(engine, NOW + SPACING * i, door=BROKEN)
    before = told(engine)
    with writing(engine) as connection:
        for statement in NO_ROOM[engine.dialect.name]:
            connection.exec_driver_sql(statement)
    with pytest.raises(Exception, match="no room"):
        crawl(engine, NOW + SPACING * 2, door=BROKEN)
    with reading(engine) as connection:
        assert connection.execute(select(schema.runs.c.state).order_by(schema.runs.c.id.desc())).scalars().first() == (
            "running"
        )
    assert told(engine) == before


def due(engine: Engine, at: datetime, source: str = "tide") -> None:
    with writing(engine) as connection:
        expect(connection, source, at, "every 4 h")


def test_a_crawl_that_does_not_come_is_seen_without_one(engine: Engine) -> None:
    crawl(engine, NOW, 5)
    due(engine, NOW + SPACING)
    assert judge_all(engine, {"tide"}, NOW + SPACING + HOUR) == []
    [change] = judge_all(engine, {"tide"}, NOW + SPACING + 7 * HOUR)
    assert (change.before, change.state, change.since) == ("ok", "late", NOW + SPACING)
    assert judge_all(engine, {"tide"}, NOW + SPACING + 8 * HOUR) == []
    assert judge_all(engine, set(), NOW + SPACING + 8 * HOUR) == []
    with writing(engine) as connection:
        assert claim(connection, Claim("tide", NOW + SPACING), NOW + 12 * HOUR)
        expect(connection, "tide", NOW + 16 * HOUR, "every 4 h")
    [change] = judge_all(engine, {"tide"}, NOW + 12 * HOUR)
    assert (change.before, change.state) == ("late", "ok")


def test_a_service_that_slept_gives_crawls_time_to_come(engine: Engine) -> None:
    crawl(engine, NOW, 5)
    due(engine, NOW + SPACING)
    watch = Watch(engine)
    at = NOW + timedelta(days=2)
    assert watch.look({"tide"}, at) == []
    assert watch.look({"tide"}, at + timedelta(minutes=10)) == []
    later = at
    found: Sequence[object] = []
    while not found and later < at + timedelta(hours=9):
        later += timedelta(minutes=10)
        found = watch.look({"tide"}, later)
    assert at + 3 * HOUR < later < at + 7 * HOUR
    assert watch.look({"tide"}, later + timedelta(days=1)) == []
    assert state(engine) == "late"


def test_looking_at_the_state_of_now_keeps_nothing(engine: Engine) -> None:
    crawl(engine, NOW, 3)
    due(engine, NOW + 3 * SPACING)
    kept, later = states(engine), NOW + 5 * SPACING
    assert kept["tide"].health.state == "ok"
    assert states_now(engine, {"tide"}, later)["tide"].health.state == "late"
    assert states_now(engine, set(), later) == kept
    assert (states(engine), len(changes(engine))) == (kept, 1)
    [change] = judge_all(engine, {"tide"}, later)
    assert states(engine)["tide"] == states_now(engine, {"tide"}, later)["tide"]
    assert change.state == "late"


def test_crawls_that_died_count(engine: Engine) -> None:
    for i in range(3):
        begin(engine, now=NOW + SPACING * i)
        with writing(engine) as connection:
            connection.execute(update(schema.leases).values(process_started="1"))
        assert bury_dead(engine, NOW + SPACING * i)
    [change] = judge_all(engine, {"tide"}, NOW + SPACING * 3)
    assert (change.state, change.since) == ("failing", NOW)


def test_a_door_counts_its_failures_in_a_row(engine: Engine) -> None:
    def door() -> tuple[int, datetime | None]:
        with reading(engine) as connection:
            [found] = history_of(connection, "tide", NOW).doors
        return found.failures, found.failing_since

    crawl(engine, NOW)
    assert door() == (0, None)
    crawl(engine, NOW + HOUR, door=BROKEN)
    crawl(engine, NOW + 2 * HOUR, door=BROKEN)
    assert door() == (2, NOW + HOUR)
    crawl(engine, NOW + 3 * HOUR, door=DoorReading(FEED, "feed", "unchanged"))
    assert door() == (0, None)


def test_a_reason_keeps_the_secrets_of_an_address(engine: Engine) -> None:
    live(engine, 20)
    feed = "https://ada:pea@tide.example/feed?api_key=f00f00"
    for n in range(4):
        crawl(engine, NOW + n * SPACING, door=DoorReading(feed, "feed", "http-4xx", problem=f"{feed} answered 404"))
    known = states(engine)["tide"].health
    assert known.state == "failing"
    assert "tide.example/feed" in known.reason
    assert not {"pea", "f00f00"} & set(re.split(r"\W", known.reason + "".join(known.notes)))
    assert "f00f00" not in changes(engine, "tide")[0].reason
    assert judge_all(engine, {"tide"}, NOW + 4 * SPACING) == []


def test_a_door_that_nobody_asks_any_more_says_nothing(engine: Engine) -> None:
    crawl(engine, NOW, door=BROKEN)
    crawl(engine, NOW + HOUR, door=DoorReading(NEW_FEED, "feed", "read"))
    with reading(engine) as connection:
        assert [door.url for door in history_of(connection, "tide", NOW).doors] == [NEW_FEED]


def test_a_door_that_moved_is_noted_and_asked_at_its_new_place(engine: Engine) -> None:
    def asked_at() -> str | None:
        with reading(engine) as connection:
            known = door_state(connection, "tide", FEED)
        assert known is not None
        return known.moved_to

    moved = DoorReading(FEED, "feed", "read", moved_to=NEW_FEED)
    crawl(engine, NOW, 1, door=moved)
    crawl(engine, NOW + HOUR, 1, door=moved)
    assert asked_at() == NEW_FEED
    with reading(engine) as connection:
        [door] = history_of(connection, "tide", NOW).doors
    assert (door.moved_to, door.moved_at) == (NEW_FEED, NOW)
    assert states(engine)["tide"].health.notes == (f"its feed {FEED} has moved for good to {NEW_FEED}",)
    assert state(engine) == "ok"
    crawl(engine, NOW + 2 * HOUR, door=BROKEN)
    assert asked_at() is None
    crawl(engine, NOW + 3 * HOUR, door=BROKEN)
    assert asked_at() == NEW_FEED
    crawl(engine, NOW + 4 * HOUR, 1)
    assert asked_at() is None


def test_a_paused_source_is_left_alone_until_it_is_resumed(engine: Engine) -> None:
    crawl(engine, NOW, 5)
    change = pause(engine, "tide", NOW + HOUR)
    assert change is not None
    assert (change.before, change.state, change.since) == ("ok", "paused", NOW + HOUR)
    assert pause(engine, "tide", NOW + 2 * HOUR) is None
    assert states(engine)["tide"].health.since == NOW + HOUR
    with reading(engine) as connection:
        assert unavailable(connection, NOW + 2 * HOUR) == {"tide"}
    due(engine, NOW + SPACING)
    assert judge_all(engine, {"tide"}, NOW + timedelta(days=9)) == []
    assert resume(engine, "tide", NOW + timedelta(days=9)) is not None
    assert resume(engine, "tide", NOW + timedelta(days=9)) is None
    with reading(engine) as connection:
        assert unavailable(connection, NOW + timedelta(days=9)) == frozenset()
    assert told(engine) == [(None, "ok"), ("ok", "paused"), ("paused", "ok")]


def test_a_source_that_was_never_crawled_can_be_paused(engine: Engine) -> None:
    assert pause(engine, "reef", NOW) is not None
    assert states(engine)["reef"].health.state == "paused"


def test_judging_reads_by_index_alone(tmp_path: Path) -> None:
    engine = database(tmp_path)
    live(engine, 3)
    seen: list[tuple[str, tuple[object, ...]]] = []
    with reading(engine) as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(lambda statement: seen.append((statement, ())))
        history_of(connection, "tide", NOW)
        raw.set_trace_callback(None)
        plans = [
            " | ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}"))
            for statement, _ in seen
            if statement.lstrip().upper().startswith("SELECT")
        ]
    assert len(plans) >= 7
    assert [plan for plan in plans if "SCAN " in plan] == []


def test_a_removed_source_leaves_no_health(engine: Engine) -> None:
    live(engine, 2)
    SourceStates(engine).remove("tide")
    assert states(engine) == {}
    assert changes(engine) == []
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(schema.run_figures)).scalar_one() == 0


def test_a_link_that_is_only_discovered_is_no_page(engine: Engine) -> None:
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/a"])
    end(engine, run_id)
    with reading(engine) as connection:
        [kept] = history_of(connection, "tide", NOW).crawls
    assert kept.pages is None
