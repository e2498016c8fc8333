"""Tells which of many words a text may hold, without a search for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CODES = 1 << 16
_SHORTEST = 3


class WordFilter:
    """Words of which a text can hold only those whose runs of three bytes it has all; shorter words always count."""

    def __init__(self, words: Sequence[str]) -> None:
        self._always = frozenset(word for word in words if len(word.encode()) < _SHORTEST)
        self._words = tuple(sorted(set(words) - self._always))
        runs = [_codes(word) for word in self._words]
        self._codes = np.concatenate(runs) if runs else np.zeros(0, np.int64)
        self._starts = np.cumsum([0, *map(len, runs)])[:-1]

    def possible(self, text: str) -> frozenset[str]:
        """List the words that a text may hold: all that it does, and hardly another.

        >>> sorted(WordFilter(["inbox", "mail", "/"]).possible("e-mails"))
        ['/', 'mail']
        """
        if not self._words:
            return self._always
        seen = np.zeros(_CODES, bool)
        seen[_codes(text)] = True
        found = np.logical_and.reduceat(seen[self._codes], self._starts)
        return self._always.union(self._words[number] for number in np.flatnonzero(found).tolist())


def _codes(text: str) -> NDArray[np.int64]:
    """Number each run of three bytes."""
    signs = np.frombuffer(text.encode("utf-8", "replace"), np.uint8).astype(np.int64)
    return np.asarray((signs[:-2] * 961 + signs[1:-1] * 31 + signs[2:]) & (_CODES - 1), np.int64)
