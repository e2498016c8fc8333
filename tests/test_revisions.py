"""What makes a revision, and what differs between two versions."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.revisions import Line, difference, essence, is_cosmetic

COSMETIC = [
    ("A plain line.", "A plain line."),
    ("It's “over”", 'It’s "over"'),
    ("«Over», he said", "''Over'', he said"),
    ("1900–1910", "1900-1910"),
    ("He left -- at last", "He left — at last"),
    ("He left—at last", "He left — at last"),
    ("zero\u200b\u00adwidth", "zerowidth"),
    ("a\u00a0wide\t line\n\nand more", "a wide line and more"),
    ("well , said !", "well, said!"),
    ("THE LAST NIGHT", "The last night"),
    ("wait …", "wait..."),
    ("cafe\u0301", "caf\u00e9"),
]
REAL = [
    ("He has 3 cats", "He has 4 cats"),
    ("1.5 million", "15 million"),
    ("10\u00b2", "102"),
    ("Let's eat, Ada", "Let's eat Ada"),
    ("$5", "€5"),
    ("-5 degrees", "5 degrees"),
    ("a long run", "along run"),
    ("He did", "He did not"),
    ("He did?", "He did."),
    ("", "a"),
    ("12 34", "1234"),
]


@pytest.mark.parametrize(("before", "after"), COSMETIC)
def test_dress_is_cosmetic(before: str, after: str) -> None:
    assert is_cosmetic(before, after)
    assert is_cosmetic(after, before)


@pytest.mark.parametrize(("before", "after"), REAL)
def test_words_are_not(before: str, after: str) -> None:
    assert not is_cosmetic(before, after)
    assert not is_cosmetic(after, before)


@given(st.text())
def test_essence_is_final(text: str) -> None:
    assert essence(essence(text)) == essence(text)


WORD = st.text("abcdefghij0123456789", min_size=1, max_size=8)
SWAPS = {"'": "’", '"': "”", "-": "–", " ": "\u00a0", ".": " .", ",": ",\u200b"}


@given(st.lists(st.tuples(WORD, st.sampled_from([" ", ", ", ". ", ' "', " - ", "'s "])), max_size=30), st.randoms())
def test_a_text_in_another_dress_is_the_same(parts: list[tuple[str, str]], chance: object) -> None:
    text = "".join(word + mark for word, mark in parts)
    dressed = "".join(SWAPS.get(sign, sign) if chance.random() < 0.5 else sign.upper() for sign in text)  # type: ignore[attr-defined]
    assert is_cosmetic(text, dressed)


@given(st.lists(WORD, min_size=1, max_size=20), st.integers(0, 19), WORD)
def test_another_word_is_another_text(words: list[str], at: int, other: str) -> None:
    changed = list(words)
    changed[at % len(words)] = other
    assert is_cosmetic(" ".join(words), " ".join(changed)) == (words == changed)


def texts(lines: tuple[Line, ...]) -> tuple[list[str], list[str]]:
    return (
        [line.before for line in lines if line.operation != "added"],
        [line.after for line in lines if line.operation != "removed"],
    )


PARAGRAPHS = st.lists(st.sampled_from(["", "a", "b b", "a b c d", "a b c e", "f, g. h", "x y z w v"]), max_size=25)


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_can_be_read_back(before: list[str], after: list[str]) -> None:
    lines = difference(before, after)
    assert texts(lines) == (before, after)
    for line in lines:
        assert line.operation != "changed" or line.before != line.after
        assert line.operation == "changed" or len(line.spans) == 1


@given(PARAGRAPHS)
def test_the_same_text_has_no_difference(text: list[str]) -> None:
    assert {line.operation for line in difference(text, text)} <= {"same"}


def test_what_was_done_to_a_text_is_told() -> None:
    before = ["The play opened on Monday night.", "Nobody came.", "It closed a week later.", "The end."]
    after = ["A note: this was corrected.", "The play opened on Tuesday night.", "It closed a week later.", "The end."]
    told = [(line.operation, line.before, line.after) for line in difference(before, after)]
    assert told == [
        ("added", "", "A note: this was corrected."),
        ("changed", "The play opened on Monday night.", "The play opened on Tuesday night."),
        ("removed", "Nobody came.", ""),
        ("same", "It closed a week later.", "It closed a week later."),
        ("same", "The end.", "The end."),
    ]
    [_, changed, *_] = difference(before, after)
    assert [(span.operation, span.text) for span in changed.spans] == [
        ("same", "The play opened on "),
        ("removed", "Monday"),
        ("added", "Tuesday"),
        ("same", " night."),
    ]


LARGE = [
    pytest.param(["a b"] * 60_000, ["b a"] * 60_000, id="all alike"),
    pytest.param(
        [f"line {n} of it" for n in range(60_000)], [f"line {n} of them" for n in range(60_000)], id="all new"
    ),
    pytest.param(["word " * 500_000], ["word " * 499_000 + "end"], id="one paragraph"),
    pytest.param(["x", "y"] * 40_000, ["y", "x", "x"] * 30_000, id="twins"),
    pytest.param(
        [f"{n}" if n % 2 else f"he said {n}" for n in range(60_000)],
        [f"{n}" if n % 2 else f"she said {n}" for n in range(60_000)],
        id="every other",
    ),
]


@pytest.mark.parametrize(("before", "after"), LARGE)
def test_large_texts_take_no_longer_than_a_moment(before: list[str], after: list[str]) -> None:
    began = time.process_time()
    lines = difference(before, after)
    assert time.process_time() - began < 10
    assert texts(lines) == (before, after)
