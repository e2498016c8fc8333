"""Groups of articles that tell one text: who is in them, who was first, and the counters that say so.

A group is named by its first stored article; the others carry its number as `duplicate_of` and the flag `near-dup`.
Two counters are kept in the hour in which an article was stored: `near-dup`, articles with the flag, and `first`,
groups of several outlets in which the source published first. What published first is the least time stored less
the lag from publication, where that is known: both stay as they were when the article came.
What changes of the counters is noted in a book, which its owner writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from storage import schema
from storage.counting import Book

# The two counters that are kept of groups.
COUNTED = ("near-dup", "first")
_CHUNK = 400

Counts = Counter[tuple[str, datetime, str]]


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a group, as far as its group goes."""

    id: int
    source: str
    stored_at: datetime
    lag_seconds: int | None
    duplicate_of: int | None

    @property
    def hour(self) -> datetime:
        """The hour in which it was stored."""
        return self.stored_at.replace(minute=0, second=0, microsecond=0)

    @property
    def came(self) -> tuple[datetime, int]:
        """When it was published, as far as is known, and its number where that is a draw."""
        return self.stored_at - timedelta(seconds=self.lag_seconds or 0), self.id


def heads_of(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Give the first articles of the groups that these articles are in, the oldest first."""
    a = schema.articles.c
    found: set[int] = set()
    for start in range(0, len(numbers), _CHUNK):
        some = a.id.in_(numbers[start : start + _CHUNK])
        rows = connection.execute(select(a.id, a.duplicate_of).where(some))
        found |= {row.id if row.duplicate_of is None else row.duplicate_of for row in rows}
    return sorted(found)


def join(connection: Connection, number: int, heads: Iterable[int], book: Book) -> None:
    """Put an article into the groups of these first articles, which become one."""
    before = _groups(connection, {*heads_of(connection, [number]), *heads})
    _settle(connection, before, [[member for group in before for member in group]], book)


def move(connection: Connection, number: int, heads: Sequence[int], book: Book) -> None:
    """Let an article leave its group for those of these first articles; with none it is on its own.

    It stays where its own group is among them. Those left behind stay together.
    """
    own = heads_of(connection, [number])
    if own == list(heads):
        return
    if own[0] in heads:
        join(connection, number, heads, book)
        return
    before = _groups(connection, {*own, *heads})
    left, joined = [], []
    for group in before:
        if group[0].id == own[0]:
            left = [member for member in group if member.id != number]
            joined += [member for member in group if member.id == number]
        else:
            joined += group
    _settle(connection, before, [left, joined], book)


def leave(connection: Connection, numbers: Sequence[int], book: Book) -> None:
    """Take articles that are about to be deleted out of their groups; the others stay together, under the next first.

    The counters are then those of what remains.
    """
    going = frozenset(numbers)
    before = _groups(connection, heads_of(connection, numbers))
    after = [[member for member in group if member.id not in going] for group in before]
    _settle(connection, before, after, book)


def figures(members: Sequence[Member]) -> Counts:
    """Count what a group adds to the counters, by source, hour and name."""
    counts: Counts = Counter()
    if len(members) < 2:
        return counts
    head = min(member.id for member in members)
    counts.update((member.source, member.hour, "near-dup") for member in members if member.id != head)
    if len({member.source for member in members}) > 1:
        first = min(members, key=lambda member: member.came)
        counts[(first.source, first.hour, "first")] += 1
    return counts


def all_figures(connection: Connection) -> Counts:
    """Count what all groups add to the counters, from the articles."""
    a = schema.articles.c
    columns = (a.id, a.source, a.stored_at, a.lag_seconds, a.duplicate_of)
    heads = select(a.duplicate_of).where(a.duplicate_of.is_not(None))
    members: dict[int, list[Member]] = {}
    for row in connection.execute(select(*columns).where(or_(a.duplicate_of.is_not(None), a.id.in_(heads)))):
        members.setdefault(row.duplicate_of or row.id, []).append(Member(*row))
    counts: Counts = Counter()
    for group in members.values():
        counts.update(figures(group))
    return counts


def _groups(connection: Connection, heads: Iterable[int]) -> list[list[Member]]:
    """Give the articles of groups, each group's in the order in which they were stored."""
    a = schema.articles.c
    found = []
    for head in sorted(heads):
        query = select(a.id, a.source, a.stored_at, a.lag_seconds, a.duplicate_of)
        rows = connection.execute(query.where(or_(a.id == head, a.duplicate_of == head)).order_by(a.id))
        found.append([Member(*row) for row in rows])
    return found


def _settle(
    connection: Connection, before: Sequence[Sequence[Member]], after: Sequence[Sequence[Member]], book: Book
) -> None:
    """Write what groups have become: who is whose duplicate, the flags; note what this does to the counters."""
    counts: Counts = Counter()
    for group in after:
        counts.update(figures(group))
    for group in before:
        counts.subtract(figures(group))
    for (source, hour, name), n in counts.items():
        book.count_at(source, hour, {name: n})
    a = schema.articles
    for group in after:
        head = min((member.id for member in group), default=None)
        for member in group:
            wanted = None if member.id == head else head
            if member.duplicate_of == wanted:
                continue
            flags = connection.execute(select(a.c.flags).where(a.c.id == member.id)).scalar_one()
            flags = [flag for flag in flags if flag != "near-dup"] + ["near-dup"] * (wanted is not None)
            connection.execute(update(a).where(a.c.id == member.id).values(duplicate_of=wanted, flags=flags))
