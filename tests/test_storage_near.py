"""Texts that are alike stay articles of their own, in one group; groups and counters agree whatever happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from stories import DAY, HOUR, NOW, article, database, store, words

from newsreel.items import Block, body_text
from newsreel.stories import bands, signature
from storage import banding, indexing, near, schema
from storage.articles import Articles, Filter
from storage.banding import ARTICLES_A_MOVE, SLICES
from storage.counting import Book
from storage.database import reading, writing
from storage.recleaning import recast, rewrite
from storage.sources import SourceStates

LATER = NOW + HOUR
COUNTERS = ("first", "near-dup")


def told(story: str, *, without: Sequence[int] = (), more: Sequence[str] = (), sentences: int = 12) -> str:
    """Give a story's text, some of its sentences left out, and lines that only this edition has."""
    kept = [words(f"{story}{n}s", 10) for n in range(sentences) if n not in without]
    return "\n\n".join([*kept, *(words(line, 10) for line in more)])


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete articles, which must have left the search index before."""
    for number in numbers:
        indexing.remove(connection, number)
    connection.execute(delete(schema.articles).where(schema.articles.c.id.in_(numbers)))


def groups(engine: Engine) -> dict[int, str | None]:
    """Give whose duplicate each article is."""
    with reading(engine) as connection:
        a = schema.articles.c
        rows = connection.execute(select(a.id, a.duplicate_of, a.flags).order_by(a.id)).all()
    assert all(("near-dup" in row.flags) == (row.duplicate_of is not None) for row in rows)
    return {row.id: row.duplicate_of for row in rows}


def counters(engine: Engine) -> dict[tuple[str, str], int]:
    """Give the two counters by source and name, over all hours."""
    c = schema.counters.c
    query = select(c.source, c.name, func.sum(c.n)).where(c.name.in_(COUNTERS)).group_by(c.source, c.name)
    with reading(engine) as connection:
        return {(source, name): int(n) for source, name, n in connection.execute(query) if n}


def recount(engine: Engine) -> dict[tuple[str, str], int]:
    """Count what the counters should say, from the articles alone."""
    a = schema.articles.c
    with reading(engine) as connection:
        rows = connection.execute(select(a.id, a.source, a.duplicate_of, a.stored_at, a.lag_seconds)).all()
    found: Counter[tuple[str, str]] = Counter()
    by_head: dict[int, list[Any]] = {}
    for row in rows:
        by_head.setdefault(row.duplicate_of or row.id, []).append(row)
        found[row.source, "near-dup"] += row.duplicate_of is not None
    for members in by_head.values():
        if len({member.source for member in members}) > 1:
            published = [(m.stored_at - timedelta(seconds=m.lag_seconds or 0), m.id, m.source) for m in members]
            found[min(published)[2], "first"] += 1
    return {name: n for name, n in found.items() if n}


def assert_whole(engine: Engine) -> None:
    """Check what must be true of every database."""
    now = groups(engine)
    assert all(
        head is None or (now.get(int(head), "gone") is None and int(head) < number) for number, head in now.items()
    )
    assert counters(engine) == recount(engine)
    with reading(engine) as connection:
        signed = dict(connection.execute(select(schema.signatures.c.article_id, schema.signatures.c.signature)).all())
        kept = [tuple(row) for t in (schema.bands, schema.fresh_bands) for row in connection.execute(select(t))]
        assert len(kept) == len(set(kept))
        assert set(kept) == {(band, number) for number, each in signed.items() for band in bands(each)}
    for stored in Articles(engine).newest(Filter(), None):
        assert signed.get(stored.id, b"") == signature(body_text(stored.article.blocks))


def as_before_signatures(connection: Connection) -> None:
    """Leave the articles as the migration does that brings the signatures."""
    connection.execute(delete(schema.signatures))
    connection.execute(delete(schema.bands))
    connection.execute(delete(schema.fresh_bands))
    connection.execute(insert(schema.unsigned).from_select(["article_id"], select(schema.articles.c.id)))


def test_an_edited_reprint_of_another_outlet_is_flagged_and_grouped(engine: Engine) -> None:
    editions = [
        article("/a", "tide", text=told("wire")),
        article("/b", "reef", text=told("wire", without=[3], more=["reef"])),
        article("/c", "gull", text=told("wire", without=[5, 6])),
        article("/d", "gull", text=told("other")),
    ]
    assert store(engine, *editions) == ["new"] * 4
    assert groups(engine) == {1: None, 2: 1, 3: 1, 4: None}
    assert counters(engine) == {("tide", "first"): 1, ("reef", "near-dup"): 1, ("gull", "near-dup"): 1}
    assert_whole(engine)


def test_texts_are_found_wherever_their_bands_wait(engine: Engine) -> None:
    store(engine, article("/a", "tide", text=told("wire")), article("/x", "tide", text=told("other")))
    everything = ARTICLES_A_MOVE * SLICES
    numbers = [*range(1000, 1200), everything + 1000]
    signed = [(number, signature(told(f"story {number}"))) for number in numbers]
    with writing(engine) as connection:
        # From the first to the last of them every slice has its turn.
        banding.add(connection, signed)
        assert connection.execute(select(schema.fresh_bands)).all() == []
        wanted = {band for _, mine in signed for band in bands(mine)}
        assert set(banding.known(connection, wanted | {0})) == wanted
        for number, mine in signed:
            banding.remove(connection, number, mine)
    store(engine, article("/b", "reef", text=told("wire", without=[3])))
    store(engine, article("/c", "gull", text=told("wire", without=[5])))
    assert groups(engine) == {1: None, 2: None, 3: 1, 4: 1}
    assert_whole(engine)


def test_an_edition_of_the_same_outlet_stays_an_article_too(engine: Engine) -> None:
    second = article("/b", text=told("wire", without=[3], more=["more"]), headline="Another headline of the paper")
    assert store(engine, article("/a", text=told("wire")), second) == ["new", "new"]
    assert groups(engine) == {1: None, 2: 1}
    # No outlet was first where there is only one.
    assert counters(engine) == {("tide", "near-dup"): 1}


# What must not be taken for one text.
APART = [
    ("Watch it above.", "Watch it above."),
    (told("one"), told("two")),
    # Two of twelve paragraphs in common: background of a saga.
    (told("one"), told("two", without=[0, 1]) + "\n\n" + "\n\n".join(told("one").split("\n\n")[:2])),
    (told("one", sentences=2), told("one", sentences=2, without=[0], more=["x", "y", "z", "u"])),
]


@pytest.mark.parametrize(("text", "other"), APART)
def test_different_texts_are_in_no_group(engine: Engine, text: str, other: str) -> None:
    store(engine, article("/a", "tide", text=text), article("/b", "reef", text=other))
    assert groups(engine) == {1: None, 2: None}
    assert counters(engine) == {}


def test_first_is_who_published_first_not_who_was_crawled_first(engine: Engine) -> None:
    slow = article("/a", "tide", text=told("wire"), date_published=NOW - HOUR)
    fast = article("/b", "reef", text=told("wire"), date_published=NOW - 5 * HOUR)
    undated = article("/c", "gull", text=told("wire"))
    store(engine, slow, fast, undated)
    # The group keeps the name that it had; whoever read the first one knows it by that.
    assert groups(engine) == {1: None, 2: 1, 3: 1}
    assert counters(engine)["reef", "first"] == 1
    assert ("tide", "first") not in counters(engine)
    assert_whole(engine)


def test_a_day_without_a_time_says_nothing_about_who_was_first(engine: Engine) -> None:
    store(engine, article("/a", "tide", text=told("wire")))
    day = (NOW - DAY).replace(hour=0, minute=0, tzinfo=None)
    store(engine, article("/b", "reef", text=told("wire"), date_published=day), now=LATER)
    assert counters(engine)["tide", "first"] == 1


def test_an_article_that_is_alike_to_two_groups_makes_them_one(engine: Engine) -> None:
    one, two = (told("regatta", without=without, sentences=16) for without in (range(10, 16), range(6)))
    store(engine, article("/a", "tide", text=one), article("/b", "reef", text=two), article("/c", "gull", text=two))
    assert groups(engine) == {1: None, 2: None, 3: 2}
    store(engine, article("/d", "cove", text=told("regatta", sentences=16)), now=LATER)
    assert groups(engine) == {1: None, 2: 1, 3: 1, 4: 1}
    assert counters(engine) == {("tide", "first"): 1, **{(name, "near-dup"): 1 for name in ("reef", "gull", "cove")}}
    assert_whole(engine)


def test_an_update_that_tells_something_else_leaves_the_group(engine: Engine) -> None:
    wire = told("wire")
    store(engine, *(article("/a", source, text=wire) for source in ("tide", "reef", "gull")))
    assert store(engine, article("/a", "tide", text=told("else")), now=LATER) == ["updated"]
    assert groups(engine) == {1: None, 2: None, 3: 2}
    assert counters(engine) == {("reef", "first"): 1, ("gull", "near-dup"): 1}
    assert store(engine, article("/a", "tide", text=wire), now=LATER) == ["updated"]
    assert groups(engine) == {1: None, 2: 1, 3: 1}
    assert_whole(engine)


def test_an_update_that_tells_the_same_now_joins(engine: Engine) -> None:
    store(engine, article("/a", "tide", text=told("wire")), article("/b", "reef", text=told("teaser", sentences=3)))
    store(engine, article("/b", "reef", text=told("wire", without=[2])), now=LATER)
    assert groups(engine) == {1: None, 2: 1}
    assert_whole(engine)


@pytest.mark.parametrize("again", [rewrite, recast])
def test_a_second_cleaning_looks_for_the_group_again(engine: Engine, again: Any) -> None:
    furniture = told("furniture", sentences=120)
    first, second = article("/a", "tide", text=told("one")), article("/b", "reef", text=told("two"))
    both = [replace(each, blocks=(*each.blocks, Block("p", furniture))) for each in (first, second)]
    store(engine, *both)
    assert groups(engine) == {1: None, 2: 1}
    with writing(engine) as connection:
        again(connection, 2, second, 20, LATER)
    assert groups(engine) == {1: None, 2: None}
    assert counters(engine) == {}
    assert_whole(engine)


def test_a_group_stays_together_when_its_first_article_goes(engine: Engine) -> None:
    # Only the middle one is alike to both others.
    store(
        engine,
        article("/a", "tide", text=told("regatta", without=range(10, 16), sentences=16)),
        article("/b", "reef", text=told("regatta", sentences=16)),
        article("/c", "gull", text=told("regatta", without=range(6), sentences=16)),
    )
    assert groups(engine) == {1: None, 2: 1, 3: 1}
    for gone, left in ((1, {2: None, 3: 2}), (2, {3: None})):
        with writing(engine) as connection:
            book = Book(connection, NOW)
            near.withdraw(connection, [gone], book)
            book.write()
            drop(connection, [gone])
        assert groups(engine) == left
        assert_whole(engine)


def test_a_removed_source_leaves_the_groups(engine: Engine) -> None:
    store(engine, *(article("/a", source, text=told("wire")) for source in ("tide", "reef", "gull")))
    SourceStates(engine).remove("tide")
    assert groups(engine) == {2: None, 3: 2}
    assert counters(engine) == {("reef", "first"): 1, ("gull", "near-dup"): 1}
    assert_whole(engine)


def test_bands_that_stayed_behind_do_no_harm(tmp_path: Path) -> None:
    engine = database(tmp_path)
    store(engine, article("/a", "tide", text=told("wire")))
    with writing(engine) as connection:
        drop(connection, [1])
    # SQLite gives the number out again.
    assert store(engine, article("/b", "reef", text=told("other"))) == ["new"]
    assert store(engine, article("/c", "gull", text=told("wire"))) == ["new"]
    assert list(groups(engine).values()) == [None, None]


def test_a_text_that_forty_articles_share_is_still_found(engine: Engine) -> None:
    texts = [told("wire", more=[f"edition{n}"]) for n in range(40)]
    store(engine, *(article(f"/{n}", f"outlet{n}", text=text) for n, text in enumerate(texts)))
    assert set(groups(engine).values()) == {None, 1}
    assert counters(engine)["outlet0", "first"] == 1
    assert_whole(engine)


def test_articles_from_before_are_signed_as_crawls_go_on(engine: Engine) -> None:
    store(engine, *(article(f"/{n}", "tide", text=told(f"story{n}x")) for n in range(8)))
    with writing(engine) as connection:
        as_before_signatures(connection)
    # An equal text is found without; one that is alike not yet.
    # Each batch of a crawl signs some, whatever it stores.
    store(engine, article("/a", "reef", text=told("story7x")))
    assert groups(engine)[9] == 8
    store(engine, article("/b", "reef", text=told("story0x", without=[3])))
    assert groups(engine)[10] == 1
    assert_whole(engine)


def test_a_batch_signs_the_newest_ones_and_no_more_than_it_should(engine: Engine) -> None:
    store(engine, *(article(f"/{n}", "tide", text=told(f"story{n // 2}x", more=[f"l{n}"])) for n in range(6)))
    before = groups(engine)
    with writing(engine) as connection:
        as_before_signatures(connection)
        connection.execute(update(schema.articles).values(duplicate_of=None, flags=[]))
        connection.execute(delete(schema.counters))
        book = Book(connection, NOW)
        assert near.catch_up(connection, book, 4) == 4
        book.write()
    assert groups(engine) == {1: None, 2: None, 3: None, 4: 3, 5: None, 6: 5}
    with writing(engine) as connection:
        book = Book(connection, NOW)
        assert [near.catch_up(connection, book, 4) for _ in range(2)] == [2, 0]
        book.write()
    assert groups(engine) == before
    assert_whole(engine)


@pytest.mark.parametrize("seed", range(4))
def test_groups_and_counters_agree_after_any_operations(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    sources = ("tide", "reef", "gull", "cove")
    for step in range(25):
        now = NOW + step * timedelta(minutes=37)
        left = list(groups(engine))
        choice = chance.random()
        if choice < 0.75 or not left:
            story = f"story{chance.randrange(4)}x"
            text = told(story, without=chance.sample(range(12), chance.randint(0, 4)), more=[f"line{step}"])
            published = chance.choice([None, now - chance.randint(1, 20) * HOUR])
            path, source = f"/{chance.randrange(12)}", chance.choice(sources)
            headline = f"Headline number {step} of all"
            store(engine, article(path, source, text=text, headline=headline, date_published=published), now=now)
        elif choice < 0.85:
            number = chance.choice(left)
            stored = Articles(engine).get(str(number))
            assert stored is not None
            with writing(engine) as connection:
                text = told(f"story{chance.randrange(4)}x")
                other = replace(stored.article, blocks=(Block("p", text),), content_hash=f"hash of {text!a}")
                chance.choice([rewrite, recast])(connection, number, other, 20, now)
        elif choice < 0.97:
            gone = chance.sample(left, chance.randint(1, len(left)) // 2)
            with writing(engine) as connection:
                book = Book(connection, now)
                near.withdraw(connection, gone, book)
                book.write()
                drop(connection, gone)
        else:
            SourceStates(engine).remove(chance.choice(sources), now)
        assert_whole(engine)
