"""What a person types into a search, read into terms and fields.

Words are all wanted, in any order; `"a phrase"` is wanted as it stands, `beginn*` finds every word that begins so,
and a minus before a word, a phrase or a field takes out what has it. Fields: `source:` and `kind:` (of several, any
counts), `author:` (of several, all count), `before:` and `after:` with a date or 7d, 24h. Values may be quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from newsreel.dates import moment
from newsreel.errors import QueryError
from newsreel.items import KINDS
from storage.words import fold

# The index refuses expressions that are nested too deeply, and each word of one holds a reader open.
MAX_TERMS = 50
MAX_WORDS = 200
# A shorter beginning is that of half of all words, and would take seconds.
SHORTEST_BEGINNING = 3
FIELDS = ("source", "author", "kind", "before", "after")

_QUOTES = str.maketrans("“”„‟＂", '"""""')
_PART = re.compile(
    rf'(?P<minus>-?)(?:(?P<field>{"|".join(FIELDS)}):)?(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*?))?|(?P<word>\S*))',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, folded; with `prefix` its last word may go on; with `author` only names of authors count."""

    words: str
    prefix: bool = False
    author: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read; empty parts ask for nothing. `after` counts itself, `before` does not."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    terms: dict[bool, dict[Term, None]] = field(default_factory=lambda: {False: {}, True: {}})
    sources: dict[bool, dict[str, None]] = field(default_factory=lambda: {False: {}, True: {}})
    kinds: dict[bool, dict[str, None]] = field(default_factory=lambda: {False: {}, True: {}})
    after: datetime | None = None
    before: datetime | None = None

    def anything(self) -> bool:
        parts = (self.terms, self.sources, self.kinds)
        return any(part[minus] for part in parts for minus in part) or bool(self.after or self.before)


def parse(text: str, now: datetime) -> Query:
    """Read a query; QueryError says which part of it cannot be understood, and what is possible.

    >>> parse('red "best picture" prem* -tour', datetime(2026, 11, 23)).unwanted
    (Term(words='tour', prefix=False, author=False),)
    """
    read = _Reading()
    for part in _PART.finditer(text.translate(_QUOTES)):
        name = (part["field"] or "").lower()
        value = part["word"] if part["phrase"] is None else part["phrase"]
        # Inside quotes a star is no more than any other sign.
        prefix = bool(part["star"]) if part["phrase"] is not None else value.endswith("*")
        if name:
            _field(read, name, bool(part["minus"]), value, prefix, now)
        elif words := fold(value):
            read.terms[bool(part["minus"])][_term(words, prefix)] = None
    if text.strip() and not read.anything():
        raise QueryError(f"there is nothing to search for in {_short(text)}: give words, or leave the query empty")
    _measure(read)
    return Query(
        wanted=tuple(read.terms[False]),
        unwanted=tuple(read.terms[True]),
        sources=tuple(read.sources[False]),
        kinds=tuple(read.kinds[False]),
        not_sources=tuple(read.sources[True]),
        not_kinds=tuple(read.kinds[True]),
        after=read.after,
        before=read.before,
    )


def _term(words: str, prefix: bool, author: bool = False) -> Term:
    last = words.rsplit(maxsplit=1)[-1]
    # A letter of a script without spaces is a word.
    if prefix and last.isascii() and len(last) < SHORTEST_BEGINNING:
        raise QueryError(f"{last}* is too short a beginning: give {SHORTEST_BEGINNING} letters or more before the star")
    return Term(words, prefix, author)


def _field(read: _Reading, name: str, minus: bool, value: str, prefix: bool, now: datetime) -> None:
    if not value.strip():
        raise QueryError(f'{name}: needs a value right behind it, like {name}:{_EXAMPLES[name]} or {name}:"..."')
    if name == "author":
        if not (words := fold(value)):
            raise QueryError(f"author:{_short(value)} names nobody: give a name or part of one")
        read.terms[minus][_term(words, prefix, author=True)] = None
    elif name == "source":
        read.sources[minus][value.strip().lower()] = None
    elif name == "kind":
        kind = value.strip().lower()
        if kind not in KINDS:
            raise QueryError(f"no kind {_short(value)}; there are {', '.join(KINDS)}")
        read.kinds[minus][kind] = None
    else:
        _time(read, name, minus, value, now)


_EXAMPLES = {"source": "variety", "author": "smith", "kind": "review", "before": "2026-11-01", "after": "7d"}


def _time(read: _Reading, name: str, minus: bool, value: str, now: datetime) -> None:
    """Take the narrower of several times; without its minus, "not before" is "after" and the other way round."""
    try:
        time = moment(value, now)
    except ValueError as error:
        raise QueryError(f"{name}:{_short(value)}: {error}") from error
    if (name == "after") != minus:
        read.after = time if read.after is None else max(read.after, time)
    else:
        read.before = time if read.before is None else min(read.before, time)


def _measure(read: _Reading) -> None:
    parts = (read.terms, read.sources, read.kinds)
    terms = sum(len(part[minus]) for part in parts for minus in part)
    words = sum(len(term.words.split()) for minus in read.terms for term in read.terms[minus])
    for n, most, what in ((terms, MAX_TERMS, "words, phrases and fields"), (words, MAX_WORDS, "words")):
        if n > most:
            raise QueryError(f"the query has {n} different {what}; give {most} at most")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
