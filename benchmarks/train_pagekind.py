"""Weighs the signs that tell articles from other pages, and says how well that does on publishers it has not seen.

    python -m benchmarks.train_pagekind CORPORA [--out FILE.toml]

CORPORA is the directory of the recorded corpora; pages with a `page_type` in their gold are no articles. Prints the
shares kept and rejected in five folds over publishers, then writes the weights from all pages: logistic regression,
rounded, the same from the same pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tldextract import TLDExtract

from newsreel.errors import PageRejected
from newsreel.extraction import metadata, structured
from newsreel.extraction.blocks import blocks_of
from newsreel.extraction.page import find_body
from newsreel.extraction.pagesigns import Evidence, signs
from newsreel.extraction.parse import parse
from newsreel.items import Page
from newsreel.sources import OutletRules

FOLDS = 5
ROUNDS = 40
# How much a weight is drawn to zero, how much a page counts that is no article, how many pages must show a sign.
RIDGE, OTHER_WEIGHT, LEAST_PAGES = 2.0, 3.0, 5
# Moves the border: a lost article weighs more than another page that stays.
SLACK = 0.1
# Decisions, not learned: front pages are never stored, and a page that calls itself news is believed.
DECIDED = {"home": -6.0, "news-schema": 1.8}
# Borderline, or with addresses and dates that do not belong to the page: measured, not learned from.
MEASURED_ONLY = frozenset({"forum", "documentation", "htmldate"})
_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
_HEAD = """# What each sign of a page says: above 0 for an article, below 0 against one; their sum decides.
# Written by `python -m benchmarks.train_pagekind`; do not edit.

[weights]
"""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A page's signs, and what it is: the name of its corpus, or its type where it is no article."""

    kind: str
    publisher: str
    is_article: bool
    signs: frozenset[str]


def read(corpora: Path) -> Iterator[Sample]:
    """Read the signs of all pages that can be parsed."""
    registered = TLDExtract(suffix_list_urls=())
    for file in sorted(corpora.glob("*/gold.jsonl")):
        for row in map(json.loads, filter(str.strip, file.read_text(encoding="utf-8").split("\n"))):
            url = row.get("url") or ""
            body = gzip.decompress((file.parent / f"{row['id']}.html.gz").read_bytes())
            page = Page(url, url, 200, {}, body, _FETCHED)
            try:
                tree = parse(page)
            except PageRejected:
                continue
            statements = structured.read(tree, url)
            facts = metadata.read(tree, statements, page)
            lines, found = find_body(tree, url, frozenset(), OutletRules(), facts.headline)
            shown = signs(
                Evidence(tree, statements, facts, lines, found), blocks_of(lines, found.container, found.lines)
            )
            publisher = registered(url).top_domain_under_public_suffix or url
            kind = row.get("page_type")
            yield Sample(kind or file.parent.name, publisher, kind is None, shown)


def fit(samples: list[Sample]) -> dict[str, float]:
    """Weigh the signs that stand on enough pages, by Newton's method."""
    samples = [sample for sample in samples if sample.kind not in MEASURED_ONLY and "home" not in sample.signs]
    count = Counter(sign for sample in samples for sign in sample.signs)
    names = ["any", *sorted(sign for sign, pages in count.items() if pages >= LEAST_PAGES and sign not in DECIDED)]
    rows = np.array([[name == "any" or name in sample.signs for name in names] for sample in samples], dtype=float)
    wanted = np.array([sample.is_article for sample in samples], dtype=float)
    trust = np.where(wanted > 0, 1.0, OTHER_WEIGHT)
    given = np.array([sum(DECIDED.get(sign, 0.0) for sign in sample.signs) for sample in samples])
    ridge = np.full(len(names), RIDGE)
    ridge[0] = 0.001
    weights: Floats = np.zeros(len(names))
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-(rows @ weights) - given))
        slope = rows.T @ (trust * (chance - wanted)) + ridge * weights
        bend = (rows * (trust * chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        weights -= np.linalg.solve(bend, slope)
    made = {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}
    return made | {"any": round(made["any"] + SLACK, 2)} | DECIDED


def judged(sample: Sample, weights: dict[str, float]) -> bool:
    """Tell whether a page passes for an article."""
    return weights["any"] + sum(weights.get(sign, 0.0) for sign in sample.signs) >= 0


def main() -> None:
    """Print the cross-validated shares, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    samples = list(read(options.corpora))
    folds = [zlib.crc32(sample.publisher.encode()) % FOLDS for sample in samples]
    passing: Counter[str] = Counter()
    for fold in range(FOLDS):
        weights = fit([sample for sample, own in zip(samples, folds, strict=True) if own != fold])
        passing.update(s.kind for s, own in zip(samples, folds, strict=True) if own == fold and judged(s, weights))
    pages = Counter((sample.is_article, sample.kind) for sample in samples)
    for (is_article, kind), count in sorted(pages.items()):
        share = passing[kind] / count
        done, share = ("kept", share) if is_article else ("rejected", 1 - share)
        sys.stdout.write(f"{kind:14} {count:4} pages  {done:8} {share:.3f}\n")
    if options.out:
        lines = [f'"{name}" = {weight}' for name, weight in sorted(fit(samples).items())]
        options.out.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
