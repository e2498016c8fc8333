"""Normalises the characters of a text without altering a word."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u2011": "-", "\u00a0": " "}
)
_LETTERS = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Fold white space of every kind to single spaces and drop characters that nobody sees.

    >>> normalise(" A\\u00a0zero\\u200b-width\\t line ")
    'A zero-width line'
    """
    shown = text if text.isprintable() and text.isascii() else _INVISIBLE.sub("", text)
    return " ".join(shown.split())


def normalise_lines(text: str) -> str:
    """Normalise each line of a preformatted text; its line breaks and indents stay."""
    lines = (_INVISIBLE.sub("", line.replace("\u00a0", " ")).rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def plain(text: str) -> str:
    """Set typographic quotes and spaces plain, for matching only."""
    return text if text.isascii() else text.translate(_PLAIN)


def letters(text: str) -> str:
    """Reduce a text to its letters and digits, lower case, for comparing.

    >>> letters("“Rocky” – a love story?")
    'rocky a love story'
    """
    return _LETTERS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
