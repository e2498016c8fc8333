"""Measures where the time of a page goes, from its bytes to the clean text, beside the bare parse of the same pages.

    python -m benchmarks.speed CORPUS_DIR ... [--pages N] [--rounds N]

CORPUS_DIR holds pages.jsonl (id, url a line) and <id>.html.gz; pages of the usual size are taken, a fixed choice of
them. Each round goes over all pages, so that a page is met with the caches full of others; a page's time is its least.
A part's time is without that of the parts within it. Machines differ and are busy: the ratio is what compares.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml.html import HTMLParser, document_fromstring

from benchmarks.corpora import page_of
from benchmarks.measuring import USUAL
from newsreel.cleaning import article, classify, judging, load_rules
from newsreel.errors import PageRejected
from newsreel.extraction import authors as bylines
from newsreel.extraction import (
    body,
    features,
    images,
    liveblog,
    metadata,
    model,
    page,
    pagekind,
    paging,
    published,
    structured,
)
from newsreel.items import Page

# What is timed: the module that calls a part, and the name by which it does.
_PARTS: dict[str, tuple[Any, str]] = {
    "parse": (page, "parse"),
    "markup for machines": (structured, "read"),
    "metadata": (metadata, "read"),
    "metadata: dates": (published, "read"),
    "metadata: authors": (bylines, "read"),
    "cut into lines": (page, "cut"),
    "find the body": (body, "find"),
    "describe lines": (model, "describe"),
    "read their words": (features, "read_lines"),
    "weigh words": (model, "weigh"),
    "ask the model": (model.Forest, "predict"),
    "model, the rest": (model, "scores"),
    "blocks": (page, "blocks_of"),
    "pictures": (images, "read"),
    "live-blog": (liveblog, "read"),
    "next page": (paging, "next_page"),
    "kind of page": (pagekind, "judge"),
    "rules on lines": (judging, "_judged"),
    "clean, the rest": (article, "clean"),
    "kinds and flags": (sys.modules[__name__], "classify"),
}


class Clock:
    """Sums the time of each part, without that of the parts within it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **options: Any) -> Any:
            self._inner.append(0.0)
            begun = time.process_time()
            try:
                return function(*args, **options)
            finally:
                spent = time.process_time() - begun
                self.spent[name] += spent - self._inner.pop()
                self._inner[-1] += spent

        return run


def read_pages(folders: list[Path], most: int) -> list[Page]:
    """Read a fixed choice of the pages of the usual size."""
    found = sorted(_pages(folders), key=lambda page: page.url)
    random.Random(5).shuffle(found)
    return found[:most]


def _pages(folders: list[Path]) -> Iterator[Page]:
    for folder in folders:
        for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n"):
            if line.strip():
                row = json.loads(line)
                content = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
                if USUAL[0] <= len(content) <= USUAL[1]:
                    yield page_of(row["url"], content)


def wash(subject: Page) -> None:
    """Take a page from its bytes to the clean text."""
    try:
        candidate = page.extract(subject)
        cleaned = article.clean(candidate, "x", "x", load_rules(), {}, 0, subject.url, subject.fetched_at)
        classify(cleaned, candidate)
    except PageRejected:
        return


def bare_parse(subject: Page) -> None:
    """Parse a page and do no more."""
    parser = HTMLParser(encoding="utf-8", huge_tree=True, collect_ids=False)
    document_fromstring(subject.body, parser=parser)


def least(pages: list[Page], rounds: int, *works: Callable[[Page], object]) -> list[list[float]]:
    """Give for each work the least milliseconds that each page took, after one round to warm up.

    The works take turns on each page, so that what else the machine does slows them all alike.
    """
    times = [[float("inf")] * len(pages) for _ in works]
    for turn in range(rounds + 1):
        for number, subject in enumerate(pages):
            for own, work in zip(times, works, strict=True):
                begun = time.process_time()
                work(subject)
                if turn:
                    own[number] = min(own[number], (time.process_time() - begun) * 1000)
    return times


def main() -> None:
    """Print the time of a page and of its parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pages = read_pages(options.corpus, options.pages)
    bare, whole = least(pages, options.rounds, bare_parse, wash)
    size = statistics.median(len(subject.body) for subject in pages) / 1000
    ratio = statistics.median(one / other for one, other in zip(whole, bare, strict=True))
    out = sys.stdout.write
    out(f"{len(pages)} pages, median {size:.0f} kB\n")
    out(f"bare parse            {statistics.median(bare):6.2f} ms\n")
    out(f"page to clean text    {statistics.median(whole):6.2f} ms, {ratio:.2f} times the bare parse (medians)\n\n")
    clock = Clock()
    for name, (holder, function) in _PARTS.items():
        setattr(holder, function, clock.timed(name, getattr(holder, function)))
    least(pages, options.rounds, clock.timed("the rest", wash))
    total = sum(clock.spent.values())
    for name, spent in sorted(clock.spent.items(), key=lambda part: -part[1]):
        milliseconds = 1000 * spent / len(pages) / (options.rounds + 1)
        times = milliseconds / statistics.mean(bare)
        out(f"{name:22}{milliseconds:6.2f} ms  {spent / total:4.0%}  {times:5.2f} times (means)\n")


if __name__ == "__main__":
    main()
