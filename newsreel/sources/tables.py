"""Tables of the catalogue read key by key: each error is noted with its place, and the reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar

_KINDS = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
_KINDS |= {date: "a date, written 2026-01-31 without quotes", datetime: "a date with a time"}

Value = TypeVar("Value")
Check = Callable[[str], str | None]


def anything(text: str) -> str | None:
    """The check that every text passes."""
    return None


def mapping(value: object) -> dict[str, object]:
    """A table of a TOML document, whose keys are texts by its grammar; an empty one for another value."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else {}


class Table:
    """One table: `where` is its place in words, `problems` the list that its errors are added to."""

    def __init__(self, values: dict[str, object], where: str, problems: list[str]) -> None:
        self.values = values
        self.where = where
        self.problems = problems

    def note(self, key: str, problem: str) -> None:
        """Add an error of a key."""
        self.problems.append(f"{self.where}{key}: {problem}")

    def only(self, keys: Iterable[str]) -> None:
        """Note every key that is none of these."""
        known = tuple(keys)
        for key in self.values:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                guess = f'did you mean "{close[0]}"? ' if close else ""
                self.note(key, f"there is no such key; {guess}The keys are {', '.join(known)}")

    def value(self, key: str, *kinds: type[Value]) -> Value | None:
        """The value of a key; None if it is missing, or of another kind, which is noted."""
        value = self.values.get(key)
        if value is None:
            return None
        # In Python true is a number and a time is a date; in a catalogue they are not.
        for kind in kinds:
            if type(value) is kind:
                return value
        wanted, given = _KINDS[kinds[-1]], _KINDS.get(type(value), "a time")
        self.note(key, f"must be {wanted}, and is {given}")
        return None

    def text(self, key: str, check: Check = anything) -> str | None:
        """The text of a key, stripped; None if it is missing, or fails a check that says what is wrong with it."""
        text = self.value(key, str)
        if text is None:
            return None
        problem = check(text.strip()) if text.strip() else "must not be empty"
        if problem:
            self.note(key, problem)
        return None if problem else text.strip()

    def texts(self, key: str, check: Check = anything) -> tuple[str, ...]:
        """The texts of a list that pass a check."""
        entries = Table({f"{key}[{at}]": entry for at, entry in self.entries(key)}, self.where, self.problems)
        return tuple(text for name in entries.values if (text := entries.text(name, check)))

    def tables(self, key: str) -> list[Table]:
        """The tables of a list of tables."""
        found = []
        for at, entry in self.entries(key):
            if isinstance(entry, dict):
                found.append(Table(mapping(entry), f"{self.where}{key}[{at}].", self.problems))
            else:
                self.note(f"{key}[{at}]", f"must be a table, and is {_KINDS.get(type(entry), 'a time')}")
        return found

    def table(self, key: str) -> Table:
        """The table of a key; an empty one if it is missing."""
        value: dict[str, object] | None = self.value(key, dict)
        return Table(value or {}, f"{self.where}{key}.", self.problems)

    def entries(self, key: str) -> list[tuple[int, object]]:
        """The entries of a list with their numbers, from 1."""
        value: list[object] | None = self.value(key, list)
        return list(enumerate(value or [], 1))

    def need(self, key: str) -> None:
        """Note a key that is missing."""
        if key not in self.values:
            self.note(key, "is missing")
