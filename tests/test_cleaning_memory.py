"""An outlet's repeated lines are furniture; what belongs to a story never is."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from newsreel.cleaning import clean, fingerprints, load_rules
from newsreel.cleaning.memory import fingerprint
from newsreel.items import Block, Candidate

STORY = [
    "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said.",
    "Ann Lee, who plays the keeper, learned to sail for the part and broke a finger on the very first day at sea.",
    "Filming begins in October on the same island, with a crew that is nearly twice as large as it was before.",
]


def cleaned(line: Block, count: int, pages: int = 10) -> tuple[bool, list[str]]:
    blocks = (Block("p", STORY[0]), line, Block("p", STORY[1]), Block("p", STORY[2]))
    candidate = Candidate("https://reel.example/a", headline="Keeper returns", blocks=blocks)
    memory = {fingerprint(block.text): count for block in blocks}
    article = clean(
        candidate, "reel", "Reel", load_rules(None), memory, pages, candidate.url, datetime(2026, 5, 2, tzinfo=UTC)
    )
    assert set(STORY) <= {block.text for block in article.blocks}
    return line in article.blocks, [removal.rule for removal in article.removals]


@pytest.mark.parametrize(
    ("line", "count", "stays"),
    [
        (Block("p", "Reel Nights on the big screen"), 4, False),
        (Block("p", "Reel Nights on the big screen"), 3, True),
        (Block("li", "Reel Nights 12"), 9, False),
        (Block("p", "Our readers love this website, and you will too."), 6, False),
        (Block("p", "“I would do it again,” she said."), 9, True),
        (Block("p", "A spokesman for the studio did not answer questions on Friday evening."), 9, True),
        (Block("heading", "The verdict", level=2), 4, True),
        (Block("heading", "Hear it from the Reel", level=2), 9, False),
        (Block("row", "Best film | Nominated"), 9, True),
    ],
)
def test_repeated_lines(line: Block, count: int, stays: bool) -> None:
    kept, rules = cleaned(line, count)
    assert kept is stays
    assert ("memory" in rules) is not stays


def test_fingerprints_hold_in_every_process() -> None:
    code = "from newsreel.cleaning.memory import fingerprint; print(fingerprint('Reel Nights — 12'))"
    told = {
        int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    }
    assert told == {fingerprint("reel nights  7")}
    assert 0 <= min(told) < 2**63


def test_a_candidate_gives_the_fingerprints_of_its_lines() -> None:
    candidate = Candidate("https://reel.example/a", blocks=(Block("p", "One line"), Block("p", "word " * 200)))
    assert fingerprints(candidate) == {fingerprint("One line")}
