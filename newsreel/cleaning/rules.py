"""Reads the cleaning rules and answers which of them a line meets."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from newsreel.cleaning.characters import normalise, plain
from newsreel.cleaning.words import WordFilter
from newsreel.errors import ConfigurationError
from newsreel.items import Block
from newsreel.sources import OutletRules

Place = Literal["head", "body", "tail"]
# What decides on the rules for a line: its place, its kind, its size in steps.
_Key: TypeAlias = tuple[Place, str, int]
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
_BEGIN = r"\W*"
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
        if not self.allows(block, text, place):
            return False
        if self.how == "classes":
            return any(self.pattern.search(names) for names in block.classes.split("/")) and not self.is_guarded(text)
        if self.needs and not any(word in text for word in self.needs):
            return False
        if self.how == "line":
            found = self.pattern.fullmatch(text)
        else:
            found = self.pattern.match(text) if self.how == "start" else self.pattern.search(text)
        if found is None or self.is_guarded(text):
            return False
        return self.about != "author" or text.startswith(authors)

    def allows(self, block: Block, text: str, place: Place) -> bool:
        """Tell whether size, links, kind and place of a block are as the rule wants them."""
        if len(text) > self.longest or block.link_share < self.links:
            return False
        if block.kind not in self.kinds and (self.kinds or (block.kind == "row" and self.how != "classes")):
            return False
        return self.place is None or self.place == place

    def is_guarded(self, text: str) -> bool:
        """Tell whether a text is one that the rule must keep."""
        return self.guard is not None and self.guard.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Group:
    """The rules that can hold for the lines of one kind, place and size.

    Nearly no line matches `line` (as a whole) or `start`, which hold the patterns of many of them at once; for the
    others only the rules of `rest` are left.
    """

    rules: tuple[Rule, ...]
    rest: tuple[Rule, ...]
    line: re.Pattern[str]
    start: re.Pattern[str]


class PageRules:
    """The rules on lines that can hold on one page, whose lines are `texts`, in plain lower case.

    A rule that needs a word is left out where no line has one: most pages have few of all rules' words.
    """

    def __init__(self, rules: RuleSet, texts: Sequence[str]) -> None:
        self._rules = rules
        searched = "\n".join(text for text in texts if len(text) <= rules.longest_needing)
        possible = rules.words.possible(searched)
        self._needs = {rule.id: tuple(word for word in rule.needs if word in possible) for rule in rules.needing}
        self._known: dict[_Key, tuple[_Group, list[tuple[Rule, float, tuple[str, ...]]]]] = {}

    def for_line(self, block: Block, text: str, place: Place) -> Sequence[Rule]:
        """Pick the rules on a line's own text that can hold for a block at a place, in the order of the rules.

        `text` is its plain text in lower case.
        """
        key = (place, block.kind, min(len(text), _NO_LIMIT) // _STEP)
        known = self._known.get(key)
        if known is None:
            group = self._rules.group(key)
            # Every text holds the empty word.
            rest = [(rule, rule.links, needs) for rule in group.rest if (needs := self._needs.get(rule.id, ("",)))]
            known = self._known[key] = (group, rest)
        group, rest = known
        if group.line.fullmatch(text) or group.start.match(text):
            return group.rules
        found = []
        for rule, links, needs in rest:
            if block.link_share < links:
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
    credits: frozenset[str] = frozenset()
    needing: tuple[Rule, ...] = ()
    words: WordFilter = field(default_factory=lambda: WordFilter(()), compare=False, repr=False)
    longest_needing: int = 0
    _by_names: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    _groups: dict[_Key, _Group] = field(default_factory=dict, compare=False, repr=False)
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

    def group(self, key: _Key) -> _Group:
        """Give the rules on lines of a place, kind and size."""
        if key not in self._groups:
            self._groups[key] = self._group(*key)
        return self._groups[key]

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
        rest = tuple(rule for rule in rules if not _is_joined(rule))
        tier = next(tier for tier in _TIERS if tier <= least)
        return _Group(rules, rest, self._all("line", tier), self._all("start", tier))

    def _all(self, how: str, least: int) -> re.Pattern[str]:
        """Join the patterns of all rules of one sort that hold for lines of so many characters."""
        key = (how, least)
        if key not in self._joined:
            found = [rule for rule in self.rules if rule.how == how and rule.longest >= least and _is_joined(rule)]
            texts = [rule.pattern.pattern for rule in found]
            # What nearly all begin with is tried once, not once a rule.
            same = [f"(?:{text.removeprefix(_BEGIN)})" for text in texts if _begins_alike(text)]
            other = [f"(?:{text})" for text in texts if not _begins_alike(text)]
            joined = [f"{_BEGIN}(?:{'|'.join(same)})"] if same else []
            self._joined[key] = re.compile("|".join(joined + other) or r"(?!)")
        return self._joined[key]


def _begins_alike(text: str) -> bool:
    """Tell whether a pattern begins like most; `\\W*+`, which gives nothing back, is another beginning."""
    return text.startswith(_BEGIN) and not text.startswith(f"{_BEGIN}+")


def _is_joined(rule: Rule) -> bool:
    """Tell whether a rule goes by its pattern alone, and one that can stand with others in one pattern."""
    return rule.how in ("line", "start") and not (rule.links or rule.needs or rule.pattern.groups)


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
    by_class = tuple(rule for rule in rules if rule.how == "classes")
    ratings = frozenset(rule.id for rule in rules if rule.family == "rating")
    credits = frozenset(rule.id for rule in rules if rule.about == "credit")
    needing = tuple(rule for rule in rules if rule.needs)
    words = WordFilter([word for rule in needing for word in rule.needs])
    longest = max((rule.longest for rule in needing), default=0)
    return RuleSet(rules, version, lines, by_class, ratings, credits, needing, words, longest)
