"""Reads recorded pages with their gold text into samples to train on: described lines, each labelled story or not."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tldextract import TLDExtract

from newsreel.errors import PageRejected
from newsreel.extraction import metadata, structured
from newsreel.extraction.blocks import Cut
from newsreel.extraction.body import Found
from newsreel.extraction.features import Described, describe
from newsreel.extraction.page import find_body
from newsreel.extraction.parse import parse
from newsreel.extraction.wording import Subject
from newsreel.items import Candidate, Page
from newsreel.sources import OutletRules

FULL_TEXT = ("scrapinghub", "fundus_eval", "wcxb_news", "fundus_pub", "wcxb_article")
SNIPPETS = ("trafilatura", "postlight", "snacktory")
# News counts most; what is no news teaches what a body is.
CORPUS_WEIGHTS = {"scrapinghub": 5, "fundus_eval": 5, "wcxb_news": 5, "fundus_pub": 3, "wcxb_article": 2,
                  "trafilatura": 2, "postlight": 1, "snacktory": 1}  # fmt: skip
_WORD = re.compile(r"\w+")
_MOST_WORDS = 25_000
_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sample:
    """A page: its lines, the finder's answer, each described line's label (1 story, 0 not) and weight."""

    corpus: str
    id: str
    publisher: str
    gold: dict[str, Any]
    candidate: Candidate
    page: Cut
    found: Found
    lines: Described
    labels: NDArray[np.float64]
    weights: NDArray[np.float64]


def read(corpora: Path) -> Iterator[Sample]:
    """Read all pages to learn from: not those that are rejected, or have no line that may be the story."""
    registered = TLDExtract(suffix_list_urls=())
    for name in (*FULL_TEXT, *SNIPPETS):
        folder = corpora / name
        golds = {row["id"]: row for row in _rows(folder / "gold.jsonl")}
        for row in _rows(folder / "pages.jsonl"):
            body = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
            try:
                candidate, page, found = _examined(Page(row["url"], row["url"], 200, {}, body, _FETCHED))
            except PageRejected:
                continue
            lines = describe(page, found, Subject.of(candidate))
            if lines is None:
                continue
            gold = golds[row["id"]]
            labels, trust = (_aligned if name in FULL_TEXT else _spotted)(page, gold)
            sizes = np.array([len(page.lines[index].text) for index in lines.indexes])
            weights = trust[lines.indexes] * CORPUS_WEIGHTS[name] * (1 + np.minimum(sizes, 400) / 150)
            publisher = registered(row["url"]).top_domain_under_public_suffix or row["url"]
            page.elements.clear()
            page.pictures.clear()
            yield Sample(
                name, row["id"], publisher, gold, candidate, page, found, lines,
                labels[lines.indexes], weights / np.sqrt(len(sizes) / 60 + 0.3),
            )  # fmt: skip


def _examined(page: Page) -> tuple[Candidate, Cut, Found]:
    """Read what a decision on lines goes by: the metadata, and the finder's answer without the model."""
    tree = parse(page)
    facts = metadata.read(tree, structured.read(tree, page.url), page)
    lines, found = find_body(tree, page.url, frozenset(), OutletRules(), facts.headline)
    candidate = Candidate(
        url=page.url,
        headline=facts.headline,
        alternative_headline=facts.alternative_headline,
        description=facts.description,
        section=facts.section,
        authors=tuple(facts.authors),
        keywords=tuple(facts.keywords),
        site_name=facts.site_name,
    )
    return candidate, lines, found


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _aligned(page: Cut, gold: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Label lines by the longest runs of words that they share with the gold text, in its order.

    A line that agrees in part is trusted less, one of a paragraph that gold calls optional not at all.
    """
    wanted = _words(gold["text"])
    known, pairs = set(wanted), set(pairwise(wanted))
    lines = [_words(line.text) for line in page.lines]
    words: list[str] = []
    owners: list[int] = []
    for index, line in enumerate(lines):
        agreeing = sum(pair in pairs for pair in pairwise(line))
        if line and (set(line) <= known if len(line) == 1 else agreeing >= 0.3 * (len(line) - 1) and agreeing):
            words += [*line, f"\0{index}"]
            owners += [index] * (len(line) + 1)
    hits, covering = np.zeros(len(lines)), np.full(len(wanted), -1)
    trust = np.ones(len(lines))
    if len(words) > _MOST_WORDS:
        return hits, 0 * trust
    for start, place, size in SequenceMatcher(None, words, wanted, autojunk=False).get_matching_blocks():
        for step in range(size):
            hits[owners[start + step]] += 1
            covering[place + step] = owners[start + step]
    share = hits / np.array([len(line) or 1 for line in lines])
    trust[(share > 0.25) & (share < 0.75)] = 0.3
    place = 0
    for paragraph in gold.get("paragraphs", ()):
        size = len(_words(paragraph["t"]))
        if paragraph["opt"]:
            trust[[int(line) for line in covering[place : place + size] if line >= 0]] = 0
        place += size
    return (share >= 0.6).astype(float), trust


def _spotted(page: Cut, gold: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Label only the lines that hold a snippet which gold says must, or must not, be in the text."""
    lines = [" ".join(_words(line.text)) for line in page.lines]
    labels, trust = np.zeros(len(lines)), np.zeros(len(lines))
    for snippet in (" ".join(_words(text)) for text in gold.get("without", ())):
        if len(snippet) >= 4:
            trust[[i for i, line in enumerate(lines) if snippet in line and len(snippet) > 0.3 * len(line)]] = 1
    for snippet in (" ".join(_words(text)) for text in gold.get("with", ())):
        places = [i for i, line in enumerate(lines) if snippet in line] if len(snippet) >= 8 else []
        if len(places) > 1:
            places = [i for i in places if len(lines[i]) > 1.5 * len(snippet)][:1]
        labels[places] = trust[places] = 1
    return labels, trust
