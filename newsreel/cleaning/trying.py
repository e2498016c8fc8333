"""Tries rules on lines: on their own examples, or on any line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsreel.cleaning.characters import plain
from newsreel.cleaning.rules import Rule, RuleSet
from newsreel.items import Block

# The rules about an article's own authors are tried on this one.
AUTHOR = "jane roe"


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule on a line: whether it was meant to meet it, and whether it did."""

    rule: str
    text: str
    wanted: bool
    met: bool


def meets(rule: Rule, text: str, *, linked: bool = True) -> bool:
    """Tell whether a rule meets a line that stands where the rule looks and, if `linked`, is a link where it wants one.

    For a rule on class words the text is the class words.
    """
    kind = "p" if not rule.kinds or "p" in rule.kinds else min(rule.kinds)
    if rule.how == "classes":
        block = Block(kind, "Some words", classes=text)  # type: ignore[arg-type]
    else:
        block = Block(kind, text, link_share=1.0 if rule.links and linked else 0.0)  # type: ignore[arg-type]
    return rule.fits(block, plain(block.text).lower(), rule.place or "body", (AUTHOR,))  # type: ignore[arg-type]


def try_examples(rules: RuleSet) -> Iterable[Trial]:
    """Run every rule over the lines that it must remove and those that it must keep."""
    for rule in rules.rules:
        for text in rule.removes:
            yield Trial(rule.id, text, True, meets(rule, text))
        for text in rule.keeps:
            # A sentence of the story is no link as a whole.
            yield Trial(rule.id, text, False, meets(rule, text, linked=False))


def met_by(rules: RuleSet, text: str) -> list[Rule]:
    """Give the rules on a line's own text that meet it as a paragraph, where it is a link as a whole too."""
    return [
        rule
        for rule in rules.rules
        if rule.how != "classes" and (not rule.kinds or "p" in rule.kinds) and meets(rule, text)
    ]
