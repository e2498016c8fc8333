"""A crawl that somebody asks for is claimed once, by the service that is quicker, and where its host is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine
from stories import HOUR, NOW

from newsreel.crawling import claiming
from newsreel.sources import Source
from storage import health, requests, runs, schedules
from storage.database import reading, writing
from storage.schedules import Claim

TIDE = Source("tide", "Tide", "https://tide.example/", feeds=("https://tide.example/f",), interval=timedelta(days=1))
REEF = replace(TIDE, id="reef", name="Reef")
CATALOGUE = {"tide": TIDE}


def settled(engine: Engine) -> None:
    """Let the source have been due and crawled an hour ago, so that it is due tomorrow."""
    with writing(engine) as connection:
        assert schedules.claim(connection, Claim("tide", NOW - HOUR), NOW - HOUR)
        run = runs.start(connection, "tide", "due", NOW - HOUR, NOW - HOUR)
        runs.finish(connection, run, "tide", "finished", {}, NOW - HOUR)
        assert schedules.settle(connection, Claim("tide", NOW - HOUR), NOW - HOUR) is None


def claims(engine: Engine, catalogue: dict[str, Source] = CATALOGUE) -> list[Claim]:
    return claiming.claim_due(engine, catalogue, [], NOW, 10)


def test_a_crawl_that_is_asked_for_is_claimed_once(engine: Engine) -> None:
    settled(engine)
    assert claims(engine) == []
    assert requests.ask(engine, "tide", NOW) == NOW
    assert requests.ask(engine, "tide", NOW + HOUR) == NOW
    assert requests.progress(engine, "tide").state == "requested"
    [claim] = claims(engine)
    assert (claim.source, claim.due_at, claim.merged) == ("tide", NOW, 0)
    assert claims(engine) == []
    with reading(engine) as connection:
        assert requests.waiting(connection) == {}
        assert schedules.expectations(connection)["tide"].last_due_at == NOW
    assert not requests.take_back(engine, "tide")


def test_a_crawl_is_asked_for_also_at_the_very_moment_of_a_due_time_that_was_met(engine: Engine) -> None:
    settled(engine)
    asked = requests.ask(engine, "tide", NOW - HOUR)
    assert asked == NOW - HOUR + timedelta(microseconds=1)
    assert requests.progress(engine, "tide").state == "requested"
    assert [(claim.source, claim.due_at) for claim in claims(engine)] == [("tide", asked)]


def test_what_is_asked_for_comes_to_a_paused_source_but_what_is_due_does_not(engine: Engine) -> None:
    health.pause(engine, "tide", NOW - HOUR, "for a while")
    assert claims(engine) == []
    requests.ask(engine, "tide", NOW)
    assert [claim.due_at for claim in claims(engine)] == [NOW]


def test_another_crawl_of_the_host_is_waited_for(engine: Engine) -> None:
    settled(engine)
    with writing(engine) as connection:
        run = runs.start(connection, "reef", "manual", None, NOW, REEF.hosts)
    requests.ask(engine, "tide", NOW)
    assert claims(engine) == []
    with writing(engine) as connection:
        runs.finish(connection, run, "reef", "finished", {}, NOW)
    assert [claim.source for claim in claims(engine)] == ["tide"]


def test_what_is_asked_for_is_forgotten_where_the_source_is_not_crawled_any_more(engine: Engine) -> None:
    settled(engine)
    requests.ask(engine, "tide", NOW)
    assert claims(engine, {"tide": replace(TIDE, enabled=False)}) == []
    assert requests.progress(engine, "tide").state == "dropped"
    assert claims(engine) == []


def test_what_is_asked_for_can_be_taken_back_until_it_is_claimed(engine: Engine) -> None:
    settled(engine)
    requests.ask(engine, "tide", NOW)
    assert requests.take_back(engine, "tide")
    assert not requests.take_back(engine, "tide")
    assert claims(engine) == []


def test_progress_goes_from_the_request_to_the_end_of_its_own_run(engine: Engine) -> None:
    settled(engine)
    before = requests.progress(engine, "tide")
    assert (before.is_over, before.run and before.run.state) == (True, "done")
    requests.ask(engine, "tide", NOW)
    asked = requests.progress(engine, "tide")
    assert (asked.is_over, asked.run) == (False, None)
    [claim] = claims(engine)
    assert not requests.progress(engine, "tide").is_over
    with writing(engine) as connection:
        run = runs.start(connection, "tide", "due", claim.due_at, NOW)
    under_way = requests.progress(engine, "tide")
    assert (under_way.is_over, under_way.run and under_way.run.id) == (False, run)
    with writing(engine) as connection:
        runs.finish(connection, run, "tide", "finished", {}, NOW)
    over = requests.progress(engine, "tide")
    assert (over.is_over, over.is_held) == (True, True)
    with writing(engine) as connection:
        schedules.settle(connection, claim, NOW, stopped=False)
    over = requests.progress(engine, "tide")
    assert (over.is_over, over.is_held) == (True, False)
