"""Lengths of time as the catalogue and the configuration write them: "30m", "2h", "1w2d"."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=366)
LONGEST_KEPT = timedelta(days=36_500)
# What `all` stands for: kept as long as there is time.
FOR_EVER = timedelta.max
_LENGTH = re.compile(r"(?:\d{1,7}[smhdw])+", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def length(text: str) -> timedelta:
    """Read a length that has no problem.

    >>> length("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text)))


def length_problem(text: str, longest: timedelta = LONGEST) -> str | None:
    """Say what is wrong with a length, or None."""
    if not _LENGTH.fullmatch(text):
        return f'"{text}" is not a length of time; write a number and s, m, h, d or w, such as "30m" or "2h"'
    if not timedelta() < length(text) <= longest:
        return f'"{text}" must be more than nothing and at most {longest.days} days'
    return None


def keeping(text: str) -> timedelta:
    """Read how long something is kept: a length, or "all"."""
    return FOR_EVER if text == "all" else length(text)


def keeping_problem(text: str) -> str | None:
    """Say what is wrong with how long something is to be kept, or None."""
    if text == "all":
        return None
    problem = length_problem(text, LONGEST_KEPT)
    return problem and f'{problem}; "all" keeps everything'
