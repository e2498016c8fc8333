"""The model keeps the story's lines and says no to what stands around them, on pages that nobody has seen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources

import numpy as np
import pytest

from newsreel.extraction import extract
from newsreel.extraction.blocks import Cut
from newsreel.extraction.body import find
from newsreel.extraction.cutting import cut
from newsreel.extraction.features import describe
from newsreel.extraction.lexicon import Lexicon, names_of
from newsreel.extraction.model import LEAST_CHANCE, Forest, decide, load, scores
from newsreel.extraction.parse import parse
from newsreel.extraction.wording import Subject
from newsreel.items import Page
from newsreel.sources import OutletRules

URL = "https://reel.example/2026/05/01/harbour-musical-opens"
HEADLINE = "Harbour musical opens after a long delay"
STORY = [
    "The harbour musical opened on Thursday night, eleven months after a burst pipe had flooded the stage.",
    "Its composer, Mina Holt, said that the wait had made the songs better, and that two of them were new.",
    "“We had the whole winter to throw things away,” she told the audience before the curtain went up.",
    "The show runs until the end of August, and the company hopes to take it to three other cities by then.",
    "Tickets for the first month were gone within a day, the theatre said, faster than for any show before.",
]
AROUND = ["Related stories", "Ten trailers of the week", "Sign up for our newsletter", "Share this article"]
PAGE = f"""
<div class="site-header"><a href="/">Reel</a></div>
<div class="layout"><main><article class="post">
  <h1>{HEADLINE}</h1>
  <div class="share-bar"><p>{AROUND[3]}</p></div>
  <div class="entry-content">{"".join(f"<p>{text}</p>" for text in STORY)}
    <div class="newsletter-signup"><p>{AROUND[2]}</p></div>
  </div>
