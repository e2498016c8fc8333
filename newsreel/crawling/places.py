"""How many sources may be crawled at once: those that are only waiting hold no place.

A source waits that has heard nothing from any host for a while, because its hosts hang or want long pauses.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

# So many sources at most, whatever they do; each costs 20 ms of CPU to start and 0.7 MB.
CEILING = 256
# A source that never heard anything, and one that did, hold their place for so many seconds after the last word.
FIRST_WORD = 1.0
NEXT_WORD = 5.0
# So many are started at a time, so that those that get answers go on between two starts; more where nobody does.
STARTS = 4
STARTS_UNDISTURBED = 16


@dataclass(slots=True)
class Place:
    """One source's crawl: when it was started and when it last heard from a host, by the monotonic clock."""

    started_at: float
    heard_at: float | None = None

    def holds(self, now: float) -> bool:
        """Tell whether the source still counts among those that are crawled at once."""
        if self.heard_at is None:
            return now - self.started_at < FIRST_WORD
        return now - self.heard_at < NEXT_WORD


def free_places(places: Collection[Place], at_once: int, now: float) -> int:
    """Give how many sources may be started now.

    While `at_once` sources get answers no other is started. Where there are fewer, as many as hang may be tried at a
    time, so that the sources behind a great many that hang are reached within seconds.
    """
    holding = [place for place in places if place.holds(now)]
    answered = sum(place.heard_at is not None for place in holding)
    if answered >= at_once:
        return 0
    wanted = max(at_once - answered, len(places) - len(holding))
    return max(
        0, min(wanted - (len(holding) - answered), CEILING - len(places), STARTS if answered else STARTS_UNDISTURBED)
    )
