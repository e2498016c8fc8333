"""Whatever happens to articles, the counters say what a count of the rows says."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update
from stories import DAY, HOUR, NOW, article, begin, database, end, record, store, visit, words

from newsreel.items import Article, Author, Block, Image, Removal
from newsreel.sources import Source
from storage import schema
from storage.articles import Articles, Filter
from storage.checks import STATISTICS
from storage.counting import bump, fold
from storage.daily import DailyFolding
from storage.dashboard import RANGES, dashboard
from storage.database import writing
from storage.forgetting import Subject, forget
from storage.holdings import HOURS_KEPT, beginning
from storage.mending import mend
from storage.recleaning import recast, rewrite
from storage.recount import Recount, recount
from storage.removing import remove_articles
from storage.retention import expire
from storage.sources import SourceStates
from storage.statistics import Statistics
from storage.usual import past, volume

RULES = ("ads.marker", "credit.photo", "memory")


@pytest.fixture
def engine(tmp_path: Path, dialect: str) -> Engine:
    return database(tmp_path)


def assert_equal(engine: Engine, now: datetime = NOW) -> list[Recount]:
    found = recount(engine, now)
    for each in found:
        assert each.differences == ()
        names = each.rows.keys()
        assert {name: n for name, n in each.counters.items() if name in names} == each.rows
        assert not {name for name in each.counters.keys() - names if each.counters[name]}
    return found


def test_a_recount_says_what_is_held(engine: Engine) -> None:
    first = article(
        "/a",
        text=words("a", 40),
        authors=(Author("Ada Moss"),),
        date_published=NOW - HOUR,
        images=(Image("https://tide.example/1.jpg"),),
        in_language="en",
        removals=(Removal("ads.marker", "Advert", "body"), Removal("ads.marker", "Ad", "body")),
    )
    store(engine, first, article("/b", text=words("b", 20)))
    [tide] = assert_equal(engine)
    assert tide.source == "tide"
    assert {name: n for name, n in tide.rows.items() if "~" not in name} == {
        "articles": 2,
        "words": 60,
        "chars": len(words("a", 40)) + len(words("b", 20)),
        "removed": 8,
        "removed:ads.marker": 8,
        "cuts:ads.marker": 2,
        "with:author": 1,
        "with:date": 1,
        "with:image": 1,
        "with:language": 1,
    }
    kinds = Counter(name.partition("~")[0] for name in tide.rows if "~" in name)
    assert kinds == {"words": 2, "lag": 1}


def test_an_update_takes_off_what_the_old_text_added(engine: Engine) -> None:
    old = article("/a", authors=(Author("Ada Moss"),), removals=(Removal("ads.marker", "Advert", "body"),))
    store(engine, old)
    store(engine, article("/a", text=words("other", 70)), now=NOW + 2 * DAY)
    [tide] = assert_equal(engine, NOW + 2 * DAY)
    assert (tide.counters["articles"], tide.counters["words"]) == (1, 70)
    assert "with:author" not in tide.counters
    assert not any(name.startswith("removed") for name in tide.counters)


@pytest.mark.parametrize("odd", ["Ad\0vert", "half \ud83c pair", "two \ud83c\udfac halves"])
def test_what_cannot_be_stored_as_it_is_counts_as_it_is_stored(engine: Engine, odd: str) -> None:
    text = f"{words('a')} {odd}"
    store(engine, article("/a", text=text, removals=(Removal("ads.marker", odd, "body"),), in_language="e\0n"))
    store(engine, article("/a", text=text + " more", removals=()))
    assert_equal(engine)


def test_a_wrong_counter_is_named(engine: Engine) -> None:
    store(engine, article("/a", removals=(Removal("ads.marker", "Advert", "body"),)))
    h, c, d = schema.holdings, schema.counters, schema.day_counters
    with writing(engine) as connection:
        connection.execute(update(h).where(h.c.span == "week").values(words=31))
        connection.execute(update(c).where(c.c.name == "removed:ads.marker").values(n=7))
        connection.execute(update(d).where(d.c.name == "found").values(n=3))
    [tide] = recount(engine, NOW)
    assert [(each.span, each.name, each.counter, each.rows) for each in tide.differences] == [
        ("hour", "removed:ads.marker", 7, 6),
        ("week", "words", 31, 30),
        ("day", "found", 3, 1),
    ]


def test_an_old_group_that_changes_brings_no_hour_back(engine: Engine) -> None:
    old = NOW - HOURS_KEPT - 2 * DAY
    text = words("wire", 60)
    store(engine, article("/a", text=text), article("/a", "reef", text=text), now=old)
    fold(engine, NOW)
    store(engine, article("/a", "gull", text=text), now=NOW)
    # Its text changes, it goes, and so does the first of them.
    store(engine, article("/a", "reef", text=words("quite", 60)), now=NOW)
    with writing(engine) as connection:
        remove_articles(connection, [1], NOW)
        c = schema.counters
        assert set(connection.execute(select(c.c.hour).distinct()).scalars()) == {NOW.replace(minute=0)}
    assert_equal(engine)
    with writing(engine) as connection:
        remove_articles(connection, [3], NOW)
    assert_equal(engine)


def damage_anything(connection: Connection, choice: random.Random) -> None:
    """Change, drop and invent counters."""
    tables = ((schema.counters, "n"), (schema.day_counters, "n"), (schema.holdings, "words"))
    for table, column in tables:
        for row in connection.execute(select(table)).all():
            where = [key == row._mapping[key.name] for key in table.primary_key]
            done = choice.random()
            if done < 0.3:
                connection.execute(update(table).where(*where).values({column: choice.randrange(9)}))
            elif done < 0.5:
                connection.execute(delete(table).where(*where))
    connection.execute(update(schema.holdings).values(lengths=b"\x05\x00\x00\x00\x02"))
    invented = {"source": "tide", "day": NOW.replace(hour=0, minute=0), "name": "first", "n": 3}
    connection.execute(delete(schema.day_counters).where(schema.day_counters.c.name == "first"))
    connection.execute(insert(schema.day_counters).values(invented))


@pytest.mark.parametrize("seed", range(3))
def test_wrong_counters_are_mended(engine: Engine, seed: int) -> None:
    choice = random.Random(seed)
    text = words("wire", 60)
    for n in range(8):
        now = NOW - n * 5 * HOUR
        store(engine, random_article(choice, n, choice.choice(["tide", "reef"])), now=now)
    store(engine, article("/x", text=text), article("/x", "reef", text=text))
    before = Statistics(engine).sources(["tide", "reef"], NOW - 9 * DAY)
    with writing(engine) as connection:
        damage_anything(connection, choice)
    assert mend(engine, STATISTICS, NOW)
    assert_equal(engine)
    after = Statistics(engine).sources(["tide", "reef"], NOW - 9 * DAY)
    assert [(each.words, each.coverage, each.removed) for each in after] == [
        (each.words, each.coverage, each.removed) for each in before
    ]


def test_articles_without_counters_are_told(engine: Engine) -> None:
    store(engine, article("/a"))
    with writing(engine) as connection:
        for table in (schema.holdings, schema.counters, schema.day_counters):
            connection.execute(delete(table))
    [tide] = recount(engine, NOW)
    assert {each.span for each in tide.differences} == {"hour", "day", "week"}


def random_article(choice: random.Random, number: int, source: str) -> Article:
    # Some are told by both outlets.
    story = choice.choice([f"s{choice.randrange(10**6)}x", f"wire{choice.randrange(4)}"])
    text = words(story, choice.choice([20, 25, 60, 300]))
    return article(
        f"/{number}",
        source,
        text=text,
        authors=(Author("Ada Moss"),) * choice.randrange(2),
        date_published=choice.choice([None, NOW - choice.randrange(100) * HOUR]),
        main_image=choice.choice([None, Image("https://tide.example/1.jpg")]),
        in_language=choice.choice([None, "en"]),
        removals=tuple(
            Removal(choice.choice(RULES), "x" * choice.randrange(1, 30), "body") for _ in range(choice.randrange(4))
        ),
    )


def changed(choice: random.Random, old: Article) -> Article:
    """Give a stored article as another cleaning would leave it."""
    block = Block("p", words(f"c{choice.randrange(10**6)}", choice.randrange(20, 50)))
    return replace(
        old,
        blocks=(*old.blocks, block),
        word_count=old.word_count + len(block.text.split()),
        content_hash=f"hash of {block.text}",
        authors=old.authors if choice.random() < 0.5 else (),
        removals=old.removals[choice.randrange(2) :],
    )


def assert_kept_is_true(engine: Engine, now: datetime) -> None:
    """Compare what is kept of a dashboard's figures with a fresh look: nothing is kept of an engine just made."""
    fresh = engine.execution_options()
    for wanted in RANGES:
        assert dashboard(engine, now, wanted) == dashboard(fresh, now, wanted)
        assert past(engine, now, wanted) == past(fresh, now, wanted)
    for span in ("hour", "day"):
        begin_at = beginning(now, "week") - timedelta(weeks=4)
        assert volume(engine, begin_at, span) == volume(fresh, begin_at, span)


