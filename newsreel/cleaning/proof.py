"""Puts removed lines back at their places among those that stayed, like a proof-reader's sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from newsreel.items import Block, Removal

_PLACE = re.compile(r"(\d{1,7})/(\d{1,7})(?: |$)")


@dataclass(frozen=True, slots=True)
class Proof:
    """A body with what was removed, in the order of the page; where that cannot be told, what was removed is last."""

    lines: tuple[Block | Removal, ...]
    in_order: bool


def proof(kept: Sequence[Block], removals: Sequence[Removal]) -> Proof:
    """Put lines and removals into the order of the page, by the places that the removals name.

    Cleaning may go over a body more than once: what went last has its place among what was left before.

    >>> proof([Block("p", "a"), Block("p", "b")], [Removal("ad.marker", "Ad", "2/3 article/p")]).lines[1].text
    'Ad'
    """
    lines: list[Block | Removal] = list(kept)
    rounds = [list(group) for _, group in groupby(removals, key=lambda removal: _place(removal)[1])]
    for group in reversed(rounds):
        places = [_place(removal)[0] - 1 for removal in group]
        count = _place(group[0])[1]
        rising = all(a < b for a, b in pairwise(places))
        if len(lines) + len(group) != count or not rising or places[0] < 0 or places[-1] >= count:
            return Proof((*kept, *removals), in_order=False)
        rest, gone = iter(lines), dict(zip(places, group, strict=True))
        lines = [gone[place] if place in gone else next(rest) for place in range(count)]
    return Proof(tuple(lines), in_order=True)


def _place(removal: Removal) -> tuple[int, int]:
    found = _PLACE.match(removal.where)
    return (int(found[1]), int(found[2])) if found else (0, 0)
