"""A source's health day by day, from the changes of its state: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsreel.web.newsroom import STATES, worry
from newsreel.web.wording import Times, counted, span
from storage.health import Change

DAYS = 30


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in one state: `until` is None where it lasts; `words` say when it was."""

    state: str
    reason: str
    since: datetime
    until: datetime | None
    words: str


def spells(changes: Sequence[Change], times: Times) -> list[Spell]:
    """Give the times in each state from its changes, the newest first."""
    found = []
    until: datetime | None = None
    for change in changes:
        found.append(Spell(change.state, change.reason, change.at, until, _when(change.at, until, times)))
        until = change.at
    return found


def days(found: Sequence[Spell], times: Times, number: int = DAYS) -> list[tuple[datetime, str | None]]:
    """Give the gravest state of each of the last days, the oldest first; None where nothing is known."""
    today = times.local(times.now).date()
    result = []
    for n in range(number - 1, -1, -1):
        begin, end = times.midnight(today - timedelta(days=n)), times.midnight(today - timedelta(days=n - 1))
        there = [each.state for each in found if each.since < end and (each.until is None or each.until > begin)]
        result.append((begin, min(there, key=worry, default=None)))
    return result


def day_words(found: Sequence[tuple[datetime, str | None]]) -> str:
    """Say how many days were in which state.

    >>> now = datetime(2026, 11, 20)
    >>> day_words([(now, "ok"), (now, "ok"), (now, "late"), (now, None)])
    '2 days ok, 1 late, 1 unknown.'
    """
    numbers = Counter(state or "unknown" for _, state in found)
    order = ("ok", *STATES[:-1], "unknown")
    said = [f"{numbers[state]} {state}" for state in order if numbers[state]]
    first, _, word = said[0].partition(" ")
    return ", ".join([f"{counted(int(first), 'day')} {word}", *said[1:]]) + "."


def _when(since: datetime, until: datetime | None, times: Times) -> str:
    if until is None:
        return f"since {times.near(since)}"
    return f"{times.short(since)}, {span(until - since)}"
