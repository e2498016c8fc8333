"""Cleans plain text that another scraper stored, by the same rules."""

from __future__ import annotations

from dataclasses import dataclass

from newsreel.cleaning.article import sweep
from newsreel.cleaning.characters import normalise
from newsreel.cleaning.rules import RuleSet
from newsreel.cleaning.subject import Subject
from newsreel.items import Block, Removal

EMPTY_LINES = "text.empty-lines"


@dataclass(frozen=True, slots=True)
class TextResult:
    """The blocks of a clean text, and the log of what was removed."""

    blocks: tuple[Block, ...]
    removals: tuple[Removal, ...]


def clean_text(text: str, rules: RuleSet) -> TextResult:
    """Clean a plain text: each line is a block; runs of empty lines, markers, credits and leftovers go.

    One empty line parts paragraphs and is no fault; a run of two or more is logged as one removal.
    """
    blocks: list[Block] = []
    numbers: list[int] = []
    gaps: list[Removal] = []
    empty = 0
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, raw in enumerate([*lines, None], 1):
        line = normalise(raw) if raw is not None else None
        if line == "":
            empty += 1
            continue
        if empty > 1 and (line is not None or empty > 2):
            gaps.append(Removal(EMPTY_LINES, "\n" * empty, f"lines {number - empty} to {number - 1}"))
        empty = 0
        if line is not None:
            blocks.append(Block("p", line))
            numbers.append(number)
    kept, removals = sweep(blocks, rules, Subject())
    placed = tuple(
        Removal(removal.rule, removal.text, f"line {numbers[int(removal.where.partition('/')[0]) - 1]}")
        for removal in removals
    )
    return TextResult(kept, (*placed, *gaps))
