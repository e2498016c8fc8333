"""The verdict that a review prints leaves the text and becomes a field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.cleaning import classify, clean, load_rules, rating
from newsreel.items import Article, Block, Candidate, Review

NOW = datetime(2026, 5, 2, tzinfo=UTC)
TEXT = (
    "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said. " * 4
)


def article_of(*lines: str, **fields: object) -> Article:
    blocks = (Block("p", TEXT), *(Block("p", line) for line in lines))
    candidate = Candidate("https://reel.example/a", headline="Night Harbour", blocks=blocks, **fields)  # type: ignore[arg-type]
    return classify(clean(candidate, "reel", "Reel", load_rules(None), {}, 0, candidate.url, NOW), candidate)


PRINTED = [
    ("Score: 9/10", "9", "10"),
    ("Our verdict ★★★★☆", "4", "5"),
    ("Our verdict 3.5 out of 5", "3.5", "5"),
    ("Grade: B+", "B+", None),
    ("Grade: A−", "A-", None),
    ("Rating: 3 1/2 stars (out of 4)", "3.5", "4"),
    ("Rating: 85%", "85", "100"),
    ("★★★½☆", "3.5", "5"),
    ("Wertung: 4 von 5 Sternen", "4", "5"),
    ("Note : 3,5/5", "3.5", "5"),
    ("Puntuación: 8/10", "8", "10"),
    ("Voto: 7,5", "7.5", None),
    ("Avaliação: 4 de 5 estrelas", "4", "5"),
]


@pytest.mark.parametrize(("line", "value", "best"), PRINTED)
def test_a_printed_verdict_becomes_the_review(line: str, value: str, best: str | None) -> None:
    article = article_of(line)
    assert [block.text for block in article.blocks] == [TEXT.strip()]
    assert [removal.rule.partition(".")[0] for removal in article.removals] == ["rating"]
    assert article.review is not None
    assert (article.review.value, article.review.best, article.kind) == (value, best, "review")
    assert article.review.raw in line


@pytest.mark.parametrize(
    "line",
    [
        "Score: a suite for nine cellos",
        "The score was 9/10 by noon.",
        "Score: 21/14",
        "Note 1",
        "Rating: PG-13",
        "★★★★★",
    ],
)
def test_what_is_no_verdict_stays(line: str) -> None:
    article = article_of(line)
    assert [block.text for block in article.blocks] == [TEXT.strip(), line]
    assert (article.review, article.kind) == (None, "article")


def test_verdicts_that_differ_belong_to_their_entries() -> None:
    lines = ["The first of the two.", "Score: 9/10", "The second of the two.", "Score: 4/10"]
    article = article_of(*lines)
    assert [block.text for block in article.blocks][1:] == lines
    assert article.review is None


def test_a_verdict_printed_twice_counts_once() -> None:
    article = article_of("Score: 9/10", "It ends well.", "Score: 9/10")
    assert article.review == Review("9", "9/10", "10")


def test_a_stated_verdict_is_kept_with_what_is_printed() -> None:
    stated = Review("4", "4", "5", "Night Harbour", "Movie")
    assert article_of("Our verdict ★★★★☆", review=stated).review == Review("4", "★★★★☆", "5", "Night Harbour", "Movie")
    assert article_of("Our verdict ★★★☆☆", review=stated).review == stated


def test_agreed_needs_a_line() -> None:
    assert rating.agreed([]) is None
