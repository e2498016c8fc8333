"""Cleaning takes time in proportion to the text, whatever the lines are; what is large is left to a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from stories import page, visit

from newsreel import parsing
from newsreel.cleaning import Memory, classify, clean, fingerprints, is_large, load_rules, prints_of
from newsreel.cleaning.large import MOST_LINES
from newsreel.errors import PageRejected
from newsreel.items import Article, Block, Candidate, Image, Visit
from newsreel.sources import Source
from pipelines.classify import ClassifyPipeline
from pipelines.clean import CleanPipeline
from storage.database import sqlite_url

NOW = datetime(2026, 5, 2, tzinfo=UTC)
URL = "https://tide.example/a"
LINE = "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said."
SOURCE = Source(id="tide", name="Tide", home="https://tide.example/", feeds=("https://tide.example/feed",))

Lines = Callable[[int], list[Block]]
# Each makes so many lines.
MANY: dict[str, Lines] = {
    "paragraphs": lambda n: [Block("p", f"{LINE} {i}.") for i in range(n)],
    "one paragraph": lambda n: [Block("p", LINE)] * n,
    "labels": lambda n: [Block("p", f"Line {i}") for i in range(n)],
    "markers": lambda n: [Block("p", "Advertisement")] * n,
    "links": lambda n: [Block("li", f"A title that is long enough to be one {i}", link_share=1.0) for i in range(n)],
    "lists between removed lines": lambda n: [
        block
        for i in range(n // 2)
        for block in (Block("p", "Advertisement"), Block("li", f"Title {i}", link_share=1.0))
    ],
    "related headings": lambda n: [
        block
        for i in range(n // 2)
        for block in (Block("heading", "Related stories"), Block("li", f"T {i}", link_share=1.0))
    ],
    "pulled quotations": lambda n: [Block("quote", f"A quotation of more than thirty letters {i}") for i in range(n)],
    "quotations and paragraphs": lambda n: [
        block
        for i in range(n // 2)
        for block in (Block("quote", f"No paragraph has this quotation {i}"), Block("p", LINE * 2))
    ],
    "class names": lambda n: [Block("p", f"Line {i} of it", classes=f"a{i} b/promo{i}/share") for i in range(n)],
    "doubtful lines": lambda n: [Block("p", f"{LINE} {i}", chance=i % 10 / 10) for i in range(n)],
    "counters": lambda n: [Block("p", f"{i % 999} of 999") for i in range(n)],
    "ratings": lambda n: [Block("p", f"Rating: {i % 5}/5") for i in range(n)],
    "headings": lambda n: [Block("heading", f"Number {i}", level=2) for i in range(n)],
    "rows": lambda n: [Block("row", f"a | b | {i}") for i in range(n)],
    "dashes": lambda n: [Block("p", "- " * 65)] * n,
    "bars": lambda n: [Block("p", "| x " * 40)] * n,
    "spaced letters": lambda n: [Block("p", "a " * 150)] * n,
}
LONG = (
    "x", "word ", " ", '"', ".", "(", "()", "1", "1 ", "Advertisement ", "★", "/", "- ", "a: ", "a\n", "Ann ", "@a ", "| ", "\u200b", "字",
    "Photo: Getty Images / ", "By ", "https://a.b/", "'a' ", "Sign up ", "? ", "... ",
)  # fmt: skip


def seconds(blocks: list[Block]) -> float:
    """Measure the whole way of a candidate; all its lines are on other pages too."""
    images = tuple(Image(f"https://tide.example/{n}", caption="A picture") for n in range(100))
    candidate = Candidate(URL, headline="Keeper returns", blocks=tuple(blocks), images=images)
    begun = time.process_time()
    Memory().learn(prints_of(candidate))
    memory = dict.fromkeys(sorted(fingerprints(candidate))[::2], 6)
    try:
        article = clean(candidate, "tide", "Tide", load_rules(None), memory, 10, URL, NOW)
        classify(article, candidate)
    except PageRejected:
        pass
    return time.process_time() - begun


@pytest.mark.parametrize("lines", MANY.values(), ids=MANY)
def test_four_times_the_lines_take_about_four_times_as_long(lines: Lines) -> None:
    seconds(lines(100))
    few = min(seconds(lines(MOST_LINES)) for _ in range(2))
    many = seconds(lines(4 * MOST_LINES))
    assert many < 8 * few + 0.2
    # No more is cleaned without a worker.
    assert few < 1.0


@pytest.mark.parametrize(
    ("kind", "text"),
    [*(("p", text) for text in LONG), *product(("pre", "heading", "li", "quote"), ("★", "? ", "word "))],
)
def test_a_line_of_a_megabyte_is_a_matter_of_a_moment(kind: Any, text: str) -> None:
    line = Block(kind, text * (1_000_000 // len(text)))
    assert seconds([Block("p", LINE), line, Block("p", LINE + " Again.")]) < 3.0


@pytest.fixture(scope="module", autouse=True)
def pool() -> Iterator[None]:
    parsing.acquire()
    yield
    parsing.release()


def piped(candidate: Candidate, folder: Path) -> Visit:
    class Crawler:
        crawling = False
        spider = None

    crawler: Any = Crawler()

    async def work() -> Visit:
        step = CleanPipeline(crawler, SOURCE, sqlite_url(folder / "newsreel.db"))
        try:
            return await step.process_item(visit(1, URL, candidate=candidate, page=page(URL)))
        finally:
            await step.close_spider()

    return ClassifyPipeline().process_item(asyncio.run(work()))


def test_a_large_candidate_is_cleaned_by_a_worker_to_the_same_article(tmp_path: Path) -> None:
    blocks = [Block("p", f"{n}: {LINE}") for n in range(3_000)]
    candidate = Candidate(URL, headline="Keeper returns", blocks=(*blocks, Block("p", "Advertisement"), blocks[0]))
    assert is_large(candidate)
    wanted: Article = clean(
        candidate, "tide", "Tide", load_rules(None), {}, 0, page(URL).requested_url, page(URL).fetched_at
    )
    assert piped(candidate, tmp_path).article == classify(wanted, candidate)


def test_a_large_candidate_of_nothing_is_rejected_by_its_code(tmp_path: Path) -> None:
    candidate = Candidate(URL, headline="Keeper returns", blocks=(Block("p", "Advertisement"),) * 5_000)
    item = piped(candidate, tmp_path)
    assert (item.outcome, item.article) == ("no-text", None)
