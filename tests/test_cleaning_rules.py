"""Every rule removes its examples and keeps what it must; no rule touches plain prose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsreel.cleaning import Rule, load_rules
from newsreel.cleaning.characters import plain
from newsreel.cleaning.rules import PageRules
from newsreel.items import Block
from newsreel.sources import OutletRules

RULES = load_rules(None)
LANGUAGES = {"en", "de", "fr", "es", "it", "pt", "mul"}
AUTHORS = ("jane roe",)
PROSE = [
    "The pictures came courtesy of a neighbour, who had filmed the fire from her kitchen window.",
    "Advertisement spending rose in May, and the studios spent most of it.",
    "He shared the stage with his brother for the last time.",
    "“Read more books,” she said, and left the room without another word.",
    "Related or not, the two films tell the same story.",
    "By the time the credits rolled, half of the audience had left.",
    "The newsletter that she wrote every week had made her famous.",
    "May is the month in which the festival opens its doors.",
    "Follow your heart, the song says, and it is wrong.",
    "Comments on the film were kind, but few people went to see it.",
    "The tags on the coats showed what they had cost.",
    "It was Getty who bought the pictures, and Getty who sold them again in the end.",
    "Das Konzert ist ausverkauft, sagte der Veranstalter am Montag.",
    "Le film sortira en salles au mois de mai, a annoncé le studio.",
    "La película se estrena en mayo, dijo el director en Madrid.",
    "Il film esce a maggio, ha detto il regista a Roma.",
    "O filme estreia em maio, disse o diretor em Lisboa.",
]


def block_for(rule: Rule, text: str) -> Block:
    kind = "p" if not rule.kinds or "p" in rule.kinds else sorted(rule.kinds)[0]
    if rule.how == "classes":
        return Block(kind, "Some words", classes=text)  # type: ignore[arg-type]
    return Block(kind, text, link_share=1.0 if rule.links else 0.0)  # type: ignore[arg-type]


def fits(rule: Rule, text: str) -> bool:
    block = block_for(rule, text)
    return rule.fits(block, plain(block.text).lower(), rule.place or "body", AUTHORS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "text"),
    [pytest.param(rule, text, id=f"{rule.id}-{text[:30]}") for rule in RULES.rules for text in rule.removes],
)
def test_removes(rule: Rule, text: str) -> None:
    assert fits(rule, text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param(rule, text, id=f"{rule.id}-{text[:30]}")
        for rule in RULES.rules
        if rule.how != "classes"
        for text in rule.removes
    ],
)
def test_a_page_leaves_out_no_rule_that_meets_a_line(rule: Rule, text: str) -> None:
    block = block_for(rule, text)
    line = plain(text).lower()
    here = PageRules(RULES, [*(plain(prose).lower() for prose in PROSE), line])
    assert rule in here.for_line(block, line, rule.place or "body")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "text"),
    [pytest.param(rule, text, id=f"{rule.id}-{text[:30]}") for rule in RULES.rules for text in rule.keeps],
)
def test_keeps(rule: Rule, text: str) -> None:
    block = block_for(rule, text)
    block = Block(block.kind, block.text, classes=block.classes)
    assert not rule.fits(block, plain(block.text).lower(), rule.place or "body", AUTHORS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", [*PROSE, *(text for rule in RULES.rules if rule.how != "classes" for text in rule.keeps if len(text) > 40)]
)
@pytest.mark.parametrize("place", ["head", "body", "tail"])
def test_no_rule_takes_prose(text: str, place: str) -> None:
    found = [rule.id for rule in RULES.rules if rule.fits(Block("p", text), plain(text).lower(), place)]  # type: ignore[arg-type]
    assert found == []


def test_rules_are_complete() -> None:
    names = [rule.id for rule in RULES.rules]
    assert len(names) == len(set(names))
    for rule in RULES.rules:
        assert rule.removes, rule.id
        assert rule.keeps or rule.id in {"caption.figure"}, rule.id
        assert rule.language in LANGUAGES, rule.id
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", rule.id)
        assert rule.id.partition(".")[0] == rule.family, "the statistics sum up by what stands before the dot"
    families = {rule.family for rule in RULES.rules}
    for language in ("de", "fr", "es", "it", "pt"):
        assert {rule.family for rule in RULES.rules if rule.language == language} >= {"ad", "related", "newsletter"}
    assert {
        "ad",
        "related",
        "newsletter",
        "promo",
        "share",
        "comments",
        "credit",
        "caption",
        "bio",
        "tags",
        "legal",
        "affiliate",
        "embed",
        "label",
    } <= families


def test_an_outlets_own_lines_change_the_version() -> None:
    own = load_rules(OutletRules(lines=("The Reel says so.",)))
    assert own.version != RULES.version
    assert own.version == load_rules(OutletRules(lines=("The Reel says so.",))).version
    assert load_rules(OutletRules(body="div")).version == RULES.version


def test_no_pattern_is_slow() -> None:
    # Runs of what the patterns repeat: a pattern with nested repeats would take minutes here.
    for text in ("a " * 90, "by jane " * 22, "- " * 90, "facebook twitter " * 9, "1/2/2026 " * 20, "read more: " * 18):
        for rule in RULES.rules:
            rule.fits(Block("p", text, link_share=1.0, classes=text), text, rule.place or "head")  # type: ignore[arg-type]


def test_the_rules_stand_beside_the_code() -> None:
    assert (Path(__file__).parents[1] / "newsreel" / "cleaning" / "rules.toml").is_file()
