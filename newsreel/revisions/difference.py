"""What differs between two texts: paragraph by paragraph, and word by word in those that were reworded.

The work is bounded, whatever the texts are like: paragraphs are matched by those that both texts have once
(the patience diff), small gaps between them by difflib, and only so many words are compared one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Operation = Literal["same", "changed", "added", "removed"]

# The largest gap, in pairs of paragraphs, that is searched for reworded ones.
_GAP = 2_500
# The most pairs of words that are compared within a paragraph, and within all of a text.
_PARAGRAPH, _ALL = 250_000, 3_000_000
# Two paragraphs that share so much of their words are one, reworded.
_ALIKE = 0.4
_WORD = re.compile(r"\w+|[^\w\s]+|\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a reworded paragraph: `same`, `added` or `removed`."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: `same`, `added`, `removed`, or `changed`, whose spans in order make up both of its versions."""

    operation: Operation
    spans: tuple[Span, ...]

    @property
    def before(self) -> str:
        """The paragraph as it was."""
        return "".join(span.text for span in self.spans if span.operation != "added")

    @property
    def after(self) -> str:
        """The paragraph as it is."""
        return "".join(span.text for span in self.spans if span.operation != "removed")


def difference(before: Sequence[str], after: Sequence[str]) -> tuple[Line, ...]:
    """Give the paragraphs of two texts as lines, those of the older text before those of the newer one.

    >>> for line in difference(["Ada sings.", "The end."], ["Ada sings well.", "The end."]):
    ...     print(line.operation, [(span.operation, span.text) for span in line.spans])
    changed [('same', 'Ada sings'), ('added', ' well'), ('same', '.')]
    same [('same', 'The end.')]
    """
    budget = _Budget()
    lines: list[Line] = []
    a = b = 0
    for x, y in [*_pairs(before, after), (len(before), len(after))]:
        lines += _reworded(before[a:x], after[b:y], budget)
        if x < len(before):
            lines.append(_line("same", before[x]))
        a, b = x + 1, y + 1
    return tuple(lines)


@dataclass(slots=True)
class _Budget:
    """How many pairs of words may still be compared."""

    left: int = _ALL

    def spend(self, cost: int) -> bool:
        """Take a cost if it can be afforded."""
        if cost > min(self.left, _PARAGRAPH):
            return False
        self.left -= cost
        return True


def _line(operation: Operation, text: str) -> Line:
    return Line(operation, (Span(operation, text),))


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Give the places of paragraphs that stayed, in order."""
    pairs: list[tuple[int, int]] = []
    work = [(0, len(before), 0, len(after))]
    while work:
        a, a_end, b, b_end = work.pop()
        while a < a_end and b < b_end and before[a] == after[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and before[a_end - 1] == after[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            pairs.append((a_end, b_end))
        anchors = _anchors(before[a:a_end], after[b:b_end])
        if not anchors and 0 < (a_end - a) * (b_end - b) <= _GAP:
            matcher = SequenceMatcher(None, before[a:a_end], after[b:b_end], autojunk=False)
            for x, y, n in matcher.get_matching_blocks():
                pairs += ((a + x + k, b + y + k) for k in range(n))
        last_x, last_y = a, b
        for x, y in anchors:
            pairs.append((a + x, b + y))
            work.append((last_x, a + x, last_y, b + y))
            last_x, last_y = a + x + 1, b + y + 1
        if anchors:
            work.append((last_x, a_end, last_y, b_end))
    return sorted(pairs)


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Give the places of the longest run of paragraphs, in order in both texts, that each text has once."""
    once = Counter(before), Counter(after)
    places = {text: at for at, text in enumerate(after) if once[1][text] == 1}
    found = [(at, places[text]) for at, text in enumerate(before) if once[0][text] == 1 and text in places]
    # The longest increasing run of the second places, by patience sorting.
    ends: list[int] = []
    piles: list[int] = []
    earlier: list[int] = []
    for number, (_, place) in enumerate(found):
        pile = bisect_left(ends, place)
        ends[pile : pile + 1] = [place]
        piles[pile : pile + 1] = [number]
        earlier.append(piles[pile - 1] if pile else -1)
    run: list[tuple[int, int]] = []
    number = piles[-1] if piles else -1
    while number >= 0:
        run.append(found[number])
        number = earlier[number]
    return run[::-1]


def _reworded(before: Sequence[str], after: Sequence[str], budget: _Budget) -> list[Line]:
    """Give the lines of a gap: pairs that are alike as changed, in order, the rest as removed and added."""
    lines: list[Line] = []
    a = b = 0
    old_words, new_words = [_words(text) for text in before], [_words(text) for text in after]
    if len(before) * len(after) <= _GAP:
        for x, old in enumerate(old_words):
            alike = (y for y in range(b, len(after)) if _alike(old, new_words[y]))
            if (y := next(alike, None)) is None or not budget.spend(len(old) * len(new_words[y])):
                continue
            lines += (_line("removed", text) for text in before[a:x])
            lines += (_line("added", text) for text in after[b:y])
            lines.append(Line("changed", tuple(_spans(old, new_words[y]))))
            a, b = x + 1, y + 1
    lines += (_line("removed", text) for text in before[a:])
    lines += (_line("added", text) for text in after[b:])
    return lines


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _alike(old: Sequence[str], new: Sequence[str]) -> bool:
    before, after = set(old), set(new)
    return len(before & after) >= _ALIKE * max(1, len(before | after))


def _spans(old: Sequence[str], new: Sequence[str]) -> list[Span]:
    """Give the words of a paragraph in pieces; neighbours of one kind are joined."""
    spans: list[Span] = []
    for kind, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            spans.append(Span("same", "".join(old[a:a_end])))
            continue
        if a < a_end:
            spans.append(Span("removed", "".join(old[a:a_end])))
        if b < b_end:
            spans.append(Span("added", "".join(new[b:b_end])))
    return spans
