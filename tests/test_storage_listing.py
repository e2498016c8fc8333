"""Lists of articles: filters, pages in both directions, and a look that ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from stories import DAY, HOUR, NOW, article, database, store, words

from newsreel.items import Author, Review
from storage import listing, marks, schema
from storage.articles import Articles
from storage.company import copies, source_names
from storage.database import reading, writing
from storage.filing import MOST, filings
from storage.listing import Asked, listed, newest, newest_numbers, newest_stored
from storage.recleaning import recast
from storage.sources import SourceStates
from storage.stamps import stamp_of


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Ten articles of two sources, an hour apart; the sixth is read."""
    engine = database(tmp_path)
    for n in range(10):
        subject = article(
            f"/{n}",
            ("tide", "reef")[n % 2],
            kind=("article", "review")[n % 3 == 0],
            authors=(Author("Ada Moss"),) if n % 4 == 0 else (),
            keywords=("Film  Festival", "Awards") if n > 4 else ("awards",),
            description=f"Number {n}.",
            review=Review("4", "4/5") if n == 9 else None,
            flags=("spoiler", "sponsored") if n in (2, 8) else (),
            date_published=NOW - 9 * DAY + n * DAY if n != 3 else None,
        )
        store(engine, subject, now=NOW + n * HOUR)
    marks.mark_read(engine, [6], NOW)
    marks.mark_starred(engine, [9, 2, 5], NOW)
    return engine


