"""An outlet's memory counts the pages that carry a block, and stays bounded."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories import HOUR, NOW, database

from storage.database import reading, writing
from storage.memory import MAX_FINGERPRINTS, learn, recall

LARGEST = 2**63 - 1


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return database(tmp_path)


def teach(engine: Engine, *pages: set[int], source: str = "tide", now: object = NOW) -> None:
    with writing(engine) as connection:
        learn(connection, source, [frozenset(page) for page in pages], now)  # type: ignore[arg-type]


def known(engine: Engine, source: str = "tide") -> tuple[int, dict[int, int]]:
    with reading(engine) as connection:
        return recall(connection, source)


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
