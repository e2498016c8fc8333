"""Stored articles are listed, filtered, exported and found by the addresses they have."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, event, select
from stories import HOUR, NOW, article, begin, discover, end, full_article, record, store, visit, words

from storage import schema
from storage.articles import Articles, Filter
from storage.database import check_integrity, reading
from storage.runs import Runs
from storage.searching import search
from storage.sources import SourceStates


@pytest.fixture
def shelf(engine: Engine) -> Articles:
    """Six articles of two sources, an hour apart."""
    published = [NOW - 9 * HOUR, None, datetime.fromisoformat("2026-11-20"), NOW - HOUR, None, NOW]
    for n in range(6):
        subject = article(
            f"/{n}",
            ("tide", "reef")[n % 2],
            kind=("article", "review", "gallery")[n % 3],
            flags=("sponsored",) if n == 4 else ("spoiler",),
            date_published=published[n],
        )
        store(engine, subject, now=NOW + n * HOUR)
    return Articles(engine)


FILTERS = [
    (Filter(), [1, 2, 3, 4, 5, 6]),
    (Filter(source="reef"), [2, 4, 6]),
    (Filter(kind="gallery"), [3, 6]),
    (Filter(source="reef", kind="gallery"), [6]),
    (Filter(since=NOW + 3 * HOUR), [4, 5, 6]),
    (Filter(published_since=NOW - 13 * HOUR), [1, 3, 4, 6][:4]),
    (Filter(published_since=NOW - 10 * HOUR), [1, 4, 6]),
    (Filter(sponsored=False), [1, 2, 3, 4, 6]),
    (Filter(source="nobody"), []),
]


@pytest.mark.parametrize(("wanted", "numbers"), FILTERS)
def test_a_filter_leaves_what_is_wanted(shelf: Articles, wanted: Filter, numbers: list[int]) -> None:
    assert [stored.id for stored in shelf.each(wanted)] == numbers
    assert [stored.id for stored in shelf.newest(wanted, None)] == numbers[::-1]


def test_the_newest_come_first(shelf: Articles) -> None:
    assert [stored.id for stored in shelf.newest(Filter(), 2)] == [6, 5]


@pytest.mark.parametrize(("most", "numbers"), [(0, []), (1, [5, 6]), (2, [3, 4, 5, 6]), (9, [1, 2, 3, 4, 5, 6])])
def test_only_the_newest_of_each_source(shelf: Articles, most: int, numbers: list[int]) -> None:
    assert [stored.id for stored in shelf.each(Filter(), most)] == numbers


@pytest.mark.parametrize("per_source", [None, 405])
def test_many_articles_come_in_batches(engine: Engine, per_source: int | None) -> None:
    run_id = begin(engine)
    record(engine, *(visit(run_id, article(f"/{n}")) for n in range(410)))
    queries: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    found = [stored.id for stored in Articles(engine).each(Filter(), per_source)]
    assert found == list(range(1, 411))[-(per_source or 410) :]
    assert sum(query.startswith("SELECT") for query in queries) < 10


def test_an_export_sees_removals_in_order(engine: Engine) -> None:
    store(engine, full_article(), article("/b"))
    rules = [[removal.rule for removal in stored.article.removals] for stored in Articles(engine).each(Filter())]
    assert rules == [["ads.marker", "credit.photo"], []]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("1", 1),
        ("http://www.tide.example/link/?utm_source=x", 1),
        ("https://tide.example/seen", 1),
        ("https://tide.example/canonical#top", 1),
        ("2", None),
        ("9" * 30, None),
        ("0", None),
        ("https://tide.example/unknown", None),
        ("", None),
        ("not an address", None),
        ("\udc80", None),
    ],
)
def test_an_article_is_found_by_number_and_by_each_of_its_addresses(
    engine: Engine, wanted: str, number: int | None
) -> None:
    subject = article("/canonical")
    run_id = begin(engine)
    record(engine, visit(run_id, subject, at="https://tide.example/link"))
    record(engine, visit(run_id, subject, at="https://tide.example/seen"))
    stored = Articles(engine).get(wanted)
    assert (stored.id if stored else None) == number


def test_nothing_is_known_of_an_article_that_is_not_there(engine: Engine) -> None:
    shelf = Articles(engine)
    assert (shelf.appearances(1), shelf.revisions(1), shelf.pages(1), shelf.count()) == ([], [], [], 0)


def test_a_source_is_removed_with_all_that_is_its_own(engine: Engine) -> None:
    wire = words("wire")
    for source in ("tide", "reef", "gull"):
        store(engine, article("/a", source, text=wire), article("/b", source, text=words(f"own{source}")))
    store(engine, article("/b", text=words("second")))
    run_id = begin(engine)
    discover(engine, run_id, ["https://tide.example/c"])
    end(engine, run_id)
    assert SourceStates(engine).remove("tide") == 2
    assert sorted(SourceStates(engine).all()) == ["gull", "reef"]
    shelf = Articles(engine)
    groups = {stored.id: (stored.article.duplicate_of, stored.article.flags) for stored in shelf.each(Filter())}
    assert groups == {3: (None, ()), 4: (None, ()), 5: ("3", ("near-dup",)), 6: (None, ())}
    assert [hit.id for hit in search(engine, "wire3").articles] == [5, 3]
    assert search(engine, "second3").articles == []
    assert [run.source for run in Runs(engine).newest(limit=None)] == ["gull", "gull", "reef", "reef"]
    with reading(engine) as connection:
        for table in schema.metadata.tables.values():
            if "source" in table.c:
                assert "tide" not in connection.execute(select(table.c.source)).scalars().all(), table.name
    check_integrity(engine)


def test_removing_a_source_twice_changes_nothing(engine: Engine) -> None:
    store(engine, article("/a"))
    assert [SourceStates(engine).remove("tide") for _ in range(2)] == [1, 0]
