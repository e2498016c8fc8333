"""Texts that are editions of each other have signatures that are alike, and others have not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.stories import ALIKE, BANDS, FEWEST_WORDS, SIGNATURE_SIZE, bands, shares, signature, words_of


def story(chance: random.Random, sentences: int = 20) -> list[str]:
    """Invent a story of sentences that no other has."""
    return [" ".join(f"w{chance.randrange(5000)}" for _ in range(15)) + "." for _ in range(sentences)]


def resemblance(text: str, other: str) -> float:
    """The share of runs of three words that two texts have in common, counted one by one."""
    one, two = ({tuple(words[i : i + 3]) for i in range(len(words) - 2)} for words in (words_of(text), words_of(other)))
    return len(one & two) / len(one | two)


def is_found(text: str, other: str) -> bool:
    """Tell whether the store would find one text by the other."""
    return bool(set(bands(signature(text))) & set(bands(signature(other)))) and agreement(text, other) >= ALIKE


def agreement(text: str, other: str) -> float:
    """The share of equal positions."""
    return shares(signature(text), [signature(other)])[0]


@pytest.mark.parametrize("seed", range(40))
def test_the_agreement_is_the_resemblance(seed: int) -> None:
    chance = random.Random(seed)
    sentences = story(chance)
    other = sentences[chance.randint(0, 15) :] + story(chance, chance.randint(0, 10))
    real = resemblance(" ".join(sentences), " ".join(other))
    # Four standard deviations of 64 draws.
    assert abs(agreement(" ".join(sentences), " ".join(other)) - real) <= 4 * (real * (1 - real) / 64) ** 0.5 + 0.001


def test_edited_texts_are_found_and_others_are_not() -> None:
    chance = random.Random(11)
    stories = [story(chance) for _ in range(150)]
    edited = [[each for each in sentences if chance.random() > 0.1] + story(chance, 2) for sentences in stories]
    found = sum(is_found(" ".join(one), " ".join(two)) for one, two in zip(stories, edited, strict=True))
    assert found >= 147
    assert not any(is_found(" ".join(one), " ".join(two)) for one in stories[:50] for two in edited[50:100])


def test_case_marks_and_quotes_make_no_difference() -> None:
    plain = "she said it's a story of two towns and one pier where nobody fished in all the long grey winters of 1978"
    dressed = "She said: “It’s a story of two towns – and one pier…” Where nobody\u00a0fished (in all the long grey winters of 1978)!"
    assert signature(plain) == signature(dressed) != b""


CHINESE = "灯塔的看守人在冬天的最后一个晚上写下了他一生的故事而没有人知道这些信件后来去了哪里直到今年春天"


def test_signs_are_the_words_where_no_spaces_are_written() -> None:
    assert words_of("灯塔ab 3") == ["灯".encode(), "塔".encode(), b"ab", b"3"]
    assert agreement(CHINESE, CHINESE[2:] + "新闻") > 0.7
    assert (
        agreement(CHINESE, "今天的电影节上有三部新片获得了观众的掌声其中一部讲的是一位老船长和他的狗在北方海边的生活")
        < 0.1
    )
    thai = "ผู้กำกับกล่าวว่าภาพยนตร์เรื่องใหม่จะเข้าฉายในเดือนหน้า"
    assert agreement(thai, thai[3:]) > 0.7


@pytest.mark.parametrize("text", ["", "Watch it above.", "one " * (FEWEST_WORDS - 1), "…!?" * 100])
def test_short_texts_have_no_signature(text: str) -> None:
    assert signature(text) == b""
    assert bands(b"") == []
    assert shares(b"", [signature("word " * 50)]) == [0.0]


def test_a_very_long_text_counts_with_its_beginning() -> None:
    begun = " ".join(f"w{n}" for n in range(20_000))
    assert signature(begun + " and so on" * 50_000) == signature(begun)


@given(st.text(max_size=400))
def test_any_text_has_a_signature_of_its_own_kind(text: str) -> None:
    signed = signature(text)
    assert len(signed) in (0, SIGNATURE_SIZE)
    assert len(bands(signed)) == (BANDS if signed else 0)
    assert all(-(2**63) <= band < 2**63 for band in bands(signed))
    assert signature(text) == signed


def test_a_signature_is_the_same_in_every_process() -> None:
    text = " ".join(f"word{n}" for n in range(40))
    command = "import sys; from newsreel.stories import signature; print(signature(sys.argv[1]).hex())"
    done = [
        subprocess.run(
            [sys.executable, "-c", command, text],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    assert {each.stdout.strip() for each in done} == {signature(text).hex()}
    # What is stored must be found by later versions too.
    assert signature(text)[:8].hex() == "0e01a19568847a3c"
