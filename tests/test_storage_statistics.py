"""The figures of a source are those of its counters, in the window that was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from stories import HOUR, NOW, article, begin, discover, end, full_article, page, record, store, visit, words

from newsreel.items import Removal
from storage.database import writing
from storage.schedules import expect
from storage.statistics import RuleFigures, SourceStatistics, Statistics

WEEK_AGO = NOW - timedelta(days=7)


def figures(engine: Engine, source: str = "tide", since: object = WEEK_AGO) -> SourceStatistics:
    [found] = Statistics(engine).sources([source], since)  # type: ignore[arg-type]
    return found


def test_a_source_that_never_ran_has_no_figures(engine: Engine) -> None:
    assert figures(engine) == SourceStatistics(
        source="tide",
        found=0,
        outcomes={},
        waiting=0,
        stored=0,
        words=None,
        lag_seconds=None,
        bytes=0,
        removed={},
        rules=(),
        coverage={"author": None, "date": None, "image": None, "language": None},
        near_dup=0,
        first=0,
        last_outcome="never run",
        last_success_at=None,
        next_due_at=None,
    )
    assert figures(engine).removed_share == 0


def test_one_crawl_by_hand(engine: Engine) -> None:
    run_id = begin(engine)
    discover(engine, run_id, [f"https://tide.example/{n}" for n in range(2)])
    bare = article("/bare", text=words("bare", 20))
    record(
        engine,
        visit(run_id, full_article(), page=page("https://tide.example/full", b"x" * 900)),
        visit(run_id, bare, page=page("https://tide.example/bare", b"x" * 100)),
        visit(run_id, "https://tide.example/1", outcome="http-4xx"),
    )
    end(engine, run_id, now=NOW)
    with writing(engine) as connection:
        expect(connection, "tide", NOW + HOUR, "every 1 h")
    chars = len(words("full")) + len(words("bare", 20))
    text = chars + len("Advertisement") + len("Getty")
    assert figures(engine) == SourceStatistics(
        source="tide",
        found=4,
        outcomes={"http-4xx": 1, "new": 2},
        waiting=1,
        stored=2,
        words=25.0,
        lag_seconds=7200.0,
        bytes=1000,
        removed={"ads": len("Advertisement") / text, "credit": len("Getty") / text},
        rules=(
            RuleFigures("ads.marker", 1, len("Advertisement") / text),
            RuleFigures("credit.photo", 1, len("Getty") / text),
        ),
        coverage={"author": 0.5, "date": 0.5, "image": 0.5, "language": 0.5},
        near_dup=0,
        first=0,
        last_outcome="partial",
        last_success_at=NOW,
        next_due_at=NOW + HOUR,
    )
    assert figures(engine).removed_share == pytest.approx(18 / text)


MEDIANS = [
    ([30], 30.0),
    ([30, 20], 25.0),
    ([40, 20, 30], 30.0),
    ([20, 40, 30, 100], 35.0),
    ([20, 20, 20, 100, 100], 20.0),
    ([21, 22], 21.5),
]


@pytest.mark.parametrize(("lengths", "median"), MEDIANS)
def test_the_median_of_the_words(engine: Engine, lengths: list[int], median: float) -> None:
    store(engine, *(article(f"/{n}", text=words(f"w{n}", length)) for n, length in enumerate(lengths)))
    store(engine, article("/far", "reef", text=words("far", 500)))
    assert figures(engine).words == median
    assert figures(engine, "reef").words == 500


def test_only_a_time_that_has_passed_makes_a_lag(engine: Engine) -> None:
    dates = [NOW - HOUR, NOW - 3 * HOUR, NOW + HOUR, NOW.replace(tzinfo=None) - HOUR, None]
    store(engine, *(article(f"/{n}", date_published=date) for n, date in enumerate(dates)))
    assert figures(engine).lag_seconds == 2 * 3600
    assert figures(engine).coverage["date"] == 0.8


def test_a_family_is_what_stands_before_the_first_dot(engine: Engine) -> None:
    removals = tuple(Removal(rule, "x" * 10, "p") for rule in ("ads.a", "ads.b.c", "memory", "outlet.line"))
    text = words("a")
    store(engine, article("/a", text=text, removals=removals))
    total = len(text) + 40
    assert figures(engine).removed == {"ads": 20 / total, "memory": 10 / total, "outlet": 10 / total}


@pytest.mark.parametrize(
    ("since", "found", "median"),
    [(NOW, 1, 40.0), (NOW - HOUR, 2, 35.0), (NOW - timedelta(days=2), 3, 30.0), (NOW + HOUR, 0, None)],
)
def test_a_window_begins_with_its_hour(engine: Engine, since: object, found: int, median: float | None) -> None:
    for n, ago in enumerate([timedelta(days=2), HOUR, timedelta(minutes=29)]):
        store(engine, article(f"/{n}", text=words(f"w{n}", 20 + 10 * n)), now=NOW - ago)
    here = figures(engine, since=since)
    assert (here.found, here.stored, here.words) == (found, found, median)
    assert here.outcomes == ({"new": found} if found else {})


def test_an_update_is_stored_again_but_measured_once(engine: Engine) -> None:
    store(engine, article("/a"), article("/a", text=words("other", 40)))
    here = figures(engine)
    assert (here.stored, here.words) == (2, 40)
    assert here.outcomes["new"] == here.outcomes["updated"] == 1


def test_who_was_first_with_a_text_is_told(engine: Engine) -> None:
    text = words("wire", 60)
    early = article("/wire", "reef", text=text, date_published=NOW - 3 * HOUR)
    store(engine, article("/wire", text=text, date_published=NOW - HOUR), early, article("/own", "gull"))
    store(engine, article("/again", "gull", text=text, date_published=NOW - 2 * HOUR))
    told = {name: figures(engine, name) for name in ("tide", "reef", "gull")}
    assert {name: (here.near_dup, here.first) for name, here in told.items()} == {
        "tide": (0, 0),
        "reef": (1, 1),
        "gull": (1, 0),
    }
    assert figures(engine, "reef", since=NOW + HOUR).first == 0


def test_found_is_the_sum_of_all_outcomes_and_what_waits(engine: Engine) -> None:
    for now in (NOW, NOW + HOUR, NOW + 2 * HOUR):
        run_id = begin(engine, now=now)
        urls = [f"https://tide.example/{n}" for n in range(8)]
        wanted = discover(engine, run_id, urls, now=now)
        codes = ["http-5xx", "robots", "no-text"]
        record(engine, *(visit(run_id, url, outcome=code) for url, code in zip(wanted, codes, strict=False)), now=now)
        end(engine, run_id, now=now)
    here = figures(engine)
    assert here.found == sum(here.outcomes.values()) + here.waiting == 24
    assert set(here.outcomes) == {"http-5xx", "robots", "no-text", "unchanged"}


def test_sources_come_in_the_order_asked_for_and_once_crawled_are_known(engine: Engine) -> None:
    store(engine, article("/a", "tide"), article("/a", "reef"))
    with writing(engine) as connection:
        expect(connection, "gull", NOW, "every 1 h")
    statistics = Statistics(engine)
    assert statistics.known() == ["reef", "tide"]
    assert [found.source for found in statistics.sources(["tide", "gull", "reef"], WEEK_AGO)] == [
        "tide",
        "gull",
        "reef",
    ]
    assert statistics.sources([], WEEK_AGO) == []
    assert figures(engine, "gull").last_outcome == "never run"
