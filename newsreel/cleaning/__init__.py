"""Cleans candidates into articles, by rules that are data and by what the outlet repeats."""

from newsreel.cleaning.afterwards import without_repeated
from newsreel.cleaning.article import best_text, clean
from newsreel.cleaning.kinds import classify
from newsreel.cleaning.large import clean_large, is_large
from newsreel.cleaning.memory import Memory, Prints, fingerprints, prints_of
from newsreel.cleaning.plaintext import TextResult, clean_text
from newsreel.cleaning.proof import Proof, proof
from newsreel.cleaning.rules import Rule, RuleSet, load_rules

__all__ = [
    "Memory",
    "Prints",
    "Proof",
    "Rule",
    "RuleSet",
    "TextResult",
    "best_text",
    "classify",
    "clean",
    "clean_large",
    "clean_text",
    "fingerprints",
    "is_large",
    "load_rules",
    "prints_of",
    "proof",
    "without_repeated",
]
