"""Scores clean text and metadata against gold: the metrics of the extraction benchmark.

F1 is over 4-word shingles, true and false positives of a page normalised to sum 1, then the harmonic mean of the
mean precision over pages with output and the mean recall; exact is the share of pages whose words are all the gold's;
leak the share of pages with a short line of advertising or promotion that the gold does not have.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_FURNITURE = re.compile(
    r"^\W*(?:advertisements?|sponsored|promoted|anzeige|werbung|publicité|publicidad|pubblicità)\W*$"
    r"|\b(?:story|article) continues\b|\bsign up (?:for|to)\b.{0,40}\bnewsletter|\bto your inbox\b|\bsubscribe to our\b"
    r"|^\W*(?:read (?:more|also|next)|related|see also|recommended|trending|most read|you (?:may|might) also like)\b"
    r"|\bfollow us\b|^\W*(?:share|tweet|print|e-?mail|comments?)\W*$|\bview this post\b|\ba post shared by\b"
    r"|\bgetty images\b.{0,20}$|^©|^shop now\b|^(?:tags|filed under|topics)\s*:|\ball rights reserved\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Gold:
    """What a page should yield; None where the gold does not say."""

    text: str | None = None
    title: str | None = None
    authors: frozenset[str] | None = None
    dates: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor made of a page, and how many CPU milliseconds it took."""

    text: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one extractor over one corpus; None where the gold has nothing to compare with."""

    pages: int
    f1: float | None
    exact: float | None
    leak: float | None
    title: float | None
    authors: float | None
    date: float | None
    milliseconds: float


def fold(text: str) -> str:
    """Fold case, quotes, dashes and white space."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[‘’‚‛′`´“”„‟″«»\"']", "", text)
    return re.sub(r"\s+", " ", re.sub(r"[‐‑‒–—―−]", "-", text)).strip()


def names(values: Sequence[str]) -> frozenset[str]:
    """Fold authors' names to a set."""
    folded = (re.sub(r"[^\w .\-]", "", fold(value)).strip(" .-") for value in values)
    return frozenset(name for name in folded if name)


def compare(gold: str, answer: str) -> tuple[float, float]:
    """Give precision and recall of one page over its shingles."""
    wanted, given = _shingles(gold), _shingles(answer)
    hits = sum((wanted & given).values())
    precision = hits / sum(given.values()) if given else float(not wanted)
    recall = hits / sum(wanted.values()) if wanted else 1.0
    return precision, recall


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words)


def leaks(gold: str, answer: str) -> bool:
    """Tell whether an answer has a line of page furniture that the gold does not have."""
    wanted = fold(gold)
    lines = (line.strip() for line in answer.split("\n") if 0 < len(line.strip()) <= 250)
    return any(_FURNITURE.search(line) and fold(line) not in wanted for line in lines)


def score(gold: Sequence[Gold], answers: Sequence[Answer], counted: Sequence[bool]) -> Score:
    """Give the figures over all pages; `counted` marks those whose time counts."""
    texts = [(g.text, a.text) for g, a in zip(gold, answers, strict=True) if g.text is not None]
    pairs = [compare(g, a) for g, a in texts]
    with_output = [p for (p, _), (_, a) in zip(pairs, texts, strict=True) if a.strip()]
    precision = statistics.mean(with_output) if with_output else 0.0
    recall = statistics.mean(r for _, r in pairs) if pairs else 0.0
    times = [a.milliseconds for a, c in zip(answers, counted, strict=True) if c] or [a.milliseconds for a in answers]
    both = list(zip(gold, answers, strict=True))
    return Score(
        len(gold),
        2 * precision * recall / (precision + recall) if pairs and precision + recall else (0.0 if pairs else None),
        _share([_WORD.findall(g) == _WORD.findall(a) for g, a in texts]),
        _share([leaks(g, a) for g, a in texts]),
        _share([fold(a.title) == fold(g.title) for g, a in both if g.title is not None]),
        _share([names(a.authors) == g.authors for g, a in both if g.authors is not None]),
        _share([(a.date or "")[:10] in g.dates for g, a in both if g.dates is not None]),
        statistics.median(times) if times else 0.0,
    )


def _share(hits: Sequence[bool]) -> float | None:
    return statistics.mean(hits) if hits else None
