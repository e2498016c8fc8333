"""When a link is fetched, and what follows a failure: pure rules over its state and its times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from newsreel.dates import in_utc

Decision = Literal["fetch", "unchanged", "wait"]
# How long a link that failed n times rests before the next try; after the last one it is given up.
RESTS = (timedelta(0), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))


def decide(
    state: str, fetched_at: datetime | None, retry_at: datetime | None, updated: datetime | None, now: datetime
) -> Decision:
    """Tell what to do about a link that was seen before.

    A waiting one is fetched once its rest is over. A finished one, or one that was given up, is fetched again only
    if its source says that it changed after our last try; one whose article expired, never.
    """
    if state == "expired":
        return "unchanged"
    if state == "waiting":
        return "fetch" if retry_at is None or retry_at <= now else "wait"
    if updated is None or fetched_at is None:
        return "unchanged"
    return "fetch" if fetched_at < in_utc(updated) <= now else "unchanged"


def rest(attempts: int, code: str, now: datetime, told: datetime | None) -> tuple[str, datetime | None]:
    """Give the state and the next try of a link after its `attempts`-th failure with `code`.

    What robots.txt forbids is asked again each time the source names it; a host's own word (`told`) comes first.
    """
    if told is not None:
        return "waiting", told
    if code in ("robots", "robots-unreachable", "rate-limited", "refused", "dns"):
        return "waiting", None
    if attempts > len(RESTS):
        return "gone", None
    pause = RESTS[attempts - 1]
    return "waiting", now + pause if pause else None
