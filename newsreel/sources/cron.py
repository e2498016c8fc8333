"""The syntax of cron expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TERM = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


def cron_problem(expression: str) -> str | None:
    """What is wrong with a cron expression of five fields, in words; None if it can be used.

    Weekdays are numbered as cron numbers them: 0 and 7 are Sunday. A day of the month together with a weekday is
    refused, since cron means either of them and other programs mean both.

    >>> cron_problem("0 6 * * mon-fri")
    >>> cron_problem("0 24 * * *")
    'its hour "24" is not within 0 to 23'
    """
    parts = expression.lower().split()
    if len(parts) != len(_FIELDS):
        return f"it has {len(parts)} fields instead of five: minute, hour, day of the month, month, weekday"
    values: list[set[int]] = []
    for part, field in zip(parts, _FIELDS, strict=True):
        values.append(set())
        for term in part.split(","):
            found = _term(term, field)
            if isinstance(found, str):
                return f'its {field.name} "{term}" {found}'
            values[-1].update(found)
    if parts[2] != "*" and parts[4] != "*":
        return "it has a day of the month and a weekday; give one of the two"
    if min(values[2]) > max(_DAYS_IN_MONTH[month - 1] for month in values[3]):
        return "its day of the month never comes in its months"
    return None


def _term(term: str, field: _Field) -> range | str:
    """The numbers that one term stands for, or what is wrong with it."""
    match = _TERM.fullmatch(term)
    if match is None:
        return "is not *, a number, a range such as 1-5 or a step such as */10"
    first, last, step = match.groups()
    if step is not None and (int(step) == 0 or (first and not last)):
        return "is a step that cannot be; write */10 or 0-30/10"
    low = field.low if first is None else _number(first, field)
    high = field.high if first is None else _number(last or first, field)
    if low is None or high is None:
        words = f", or {' '.join(field.words)}" if field.words else ""
        return f"is not within {field.low} to {field.high}{words}"
    return range(low, high + 1, int(step or 1)) if low <= high else "ends before it begins"


def _number(text: str, field: _Field) -> int | None:
    if text in field.words:
        return field.words.index(text) + field.low
    number = int(text) if text.isdecimal() else -1
    return number if field.low <= number <= field.high else None
