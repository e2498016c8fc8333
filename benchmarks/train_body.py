"""Trains the model that decides which lines of a page are the story, and says how good it is on unseen publishers.

    python -m benchmarks.train_body ../shared/corpus             # the cross-validated table, then the model
    python -m benchmarks.train_body ../shared/corpus --hold-out  # whole corpora held out in turn; no model

The same pages give the same model. Needs the `train` dependency group. The model holds numbers and single words.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from benchmarks.answers import write_answers
from benchmarks.body_samples import FULL_TEXT, Sample, read
from benchmarks.body_table import print_table, unseen_answers
from newsreel.extraction import model as shipped
from newsreel.extraction.lexicon import Lexicon, names_of, weigh
from newsreel.extraction.model import Forest, Model, around

FOLDS, INNER_FOLDS = 5, 3
TREES = (140, 90)
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 24, "min_data_in_leaf": 40, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5, "max_bin": 127, "num_threads": 1, "seed": 7,
    "deterministic": True, "force_row_wise": True, "use_missing": False, "verbose": -1,
}  # fmt: skip
# For class names and for words: how many publishers must have one, what is added to its counts, how many are kept.
LEAST, ADDED, KEPT = (5, 6), (0.3, 1.0), (3000, 3000)

Table = dict[str, list[float]]


class Counts:
    """How often names and words stand with the story and elsewhere, at each publisher."""

    def __init__(self, samples: Iterable[Sample]) -> None:
        self.of: dict[str, tuple[Table, Table]] = {}
        pages: dict[str, int] = {}
        for sample in samples:
            if sample.corpus in FULL_TEXT:
                pages[sample.publisher] = pages.get(sample.publisher, 0) + 1
                names, words = self.of.setdefault(sample.publisher, ({}, {}))
                _count_names(sample, names)
                _count_words(sample, words)
        for publisher, tables in self.of.items():
            for table in tables:
                for pair in table.values():
                    pair[:] = [value / pages[publisher] for value in pair]
            for pair in tables[1].values():
                pair[:] = [min(1.0, 0.3 + value / 2) if value else 0.3 for value in pair]

    def lexicon(self, publishers: Iterable[str]) -> Lexicon:
        """Weigh the words by all that these publishers have."""
        self.sums: tuple[Table, Table] = ({}, {})
        for publisher in sorted(publishers):
            for sums, table in zip(self.sums, self.of.get(publisher, ({}, {})), strict=True):
                for word, (story, other) in table.items():
                    row = sums.setdefault(word, [0.0, 0.0, 0.0])
                    row[0], row[1], row[2] = row[0] + story, row[1] + other, row[2] + 1
        made = []
        for which, sums in enumerate(self.sums):
            weights = {word: _weight(row, which) for word, row in sums.items()}
            kept = sorted(weights, key=lambda word: (-abs(weights[word]) * sums[word][2] ** 0.5, word))[: KEPT[which]]
            made.append({word: weights[word] for word in sorted(kept) if weights[word]})
        return Lexicon(*made)

    def lexicon_without(self, whole: Lexicon, publisher: str) -> Lexicon:
        """Weigh the words as if this publisher had not been among those of `whole`."""
        made = []
        tables = self.of.get(publisher, ({}, {}))
        for which, (weights, sums, table) in enumerate(zip((whole.names, whole.words), self.sums, tables, strict=True)):
            less = dict(weights)
            for word, (story, other) in table.items():
                if word in less:
                    row = sums[word]
                    less[word] = _weight([row[0] - story, row[1] - other, row[2] - 1], which)
            made.append(less)
        return Lexicon(*made)


def _weight(row: Sequence[float], which: int) -> float:
    story, other, publishers = row
    if publishers < LEAST[which]:
        return 0.0
    odds = np.log((max(story, 0) + ADDED[which]) / (max(other, 0) + ADDED[which]))
    return 0.0 if abs(odds) < 0.1 else round(float(np.clip(odds, -3, 3)), 3)


def _count_names(sample: Sample, table: Table) -> None:
    trusted = (sample.weights > 0).astype(float)
    story = max(5.0, float((trusted * sample.labels).sum()))
    other = max(5.0, float((trusted * (1 - sample.labels)).sum()))
    by_node: dict[int, list[float]] = {}
    for node, label, trust in zip(sample.lines.nodes.tolist(), sample.labels, trusted, strict=True):
        pair = by_node.setdefault(node, [0.0, 0.0])
        pair[0 if label else 1] += trust
    page = sample.page
    for node, pair in by_node.items():
        names: set[str] = set()
        step = node
        while step >= 0:
            names.update(names_of(page.tags[step], page.words[step] if step else ""))
            step = page.parents[step]
        for name in names:
            row = table.setdefault(name, [0.0, 0.0])
            row[0], row[1] = row[0] + pair[0] / story, row[1] + pair[1] / other


def _count_words(sample: Sample, table: Table) -> None:
    for words, label, weight in zip(sample.lines.words, sample.labels, sample.weights, strict=True):
        for word in words if weight else ():
            table.setdefault(word, [0.0, 0.0])[0 if label else 1] += 1


def fold_of(publisher: str, folds: int, salt: str) -> int:
    return zlib.crc32(f"{salt}{publisher}".encode()) % folds


def train(samples: Sequence[Sample], counts: Counts) -> Model:
    """Train both forests. What the second learns from is said by first forests that had not seen the publisher."""
    samples = [sample for sample in samples if sample.weights.any()]
    lexicon = counts.lexicon({sample.publisher for sample in samples})
    rows: list[Any] = []
    own: dict[str, Lexicon] = {}
    for sample in samples:
        if sample.publisher not in own:
            own = {sample.publisher: counts.lexicon_without(lexicon, sample.publisher)}
        rows.append(np.hstack([sample.lines.rows, weigh(sample.page, sample.lines, own[sample.publisher])]))
    first = _forest(samples, rows, TREES[0])
    both: list[Any] = [None] * len(samples)
    folds = [fold_of(sample.publisher, INNER_FOLDS, "inner") for sample in samples]
    for fold in range(INNER_FOLDS):
        seen = [number for number, other in enumerate(folds) if other != fold]
        forest = _forest([samples[i] for i in seen], [rows[i] for i in seen], TREES[0])
        for number in (number for number, other in enumerate(folds) if other == fold):
            both[number] = np.hstack([rows[number], around(samples[number].lines, forest.predict(rows[number]))])
    return Model(lexicon, first, _forest(samples, both, TREES[1]))


def _forest(samples: Sequence[Sample], rows: Sequence[Any], trees: int) -> Forest:
    labels = np.concatenate([sample.labels for sample in samples])
    weights = np.concatenate([sample.weights for sample in samples])
    data = np.vstack(rows)[weights > 0]
    booster = lightgbm.train(
        PARAMETERS, lightgbm.Dataset(data, labels[weights > 0], weight=weights[weights > 0]), trees
    )
    return flatten(booster.dump_model()["tree_info"])


def flatten(trees: Sequence[dict[str, Any]]) -> Forest:
    """Lay trees out as arrays of one size; what a tree lacks are splits that never fail."""
    leaves_at_most = int(PARAMETERS["num_leaves"])
    shape = (len(trees), leaves_at_most - 1)
    features, limits = np.zeros(shape, np.int16), np.full(shape, np.inf, np.float32)
    masks, leaves = np.full(shape, 0xFFFFFFFF, np.uint32), np.zeros((len(trees), leaves_at_most), np.float32)
    for number, tree in enumerate(trees):
        splits: list[tuple[int, float, int]] = []
        values: list[float] = []

        def visit(node: dict[str, Any], splits: list[Any] = splits, values: list[float] = values) -> int:
            """Number the leaves from left to right, and give the bits of those below a node."""
            if "leaf_value" in node:
                values.append(node["leaf_value"])
                return 1 << (len(values) - 1)
            left = visit(node["left_child"])
            splits.append((node["split_feature"], node["threshold"], 0xFFFFFFFF & ~left))
            return left | visit(node["right_child"])

        visit(tree["tree_structure"])
        leaves[number, : len(values)] = values
        for place, (feature, limit, mask) in enumerate(splits):
            features[number, place], limits[number, place], masks[number, place] = feature, limit, mask
    return Forest(features, limits, masks, leaves)


def score_all(samples: Sequence[Sample], model: Model) -> list[Any]:
    return [model.score(sample.page, sample.lines) for sample in samples]


def cross_validate(samples: Sequence[Sample], counts: Counts, parts: Sequence[Collection[int]]) -> dict[int, Any]:
    """Score each part's samples by a model trained on publishers that are not in the part."""
    scores: dict[int, Any] = {}
    for part in parts:
        unseen = {samples[number].publisher for number in part}
        model = train([sample for sample in samples if sample.publisher not in unseen], counts)
        scores |= zip(part, score_all([samples[number] for number in part], model), strict=True)
        sys.stderr.write(f"{len(scores)} pages scored\n")
    return scores


