"""Cleans candidates into articles, by rules that are data and by what the outlet repeats."""

from newsreel.cleaning.article import best_text, clean
from newsreel.cleaning.kinds import classify
from newsreel.cleaning.memory import fingerprints
from newsreel.cleaning.plaintext import TextResult, clean_text
from newsreel.cleaning.rules import Rule, RuleSet, load_rules

__all__ = [
    "Rule",
    "RuleSet",
    "TextResult",
    "best_text",
    "classify",
    "clean",
    "clean_text",
    "fingerprints",
    "load_rules",
]
