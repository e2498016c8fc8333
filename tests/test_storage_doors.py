"""Whether the tags of a door can be trusted is kept with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from stories import HOUR, NOW, begin, end

from storage.database import reading, writing
from storage.doors import MAX_UNREAD, Doors, DoorTrust, distrust, door_trust, note_read, note_unread, wait
from storage.links import DoorReading, LinkWriter
from storage.runs import Runs

FEED = "https://tide.example/feed"
DAY = timedelta(days=1)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    run_id = begin(engine)
    with writing(engine) as connection:
        LinkWriter(connection, run_id, "tide", NOW).door(DoorReading(FEED, "feed", "read", etag='"a"', found=3))
    return engine


@pytest.mark.parametrize(
    ("trust", "sends"),
    [
        (DoorTrust(), False),
        (DoorTrust(0, NOW), True),
        (DoorTrust(MAX_UNREAD - 1, NOW - DAY + HOUR), True),
        (DoorTrust(MAX_UNREAD, NOW), False),
        (DoorTrust(0, NOW - DAY), False),
        (DoorTrust(0, NOW + DAY), False),
        (DoorTrust(0, NOW, NOW - 99 * DAY), False),
    ],
)
def test_tags_are_sent_unless_they_lie_or_it_is_time_to_see_whether_they_do(trust: DoorTrust, sends: bool) -> None:
    assert trust.sends_tags(NOW) is sends


def test_what_speaks_for_a_door_s_tags(engine: Engine) -> None:
    def note(*calls: object) -> DoorTrust:
        with writing(engine) as connection:
            for call in calls:
                call(connection)  # type: ignore[operator]
        with reading(engine) as connection:
            return door_trust(connection, "tide", FEED)

    assert note() == DoorTrust()
    assert note(lambda c: note_read(c, "tide", FEED, NOW)) == DoorTrust(0, NOW)
    unread = [lambda c: note_unread(c, "tide", FEED)] * 3
    assert note(*unread) == DoorTrust(3, NOW)
    assert note(lambda c: distrust(c, "tide", FEED, NOW)) == DoorTrust(3, NOW, NOW)
    assert note(lambda c: note_read(c, "tide", FEED, NOW + HOUR)) == DoorTrust(0, NOW + HOUR, NOW)
    with reading(engine) as connection:
        assert door_trust(connection, "reef", FEED) == DoorTrust()


def test_a_door_that_waits_keeps_its_last_reading_and_makes_the_run_partial(engine: Engine) -> None:
    end(engine, 1)
    run_id = begin(engine, now=NOW + HOUR)
    with writing(engine) as connection:
        for url in (FEED, FEED + "/other"):
            wait(connection, "tide", run_id, url, "feed", "left alone until noon", NOW + HOUR)
    assert end(engine, run_id, now=NOW + HOUR) == "partial"
    done = Runs(engine).get(run_id)
    assert done is not None
    assert done.counts == {"doors-waiting": 2}
    assert [(door.outcome, door.problem, door.found, door.checked_at) for door in Doors(engine).all()] == [
        ("read", None, 3, NOW),
        ("waiting", "left alone until noon", None, NOW + HOUR),
    ]
