"""Normalises the characters of a text without altering a word."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_PLAIN = (
    *(("’", "'"), ("‘", "'"), ("ʼ", "'"), ("“", '"'), ("”", '"'), ("„", '"'), ("«", '"'), ("»", '"')),
    *(("\u2011", "-"), ("\u00a0", " ")),
)
_WORD = re.compile(r"[^\W_]+")
# With these set aside, most texts of Latin letters are ASCII, which is read at a fraction of the cost.
_MARKS = "’‘“”–—…«»\u00a0"
_ONLY_WORDS = {number: sign.lower() if (sign := chr(number)).isalnum() else " " for number in range(128)}


def normalise(text: str) -> str:
    """Fold white space of every kind to single spaces and drop characters that nobody sees.

    >>> normalise(" A\\u00a0zero\\u200b-width\\t line ")
    'A zero-width line'
    """
    # Neither what nobody sees nor white space other than the plain space counts as printable.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_INVISIBLE.sub("", text).split())


def normalise_lines(text: str) -> str:
    """Normalise each line of a preformatted text; its line breaks and indents stay."""
    lines = (_INVISIBLE.sub("", line.replace("\u00a0", " ")).rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def plain(text: str) -> str:
    """Set typographic quotes and spaces plain, for matching only."""
    if not text.isascii():
        # Far faster than a table: nearly all texts lack nearly all of them.
        for sign, plainer in _PLAIN:
            text = text.replace(sign, plainer)
    return text


def letters(text: str) -> str:
    """Reduce a text to its letters and digits, lower case, for comparing.

    >>> letters("“Rocky” – a love story?")
    'rocky a love story'
    """
    bare = text
    if not text.isascii():
        for mark in _MARKS:
            bare = bare.replace(mark, " ")
    if bare.isascii():
        return " ".join(bare.translate(_ONLY_WORDS).split())
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
