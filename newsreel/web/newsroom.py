"""The sources as a dashboard's table shows them: in order, with their names, and what to do about those in trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newsreel.web.wording import share
from storage.dashboard import SourceLine

# In the order of worry; the first three need the owner.
STATES = ("failing", "blocked", "degraded", "late", "quiet", "paused", "ok")
NEEDY = STATES[:3]
COLUMNS = (
    *("source", "name", "state", "reason", "since", "today", "articles", "lagSeconds", "words", "removed"),
    *("author", "date", "image", "language", "lastRun", "lastSuccess", "nextRun"),
)
# Where the answer lies, by the signal that tells a state: the word of a link, and the part of the source's page.
_ANSWERS = {
    "doors": ("See what it reads", "reads"),
    "robots": ("See what it reads", "reads"),
    "died": ("See its runs", "runs"),
    "pages": ("See the answers", "answers"),
    "wall": ("See the answers", "answers"),
    "paywall": ("See its articles", "articles"),
    "words": ("See the lengths", "lengths"),
    "removed": ("See what is removed", "removed"),
    "author": ("See its fields", "fields"),
    "date": ("See its fields", "fields"),
    "volume": ("See its volume", "volume"),
}
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


@dataclass(frozen=True, slots=True)
class Row:
    """One source of the table; `fields` is the mean share of authors, dates, pictures and languages that are there."""

    line: SourceLine
    name: str

    @property
    def fields(self) -> float | None:
        """How complete its articles are."""
        return completeness(self.line.coverage)

    @property
    def answer(self) -> tuple[str, str]:
        """The word of a link to what helps, and the part of the source's page where it leads."""
        signal = self.line.signals[0] if self.line.signals else ""
        return _ANSWERS.get(signal, ("See its answers", "answers"))

    @property
    def cells(self) -> list[Any]:
        """The values of COLUMNS."""
        each = self.line
        coverage = [each.coverage[name] for name in ("author", "date", "image", "language")]
        texts = [each.articles, each.lag_seconds, each.words, each.removed]
        times = [each.last_run_at, each.last_success_at, each.next_due_at]
        return [each.source, self.name, each.state, each.reason, each.since, each.today, *texts, *coverage, *times]


Key = Callable[[Row], Any]
# By what the table can be sorted; a minus before the name turns the order round.
ORDERS: Mapping[str, Key] = {
    "state": lambda row: worry(row.line.state),
    "name": lambda row: row.name.casefold(),
    "today": lambda row: row.line.today,
    "articles": lambda row: row.line.articles,
    "lag": lambda row: row.line.lag_seconds,
    "removed": lambda row: row.line.removed,
    "fields": lambda row: row.fields,
    "last": lambda row: row.line.last_run_at,
    "next": lambda row: None if row.line.state == "paused" else row.line.next_due_at,
}
# What one wants to see first: the most articles, the longest lag, the fewest fields, the latest run.
DESCENDING = frozenset({"today", "articles", "lag", "removed", "last"})


def rows_of(lines: Iterable[SourceLine], names: Mapping[str, str]) -> list[Row]:
    """Give sources as rows, those in trouble first, then those with the most articles today."""
    rows = [Row(each, names.get(each.source, each.source)) for each in lines]
    return sorted(rows, key=lambda row: (worry(row.line.state), -row.line.today, -row.line.articles, row.name))


def ordered(rows: Iterable[Row], order: str) -> list[Row]:
    """Give rows in an order of ORDERS; those of which the value is not known come last, whichever way round."""
    key, turned = ORDERS[order.removeprefix("-")], order.startswith("-")
    known: list[Row] = []
    unknown: list[Row] = []
    for row in rows:
        (unknown if key(row) is None else known).append(row)
    # Equal ones stay in the order of worry, also where it is turned round.
    return [*sorted(known, key=key, reverse=turned), *unknown]


def worry(state: str | None) -> int:
    """Give the place of a state in the order of worry; one that was never judged is no worry."""
    return STATES.index(state) if state in STATES else len(STATES)


def completeness(coverage: Mapping[str, float | None]) -> float | None:
    """Give the mean of the shares that are known."""
    known = [value for value in coverage.values() if value is not None]
    return sum(known) / len(known) if known else None


def need_sentence(needy: int, sources: int) -> str:
    """Say how many sources need the owner.

    >>> need_sentence(4, 60), need_sentence(1, 1), need_sentence(0, 60)
    ('Four of 60 need you. The rest look after themselves.', 'One of 1 needs you.', 'None of 60 needs you.')
    """
    if not needy:
        return f"None of {sources} needs you."
    number = _NUMBERS[needy] if needy < len(_NUMBERS) else str(needy)
    said = f"{number} of {sources} {'needs' if needy == 1 else 'need'} you."
    return said + (" The rest look after themselves." if needy < sources else "")


def lag_words(seconds: float | None) -> str:
    """Give a lag.

    >>> lag_words(None), lag_words(720.4), lag_words(6300), lag_words(8000), lag_words(200_000)
    ('–', '12 min', '105 min', '2 h', '2 d')
    """
    if seconds is None:
        return "–"
    for size, most, word in ((1, 60, "s"), (60, 7200, "min"), (3600, 172_800, "h")):
        if seconds < most:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds / 86400:.0f} d"


def usual_words(low: float | None, high: float | None) -> str:
    """Say what is usual by now.

    >>> usual_words(1190, 1240.2), usual_words(0.1, 0.4), usual_words(None, None)
    ('usual by now is 1,190 to 1,240', 'usual by now is 0', 'so far')
    """
    if low is None or high is None:
        return "so far"
    least, most = f"{low:,.0f}", f"{high:,.0f}"
    return f"usual by now is {least}" + (f" to {most}" if least != most else "")


def share_words(part: float | None) -> str:
    """Give a share, or a dash where there is none."""
    return "–" if part is None else share(part)
