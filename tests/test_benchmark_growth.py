"""The soak's figures of growth: what a leak looks like, and what does not look like one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.growth import Sample, from_crawl_to_crawl, lives_of, of_service, within_crawls

MEGABYTE = 1024 * 1024


def service(memory: Callable[[int], float], handles: Callable[[int], int] = lambda total: 12) -> list[Sample]:
    """A service that was looked at every 500 pages."""
    return [
        Sample("service", 1, total, 0, int(memory(total) * MEGABYTE), 0, handles(total))
        for total in range(0, 30_000, 500)
    ]


def crawls(memory: Callable[[int, int], float]) -> list[Sample]:
    """Ten crawl processes of 3,000 pages each."""
    return [
        Sample("crawl", 100 + n, n * 3000 + own, own, int(memory(n, own) * MEGABYTE), 0, 20)
        for n in range(10)
        for own in range(0, 3000, 100)
    ]


def test_a_service_that_grows_with_each_page_is_found() -> None:
    growth = of_service(service(lambda total: 100 + total / 1000, lambda total: 12 + total // 100))
    assert growth.bytes == pytest.approx(10 * MEGABYTE, rel=0.01)
    assert growth.handles == pytest.approx(100, rel=0.01)


def test_what_a_service_takes_in_its_warm_up_is_no_growth() -> None:
    growth = of_service(service(lambda total: 100 + min(total, 4000) / 100))
    assert growth.bytes == pytest.approx(0)
    assert growth.handles == 0


@pytest.mark.parametrize(
    ("memory", "within", "between"),
    [
        (lambda n, own: 120 + min(own, 500) / 10, 0, 0),
        # A leak by the page, which a new process is rid of.
        (lambda n, own: 120 + own / 500, 20, 0),
        # Every process needs more than the one before.
        (lambda n, own: 120 + 6 * n, 0, 20),
    ],
)
def test_growth_within_a_crawl_and_between_crawls_are_told_apart(
    memory: Callable[[int, int], float], within: float, between: float
) -> None:
    samples = crawls(memory)
    assert within_crawls(samples).bytes / MEGABYTE == pytest.approx(within, abs=0.1)
    assert from_crawl_to_crawl(samples).bytes / MEGABYTE == pytest.approx(between, abs=0.1)


def test_growth_counts_that_chance_does_not_explain() -> None:
    # What is under way at a moment goes up and down, from look to look and from process to process.
    steady = crawls(lambda n, own: 120 + 30 * ((own // 100 * 7 + n * 5) % 11) / 10)
    leaking = crawls(lambda n, own: 120 + 30 * ((own // 100 * 7 + n * 5) % 11) / 10 + own / 20)
    assert not within_crawls(steady).exceeds(5 * MEGABYTE, 5)
    assert within_crawls(leaking).exceeds(5 * MEGABYTE, 5)
    assert from_crawl_to_crawl(crawls(lambda n, own: 120 + 6 * n + n % 2)).exceeds(5 * MEGABYTE, 5)
    assert not from_crawl_to_crawl(crawls(lambda n, own: 120 + 30 * (n % 2))).exceeds(5 * MEGABYTE, 5)


def test_a_crawl_of_a_few_pages_says_nothing() -> None:
    samples = [Sample("crawl", 7, own, own, own * MEGABYTE, 0, own) for own in range(100)]
    assert within_crawls(samples).points == from_crawl_to_crawl(samples).points == 0
    assert [(life.pid, life.pages, life.peak) for life in lives_of(samples)] == [(7, 99, 99 * MEGABYTE)]
