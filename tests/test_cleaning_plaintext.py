"""Texts that others scraped lose their markers and leftovers, and no sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.cleaning import clean_text, load_rules

RULES = load_rules(None)
SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "000_8282297d0f103bb0.txt"
ONE = "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said."
TWO = "Ann Lee, who plays the keeper, learned to sail for the part and broke a finger on the very first day at sea."


def test_markers_credits_leftovers_and_gaps_go() -> None:
    text = f"Instagram/@annlee\r\n{ONE}\r\nAdvertisement\r\n\r\n\r\n\r\nView this post on Instagram\n{TWO}\n\n\n"
    result = clean_text(text, RULES)
    assert [block.text for block in result.blocks] == [ONE, TWO]
    assert [(removal.rule, removal.where) for removal in result.removals] == [
        ("credit.handle", "line 1"),
        ("ad.marker", "line 3"),
        ("embed.instagram", "line 7"),
        ("text.empty-lines", "lines 4 to 6"),
        ("text.empty-lines", "lines 9 to 11"),
    ]


@pytest.mark.parametrize("text", ["", "\n\n\n", "   "])
def test_nothing_in_nothing_out(text: str) -> None:
    assert clean_text(text, RULES).blocks == ()


def test_one_empty_line_parts_paragraphs() -> None:
    assert clean_text(f"{ONE}\n\n{TWO}\n", RULES).removals == ()


@given(st.lists(st.sampled_from([ONE, TWO, "Advertisement", "", "Photo: Joe Roe", "“Yes,” she said."]), max_size=12))
def test_keeps_every_sentence_in_order(lines: list[str]) -> None:
    result = clean_text("\n".join(lines), RULES)
    kept = [block.text for block in result.blocks]
    wanted = [line for line in lines if line in (ONE, TWO, "“Yes,” she said.")]
    assert list(dict.fromkeys(wanted)) == list(dict.fromkeys(kept))
    assert "Advertisement" not in kept
    assert [block.text for block in clean_text("\n\n".join(kept), RULES).blocks] == kept


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLE.exists(), reason="the scraped sample text beside the project is missing")
def test_the_sample_text() -> None:
    result = clean_text(SAMPLE.read_text(encoding="utf-8"), RULES)
    lines = [line.strip() for line in SAMPLE.read_text(encoding="utf-8").splitlines() if len(line) > 60]
    assert [block.text for block in result.blocks] == lines
    assert len(lines) == 11
    assert [removal.rule for removal in result.removals] == [
        "credit.handle",
        "ad.marker",
        "ad.marker",
        "text.empty-lines",
    ]
