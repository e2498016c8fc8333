"""What a person types is read into terms and fields; what cannot be understood is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import NOW

from newsreel.errors import QueryError
from storage.query import MAX_TERMS, MAX_WORDS, Query, Term, parse
from storage.words import LONGEST, fold, mark

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def terms(*words: str) -> tuple[Term, ...]:
    """Give plain terms; a star at the end makes a beginning."""
    return tuple(Term(word.rstrip("*"), word.endswith("*")) for word in words)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ("   ", Query()),
        ("red carpet", Query(terms("red", "carpet"))),
        ("red RED red", Query(terms("red"))),
        ('"red carpet"', Query(terms("red carpet"))),
        ('"red carpet', Query(terms("red carpet"))),
        ("“red carpet”", Query(terms("red carpet"))),
        ("prem* pre**", Query(terms("prem*", "pre*"))),
        ('"best pic"*', Query(terms("best pic*"))),
        ('"best pic*"', Query(terms("best pic"))),
        ('red -blue -"deep sea" -sky*', Query(terms("red"), terms("blue", "deep sea", "sky*"))),
        ("-blue", Query((), terms("blue"))),
        ("AND OR NOT NEAR", Query(terms("and", "or", "not", "near"))),
        ("headline:red 12:30", Query(terms("headline red", "12 30"))),
        ("rock'n'roll", Query(terms("rock n roll"))),
        ('5" tall', Query(terms("5", "tall"))),
        ("^red + (blue)", Query(terms("red", "blue"))),
        ("_ red *", Query(terms("red"))),
        ("Überraschung", Query(terms("uberraschung"))),
        ("red\0carpet red\ud800", Query(terms("red carpet", "red"))),
        ("新作 映画*", Query(terms("新 作", "映 画*"))),
        ("source:tide", Query(sources=("tide",))),
        ('Source:"Tide" source:reel', Query(sources=("tide", "reel"))),
        ("-source:tide", Query(not_sources=("tide",))),
        ("kind:live-blog -kind:Review", Query(kinds=("live-blog",), not_kinds=("review",))),
        ('author:"Ada Moss"', Query((Term("ada moss", author=True),))),
        ("author:mos* -author:finch", Query((Term("mos", True, True),), (Term("finch", author=True),))),
        ("after:2026-11-01", Query(after=DAY)),
        ("after:7d before:24h", Query(after=NOW - timedelta(days=7), before=NOW - timedelta(hours=24))),
        ("-before:2026-11-01", Query(after=DAY)),
        ("after:2026-10-01 after:2026-11-01", Query(after=DAY)),
        ('before:"2026-11-01T02:00+02:00"', Query(before=DAY)),
    ],
)
def test_a_query_is_read(text: str, query: Query) -> None:
    assert parse(text, NOW) == query


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind:nonsense", r"no kind 'nonsense'; there are article, review, "),
        ("before:yesterdayish", r"before:'yesterdayish': 'yesterdayish' is no time: give 7d, 24h, or a date"),
        ("after:999999w", "reaches too far back"),
        ("after:0001-01-01T00:00+23:00", "reaches too far back"),
        ("red source:", "source: needs a value right behind it, like source:variety"),
        ('author:""', "author: needs a value"),
        ("author:---", "author:'---' names nobody"),
        ("re*", r"re\* is too short a beginning: give 3 letters or more"),
        ('author:"ada m"*', r"m\* is too short"),
        ("-", "nothing to search for in '-'"),
        ("* ** \" '", "nothing to search for"),
        ("🎬", "nothing to search for"),
        (" ".join(f"w{n}" for n in range(MAX_TERMS + 1)), "51 different words, phrases and fields; give 50 at most"),
        ('"' + "ha " * (MAX_WORDS + 1) + '"', "201 different words; give 200 at most"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(text, NOW)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("The Red-Carpet, at 9.30!", "the red carpet at 9 30"),
        ("snake_case's", "snake case s"),
        ("Résumé re\u0301sume\u0301 ΆΛΦΑ Ёлка", "resume resume αλφα елка"),
        ("straße ﬁlm Ⅷ ＡＢＣ", "strasse film viii abc"),
        ("新作iPhone、東京2026", "新 作 iphone 東 京 2026"),
        ("がカﾞ", "が ガ"),
        ("서울에서", "서 울 에 서"),
        ("ไทย", "ไ ท ย"),
        ("¤every¤", "every"),
        ("a\ud800b\x00c", "a b c"),
        ("x" * (LONGEST + 5), "x" * LONGEST + " xxxxx"),
    ],
)
def test_text_is_folded_to_words(text: str, words: str) -> None:
    assert fold(text) == words


@settings(deadline=None)
@given(st.text(st.characters()), st.text(st.characters()))
def test_folding_keeps_to_words_that_no_mark_is_among(one: str, other: str) -> None:
    words = fold(one)
    assert words == " ".join(words.split())
    assert "¤" not in words
    assert words.isprintable()
    assert fold(f"{one} {other}") == f"{words} {fold(other)}".strip()


@given(st.text(), st.text())
def test_different_properties_have_different_marks(one: str, other: str) -> None:
    assert (mark("source", one) == mark("source", other)) == (one == other)
    assert len(mark("source", one).split()) == 1
    assert mark("source", one).isascii() is False