def save(model: Model, file: Path) -> None:
    arrays: dict[str, Any] = {}
    for name in ("names", "words"):
        table = getattr(model.lexicon, name)
        arrays[name] = np.array(list(table))
        arrays[f"{name}_weights"] = np.array(list(table.values()), np.float32)
    for which in ("first", "second"):
        for part in ("features", "limits", "masks", "leaves"):
            arrays[f"{which}_{part}"] = getattr(getattr(model, which), part)
    np.savez_compressed(file, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--hold-out", action="store_true", help="hold out whole corpora instead of folds of publishers")
    parser.add_argument("--only-train", action="store_true", help="write the model without validating it")
    parser.add_argument("--answers", type=Path, help="a directory for the cross-validated texts, as <corpus>.jsonl")
    parser.add_argument("--out", type=Path, default=Path(shipped.__file__).with_name("body_model.npz"))
    options = parser.parse_args()
    samples = list(read(options.corpora))
    counts = Counts(samples)
    if not options.only_train:
        if options.hold_out:
            parts = [[i for i, s in enumerate(samples) if s.corpus == corpus] for corpus in FULL_TEXT]
        else:
            folds = [fold_of(sample.publisher, FOLDS, "a") for sample in samples]
            parts = [[i for i, other in enumerate(folds) if other == fold] for fold in range(FOLDS)]
        scores = cross_validate(samples, counts, parts)
        print_table(samples, scores, options.corpora)
        if options.answers:
            write_answers(options.answers, unseen_answers(samples, scores))
    if not options.hold_out:
        save(train(samples, counts), options.out)


if __name__ == "__main__":
    main()
