"""An article's record tells every door, spelling and GUID under which its links were named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, func, select
from stories import DAY, HOUR, NOW, article, begin, discover, end, record, store, visit

from newsreel.items import Link
from newsreel.sources import Source
from storage import namings, schema
from storage.articles import Articles
from storage.database import reading
from storage.forgetting import Subject, forget
from storage.retention import expire
from storage.sources import SourceStates

URL = "https://tide.example/a"
FEED, OTHER, MAP = (f"https://tide.example/{name}" for name in ("feed", "film.xml", "map.xml"))
FIRST = Link(URL, "feed", door=FEED)


def name(engine: Engine, *links: Link, now: datetime = NOW + HOUR) -> None:
    """Let doors name links in a run of its own."""
    run_id = begin(engine, now=now)
    for each in links:
        discover(engine, run_id, [each], now=now)
    end(engine, run_id, now=now)


def told(engine: Engine, number: int = 1) -> list[Link]:
    return [Link(a.url, a.via, a.door, a.guid) for a in Articles(engine).appearances(number)]  # type: ignore[arg-type]


def kept(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(schema.namings)).scalar_one()


FURTHER = [
    ("another feed", Link(URL, "feed", door=OTHER)),
    ("a sitemap", Link(URL, "sitemap", door=MAP)),
    ("a listing", Link(URL, "listing", door="https://tide.example/film/")),
    ("a new GUID", Link(URL, "feed", door=FEED, guid="tag:tide.example,2026:1")),
    ("tracking parameters", Link(URL + "?utm_source=rss", "feed", door=FEED)),
    ("http", Link("http://tide.example/a", "feed", door=FEED)),
    ("the host's other name", Link("https://www.tide.example/a/", "feed", door=FEED)),
    ("the AMP page", Link(URL + "/amp", "feed", door=FEED)),
]


@pytest.mark.parametrize(("how", "link"), FURTHER, ids=[how for how, _ in FURTHER])
def test_a_known_link_that_is_named_otherwise_gets_a_further_appearance(engine: Engine, how: str, link: Link) -> None:
    store(engine, article("/a"))
    name(engine, FIRST)
    assert told(engine) == [FIRST], "the same again is nothing new"
    for _ in range(2):
        name(engine, link)
    assert told(engine) == [FIRST, link], how
    assert kept(engine) == 1


def test_doors_that_name_a_link_before_it_is_fetched_are_all_told(engine: Engine) -> None:
    doors = [FIRST, *(link for _, link in FURTHER)]
    run_id = begin(engine)
    discover(engine, run_id, [doors[0], doors[1]])
    for each in doors[2:]:
        discover(engine, run_id, [each])
    record(engine, visit(run_id, article("/a")))
    end(engine, run_id)
    assert sorted(map(repr, told(engine))) == sorted(map(repr, doors))


def test_a_link_that_waits_from_an_earlier_crawl_keeps_how_it_was_named_first(engine: Engine) -> None:
    named = Link(URL, "feed", door=OTHER, guid="1")
    name(engine, named, now=NOW)
    run_id = begin(engine)
    discover(engine, run_id, [FIRST])
    record(engine, visit(run_id, article("/a")))
    end(engine, run_id)
    assert sorted(told(engine), key=repr) == sorted([named, FIRST], key=repr)


def test_a_further_address_of_an_article_has_its_own(engine: Engine) -> None:
    copy = article("/b", text=article("/a").blocks[0].text)
    assert store(engine, article("/a"), copy) == ["new", "dup-body"]
    second, third = Link(copy.url, "feed", door=FEED), Link(copy.url, "sitemap", door=MAP)
    name(engine, third)
    assert told(engine) == [FIRST, second, third]


def test_a_guid_that_changes_each_time_is_noted_so_often_and_no_more(engine: Engine) -> None:
    store(engine, article("/a"))
    name(engine, *(Link(URL, "feed", door=FEED, guid=str(n)) for n in range(namings.MOST_OF_A_LINK + 5)))
    assert kept(engine) == namings.MOST_OF_A_LINK
    name(engine, *(Link(URL, "feed", door=FEED, guid=str(n)) for n in range(3)))
    assert kept(engine) == namings.MOST_OF_A_LINK


def test_a_link_without_an_article_is_not_kept_account_of(engine: Engine) -> None:
    run_id = begin(engine)
    record(engine, visit(run_id, URL, outcome="not-article"))
    end(engine, run_id)
    name(engine, Link(URL, "sitemap", door=MAP))
    assert kept(engine) == 0


@pytest.mark.parametrize("odd", ["\0", "\ud800", "x" * 100_000])
def test_odd_guids_and_doors_are_noted_once(engine: Engine, odd: str) -> None:
    store(engine, article("/a"))
    for _ in range(2):
        name(engine, Link(URL, "feed", door=FEED, guid=odd), Link(URL, "feed", door=odd))
    assert kept(engine) == 2
    assert len(told(engine)) == 3


def forgotten(engine: Engine) -> None:
    forget(engine, Subject(article=1), "asked to", NOW)


def too_old(engine: Engine) -> None:
    expire(engine, [Source("tide", "Tide", "https://tide.example/", keep_articles=DAY)], NOW + 9 * DAY)


def removed(engine: Engine) -> None:
    SourceStates(engine).remove("tide")


@pytest.mark.parametrize("leave", [forgotten, too_old, removed])
def test_what_goes_takes_them_along(engine: Engine, leave: Callable[[Engine], None]) -> None:
    store(engine, article("/a"))
    name(engine, Link(URL + "?utm_source=rss", "feed", door=OTHER))
    assert kept(engine) == 1
    leave(engine)
    assert kept(engine) == 0
