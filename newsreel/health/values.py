"""What health is judged from, and what the judgement is. All times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["ok", "late", "quiet", "degraded", "blocked", "failing", "paused"]
# From the least to the gravest; where several hold, the gravest is told.
STATES: tuple[State, ...] = ("ok", "quiet", "degraded", "late", "blocked", "failing", "paused")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one crawl.

    `codes` counts them by outcome code; of the `stored` ones (new and updated) so many name an author, a date, and
    lie behind a paywall. `words` is their median length; cleaning kept `chars` characters and took out `removed`.
    """

    codes: Mapping[str, int]
    stored: int = 0
    with_author: int = 0
    with_date: int = 0
    paywalled: int = 0
    words: float | None = None
    chars: int = 0
    removed: int = 0

    @property
    def number(self) -> int:
        """How many pages there were."""
        return sum(self.codes.values())


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl that ended; `pages` is None where it asked for none.

    `doors_failed` counts unreadable feeds, `doors_read` those that were read; a feed whose host rests is neither.
    `overflowed` counts feeds that held nothing any more that was known.
    """

    started_at: datetime
    ended_at: datetime
    outcome: Literal["ok", "partial", "failed", "died"]
    doors_failed: int = 0
    pages: Pages | None = None
    doors_read: int = 1
    overflowed: int = 0


@dataclass(frozen=True, slots=True)
class Door:
    """A feed, sitemap or listing as the last crawl found it.

    `failures` in a row, the first at `failing_since`. `moved_to` is where it was sent for good, since `moved_at`.
    """

    kind: str
    url: str
    outcome: str = "read"
    problem: str | None = None
    failures: int = 0
    failing_since: datetime | None = None
    moved_to: str | None = None
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in one state, and which signals told it; `until` is None for the present one."""

    state: State
    since: datetime
    until: datetime | None = None
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a source.

    `crawls`, `arrivals` and `episodes` run from the oldest to the newest. An arrival is an hour (counted from the
    beginning of 1970 in UTC) and how many new links were published in it. `watched_from` is since when somebody
    looks whether crawls come: what was due before could not be started. `claimed` tells that `next_due_at` has come
    and its crawl is about to begin, or under way. `pause_note` is the owner's word for the pause.
    """

    crawls: Sequence[Crawl] = ()
    arrivals: Sequence[tuple[int, int]] = ()
    doors: Sequence[Door] = ()
    episodes: Sequence[Episode] = ()
    last_due_at: datetime | None = None
    next_due_at: datetime | None = None
    claimed: bool = False
    watched_from: datetime | None = None
    paused_at: datetime | None = None
    pause_note: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal that something is wrong: the state it means, why, and since when."""

    state: State
    signal: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """A source's state, the reason in one sentence, and since when; `notes` are what else is worth knowing.

    `signals` are all that were found, the one that tells the state first.
    """

    state: State
    reason: str
    since: datetime
    signals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
