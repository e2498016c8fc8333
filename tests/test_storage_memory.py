"""An outlet's memory counts the stories that carry a line, and stays bounded for as long as the outlet is crawled."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories import HOUR, NOW, article, begin, database, record, visit

from newsreel.cleaning.memory import SETTLED_PAGES, USABLE_PAGES, WINDOW, Memory, Prints
from storage.database import reading, writing
from storage.memory import MAX_FINGERPRINTS, learn, recall, settle, unsettled

LARGEST = 2**63 - 1


def teach(engine: Engine, *pages: set[int], source: str = "tide", now: datetime = NOW) -> None:
    with writing(engine) as connection:
        learn(connection, source, [Prints(frozenset(page)) for page in pages], now)


def known(engine: Engine, source: str = "tide") -> tuple[int, dict[int, int]]:
    with reading(engine) as connection:
        memory = recall(connection, source)
    return memory.pages, memory.counts


def test_nothing_is_known_at_first(engine: Engine) -> None:
    assert known(engine) == (0, {})


def test_pages_are_counted_together_and_one_by_one(engine: Engine) -> None:
    teach(engine, {1, 2}, {1, LARGEST})
    teach(engine, {1, 3})
    assert known(engine) == (3, {1: 3, 2: 1, 3: 1, LARGEST: 1})


def test_an_outlet_has_a_memory_of_its_own(engine: Engine) -> None:
    teach(engine, {1})
    teach(engine, {1, 2}, source="reef")
    assert known(engine) == (1, {1: 1})
    assert known(engine, "reef") == (1, {1: 1, 2: 1})


def test_a_page_without_blocks_is_a_page(engine: Engine) -> None:
    teach(engine, set())
    teach(engine)
    assert known(engine) == (1, {})


def test_a_reprint_is_no_further_page(engine: Engine) -> None:
    story = frozenset({10, 11, 12})
    with writing(engine) as connection:
        for extra in (1, 2, 3):
            learn(connection, "tide", [Prints(story | {extra, 9}, story)], NOW)
        learn(connection, "tide", [Prints(frozenset({9, 20, 21, 22}), frozenset({20, 21, 22}))], NOW)
    assert known(engine) == (2, {9: 2, **dict.fromkeys((1, 2, 3, 10, 11, 12, 20, 21, 22), 1)})


def test_beyond_the_bound_the_rarest_and_oldest_are_forgotten(engine: Engine) -> None:
    half = MAX_FINGERPRINTS // 2
    teach(engine, set(range(half)), set(range(10)))
    teach(engine, set(range(half, MAX_FINGERPRINTS)), now=NOW + HOUR)
    assert len(known(engine)[1]) == MAX_FINGERPRINTS
    teach(engine, {LARGEST}, now=NOW + 2 * HOUR)
    pages, left = known(engine)
    assert pages == 4
    assert len(left) == MAX_FINGERPRINTS * 3 // 4
    assert {left[n] for n in range(10)} == {2}
    assert left[LARGEST] == 1
    assert set(range(half, MAX_FINGERPRINTS)) <= set(left)


def test_batches_of_any_size_teach_the_same(engine: Engine) -> None:
    pages = [{1, 1000 + n, 2000 + n // 3} for n in range(WINDOW + 30)]
    teach(engine, *pages)
    for start in range(0, len(pages), 7):
        teach(engine, *pages[start : start + 7], source="reef")
    memory = Memory()
    for page in pages:
        memory.learn(Prints(frozenset(page)))
    assert known(engine) == known(engine, "reef") == (memory.pages, memory.counts)


def test_months_of_pages_leave_a_memory_of_what_the_outlet_does_now(tmp_path: Path) -> None:
    engine = database(tmp_path)
    old, new, page_lines = 1, 2, 60
    for day in range(40):
        pages = [
            {old if day < 20 else new, *range(n := 10_000 + (day * 25 + i) * page_lines, n + page_lines)}
            for i in range(25)
        ]
        teach(engine, *pages, now=NOW + timedelta(days=day))
        seen, counts = known(engine)
        assert len(counts) <= MAX_FINGERPRINTS
        assert seen < WINDOW
    seen, counts = known(engine)
    assert counts[new] >= 0.9 * seen
    assert counts.get(old, 0) < 0.1 * seen


def hold(engine: Engine, articles: int, pages: int) -> None:
    """Store articles that were cleaned without any memory, whose pages are then learnt."""
    run_id = begin(engine)
    record(engine, *[visit(run_id, article(f"/{n}")) for n in range(articles)])
    with writing(engine) as connection:
        learn(connection, "tide", [Prints(frozenset({n})) for n in range(pages - articles)], NOW)


@pytest.mark.parametrize(
    ("pages", "cleaned_with", "due"),
    [
        (USABLE_PAGES - 1, 0, False),
        (USABLE_PAGES, 0, True),
        (USABLE_PAGES, USABLE_PAGES, False),
        (SETTLED_PAGES - 1, USABLE_PAGES, False),
        (SETTLED_PAGES, USABLE_PAGES, True),
        (SETTLED_PAGES, SETTLED_PAGES, False),
        (WINDOW, SETTLED_PAGES, False),
    ],
)
def test_an_article_is_due_once_the_memory_has_become_usable_and_once_it_is_settled(
    engine: Engine, pages: int, cleaned_with: int, due: bool
) -> None:
    hold(engine, 2, pages)
    with writing(engine) as connection:
        settle(connection, 1, cleaned_with)
        settle(connection, 2, pages)
    with reading(engine) as connection:
        assert unsettled(connection, "tide") == ([1] if due else [])
        assert unsettled(connection, "reef") == []
