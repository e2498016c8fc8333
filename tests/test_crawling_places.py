"""Sources that only wait hold no place, and those that get answers are never more than wanted for long."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from newsreel.crawling.places import CEILING, FIRST_WORD, NEXT_WORD, STARTS, STARTS_UNDISTURBED, Place, free_places

NOW = 1000.0
FRESH = Place(NOW - 0.1)
HANGS = Place(NOW - FIRST_WORD)
ANSWERS = Place(NOW - 60, NOW - 0.1)
SILENT = Place(NOW - 60, NOW - NEXT_WORD)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], 8),
        ([FRESH] * 5, 3),
        ([FRESH] * 8, 0),
        ([ANSWERS] * 8, 0),
        ([ANSWERS] * 6 + [FRESH], 1),
        ([ANSWERS] * 7 + [SILENT], 1),
        ([ANSWERS] * 12 + [SILENT] * 9, 0),
        ([HANGS] * 8, 8),
        ([HANGS] * 8 + [ANSWERS], STARTS),
        ([HANGS] * 40, STARTS_UNDISTURBED),
        # As many as hang may be tried at a time.
        ([HANGS] * 100 + [FRESH] * 50 + [ANSWERS] * 7, STARTS),
        ([HANGS] * 100 + [FRESH] * 50 + [ANSWERS] * 8, 0),
        ([HANGS] * 16 + [FRESH] * 16, 0),
        ([HANGS] * CEILING, 0),
        ([HANGS] * (CEILING - 1), 1),
    ],
)
def test_places_that_are_free(places: Sequence[Place], expected: int) -> None:
    assert free_places(places, 8, NOW) == expected


def test_sources_behind_two_hundred_that_hang_are_reached_within_seconds() -> None:
    now, places = 0.0, list[Place]()
    while len(places) < 200:
        places += [Place(now) for _ in range(free_places(places, 8, now))]
        now += 0.2
    assert now < 8.0