</article></main>
<div class="related-posts"><h3>{AROUND[0]}</h3><ul><li><a href="/t">{AROUND[1]}</a></li></ul></div></div>
"""
SUBJECT = Subject(HEADLINE, "A musical about a harbour opens at last.", ("Ann Lee",))


def page_of(body: str) -> Page:
    html = f"<html><head><title>{HEADLINE}</title></head><body>{body}</body></html>"
    return Page(URL, URL, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC))


def cut_of(body: str) -> Cut:
    return cut(parse(page_of(body)), URL)


def chances_of(body: str) -> dict[str, float]:
    lines = cut_of(body)
    chances = scores(lines, find(lines, HEADLINE), SUBJECT)
    return {lines.lines[index].text: chance for index, chance in chances.items()}


def test_the_story_is_likely_and_what_stands_around_it_is_not() -> None:
    chances = chances_of(PAGE)
    assert [text for text in STORY if chances[text] < LEAST_CHANCE] == []
    assert [text for text in AROUND if chances.get(text, 0) >= LEAST_CHANCE] == []


def test_a_line_keeps_its_chance_whenever_it_is_asked_for() -> None:
    assert chances_of(PAGE) == chances_of(PAGE)


def test_extract_hands_every_chance_on() -> None:
    blocks = {block.text: block.chance for block in extract(page_of(PAGE)).blocks}
    assert [text for text in STORY if (blocks[text] or 0) < LEAST_CHANCE] == []


def test_where_an_outlet_names_its_body_the_model_is_not_asked() -> None:
    blocks = extract(page_of(PAGE), OutletRules(body=".entry-content")).blocks
    assert [block.chance for block in blocks] == [None] * len(blocks)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p></p>",
        "<p>x</p>",
        "<div>" * 900 + STORY[0] + "</div>" * 900,
        "<ul>" + "<li>one</li>" * 3000 + "</ul>",
        "<table>" + "<tr><td>a</td><td>b</td></tr>" * 50 + "</table>",
        f"<nav><a href='/'>{STORY[0]}</a></nav>",
    ],
    ids=["nothing", "empty", "a letter", "deep", "long list", "table", "links only"],
)
def test_every_page_can_be_described(body: str) -> None:
    lines = cut_of(body)
    chances = scores(lines, find(lines), Subject())
    assert set(chances) <= set(range(len(lines.lines)))
    assert all(0 <= chance <= 1 for chance in chances.values())


def test_described_lines_are_in_page_order_and_hold_no_gaps() -> None:
    lines = cut_of(PAGE)
    described = describe(lines, find(lines, HEADLINE), SUBJECT)
    assert described is not None
    assert list(described.indexes) == sorted(set(described.indexes.tolist()))
    assert np.isfinite(described.rows).all()
    assert len(described.rows) == len(described.indexes) == len(described.words)


def test_sure_lines_are_added_to_those_found_and_unlikely_ones_stay_to_be_logged() -> None:
    lines = cut_of(PAGE)
    found = find(lines, HEADLINE)
    likely = dict.fromkeys(found.lines, 0.9)
    decided, chances = decide(lines, found, likely | {found.lines[0]: 0.1, 0: 0.98, 1: 0.6})
    assert decided.lines == sorted({0, *found.lines})
    assert (decided.first, chances[found.lines[0]]) == (0, 0.1)


def test_where_the_finders_prose_is_doubted_likely_lines_elsewhere_are_enough() -> None:
    lines = cut_of(PAGE)
    found = find(lines, HEADLINE)
    wrong = replace(found, lines=found.lines[:2])
    decided, _ = decide(lines, wrong, dict.fromkeys(found.lines, 0.6) | dict.fromkeys(found.lines[:2], 0.1))
    assert decided.lines == found.lines


def test_without_a_likely_line_the_finder_is_believed() -> None:
    lines = cut_of(PAGE)
    found = find(lines, HEADLINE)
    assert decide(lines, found, dict.fromkeys(found.lines, 0.2)) == (found, {})


def test_a_forest_answers_as_its_trees_do() -> None:
    # Tree 1: x0 <= 1 ? (x1 <= 5 ? -1 : 2) : 3.  Tree 2: x1 <= 0 ? 10 : 20, with one split to spare.
    forest = Forest(
        np.array([[0, 1], [1, 0]], np.int16),
        np.array([[1, 5], [0, np.inf]], np.float32),
        np.array([[0xFFFFFFFC, 0xFFFFFFFE], [0xFFFFFFFE, 0xFFFFFFFF]], np.uint32),
        np.array([[-1, 2, 3], [10, 20, 0]], np.float32),
    )
    rows = np.array([[0, 5], [1, 6], [2, -1], [9, 9]], np.float32)
    sums = [-1 + 20, 2 + 20, 3 + 10, 3 + 20]
    assert forest.predict(rows) == pytest.approx([1 / (1 + np.exp(-value)) for value in sums])
    assert forest.predict(np.repeat(rows, 200, axis=0)) == pytest.approx(np.repeat(forest.predict(rows), 200))


def test_words_that_the_lexicon_does_not_know_weigh_nothing() -> None:
    lexicon = Lexicon({"<div>": 0.5, "promo": -2.0}, {"subscribe": -1.0, "said": 1.0})
    assert lexicon.of_node("div", "promo zzz 12") == (-1.5, -2.0, 0.5)
    assert lexicon.of_text(frozenset({"subscribe", "zzz"})) == (-1.0, -0.5, -1.0, 0.0)
    assert lexicon.of_text(frozenset()) == (0.0, 0.0, 0.0, 0.0)
    assert names_of("div", "promo 12") == ["<div>", "promo"]


def test_the_shipped_model_is_small_and_knows_single_words_only() -> None:
    file = resources.files("newsreel.extraction").joinpath("body_model.npz")
    assert len(file.read_bytes()) <= 1_000_000
    lexicon = load().lexicon
    assert all(re.fullmatch(r"<[a-z0-9-]+>|\w+", word) for word in (*lexicon.names, *lexicon.words))
    assert len(lexicon.names) > 100
    assert len(lexicon.words) > 100
