"""Reads the verdict that a line of a review prints: stars, so many out of so many, a letter grade."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsreel.items import Review

_STARS = re.compile(r"[★☆⭐✭✩✪½]{1,10}(?:\s?½|\s?1/2)?")
_SCALE = re.compile(
    r"(?P<value>\d{1,3}(?:[.,]\d{1,2})?)(?P<half>\s?½|\s1/2)?\s*(?:(?:stars?|sterne|étoiles?|estrellas?|stelle|estrelas?)\s*)?"
    r"\(?(?:/|out of|of|von|sur|sobre|su|de|em)\s*(?P<best>\d{1,3}|four|five|ten)\)?"
    r"(?:\s*(?:stars?|points?|sternen?|punkten?|étoiles?|points?|estrellas?|puntos?|stelle|punti|estrelas?|pontos?))?",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?P<value>\d{1,2}(?:[.,]\d)?)(?P<half>\s?½|\s1/2)?\s*(?:stars?|sterne|étoiles?|estrellas?|stelle|estrelas?)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(?P<value>\d{1,3})\s?%")
_GRADE = re.compile(r"[A-DF][+−–-]?")
_NUMBER = re.compile(r"(?P<value>\d{1,3}(?:[.,]\d)?)")
# A label may hold no digit and no star; what follows it is the verdict.
_LABEL = re.compile(r"^[^\d★☆⭐✭✩✪]*?[\s:–—-]+(?=[\d★☆⭐✭✩✪]|[A-DF][+−–-]?\W*$)")
_BEST_WORDS = {"four": "4", "five": "5", "ten": "10"}
_SCALES = frozenset({3, 4, 5, 6, 10, 20, 100})


def read(line: str) -> Review | None:
    """Read the verdict that a line prints; None where the line prints none, or a number that no scale explains.

    >>> review = read("Our verdict: 3,5/5")
    >>> review.value, review.best, review.raw
    ('3.5', '5', '3,5/5')
    """
    raw = _LABEL.sub("", line.strip()).strip(" .|")
    if match := _STARS.match(raw):
        return _starred(match[0].strip())
    for pattern in (_SCALE, _COUNTED, _PERCENT, _NUMBER):
        if match := pattern.fullmatch(raw):
            return _counted(match, raw)
    return Review(raw.replace("−", "-").replace("–", "-"), raw) if _GRADE.fullmatch(raw) else None


def agreed(lines: Iterable[str]) -> Review | None:
    """Give the one verdict that all lines print; None without one, or where they differ, as in a list of reviews."""
    found = [read(line) for line in lines]
    values = {(review.value, review.best) if review else None for review in found}
    return found[0] if len(values) == 1 else None


def _starred(stars: str) -> Review:
    """Count stars; what is best shows only where stars are left empty, or all of five are full."""
    half = "½" in stars or stars.endswith("1/2")
    full, empty = (sum(mark in kind for mark in stars) for kind in ("★⭐✭✪", "☆✩"))
    best = full + empty + bool(re.search("½[☆✩]", stars)) if empty or full == 5 else None
    return Review(f"{full}.5" if half else str(full), stars, str(best) if best else None)


def _counted(match: re.Match[str], raw: str) -> Review | None:
    parts = match.groupdict()
    value = parts["value"].replace(",", ".") + (".5" if parts.get("half") else "")
    best = parts.get("best")
    best = _BEST_WORDS.get((best or "").lower(), best) or ("100" if raw.endswith("%") else None)
    if best is not None and (int(best) not in _SCALES or float(value) > int(best)):
        return None
    return Review(value, raw, best)
