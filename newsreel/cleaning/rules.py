"""Reads the cleaning rules and answers which of them a line meets."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from newsreel.cleaning.characters import normalise, plain
from newsreel.errors import ConfigurationError
from newsreel.items import Block
from newsreel.sources import OutletRules

Place = Literal["head", "body", "tail"]
_KEYS = frozenset(
    {
        "id",
        "family",
        "language",
        "line",
        "start",
        "contains",
        "classes",
        "max",
        "links",
        "kinds",
        "place",
        "about",
        "guard",
        "needs",
        "removes",
        "keeps",
        "yields",
    }
)
_STEP, _NO_LIMIT, _MOST_NAMES = 20, 3_000, 20_000
# One pattern of all rules is tried before them: for all lines, and smaller ones for lines that are longer.
_TIERS = (440, 320, 140, 80, 0)
# From what chance on, that a line is of the story, a rule gives way to it, where its row says nothing else.
_YIELDS, _NEVER = {"classes": 0.9}, 2.0
_LONGEST = {"line": 300, "start": 200, "contains": 200, "classes": 100_000}


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One cleaning rule. `how` says what `pattern` is held against; `guard` is what a line must not match.

    From a chance of `yields` on that it is of the story, the line stays.
    """

    id: str
    family: str
    language: str
    how: str
    pattern: re.Pattern[str]
    longest: int
    links: float = 0.0
    kinds: frozenset[str] = frozenset()
    place: str | None = None
    about: str | None = None
    guard: re.Pattern[str] | None = None
    needs: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    yields: float = 2.0

    def fits(self, block: Block, text: str, place: Place, authors: tuple[str, ...] = ()) -> bool:
        """Tell whether a block meets the rule; `text` is its plain text, like `authors` in lower case."""
        if len(text) > self.longest or block.link_share < self.links:
            return False
        if block.kind not in self.kinds and (self.kinds or (block.kind == "row" and self.how != "classes")):
            return False
        if self.place is not None and self.place != place:
            return False
        if self.how == "classes":
            return any(self.pattern.search(names) for names in block.classes.split("/")) and not (
                self.guard is not None and self.guard.search(text)
            )
        if self.needs and not any(word in text for word in self.needs):
            return False
        if self.how == "line":
            found = self.pattern.fullmatch(text)
        else:
            found = self.pattern.match(text) if self.how == "start" else self.pattern.search(text)
        if found is None or (self.guard is not None and self.guard.search(text)):
            return False
        return self.about != "author" or text.startswith(authors)


