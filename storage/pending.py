"""Searches the few articles that wait to be indexed, by the same rules as the index."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.expressions import Wanted
from storage.query import Term

# Between columns, so that no phrase goes from one into the next; no text that is folded has it.
_BETWEEN = " ¤ "
_K1 = 1.2
_B = 0.75


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the index knows of all its articles: how many, how long on average, and how many have each wanted term."""

    articles: int
    average_words: float
    having: Sequence[int]


def matches(asked: Wanted, row: Any) -> bool:
    """Tell whether an article that waits is wanted."""
    marks = row.marks.split()
    if any(not set(group) & set(marks) for group in asked.either) or set(asked.unmarked) & set(marks):
        return False
    authors = f" {row.authors} "
    everything = f" {row.headline}{_BETWEEN}{row.authors}{_BETWEEN}{row.body} "

    def has(term: Term) -> bool:
        return _looked_for(term) in (authors if term.author else everything)

    return all(has(term) for term in asked.wanted) and not any(has(term) for term in asked.unwanted)


def score(asked: Wanted, row: Any, corpus: Corpus, weights: dict[str, float]) -> float:
    """Rank an article that waits as SQLite's bm25() would, by the figures of those that are indexed; less is better."""
    words = sum(len(getattr(row, name).split()) for name in weights)
    length = _K1 * (1 - _B + _B * words / max(corpus.average_words, 1.0))
    total = 0.0
    for term, having in zip(asked.wanted, corpus.having, strict=True):
        # It overlaps: "a b" twice in "a b a b".
        pattern = re.compile(f"(?={re.escape(_looked_for(term))})")
        columns = ("authors",) if term.author else ("headline", "authors", "body")
        found = sum(weights[name] * len(pattern.findall(f" {getattr(row, name)} ")) for name in columns)
        rarity = max(math.log((corpus.articles - having + 0.5) / (having + 0.5)), 1e-6)
        total += rarity * found * (_K1 + 1) / (found + length)
    return -total


def _looked_for(term: Term) -> str:
    return f" {term.words}" + ("" if term.prefix else " ")
