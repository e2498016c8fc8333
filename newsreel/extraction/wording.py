"""Reads what lines say by themselves, in numbers: how they are written, what of the article's fields they repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from newsreel.extraction.blocks import Cut
from newsreel.extraction.metadata import Metadata
from newsreel.items import Candidate

_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_MARKS, _WIDE_MARKS = ".,;:!?", "。，、"
# At the beginning of a word; the boundary is looked for only where there is a capital.
_CAPITAL = re.compile(r"[A-ZÀ-Þ](?<=\b[A-ZÀ-Þ])")
_DIGIT = re.compile(r"\d")
_TIME = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d+ (?:min|hours?|days?|ago)\b", re.I)
# So much of a line is read, and words are taken from lines that are no longer.
_READ, _SHORT = 160, 250


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page's metadata say of the article, to see which lines repeat it."""

    headline: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: Candidate | Metadata) -> Subject:
        return cls(facts.headline, facts.description or "", tuple(author.name for author in facts.authors))


def read_lines(
    page: Cut, indexes: Sequence[int], subject: Subject
) -> tuple[list[NDArray[np.float32]], list[frozenset[str]]]:
    """Give columns with a number a line, and the words of each short line."""
    seen = Counter([line.text for line in page.lines])
    headline, description = _letters(subject.headline), _letters(subject.description)
    of_headline, of_description = set(headline.split()), set(description.split())
    names = [_letters(name) for name in subject.authors if len(name) > 3]
    kept, rows = [], []
    for index in indexes:
        line = page.lines[index]
        text = line.text[:_READ]
        found = _WORD.findall(text.casefold())
        letters, words = " ".join(found), frozenset(found)
        count = len(found) or 1
        digits = len(_DIGIT.findall(text))
        marks = sum(map(text.count, _MARKS))
        if not text.isascii():
            marks += sum(map(text.count, _WIDE_MARKS))
        end = line.text[-4:]
        rows.append(
            (
                _ENDS.search(end) is not None,
                end[-1] == ":",
                "?" in end,
                marks / count,
                len(_CAPITAL.findall(text)) / count,
                digits / len(text),
                text[0].islower(),
                '"' in text or "“" in text or "«" in text,
                digits > 0 and _TIME.search(text) is not None,
                (len(letters) - count + 1) / count,
                len(words & of_headline) / count,
                _begins(letters, headline, 12),
                len(words & of_description) / count,
                _begins(letters, description, 20),
                bool(names) and any(name in letters for name in names),
                seen[line.text],
                line.italic,
                line.marker is not None,
            )
        )
        kept.append(words if len(line.text) <= _SHORT else frozenset())
    return list(np.fromiter(chain.from_iterable(rows), np.float32).reshape(len(rows), -1).T), kept


def _letters(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _begins(one: str, other: str, least: int) -> bool:
    """Tell whether one of two texts is the beginning of the other, and long enough to mean it."""
    # Nearly all begin with other letters.
    return (
        one[:1] == other[:1]
        and bool(one and other)
        and (one == other or (len(one) > least and other.startswith(one)) or one.startswith(other))
    )