@pytest.mark.parametrize("seed", range(8))
def test_counters_equal_a_recount_after_anything(engine: Engine, seed: int) -> None:
    choice = random.Random(seed)
    now = NOW - timedelta(days=60)
    for _ in range(40):
        now += timedelta(minutes=choice.choice([1, 50, 700, 5000]))
        source = choice.choice(["tide", "reef"])
        stored = list(Articles(engine).each(Filter(source=source)))
        what = choice.choice(
            ["batch", "batch", "batch", "again", "recast", "rewrite", "fail", "fold", "forget", "expire", "remove"]
        )
        if what == "batch" or not stored:
            run_id = begin(engine, source, now)
            some = [random_article(choice, choice.randrange(25), source) for _ in range(choice.randrange(1, 6))]
            record(engine, *(visit(run_id, each) for each in some), now=now)
            end(engine, run_id, source, now)
        elif what == "again":
            old = choice.choice(stored).article
            # At its own address, at another one, and with another cleaning.
            line = Removal("memory", old.blocks[0].text, "body")
            less = replace(old, removals=(line,), blocks=(Block("p", "Left over."),), content_hash="less")
            store(engine, old, replace(old, url=f"https://{source}.example/elsewhere"), less, now=now)
        elif what in ("recast", "rewrite"):
            some_one = choice.choice(stored)
            with writing(engine) as connection:
                if what == "recast":
                    recast(connection, some_one.id, changed(choice, some_one.article), 5, now)
                else:
                    rewrite(connection, some_one.id, changed(choice, some_one.article), 5, now)
        elif what == "fail":
            run_id = begin(engine, source, now)
            record(engine, visit(run_id, f"https://{source}.example/x", source, outcome="http-4xx"), now=now)
            end(engine, run_id, source, now)
        elif what == "fold":
            fold(engine, now)
        elif what == "forget":
            forget(engine, Subject(article=choice.choice(stored).id), "asked to", now)
        elif what == "expire":
            keep = timedelta(days=choice.randrange(5, 40))
            expire(engine, [Source(source, "Tide", f"https://{source}.example/", keep_articles=keep)], now)
        elif choice.random() < 0.2:
            SourceStates(engine).remove(source, now)
        assert_equal(engine, now)
        assert_kept_is_true(engine, now)


