"""A query that was read, as what each database's index takes; nothing a person typed is in it but folded words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.indexing import WEIGHTS
from storage.query import Query, Term
from storage.words import EVERY, mark


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the index is asked for: all of `wanted`, one of each of `either`, and none of `unwanted`."""

    wanted: tuple[Term, ...]
    either: tuple[tuple[str, ...], ...]
    unwanted: tuple[Term, ...]
    unmarked: tuple[str, ...]


def wanted(query: Query, sources: Iterable[str], kinds: Iterable[str], unmarked: Iterable[str]) -> Wanted:
    """Put the fields of a query and the caller's own sources, kinds and unwanted marks into one."""
    groups = [_marks("source", query.sources), _marks("kind", query.kinds)]
    groups += [_marks("source", sources), _marks("kind", kinds)]
    either = tuple(dict.fromkeys(group for group in groups if group))
    if not query.wanted and not either:
        # An index answers no question that has only what is not wanted.
        either = ((EVERY,),)
    gone = (*_marks("source", query.not_sources), *_marks("kind", query.not_kinds), *unmarked)
    return Wanted(query.wanted, either, query.unwanted, gone)


def fts5(asked: Wanted, words: Mapping[Term, Sequence[str]] | None = None) -> str:
    """Give the expression for SQLite's index, with the words that some of its terms stand for (storage.completing).

    >>> fts5(Wanted((Term("red"), Term("best pic", prefix=True)), (), (Term("moss", author=True),), ()))
    '("red" AND "best pic" *) NOT (authors : "moss")'
    """
    words = words or {}
    all_of = [fts5_term(term, words.get(term, ())) for term in asked.wanted]
    all_of += ["(" + " OR ".join(f'"{word}"' for word in group) + ")" for group in asked.either]
    none_of = [fts5_term(term, words.get(term, ())) for term in asked.unwanted] + [
        f'"{word}"' for word in asked.unmarked
    ]
    return "(" + " AND ".join(all_of) + ")" + (" NOT (" + " OR ".join(none_of) + ")" if none_of else "")


def fts5_term(term: Term, words: Sequence[str] = ()) -> str:
    """Give one term for SQLite's index, or the words that it stands for.

    >>> fts5_term(Term("pic", prefix=True, author=True), ["pick", "picot"])
    'authors : ("pick" OR "picot")'
    """
    where = "authors : " if term.author else ""
    if words:
        return where + "(" + " OR ".join(f'"{word}"' for word in words) + ")"
    return where + f'"{term.words}"' + (" *" if term.prefix else "")


def tsquery(asked: Wanted) -> str:
    """Give the expression for PostgreSQL's index.

    >>> tsquery(Wanted((Term("red"), Term("best pic", prefix=True)), (), (Term("moss", author=True),), ()))
    "'red' & ('best' <-> 'pic':*) & !'moss':B"
    """
    all_of = [_ts_term(term) for term in asked.wanted]
    all_of += ["(" + " | ".join(f"'{word}'" for word in group) + ")" for group in asked.either]
    none_of = [_ts_term(term) for term in asked.unwanted] + [f"'{word}'" for word in asked.unmarked]
    return " & ".join([*all_of, *(f"!{term}" for term in none_of)])


def _ts_term(term: Term) -> str:
    words = term.words.split()
    weight = WEIGHTS["authors"] if term.author else ""
    last = ("*" if term.prefix else "") + weight
    parts = [f"'{word}'" + (f":{weight}" if weight else "") for word in words[:-1]]
    parts.append(f"'{words[-1]}'" + (f":{last}" if last else ""))
    return parts[0] if len(parts) == 1 else "(" + " <-> ".join(parts) + ")"


def _marks(kind: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(mark(kind, value) for value in values)
