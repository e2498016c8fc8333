"""Prints how good decisions on lines are: the finder's alone and the model's, with the cleaning rules and memory."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.body_samples import FULL_TEXT, Sample
from benchmarks.scoring import Answer
from newsreel.cleaning import best_text, fingerprints, load_rules
from newsreel.extraction.blocks import blocks_of
from newsreel.extraction.model import decide
from newsreel.items import Block, Candidate, body_text
from newsreel.urls import host_of

HUMAN = ("scrapinghub", "fundus_eval", "wcxb_news")
WAYS = ("finder", "model", "finder, memory", "model, memory")


def print_table(samples: Sequence[Sample], scores: Mapping[int, Any], corpora: Path) -> None:
    """Print a row for each corpus and way; `scores` has the chances of a sample's lines by its number."""
    sys.path.insert(0, str(corpora.parent / "tools"))
    from score_text import pool, score_page

    pages: dict[str, list[tuple[Sample, dict[str, Any]]]] = {}
    for model in (False, True):
        candidates = [
            _candidate(sample, scores.get(number) if model else None) for number, sample in enumerate(samples)
        ]
        memory = _Memory(candidates)
        for with_memory in (False, True):
            way = WAYS[model + 2 * with_memory]
            pages[way] = [
                (sample, score_page(sample.corpus, sample.gold, {"articleBody": memory.text(candidate, with_memory)}))
                for number, (sample, candidate) in enumerate(zip(samples, candidates, strict=True))
                if sample.corpus in FULL_TEXT and number in scores
            ]
    groups = {"human full text": HUMAN, **{corpus: (corpus,) for corpus in FULL_TEXT}}
    for group, corpora_in in groups.items():
        for way in WAYS:
            _print_row(f"{group}: {way}", [page for sample, page in pages[way] if sample.corpus in corpora_in], pool)
    for way in WAYS:
        fun = [page for sample, page in pages[way] if sample.corpus in HUMAN and sample.gold.get("entertainment")]
        _print_row(f"entertainment, human: {way}", fun, pool)


def unseen_answers(samples: Sequence[Sample], scores: Mapping[int, Any]) -> Iterator[tuple[str, str, Answer]]:
    """Give the corpus, the page and the clean text, with memory, of each sample with scores and a full text as gold."""
    candidates = [_candidate(sample, scores.get(number)) for number, sample in enumerate(samples)]
    memory = _Memory(candidates)
    for number, (sample, candidate) in enumerate(zip(samples, candidates, strict=True)):
        if sample.corpus in FULL_TEXT and number in scores:
            yield sample.corpus, sample.id, Answer(memory.text(candidate, True))


class _Memory:
    """What the pages of each host carry, as `newsreel clean` learns it."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.hosts: dict[str, Counter[int]] = {}
        self.pages: Counter[str] = Counter()
        for candidate in candidates:
            host = host_of(candidate.url)
            self.hosts.setdefault(host, Counter()).update(fingerprints(candidate))
            self.pages[host] += 1

    def text(self, candidate: Candidate, is_used: bool) -> str:
        host = host_of(candidate.url)
        seen = self.hosts[host]
        others = {print_: seen[print_] - 1 for print_ in fingerprints(candidate)} if is_used else {}
        return body_text(best_text(candidate, load_rules(), others, self.pages[host] - 1 if is_used else 0))


def _candidate(sample: Sample, chances: Any) -> Candidate:
    by_line = {} if chances is None else dict(zip(sample.lines.indexes.tolist(), chances.tolist(), strict=True))
    found, by_line = decide(sample.page, sample.found, by_line)
    blocks: tuple[Block, ...] = blocks_of(sample.page, found.container, found.lines, by_line)
    return replace(sample.candidate, blocks=blocks)


def _print_row(title: str, pages: list[dict[str, Any]], pool: Any) -> None:
    if pages:
        row = pool(pages)
        losses = sorted((1 - page["shingle"][3] for page in pages), reverse=True)
        worst = sum(losses[: max(1, len(losses) // 15)]) / max(1e-9, sum(losses))
        figures = "  ".join(f"{name} {row[name]:.4f}" for name in ("P", "R", "F1", "exact", "leak"))
        sys.stdout.write(f"{title:38} {row['full']:4} pages  {figures}  loss of the worst fifteenth {worst:.2f}\n")
