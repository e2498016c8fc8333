"""How long a host is left alone, as numbers."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from newsreel.middlewares.pauses import (
    FAILURES_BEFORE_REST,
    LONGEST_REST,
    pause_between,
    rest_after,
    robots_rest_after,
    smoothed,
)


@pytest.mark.parametrize(
    ("minimum", "crawl_delay", "latency", "expected"),
    [
        (2.0, None, None, 2.0),
        (2.0, 0.5, 0.1, 2.0),
        (2.0, 10.0, 0.1, 10.0),
        (2.0, 3600.0, None, 60.0),
        (0.0, None, 0.5, 0.0),
        (0.0, None, 0.75, 1.5),
        (2.0, None, 4.0, 8.0),
        (2.0, 10.0, 4.0, 10.0),
        (2.0, None, 29.0, 30.0),
    ],
)
def test_the_pause_is_the_longest_that_anything_asks_for(
    minimum: float, crawl_delay: float | None, latency: float | None, expected: float
) -> None:
    assert pause_between(minimum, crawl_delay, latency) == expected


def test_a_host_that_becomes_slow_is_asked_less_often_and_one_that_recovers_more() -> None:
    latency: float | None = None
    pauses = []
    for seconds in [0.2] * 3 + [6.0] * 5 + [0.2] * 6:
        latency = smoothed(latency, seconds, good=True)
        pauses.append(pause_between(1.0, None, latency))
    assert pauses[:3] == [1.0] * 3
    assert all(sooner < later for sooner, later in pairwise(pauses[2:8]))
    assert all(sooner > later for sooner, later in pairwise(pauses[7:11]))
    assert pauses[-1] == 1.0


def test_an_error_never_shortens_the_pause() -> None:
    latency = smoothed(None, 5.0, good=True)
    assert smoothed(latency, 0.01, good=False) == latency
    assert smoothed(latency, 30.0, good=False) == 17.5
    assert smoothed(None, 0.01, good=False) is None
    assert smoothed(None, 30.0, good=False) == 30.0


def test_a_rest_grows_up_to_an_hour() -> None:
    rests = [rest_after(failures) for failures in range(30)]
    assert rests[:FAILURES_BEFORE_REST] == [None] * FAILURES_BEFORE_REST
    grown = [rest for rest in rests if rest is not None]
    assert grown[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert grown[-1] == LONGEST_REST == timedelta(hours=1)
    robots = [robots_rest_after(failures) for failures in range(1, 30)]
    assert robots[:3] == [timedelta(minutes=minutes) for minutes in (5, 10, 20)]
    assert robots[-1] == timedelta(hours=1)