CHOICES = [
    (Asked(), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
    (Asked(source="reef"), [10, 8, 6, 4, 2]),
    (Asked(kind="review"), [10, 7, 4, 1]),
    (Asked(source="reef", kind="review"), [10, 4]),
    (Asked(author="ada  MOSS"), [9, 5, 1]),
    (Asked(keyword="film festival"), [10, 9, 8, 7, 6]),
    (Asked(keyword="#Awards", author="Ada Moss", source="tide", kind="review"), [1]),
    (Asked(since=NOW + 7 * HOUR), [10, 9, 8]),
    (Asked(since=NOW + 7 * DAY), []),
    (Asked(unread=True, source="reef"), [10, 8, 4, 2]),
    (Asked(published_since=NOW - DAY), [10, 9]),
    (Asked(published_since=NOW - 7 * DAY, source="reef"), [10, 8, 6]),
    (Asked(published_since=NOW + DAY), []),
    (Asked(starred=True), [9, 5, 2]),
    (Asked(starred=True, author="Ada Moss", sponsored=False), [5]),
    (Asked(starred=True, source="reef", unread=True), [2]),
    (Asked(sponsored=False), [10, 8, 7, 6, 5, 4, 2, 1]),
    (Asked(keyword="%"), []),
    (Asked(source="nobody"), []),
]


@pytest.mark.parametrize(("asked", "numbers"), CHOICES)
def test_a_list_has_what_is_asked_for_in_pages_of_any_size(engine: Engine, asked: Asked, numbers: list[int]) -> None:
    for size in (1, 3, 20):
        found, before, newers = [], None, []
        while True:
            page = newest(engine, asked, size, before=before)
            found += [each.id for each in page.articles]
            newers.append(page.newer)
            if page.older is None:
                break
            before = page.older
        assert found == numbers
        assert newers[0] is None
        assert all(newer is not None for newer in newers[1:])


def test_pages_lead_back_the_way_they_came(engine: Engine) -> None:
    second = newest(engine, Asked(), 3, before=8)
    assert [each.id for each in second.articles] == [7, 6, 5]
    first = newest(engine, Asked(), 3, after=second.newer)
    assert [each.id for each in first.articles] == [10, 9, 8]
    assert (first.newer, first.older) == (None, 8)
    third = newest(engine, Asked(), 3, before=second.older)
    assert [each.id for each in newest(engine, Asked(), 3, after=third.newer).articles] == [7, 6, 5]
    # What has too few articles after it is the first page.
    assert [each.id for each in newest(engine, Asked(), 3, after=9).articles] == [10, 9, 8]


def test_a_look_ends_and_goes_on_where_it_ended(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW", 4)
    marks.mark_read(engine, range(2, 11), NOW)
    first = newest(engine, Asked(unread=True), 3)
    assert (first.articles, first.older) == ((), 7)
    second = newest(engine, Asked(unread=True), 3, before=first.older)
    assert (second.articles, second.older) == ((), 3)
    assert [each.id for each in newest(engine, Asked(unread=True), 3, before=second.older).articles] == [1]


def test_lists_show_what_they_need_in_the_order_asked_for(engine: Engine) -> None:
    last, first = listed(engine, [10, 99, 1])
    assert (last.id, last.rating, last.description, last.group) == (10, "4/5", "Number 9.", 10)
    assert (first.source_name, first.stored_at, first.rating) == ("Tide", NOW, None)


def test_an_article_is_filed_anew_when_it_changes(engine: Engine) -> None:
    subject = article("/0", kind="review", authors=(Author("Bo Reed"),), keywords=("strike",))
    with writing(engine) as connection:
        recast(connection, 1, subject, 0, NOW)
    assert [each.id for each in newest(engine, Asked(author="Ada Moss"), 9).articles] == [9, 5]
    assert [each.id for each in newest(engine, Asked(author="bo reed", keyword="Strike"), 9).articles] == [1]
    SourceStates(engine).remove("tide")
    with reading(engine) as connection:
        assert set(connection.execute(select(schema.filed.c.article_id)).scalars()) == {2, 4, 6, 8, 10}


def test_names_without_letters_and_beyond_number_are_not_filed() -> None:
    assert filings(["***", ""], ["--"]) == []
    assert len(filings([], [f"word {n}" for n in range(500)])) == MOST


def test_copies_are_told_in_the_order_of_their_coming(engine: Engine) -> None:
    text = words("shared", 60)
    published = NOW + 20 * HOUR
    store(engine, article("/late", "tide", text=text), now=NOW + 30 * HOUR)
    store(engine, article("/early", "reef", text=text, date_published=published), now=NOW + 31 * HOUR)
    found = copies(engine, {each.group for each in newest(engine, Asked(), 2).articles})
    assert [(copy.source, copy.came) for copy in found[11]] == [("reef", published), ("tide", NOW + 30 * HOUR)]
    assert copies(engine, [1, 99]) == {}
    assert copies(engine, []) == {}


def test_sources_are_named_as_their_last_article_names_them(engine: Engine) -> None:
    store(engine, article("/new", "reef", source_name="The Reef"), now=NOW + 20 * HOUR)
    assert source_names(engine) == {"reef": "The Reef", "tide": "Tide"}


@pytest.mark.parametrize(("asked", "numbers"), CHOICES)
def test_a_list_can_be_read_in_full_or_without_its_texts(engine: Engine, asked: Asked, numbers: list[int]) -> None:
    full, plain = newest_stored(engine, asked, 20), newest_stored(engine, asked, 20, texts=False)
    assert [stored.id for stored in full.articles] == [stored.id for stored in plain.articles] == numbers
    assert newest_numbers(engine, asked, 20) == numbers
    for stored, bare in zip(full.articles, plain.articles, strict=True):
        assert stored.article.blocks
        assert bare == replace(stored, article=replace(stored.article, blocks=(), removals=()))
    assert Articles(engine).some(numbers) == list(full.articles)


def test_a_stamp_changes_with_what_it_is_a_stamp_of(engine: Engine) -> None:
    first = stamp_of(engine, [3, 2, 1])
    assert first == stamp_of(engine, [3, 2, 1])
    assert first.changed_at == NOW + 2 * HOUR
    assert (
        len({first.digest, *(stamp_of(engine, numbers).digest for numbers in ([1, 2, 3], [3, 2], [], [3, 2, 99]))}) == 5
    )
    store(engine, article("/2", text=words("another")), now=NOW + DAY)
    second = stamp_of(engine, [3, 2, 1])
    assert (second.digest != first.digest, second.changed_at) == (True, NOW + DAY)
    with writing(engine) as connection:
        recast(connection, 1, article("/0", section="Film"), 1, NOW + 2 * DAY)
    assert stamp_of(engine, [3, 2, 1]).digest != second.digest
    assert stamp_of(engine, []).changed_at is None