@dataclass(frozen=True, slots=True)
class _Group:
    """The rules that can hold for the lines of one kind, place and size.

    Nearly no line matches `line` (as a whole) or `start`, which hold the patterns of many of them at once; for the
    others only the rules of `rest` are left, each with the words of which its lines have one.
    """

    rules: tuple[Rule, ...]
    rest: tuple[tuple[Rule, float, tuple[str, ...]], ...]
    line: re.Pattern[str]
    start: re.Pattern[str]

    def for_line(self, text: str, link_share: float) -> Sequence[Rule]:
        if self.line.fullmatch(text) or self.start.match(text):
            return self.rules
        found = []
        for rule, links, needs in self.rest:
            if link_share < links:
                continue
            for word in needs:
                if word in text:
                    found.append(rule)
                    break
        return found


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules that hold for an outlet; `version` changes when any rule does."""

    rules: tuple[Rule, ...]
    version: str
    lines: frozenset[str] = frozenset()
    class_rules: tuple[Rule, ...] = ()
    ratings: frozenset[str] = frozenset()
    _by_names: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    _groups: dict[tuple[str, str, int], _Group] = field(default_factory=dict, compare=False, repr=False)
    _joined: dict[tuple[str, int], re.Pattern[str]] = field(default_factory=dict, compare=False, repr=False)

    def for_classes(self, classes: str) -> list[Rule]:
        """Pick the rules whose class words stand among those of a line's path, in the order of the rules."""
        found: set[int] = set()
        for names in classes.split("/"):
            if not names:
                continue
            if names not in self._by_names:
                if len(self._by_names) > _MOST_NAMES:
                    self._by_names.clear()
                rules = enumerate(self.class_rules)
                self._by_names[names] = tuple(number for number, rule in rules if rule.pattern.search(names))
            found.update(self._by_names[names])
        return [self.class_rules[number] for number in sorted(found)]

    def named(self, name: str) -> Rule:
        """Find a rule by its id."""
        return next(rule for rule in self.rules if rule.id == name)

    def for_line(self, block: Block, text: str, place: Place) -> Sequence[Rule]:
        """Pick the rules on a line's own text that can hold for a block at a place, in the order of the rules.

        `text` is its plain text in lower case.
        """
        key = (place, block.kind, min(len(text), _NO_LIMIT) // _STEP)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = self._group(*key)
        return group.for_line(text, block.link_share)

    def _group(self, place: str, kind: str, size: int) -> _Group:
        least = size * _STEP
        rules = tuple(
            rule
            for rule in self.rules
            if rule.how != "classes"
            and rule.longest >= least
            and rule.place in (None, place)
            and (kind in rule.kinds if rule.kinds else kind != "row")
        )
        rest = tuple((rule, rule.links, rule.needs or ("",)) for rule in rules if not _is_joined(rule))
        tier = next(tier for tier in _TIERS if tier <= least)
        return _Group(rules, rest, self._all("line", tier), self._all("start", tier))

    def _all(self, how: str, least: int) -> re.Pattern[str]:
        """Join the patterns of all rules of one sort that hold for lines of so many characters."""
        key = (how, least)
        if key not in self._joined:
            found = [rule for rule in self.rules if rule.how == how and rule.longest >= least and _is_joined(rule)]
            patterns = [f"(?:{rule.pattern.pattern})" for rule in found]
            self._joined[key] = re.compile("|".join(patterns) or r"(?!)")
        return self._joined[key]


def _is_joined(rule: Rule) -> bool:
    """Tell whether a rule goes by its pattern, and one that can stand with others in one pattern."""
    return rule.how in ("line", "start") and not rule.links and not rule.pattern.groups


def _compile(row: dict[str, Any]) -> Rule:
    name = row.get("id", "?")
    unknown = set(row) - _KEYS
    hows = [how for how in _LONGEST if how in row]
    if unknown or len(hows) != 1:
        raise ConfigurationError(
            f"rules.toml: rule {name}: unknown keys {sorted(unknown)}, patterns {hows}; give exactly one pattern"
        )
    how = hows[0]
    try:
        pattern = re.compile(row[how])
        guard = re.compile(row["guard"]) if "guard" in row else None
    except re.error as error:
        raise ConfigurationError(f"rules.toml: rule {name}: the pattern cannot be compiled: {error}") from error
    return Rule(
        id=name,
        family=row["family"],
        language=row["language"],
        how=how,
        pattern=pattern,
        longest=row.get("max", _LONGEST[how]),
        links=row.get("links", 0.0),
        kinds=frozenset(row.get("kinds", ())),
        place=row.get("place"),
        about=row.get("about"),
        guard=guard,
        needs=tuple(row.get("needs", ())),
        removes=tuple(row["removes"]),
        keeps=tuple(row["keeps"]),
        yields=row.get("yields", _YIELDS.get(how, _NEVER)),
    )


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[Rule, ...], str]:
    source = resources.files("newsreel.cleaning").joinpath("rules.toml").read_bytes()
    rows = tomllib.loads(source.decode("utf-8"))["rule"]
    return tuple(_compile(row) for row in rows), hashlib.sha256(source).hexdigest()[:12]


@lru_cache(maxsize=1024)
def load_rules(extra: OutletRules | None = None) -> RuleSet:
    """Give the shipped rules together with an outlet's own lines."""
    rules, version = _shipped()
    lines = frozenset(plain(normalise(line)).lower() for line in extra.lines) if extra else frozenset()
    if lines:
        version += "+" + hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:6]
    ratings = frozenset(rule.id for rule in rules if rule.family == "rating")
    return RuleSet(rules, version, lines, tuple(rule for rule in rules if rule.how == "classes"), ratings)
