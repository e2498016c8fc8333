"""What an outlet repeats: fingerprints of lines, counted over its pages, and what tells two pages of one story."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache

from newsreel.cleaning.characters import letters, normalise
from newsreel.items import Block, Candidate

# A line must stand on so many other pages before it can be furniture.
ENOUGH_PAGES = 4
# With so many pages a memory is usable at all; with so many it is settled, and pages cleaned before gain no more.
USABLE_PAGES, SETTLED_PAGES = ENOUGH_PAGES + 1, 20
# Counts are halved when they speak of so many pages, so that they tell what the outlet does now, not years ago.
WINDOW = 200
# Of a page with more lines the first and last ones are remembered.
MOST_LINES = 400
_LONG, _SENTENCE_LENGTH, _CACHED = 180, 70, 400
_LIKELY = 0.5
_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")


def reads_as_prose(text: str) -> bool:
    """Tell whether a line looks like a paragraph of a story: long, or a sentence of some length."""
    return len(text) > _LONG or (len(text) > _SENTENCE_LENGTH and bool(_END.search(text)))


def fingerprint(text: str) -> int:
    """Reduce a line to 63 bits that are the same in every process; its case and marks do not count.

    Nor do the digits of a short line ("12 comments"). A line without a letter has none: 0.
    """
    # Only short lines come again and again; long ones would fill the memory.
    return _reduced(text) if len(text) <= _CACHED else _reduced.__wrapped__(text)


@lru_cache(maxsize=20_000)
def _reduced(text: str) -> int:
    shown = normalise(text)
    plainest = letters(shown) if _LETTER.search(shown) else ""
    if not plainest:
        return 0
    if not reads_as_prose(shown):
        plainest = _DIGITS.sub("0", plainest)
    digest = hashlib.blake2b(plainest.encode("utf-8"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 1) or 1


@dataclass(frozen=True, slots=True)
class Prints:
    """A page as the memory knows it: the fingerprints of its lines, and which of them are paragraphs of its story."""

    lines: frozenset[int] = frozenset()
    story: frozenset[int] = frozenset()


def prints_of(candidate: Candidate) -> Prints:
    """Take the fingerprints of a candidate's lines."""
    blocks: Sequence[Block] = candidate.blocks
    if len(blocks) > MOST_LINES:
        blocks = (*blocks[: MOST_LINES // 2], *blocks[-MOST_LINES // 2 :])
    marked = [(fingerprint(block.text), block) for block in blocks]
    return Prints(
        frozenset(mark for mark, _ in marked if mark),
        frozenset(
            mark
            for mark, block in marked
            if mark and reads_as_prose(block.text) and (block.chance is None or block.chance >= _LIKELY)
        ),
    )


def fingerprints(candidate: Candidate) -> frozenset[int]:
    """List the fingerprints of a candidate's lines, as an outlet's memory counts them."""
    return prints_of(candidate).lines


def is_retelling(page: Prints, known: Mapping[int, int]) -> bool:
    """Tell whether a page is a reprint or update of a story that is known: most of its paragraphs are.

    What stands on enough pages is no sign of one story.
    """
    telling = [mark for mark in page.story if known.get(mark, 0) < ENOUGH_PAGES]
    old = sum(1 for mark in telling if known.get(mark))
    return old >= 2 and 2 * (len(telling) - old) <= old


@dataclass(slots=True)
class Memory:
    """On how many of an outlet's pages each line stands, over some hundred pages; each story counts once."""

    pages: int = 0
    counts: dict[int, int] = field(default_factory=dict)

    def learn(self, page: Prints) -> bool:
        """Add a page that was not added before; one that retells a known story is no further page (False)."""
        if is_retelling(page, self.counts):
            for mark in page.lines:
                self.counts.setdefault(mark, 1)
            return False
        for mark in page.lines:
            self.counts[mark] = self.counts.get(mark, 0) + 1
        self.pages += 1
        if self.pages >= WINDOW:
            self.pages //= 2
            self.counts = {mark: (n + 1) // 2 for mark, n in self.counts.items()}
        return True

    def beside(self, lines: Set[int], is_known: bool) -> tuple[dict[int, int], int]:
        """Give on how many other pages these lines stand, and how many those are; a known page is in the memory."""
        own = 1 if is_known else 0
        found = {mark: n - own for mark in lines if (n := self.counts.get(mark, 0)) > own}
        return found, max(0, self.pages - own)
