"""Scores the lines of a page: how likely each is part of the story, by two small forests of decision trees.

The first forest judges a line by its description. The second sees as well what the first said of the lines around
it. A line's score is the mean of both. `benchmarks/train_body.py` makes the model's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from newsreel.extraction.blocks import Cut
from newsreel.extraction.body import Found
from newsreel.extraction.features import Described, Floats, describe
from newsreel.extraction.furniture import is_foreign
from newsreel.extraction.lexicon import Lexicon, weigh
from newsreel.extraction.wording import Subject

LEAST_CHANCE = 0.5
_ALL_BUT_SURE = 0.97
_LITTLE_PROSE = 250
_AT_ONCE = 256
_ALL = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees as flat arrays, all of the same size.

    Every split of every tree is tried at once. A split that fails rules out the leaves on its left, which `masks`
    has as zeros; of those that remain the leftmost is the tree's answer (Lucchese et al., QuickScorer, 2015).
    Shapes: features, limits, masks (trees, splits); leaves (trees, splits + 1).
    """

    features: NDArray[np.int16]
    limits: Floats
    masks: NDArray[np.uint32]
    leaves: Floats

    def predict(self, rows: Floats) -> Floats:
        """Give the probability of each row."""
        parts = [self._sums(rows[start : start + _AT_ONCE]) for start in range(0, len(rows), _AT_ONCE)]
        sums = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        return np.asarray(1 / (1 + np.exp(-sums)), np.float32)

    def _sums(self, rows: Floats) -> Floats:
        # Splits before trees, so that what is joined lies side by side; large arrays are costly to get, so one serves.
        values = np.ascontiguousarray(rows.T).take(self.features.T, axis=0)
        fails = (values > self.limits.T[:, :, None]).view(np.int8)
        ruled_out = values.view(np.uint32)
        # A failed split is all ones, to be masked.
        np.copyto(ruled_out, np.negative(fails, out=fails), casting="unsafe")
        ruled_out &= ~self.masks.T[:, :, None]
        left = ~np.bitwise_or.reduce(ruled_out, axis=0)
        lowest = left & (~left + np.uint32(1))
        # The exponent of a power of two, of which there are 24, is its place.
        leaf = (lowest.astype(np.float32).view(np.int32) >> 23) - 127
        firsts = np.arange(0, self.leaves.size, self.leaves.shape[1])
        return np.asarray(self.leaves.take(firsts[:, None] + leaf).sum(axis=0), np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    lexicon: Lexicon
    first: Forest
    second: Forest

    def score(self, page: Cut, lines: Described) -> Floats:
        rows = np.hstack([lines.rows, weigh(page, lines, self.lexicon)])
        once = self.first.predict(rows)
        twice = self.second.predict(np.hstack([rows, around(lines, once)]))
        return np.asarray((once + twice) / 2, np.float32)


@lru_cache(maxsize=1)
def load() -> Model:
    """Read the shipped model."""
    with resources.files("newsreel.extraction").joinpath("body_model.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        lexicon = Lexicon(
            *(
                dict(zip(stored[name].tolist(), stored[f"{name}_weights"].tolist(), strict=True))
                for name in ("names", "words")
            )
        )
        first, second = (
            Forest(*(stored[f"{which}_{part}"] for part in ("features", "limits", "masks", "leaves")))
            for which in ("first", "second")
        )
    return Model(lexicon, first, second)


def scores(page: Cut, found: Found, subject: Subject) -> dict[int, float]:
    """Score the lines that may be the story, by their index on the page: 0 (hardly) to 1 (surely)."""
    lines = describe(page, found, subject)
    if lines is None:
        return {}
    return dict(zip(lines.indexes.tolist(), load().score(page, lines).tolist(), strict=True))


def decide(page: Cut, found: Found, chances: Mapping[int, float]) -> tuple[Found, Mapping[int, float]]:
    """Add to the finder's lines those elsewhere that are likely story, and give the chances that then hold.

    Where the finder's prose is likely story it had the right container, and a line from elsewhere must be all but
    sure: teasers and a second article read like a story too. Comments are never added. The finder's other lines stay
    among the lines: their chance tells cleaning what to take out. Where no line is likely, the finder's answer stands
    and no chances hold.
    """
    inside = set(found.lines)
    likely = [line for line in found.lines if chances.get(line, 0.0) >= LEAST_CHANCE]
    agreed = sum(found.weights[line] for line in likely)
    is_confirmed = agreed >= max(_LITTLE_PROSE, 0.5 * sum(found.weights[line] for line in found.lines))
    for line, chance in chances.items():
        if line in inside or chance < (_ALL_BUT_SURE if is_confirmed else LEAST_CHANCE):
            continue
        if line not in found.lowered or not (is_confirmed or is_foreign(page, page.lines[line].node)):
            likely.append(line)
    if not likely:
        return found, {}
    first, last = min(likely), max(likely) + 1
    if found.first < last and first < found.last:
        first, last = min(first, found.first), max(last, found.last)
    return replace(found, lines=sorted({*likely, *inside}), first=first, last=last), chances


def around(lines: Described, chances: Floats) -> Floats:
    """Describe what the first forest said of the lines around each: neighbours, kin, container, heading, the rest."""
    count = len(chances)
    padded = np.concatenate([np.zeros(3), chances, np.zeros(3)])
    columns = [chances, *(padded[3 + step : 3 + step + count] for step in (-1, 1, -2, 2, -3, 3))]
    sums = np.concatenate([[0.0], np.cumsum(chances)])
    low, high = np.maximum(np.arange(count) - 5, 0), np.minimum(np.arange(count) + 6, count)
    columns.append((sums[high] - sums[low]) / (high - low))
    for group in (lines.kin, lines.nodes, lines.parents):
        size = np.bincount(group, lines.weights)
        columns.append((np.bincount(group, chances * lines.weights) / np.maximum(size, 1e-6))[group])
    columns.append(np.concatenate([np.maximum.accumulate(chances[::-1])[::-1][1:], [0.0]]))
    mass = chances * lines.weights
    total = mass.sum() + 1e-6
    passed = np.cumsum(mass)
    columns += [(total - passed) / total, (passed - mass) / total]
    place = np.searchsorted(lines.indexes, lines.headings)
    place = np.minimum(np.maximum(place, 0), count - 1)
    columns.append(np.where(lines.indexes[place] == lines.headings, chances[place], -1.0))
    columns += [chances / max(float(chances.max()), 1e-3), np.full(count, total / lines.weights.sum())]
    return np.column_stack(columns).astype(np.float32)
