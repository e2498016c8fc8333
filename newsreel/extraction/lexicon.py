"""Weighs the class words around a line and the words in it by how often they go with a story.

A word's weight is the logarithm of its odds, learned from pages of many outlets: positive where its lines are
mostly story. The weights come with the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from newsreel.extraction.blocks import Cut
from newsreel.extraction.features import Described, Floats

_MOST_KEPT = 20_000
_NO_WEIGHTS = (0.0, 0.0, 0.0)


def names_of(tag: str, words: str) -> list[str]:
    """List what a container is known by: its tag, and its class words without numbers."""
    return [f"<{tag}>", *{word for word in words.split() if not word.isdecimal()}]


@dataclass(slots=True)
class Lexicon:
    """Weights of class words (and tags, as `<div>`) and of words in the text."""

    names: dict[str, float]
    words: dict[str, float]
    _known: dict[tuple[str, str], tuple[float, float, float]] = field(default_factory=dict, repr=False)

    def of_node(self, tag: str, words: str) -> tuple[float, float, float]:
        """Give the sum, the least and the greatest weight of a container's names."""
        key = (tag, words)
        known = self._known.get(key)
        if known is None:
            if len(self._known) > _MOST_KEPT:
                self._known.clear()
            weights = [self.names.get(name, 0.0) for name in names_of(tag, words)]
            known = self._known[key] = (sum(weights), min(weights), max(weights))
        return known

    def of_text(self, words: frozenset[str]) -> tuple[float, float, float, float]:
        """Give the sum, mean, least and greatest weight of a line's words."""
        known = self.words.get
        weights = [known(word, 0.0) for word in words]
        if not weights:
            return 0.0, 0.0, 0.0, 0.0
        total = sum(weights)
        return total, total / len(weights), min(weights), max(weights)


def weigh(page: Cut, lines: Described, lexicon: Lexicon) -> Floats:
    """Weigh the names around each described line and its words; a row a line."""
    parents = page.parents
    on_way = set()
    step = lines.story
    while step >= 0:
        on_way.add(step)
        step = parents[step]
    wanted: set[int] = set()
    for node in lines.nodes.tolist():
        step = node
        while step >= 0 and step not in wanted:
            wanted.add(step)
            step = parents[step]
    weighed: dict[int, tuple[float, ...]] = {-1: (0.0,) * 8}
    for node in sorted(wanted):
        above = weighed[parents[node]]
        own, least, most = lexicon.of_node(page.tags[node], page.words[node] if node else "")
        branch = (0.0, 0.0) if node in on_way else (above[6] + own, min(above[7], least))
        weighed[node] = (own, above[0], above[1], above[3] + own, min(above[4], least), max(above[5], most), *branch)
    rows: list[tuple[float, ...]] = []
    texts: dict[int, float] = {}
    for index, node, before, words in zip(
        lines.indexes.tolist(), lines.nodes.tolist(), lines.headings.tolist(), lines.words, strict=True
    ):
        of_text = lexicon.of_text(words)
        texts[index] = of_text[0]
        rows.append((*weighed[node], *of_text, texts.get(before, 0.0)))
    return np.fromiter(chain.from_iterable(rows), np.float32).reshape(len(rows), -1)