def test_folding_leaves_the_days_and_what_is_young(engine: Engine) -> None:
    old = NOW - HOURS_KEPT - 2 * DAY
    for n, now in enumerate([old, old + HOUR, NOW]):
        store(engine, article(f"/{n}", text=words(f"w{n}", 20 + n), removals=(Removal("memory", "x", "p"),)), now=now)
    before = Statistics(engine).sources(["tide"], old.replace(hour=0))
    assert fold(engine, NOW) > 0
    assert fold(engine, NOW) == 0
    assert Statistics(engine).sources(["tide"], old.replace(hour=0)) == before
    # A day of which no hours are left counts as a whole.
    [folded] = Statistics(engine).sources(["tide"], old + HOUR)
    assert (folded.found, folded.stored) == (3, 3)
    [here] = Statistics(engine).sources(["tide"], NOW)
    assert (here.found, here.stored) == (1, 1)


def test_hours_are_folded_once_a_day(engine: Engine) -> None:
    store(engine, article("/a"), now=NOW - HOURS_KEPT - DAY)
    store(engine, article("/b"), now=NOW - HOURS_KEPT)
    folding = DailyFolding(engine)
    assert folding.round(NOW) > 0
    assert folding.round(NOW + HOUR) == 0
    assert folding.round(NOW + DAY) > 0
    assert DailyFolding(engine).round(NOW + DAY) == 0


def test_a_text_whose_hour_is_folded_still_counts_in_its_day(engine: Engine) -> None:
    old = NOW - HOURS_KEPT - 2 * DAY
    store(engine, article("/a"), now=old)
    fold(engine, NOW)
    store(engine, article("/a", text=words("other", 50)), now=NOW)
    [tide] = assert_equal(engine)
    assert tide.counters["words"] == 50


def test_events_are_counted_by_hour_and_day(engine: Engine) -> None:
    with writing(engine) as connection:
        for n, now in enumerate([NOW, NOW + HOUR, NOW + DAY]):
            bump(connection, "tide", None, now, {"found": n + 1, "new": 0})
    assert_equal(engine, NOW + DAY)
    [here] = Statistics(engine).sources(["tide"], NOW.replace(hour=0))
    assert here.found == 6
    [here] = Statistics(engine).sources(["tide"], NOW + HOUR)
    assert here.found == 5
