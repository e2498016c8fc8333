"""How long a host is left alone: between two requests, after failures, and when its robots.txt cannot be asked.

Rules about numbers; the queues that keep to them are in `turns`.
"""

from __future__ import annotations

from datetime import timedelta

MAX_CRAWL_DELAY = 60.0
# A host that wants a longer pause than this is left alone for so long and then asked once.
MAX_RETRY_AFTER = timedelta(days=7)
# After so many failures in a row a host rests, longer each time; then one request finds out how it is.
FAILURES_BEFORE_REST = 4
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
# A robots.txt that cannot be asked keeps the whole host from being asked, so it is tried again less eagerly.
FIRST_ROBOTS_REST = timedelta(minutes=5)
# An answer that takes less time adds nothing to the pause; a slower one is followed by twice the time it took.
QUICK = 0.5
LATENCY_FACTOR = 2.0
MAX_ADAPTED = 30.0


def rest_after(failures: int) -> timedelta | None:
    """Give how long a host rests after so many failures in a row, None where it need not yet.

    >>> [str(rest_after(n)) for n in (3, 4, 5, 99)]
    ['None', '0:01:00', '0:02:00', '1:00:00']
    """
    if failures < FAILURES_BEFORE_REST:
        return None
    return _doubled(FIRST_REST, failures - FAILURES_BEFORE_REST)


def robots_rest_after(failures: int) -> timedelta:
    """Give how long a robots.txt is left alone that could not be asked so many times in a row.

    >>> [str(robots_rest_after(n)) for n in (1, 2, 9)]
    ['0:05:00', '0:10:00', '1:00:00']
    """
    return _doubled(FIRST_ROBOTS_REST, failures - 1)


def smoothed(latency: float | None, seconds: float, good: bool) -> float | None:
    """Give the new smoothed time of answering, half the old and half the last one.

    What is not a good answer never lowers it: an error page often comes faster than a page.
    """
    if latency is None:
        return seconds if good or seconds > QUICK else None
    mean = (latency + seconds) / 2
    return mean if good or mean > latency else latency


def pause_between(minimum: float, crawl_delay: float | None, latency: float | None) -> float:
    """Give the seconds between the end of one request to a host and the next.

    >>> pause_between(2.0, None, 0.3), pause_between(2.0, 10.0, 0.3), pause_between(2.0, None, 4.0)
    (2.0, 10.0, 8.0)
    """
    asked_for = min(crawl_delay or 0.0, MAX_CRAWL_DELAY)
    adapted = min(LATENCY_FACTOR * latency, MAX_ADAPTED) if latency is not None and latency > QUICK else 0.0
    return max(minimum, asked_for, adapted)


def _doubled(first: timedelta, times: int) -> timedelta:
    doublings: int = min(max(times, 0), 16)
    return min(first * (1 << doublings), LONGEST_REST)
