"""The extractors of the benchmark: what each of them does with a page, and what it does not give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from benchmarks.answers import Kept, read_answers
from benchmarks.corpora import Example
from benchmarks.scoring import Answer
from newsreel import __version__
from newsreel.cleaning import best_text, classify, clean, fingerprints, load_rules
from newsreel.dates import iso
from newsreel.errors import PageRejected
from newsreel.extraction import extract
from newsreel.items import Candidate, body_text
from newsreel.urls import host_of

OURS = "newsreel"
OURS_ALONE = "newsreel, no memory"


class Extractor(Protocol):
    """One or more lines of the table. All pages are read before the first answer is asked for.

    `nothing` is the answer to a page on which it fails: None for the fields that it never gives. `is_timed` tells
    whether its time means anything.
    """

    version: str
    rows: tuple[str, ...]
    nothing: Answer
    is_timed: bool

    def read(self, example: Example, html: str) -> Any:
        """Read a page, which is decoded already for those that want a string."""

    def answer(self, row: str, example: Example, reading: Any) -> Answer:
        """Make a line's answer of what was read."""


class Newsreel:
    """Ours: parse, find the body, apply what other pages of the host carry, and the rules; as `newsreel clean` does."""

    version = __version__
    rows: tuple[str, ...] = (OURS, OURS_ALONE)
    nothing = Answer("", "", (), "")
    is_timed = True

    def __init__(self) -> None:
        self._rules = load_rules()
        self._hosts: dict[str, Counter[int]] = {}
        self._pages: Counter[str] = Counter()

    def read(self, example: Example, html: str) -> tuple[Candidate, frozenset[int]] | None:
        try:
            candidate = extract(example.page)
        except PageRejected:
            return None
        prints = fingerprints(candidate)
        host = host_of(candidate.url)
        self._hosts.setdefault(host, Counter()).update(prints)
        self._pages[host] += 1
        return candidate, prints

    def answer(self, row: str, example: Example, reading: tuple[Candidate, frozenset[int]] | None) -> Answer:
        if reading is None:
            return self.nothing
        candidate, prints = reading
        host = host_of(candidate.url)
        seen = self._hosts[host] if row == OURS else Counter()
        memory = {fingerprint: seen[fingerprint] - 1 for fingerprint in prints if seen[fingerprint] > 1}
        others = self._pages[host] - 1 if row == OURS else 0
        name, page = candidate.site_name or host, example.page
        try:
            article = clean(
                replace(candidate, reject=None), host, name, self._rules, memory, others, page.url, page.fetched_at
            )
            article = classify(article, candidate)
        except PageRejected:
            return replace(self.nothing, text=body_text(best_text(candidate, self._rules, memory, others)))
        authors = tuple(author.name for author in article.authors)
        date = iso(article.date_published) if article.date_published else ""
        return Answer(body_text(article.blocks), article.headline, authors, date)


class Peer:
    """Another extractor, given as a function of a page's HTML and address."""

    is_timed = True

    def __init__(self, name: str, version: str, nothing: Answer, work: Callable[[str, str], Answer]) -> None:
        self.version, self.nothing, self._work = version, nothing, work
        self.rows: tuple[str, ...] = (name,)

    def read(self, example: Example, html: str) -> Answer:
        return self._work(html, example.page.url)

    def answer(self, row: str, example: Example, reading: Answer) -> Answer:
        return reading


class Recorded:
    """Answers that were made elsewhere, such as cross-validated ones."""

    version = ""
    is_timed = False

    def __init__(self, name: str, kept: Kept) -> None:
        self.nothing, self._kept = kept.nothing, kept
        self.rows: tuple[str, ...] = (name,)

    @classmethod
    def of(cls, name: str, folder: Path, corpora: Iterable[str]) -> Recorded:
        """Read a directory's answers to the corpora."""
        return cls(name, read_answers(folder, corpora))

    def read(self, example: Example, html: str) -> Answer:
        return self._kept.of.get((example.corpus, example.id), self.nothing)

    def answer(self, row: str, example: Example, reading: Answer) -> Answer:
        return reading
