"""The frontier knows what to fetch, what to leave, and when to try again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from stories import HOUR, NOW, article, begin, counts, discover, end, page, record, recount, store, visit

from newsreel.items import FETCH_CODES, Link
from newsreel.urls import LONGEST_KEY, is_door, url_key
from storage import schema
from storage.database import reading, writing
from storage.doors import Doors
from storage.hints import hint_of, link_from
from storage.links import DoorReading, DoorState, LinkWriter, Task, door_state
from storage.tries import decide, rest

URL = "https://tide.example/a"
BEFORE, AFTER = NOW - HOUR, NOW + HOUR


def take_up(engine: Engine, run_id: int, now: datetime = NOW) -> list[Task]:
    with writing(engine) as connection:
        return LinkWriter(connection, run_id, "tide", now).take_up()


def fail(engine: Engine, code: str, now: datetime = NOW, url: str = URL, **values: Any) -> None:
    """Crawl a link in a run of its own, without success."""
    run_id = begin(engine, now=now)
    record(engine, visit(run_id, url, outcome=code, **values), now=now)
    end(engine, run_id, now=now)


def link(engine: Engine, url: str = URL) -> Any:
    t = schema.links
    with reading(engine) as connection:
        return connection.execute(select(t).where(t.c.url_key == url_key(url))).one()


DECISIONS = [
    # state, fetched_at, retry_at, updated, what to do
    ("waiting", None, None, None, "fetch"),
    ("waiting", None, NOW, None, "fetch"),
    ("waiting", None, BEFORE, None, "fetch"),
    ("waiting", None, AFTER, None, "wait"),
    ("waiting", BEFORE, AFTER, NOW, "wait"),
    ("done", BEFORE, None, None, "unchanged"),
    ("done", BEFORE, None, NOW, "fetch"),
    ("done", BEFORE, None, BEFORE, "unchanged"),
    ("done", BEFORE, None, BEFORE - HOUR, "unchanged"),
    # A date in the future is a mistake, not a reason to fetch each time.
    ("done", BEFORE, None, AFTER, "unchanged"),
    ("done", None, None, NOW, "unchanged"),
    ("gone", BEFORE, None, None, "unchanged"),
    ("gone", BEFORE, None, NOW, "fetch"),
    ("gone", None, None, NOW, "unchanged"),
    ("expired", BEFORE, None, NOW, "unchanged"),
    # Sitemaps often name the day only.
    ("done", NOW - timedelta(days=1), None, datetime.fromisoformat("2026-11-20"), "fetch"),
    ("done", BEFORE, None, datetime.fromisoformat("2026-11-20"), "unchanged"),
]


@pytest.mark.parametrize(("state", "fetched_at", "retry_at", "updated", "decision"), DECISIONS)
def test_what_is_done_about_a_known_link(
    state: str, fetched_at: datetime | None, retry_at: datetime | None, updated: datetime | None, decision: str
) -> None:
    assert decide(state, fetched_at, retry_at, updated, NOW) == decision


RESTS = [
    # attempts, code, told, state, next try
    (1, "http-5xx", None, "waiting", None),
    (2, "http-5xx", None, "waiting", NOW + HOUR),
    (3, "timeout", None, "waiting", NOW + 6 * HOUR),
    (4, "http-4xx", None, "waiting", NOW + timedelta(days=1)),
    (5, "tls", None, "waiting", NOW + timedelta(days=3)),
    (6, "http-4xx", None, "gone", None),
    (99, "http-4xx", None, "gone", None),
    (1, "http-5xx", AFTER, "waiting", AFTER),
    (99, "rate-limited", AFTER, "waiting", AFTER),
    (99, "rate-limited", None, "waiting", None),
    (99, "robots", None, "waiting", None),
    (99, "robots-unreachable", None, "waiting", None),
    (99, "dns", None, "waiting", None),
    (99, "refused", None, "waiting", None),
]


@pytest.mark.parametrize(("attempts", "code", "told", "state", "retry_at"), RESTS)
def test_how_long_a_failed_link_rests(
    attempts: int, code: str, told: datetime | None, state: str, retry_at: datetime | None
) -> None:
    assert rest(attempts, code, NOW, told) == (state, retry_at)


@given(st.integers(1, 50), st.sampled_from(FETCH_CODES))
def test_a_link_is_given_up_or_rests_no_less_than_before(attempts: int, code: str) -> None:
    state, retry_at = rest(attempts, code, NOW, None)
    later_state, later = rest(attempts + 1, code, NOW, None)
    assert state in ("waiting", "gone")
    assert retry_at is None or later is None or retry_at <= later
    assert state == "waiting" or later_state == "gone"


def test_what_a_source_says_makes_the_round_trip() -> None:
    full = Link(
        URL,
        "sitemap",
        door="https://tide.example/map",
        guid="1",
        headline="Ada",
        authors=("Ada", "Moss"),
        published=datetime.fromisoformat("2026-11-20"),
        updated=NOW,
        keywords=("film",),
        language="en",
        summary_html="<p>s",
        content_html="<p>c",
    )
    assert link_from(URL, hint_of(full)) == full
    assert link_from(URL, hint_of(Link(URL, "listing"))) == Link(URL, "listing")
    assert link_from(URL, None) == Link(URL, "feed")


def test_each_link_counts_once_whichever_doors_name_it(engine: Engine) -> None:
    run_id = begin(engine)
    assert discover(engine, run_id, [URL, "https://tide.example/b"]) == [URL, "https://tide.example/b"]
    spellings = ["http://www.tide.example/a/?utm_source=x", "https://tide.example/c", "https://tide.example/c#top"]
    assert discover(engine, run_id, spellings) == ["https://tide.example/c"]
    end(engine, run_id)
    assert counts(engine, run_id) == {"found": 3, "waiting": 3}


def test_a_link_belongs_to_its_source(engine: Engine) -> None:
    first, second = begin(engine), begin(engine, "reef")
    assert discover(engine, first, [URL]) == discover(engine, second, [URL], "reef") == [URL]


def test_a_known_link_is_left_alone(engine: Engine) -> None:
    store(engine, article("/a"))
    run_id = begin(engine)
    assert discover(engine, run_id, [URL]) == []
    end(engine, run_id)
    assert counts(engine, run_id) == {"found": 1, "unchanged": 1}
    assert recount(engine, run_id) == {"unchanged": 1}


def test_a_changed_link_is_fetched_with_its_validators(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, article("/a"), page=page(URL, etag='"1"', last_modified="then")))
    end(engine, run_id)
    run_id = begin(engine, now=AFTER)
    changed = Link(URL, "sitemap", updated=AFTER)
    with writing(engine) as connection:
        [task] = LinkWriter(connection, run_id, "tide", AFTER).discover([changed])
    assert task == Task(changed, url_key(URL), known=True, etag='"1"', last_modified="then")
    record(engine, visit(run_id, URL, outcome="unchanged"), now=AFTER)
    end(engine, run_id, now=AFTER)
    assert counts(engine, run_id) == {"found": 1, "unchanged": 1}
    assert link(engine).fetched_at == AFTER


@pytest.mark.parametrize("plain_first", [True, False])
def test_a_change_that_only_one_door_knows_of_is_not_missed(engine: Engine, plain_first: bool) -> None:
    store(engine, article("/a"))
    run_id = begin(engine, now=AFTER)
    doors = [Link(URL, "listing"), Link(URL, "feed", updated=AFTER)]
    fetched = [discover(engine, run_id, [door], now=AFTER) for door in (doors if plain_first else doors[::-1])]
    assert sorted(fetched) == [[], [URL]]
    end(engine, run_id, now=AFTER)
    assert counts(engine, run_id) == {"found": 1, "waiting": 1}
    assert recount(engine, run_id) == {"waiting": 1}


def test_what_one_door_said_is_kept_when_another_names_the_link(engine: Engine) -> None:
    run_id = begin(engine)
    discover(engine, run_id, [Link(URL, "feed", guid="1", content_html="<p>text", headline="Ada")])
    end(engine, run_id)
    run_id = begin(engine)
    with writing(engine) as connection:
        writer = LinkWriter(connection, run_id, "tide", NOW)
        [task] = writer.discover([Link(URL, "sitemap", headline="Ada Moss")])
    assert task.link == Link(URL, "sitemap", content_html="<p>text", headline="Ada Moss")


def test_what_earlier_runs_left_is_taken_up_once(engine: Engine) -> None:
    first = begin(engine)
    discover(engine, first, [Link(URL, "feed", content_html="<p>text"), "https://tide.example/b"])
    record(engine, visit(first, article("/b")))
    end(engine, first)
    second = begin(engine)
    assert [task.link for task in take_up(engine, second)] == [Link(URL, "feed", content_html="<p>text")]
    assert take_up(engine, second) == []
    assert discover(engine, second, [URL]) == []
    end(engine, second)
    assert counts(engine, second) == {"found": 1, "waiting": 1}
    assert recount(engine, second) == {"waiting": 1}


def test_a_resting_link_is_not_taken_up(engine: Engine) -> None:
    fail(engine, "http-5xx")
    fail(engine, "http-5xx")
    run_id = begin(engine)
    assert take_up(engine, run_id, NOW + HOUR - timedelta(seconds=1)) == []
    assert len(take_up(engine, run_id, NOW + HOUR)) == 1


def test_a_resting_link_that_is_named_counts_as_waiting(engine: Engine) -> None:
    fail(engine, "rate-limited", retry_at=AFTER)
    run_id = begin(engine)
    assert discover(engine, run_id, [URL]) == []
    end(engine, run_id)
    assert counts(engine, run_id) == {"found": 1, "waiting": 1}


def test_what_robots_forbids_is_asked_again_only_when_it_is_named(engine: Engine) -> None:
    fail(engine, "robots")
    run_id = begin(engine)
    assert take_up(engine, run_id) == []
    assert discover(engine, run_id, [URL]) == [URL]


def test_a_link_that_fails_for_good_is_given_up(engine: Engine) -> None:
    now = NOW
    for n in range(1, 7):
        fail(engine, "http-4xx", now)
        assert (link(engine).state, link(engine).attempts) == ("waiting" if n < 6 else "gone", n)
        now = link(engine).retry_at or now
    run_id = begin(engine, now=now)
    assert take_up(engine, run_id, now) == []
    assert discover(engine, run_id, [URL], now=now) == []
    assert link(engine).outcome == "http-4xx"
    end(engine, run_id, now=now)
    later = now + HOUR
    run_id = begin(engine, now=later)
    assert discover(engine, run_id, [Link(URL, "feed", updated=later)], now=later) == [URL]
    record(engine, visit(run_id, URL, outcome="http-4xx"), now=later)
    assert link(engine).state == "gone"


def test_success_ends_the_counting_of_failures(engine: Engine) -> None:
    fail(engine, "http-5xx", detail="503")
    assert (link(engine).attempts, link(engine).detail) == (1, "503")
    store(engine, article("/a"))
    row = link(engine)
    assert (row.state, row.attempts, row.retry_at, row.detail, row.hint) == ("done", 0, None, None, None)
    assert (row.outcome, row.article_id, row.fetched_at) == ("new", 1, NOW)


def test_a_stored_article_whose_page_fails_later_stays_known(engine: Engine) -> None:
    store(engine, article("/a"))
    run_id = begin(engine, now=AFTER)
    discover(engine, run_id, [Link(URL, "feed", updated=AFTER)], now=AFTER)
    record(engine, visit(run_id, URL, outcome="http-5xx"), now=AFTER)
    end(engine, run_id, now=AFTER)
    [task] = take_up(engine, begin(engine, now=AFTER), AFTER)
    assert task.known


def test_more_links_than_a_statement_takes(engine: Engine) -> None:
    urls = [f"https://tide.example/{n}" for n in range(2000)]
    run_id = begin(engine)
    assert discover(engine, run_id, urls) == urls
    end(engine, run_id)
    run_id = begin(engine)
    assert [task.link.url for task in take_up(engine, run_id)] == urls
    end(engine, run_id)
    run_id = begin(engine)
    assert discover(engine, run_id, urls) == urls


@pytest.mark.parametrize(
    "url", ["", "no address", "https://tide.example/\ud800", "https://tide.example/\0", "x" * 9000]
)
def test_an_odd_address_is_recorded_all_the_same(engine: Engine, url: str) -> None:
    for _ in range(2):
        run_id = begin(engine)
        assert len(discover(engine, run_id, [url])) == 1
        end(engine, run_id)
        assert counts(engine, run_id) == {"found": 1, "waiting": 1}


def keep(engine: Engine, reading_: DoorReading, now: datetime = NOW) -> int:
    run_id = begin(engine, now=now)
    with writing(engine) as connection:
        LinkWriter(connection, run_id, "tide", now).door(reading_)
    end(engine, run_id, now=now)
    return run_id


FEED = "https://tide.example/feed"
READ = DoorReading(FEED, "feed", "read", etag='"1"', last_modified="then", body_hash="0", found=7)


@pytest.mark.parametrize(
    ("second", "counted"),
    [
        (DoorReading(FEED, "feed", "unchanged"), "doors-read"),
        (DoorReading(FEED, "feed", "http-5xx", problem="503"), "doors-failed"),
        (DoorReading(FEED, "feed", "failed", problem="an HTML page"), "doors-failed"),
    ],
)
def test_a_door_keeps_what_its_last_good_reading_brought(engine: Engine, second: DoorReading, counted: str) -> None:
    keep(engine, READ)
    run_id = keep(engine, second, AFTER)
    with reading(engine) as connection:
        assert door_state(connection, "tide", FEED) == DoorState('"1"', "then", "0")
        assert connection.execute(select(schema.doors.c.changed_at)).scalar_one() == NOW
    [door] = Doors(engine).all()
    assert (door.outcome, door.problem, door.found, door.checked_at) == (second.outcome, second.problem, 7, AFTER)
    assert counts(engine, run_id) == {counted: 1}


def test_a_door_s_address_may_be_as_long_as_any_is(engine: Engine) -> None:
    """Random letters, which no index can compress."""
    start = "https://tide.example/"
    url = start + "".join(random.Random(1).choices("abcdefghijklmnop0123456789", k=LONGEST_KEY - len(start)))
    assert is_door(url)
    assert not is_door(url + "x")
    keep(engine, replace(READ, url=url))
    [door] = Doors(engine).all()
    assert door.url == url


def test_a_door_that_was_read_anew_forgets_its_validators(engine: Engine) -> None:
    keep(engine, READ)
    keep(engine, DoorReading(FEED, "feed", "read", body_hash="1", found=0), AFTER)
    with reading(engine) as connection:
        assert door_state(connection, "tide", FEED) == DoorState(None, None, "1")
        assert door_state(connection, "reef", FEED) is None
