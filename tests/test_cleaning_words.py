"""A filter of words names all that a text holds, and hardly another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newsreel.cleaning.words import WordFilter

LETTERS = st.text(alphabet="abé ñ/.", max_size=6)


@given(st.lists(LETTERS.filter(bool), max_size=12), st.text(alphabet="abé ñ/.\n", max_size=60))
def test_names_all_words_that_a_text_holds(words: list[str], text: str) -> None:
    assert {word for word in words if word in text} <= WordFilter(words).possible(text) <= set(words)


def test_leaves_out_what_a_text_does_not_hold() -> None:
    words = WordFilter(["newsletter", "inbox", "regístrate", "t.co/"])
    assert words.possible("the film opens in may, and nobody in the inn boxes") == frozenset()
    assert words.possible("regístrate: the newsletter in your inbox") == {"newsletter", "inbox", "regístrate"}


def test_without_words() -> None:
    assert WordFilter([]).possible("any text") == frozenset()
