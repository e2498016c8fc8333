"""Articles are found by words, phrases and beginnings, and no query is an error."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from stories import HOUR, NOW, article, database, store

from newsreel.items import Author, Block
from storage.articles import Articles, Filter
from storage.search import expression

EXPRESSIONS = [
    ("", None),
    ("   ", None),
    ("red carpet", '("red" AND "carpet")'),
    ('"red carpet"', '("red carpet")'),
    ('"red carpet', '("red carpet")'),
    ("prem*", '("prem" *)'),
    ("red -blue", '("red") NOT ("blue")'),
    ('red -"deep blue" -sky*', '("red") NOT ("deep blue" OR "sky" *)'),
    ("-blue", None),
    ("- * ** \" '", None),
    ("AND OR NOT NEAR", '("AND" AND "OR" AND "NOT" AND "NEAR")'),
    ("headline:red", '("headline:red")'),
    ("rock'n'roll", "(\"rock'n'roll\")"),
    ('5" tall', '("5" AND "tall")'),
    ("^red + (blue)", '("^red" AND "(blue)")'),
    ("_ red", '("red")'),
    ("Überraschung", '("Überraschung")'),
    ("red\0carpet", '("redcarpet")'),
    ("red \ud800", '("red")'),
]


@pytest.mark.parametrize(("query", "wanted"), EXPRESSIONS)
def test_a_query_becomes_an_expression(query: str, wanted: str | None) -> None:
    assert expression(query) == wanted


@pytest.fixture
def shelf(tmp_path: Path) -> Articles:
    engine = database(tmp_path)
    texts = [
        ("Ada Moss wins", "The red carpet was wet. Überraschung!", "Bo Finch"),
        ("A carpet in red", "Nobody premiered anything, said Moss.", "Cy Gray"),
        ("Blue notes", "The premiere of the résumé was moved.", "Ada Moss"),
    ]
    for n, (headline, text, author) in enumerate(texts):
        blocks = (Block("p", text), Block("li", "carpet red", marker="7."))
        subject = article(f"/{n}", headline=headline, blocks=blocks, authors=(Author(author),), content_hash=str(n))
        store(engine, subject, now=NOW + n * HOUR)
    return Articles(engine)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("moss", [3, 2, 1]),
        ("MOSS premiere", [3]),
        ("moss premier*", [3, 2]),
        ('"red carpet"', [1]),
        ('"red carpet', [1]),
        ('"carpet red"', [3, 2, 1]),
        ('"7 carpet"', [3, 2, 1]),
        ("moss -ada", [2]),
        ('moss -"red carpet"', [3, 2]),
        ("moss -premier*", [1]),
        ("-moss", []),
        ("uberraschung", [1]),
        ("RESUME", [3]),
        ("finch", [1]),
        ("nowhere", []),
        ("moss nowhere", []),
        ("", []),
        ("_ moss", [3, 2, 1]),
    ],
)
def test_articles_are_found_newest_first(shelf: Articles, query: str, numbers: list[int]) -> None:
    assert [stored.id for stored in shelf.search(query, Filter(), 10)] == numbers


def test_a_search_can_be_narrowed(shelf: Articles) -> None:
    assert [stored.id for stored in shelf.search("moss", Filter(since=NOW + HOUR), 10)] == [3, 2]
    assert [stored.id for stored in shelf.search("moss", Filter(), 1)] == [3]


def test_a_changed_article_is_found_by_its_new_words_only(shelf: Articles) -> None:
    store(shelf.engine, article("/0", headline="Ada loses", text="Dry it was \ud800."))
    assert [stored.id for stored in shelf.search("wins", Filter(), 10)] == []
    assert [stored.id for stored in shelf.search("wet", Filter(), 10)] == []
    assert [stored.id for stored in shelf.search("dry loses", Filter(), 10)] == [1]
    store(shelf.engine, article("/0", headline="Ada loses", text="Wet again."))
    assert [stored.id for stored in shelf.search("dry", Filter(), 10)] == []


@pytest.fixture(scope="module")
def anything() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = database(Path(folder))
        store(engine, article("/a", text="red carpet"))
        yield engine
        engine.dispose()


pieces = st.sampled_from(
    ['"', "*", "-", "(", ")", "^", ":", "+", "{", "}", "AND", "NOT", "NEAR(", "red", " ", "\0", "'", "_"]
)


@settings(max_examples=300, deadline=None)
@given(query=st.text(st.characters()) | st.lists(pieces).map("".join))
def test_no_query_is_an_error(anything: Engine, query: str) -> None:
    assert len(Articles(anything).search(query, Filter(), 10)) <= 1


def test_a_query_of_any_length_is_answered(anything: Engine) -> None:
    assert len(Articles(anything).search("red " * 10_000, Filter(), 10)) == 1
    assert Articles(anything).search("red " + "-carpet " * 10_000, Filter(), 10) == []
