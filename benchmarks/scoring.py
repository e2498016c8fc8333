"""Scores clean text and metadata against gold: the metrics of the extraction benchmark.

Text is compared by its runs of four words, each as often as it occurs. On one page, precision is the share of the
answer's runs that the gold has too, recall the share of the gold's runs that the answer has. Over pages, precision is
the mean over those with an answer, recall the mean over all, and F1 their harmonic mean: so a page counts the same
however long it is (the scrapinghub article-extraction-benchmark scores like that).

- exact: the share of pages whose words are the gold's, all of them, in order, and no other
- leak: the share of pages with a line of page furniture (benchmarks/furniture.py) that the gold does not have
- title: equal when case, quotation marks, dashes and white space are folded
- authors: the same set of names, folded likewise; what joins two names in one string is taken apart
- date: the same calendar day; gold may allow several

Where gold calls a paragraph optional, it counts neither as missing nor as extra: the reading of the gold with the best
page F1 is what the answer is compared with. A page without an answer has an empty, wrong one.
"""

from __future__ import annotations

import html
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from benchmarks.furniture import is_furniture

RUN = 4
# So many optional paragraphs are tried in every combination, more of them only all with or all without.
MOST_OPTIONAL = 4
_WORD = re.compile(r"\w+")
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′`´“”„‟″«»\"'"))
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_JOINTS = re.compile(r"[;,|/]|\s(?:&|and|und|et|y|e)\s")
_BY = re.compile(r"^(?:by|von|par|por|di)\s+")


@dataclass(frozen=True, slots=True)
class Gold:
    """What a page should yield; None where the gold does not say. `texts` are the readings of the text, best first."""

    texts: tuple[str, ...] | None = None
    title: str | None = None
    authors: frozenset[str] | None = None
    dates: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor made of a page; None for what it does not give at all."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How good one answer is; None where gold has nothing, or no words, to compare with. `reading` is the gold's."""

    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    exact: bool | None = None
    leak: bool | None = None
    title: bool | None = None
    authors: bool | None = None
    date: bool | None = None
    empty: bool = False
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one extractor over some pages, shares from 0 to 1; None where there is nothing to compare."""

    pages: int
    f1: float | None
    exact: float | None
    precision: float | None
    recall: float | None
    leak: float | None
    title: float | None
    authors: float | None
    date: float | None
    empty: int


def readings(paragraphs: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    """Give a text's readings: with each choice of its paragraphs that are optional (True), all of them first.

    >>> readings([("One.", False), ("Two.", True)])
    ('One.\\n\\nTwo.', 'One.')
    """
    count = sum(is_optional for _, is_optional in paragraphs)
    if count <= MOST_OPTIONAL:
        choices = list(product((True, False), repeat=count))
    else:
        choices = [(True,) * count, (False,) * count]
    texts = []
    for choice in choices:
        taken = iter(choice)
        texts.append("\n\n".join(text for text, is_optional in paragraphs if not is_optional or next(taken)))
    return tuple(texts)


def fold(text: str) -> str:
    """Fold what does not count: entities, case, quotation marks, the kinds of dashes, white space."""
    text = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return " ".join(text.translate(_QUOTES).translate(_DASHES).split())


def names(values: Sequence[str]) -> frozenset[str]:
    """Fold authors' names to a set.

    >>> sorted(names(["By Ann Lee and Bo Dee"]))
    ['ann lee', 'bo dee']
    """
    parts = (part for value in values for part in _JOINTS.split(value))
    bare = (re.sub(r"[^\w .\-]", "", _BY.sub("", fold(part))).strip(" .-") for part in parts)
    return frozenset(name for name in bare if name)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def runs(text: str) -> Counter[tuple[str, ...]]:
    """Count a text's runs of four words; a shorter text is one run."""
    found = words(text)
    return Counter(tuple(found[place : place + RUN]) for place in range(max(1, len(found) - RUN + 1)) if found)


def compare(gold: str, answer: str) -> tuple[float | None, float | None, float]:
    """Give the precision (None without an answer), the recall (None without gold) and the F1 of one text."""
    wanted, given = runs(gold), runs(answer)
    hits, wanted_count, given_count = sum((wanted & given).values()), sum(wanted.values()), sum(given.values())
    f1 = 2 * hits / (wanted_count + given_count) if wanted_count + given_count else 1.0
    return hits / given_count if given_count else None, hits / wanted_count if wanted_count else None, f1


def leaks(gold: str, answer: str) -> list[str]:
    """List an answer's lines of page furniture that the gold does not have."""
    found = [line for line in answer.split("\n") if is_furniture(line)]
    wanted = fold(gold) if found else ""
    return [line for line in found if fold(line) not in wanted]


def judge(gold: Gold, answer: Answer) -> Judged:
    """Compare one answer with the gold."""
    precision = recall = f1 = exact = leak = None
    reading = ""
    if gold.texts is not None:
        tried = [(compare(text, answer.text), text) for text in gold.texts]
        (precision, recall, f1), reading = max(tried, key=lambda pair: pair[0][2])
        exact = any(words(text) == words(answer.text) for text in gold.texts)
        leak = bool(leaks(gold.texts[0], answer.text))
    return Judged(
        precision,
        recall,
        f1,
        exact,
        leak,
        fold(answer.title) == fold(gold.title) if gold.title is not None and answer.title is not None else None,
        names(answer.authors) == gold.authors if gold.authors is not None and answer.authors is not None else None,
        (answer.date or "")[:10] in gold.dates if gold.dates is not None and answer.date is not None else None,
        not answer.text.strip(),
        reading,
    )


def pool(pages: Sequence[Judged]) -> Score:
    """Give the figures over pages."""
    precision = _mean([page.precision for page in pages])
    recall = _mean([page.recall for page in pages])
    if any(page.f1 is not None for page in pages):
        precision, recall = precision or 0.0, recall or 0.0
    return Score(
        len(pages),
        harmonic(precision, recall),
        _mean([page.exact for page in pages]),
        precision,
        recall,
        _mean([page.leak for page in pages]),
        _mean([page.title for page in pages]),
        _mean([page.authors for page in pages]),
        _mean([page.date for page in pages]),
        sum(page.empty for page in pages),
    )


def harmonic(precision: float | None, recall: float | None) -> float | None:
    """Give the harmonic mean, 0 where both are."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def loss_of_worst(pages: Sequence[Judged], share: float) -> float | None:
    """Give the part of all loss (1 - page F1) that the worst pages carry; `share` of the pages, at least one."""
    losses = sorted((1 - page.f1 for page in pages if page.f1 is not None), reverse=True)
    return sum(losses[: max(1, int(len(losses) * share))]) / sum(losses) if sum(losses) else None


def _mean(values: Sequence[float | bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.mean(known) if known else None
