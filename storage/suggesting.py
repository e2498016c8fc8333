"""What a search that finds nothing may have meant: words of the index that are nearly those that it does not have.

Only SQLite's index is asked. Words one letter away are looked up one by one, which costs the same in an index of any
size; those two away are looked for among the words with the same beginning.
"""

from __future__ import annotations

import json
import time
from datetime import datetime

from sqlalchemy import Connection, Engine, select, text

from newsreel.errors import QueryError
from storage import schema
from storage.database import reading
from storage.query import parse
from storage.words import fold

SHORTEST, LONGEST = 4, 20
MOST_WORDS = 3
MOST_WAITING = 200
# For each word that is listed the index counts where it stands, which takes long for those that are everywhere.
PATIENCE = 0.05
# More is not counted: whether a word is in a thousand articles or in ten thousand does not matter.
COUNTED = 1000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# The index is asked for each, so that its list of words need not be gone through.
_KNOWN = text(
    "SELECT value FROM json_each(:words) WHERE EXISTS"
    " (SELECT 1 FROM search_index WHERE search_index MATCH '\"' || value || '\"' LIMIT 1)"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH '\"' || :word || '\"' LIMIT :most)"
)
_VOCABULARY = text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search_index, row)")
_BEGINNING = text("SELECT term FROM temp.search_words WHERE term >= :low AND term < :high")


def suggest(engine: Engine, query: str, now: datetime) -> str | None:
    """Give a query with words of the index in place of those that it does not have; None where nothing is near.

    Words alone are changed: phrases, beginnings, fields and what is not wanted stay as they are.
    """
    if engine.dialect.name != "sqlite":
        return None
    try:
        wanted = parse(query, now).wanted
    except QueryError:
        return None
    words = [term.words for term in wanted if not term.prefix and not term.author and _may_change(term.words)]
    if not words or len(words) > MOST_WORDS:
        return None
    with reading(engine, f"look for what {query!r} may mean") as connection:
        waiting = _waiting(connection)
        known = _known(connection, waiting, words)
        nearest = {word: _nearest(connection, waiting, word) for word in words if word not in known}
    if not nearest or None in nearest.values():
        return None
    parts = (nearest.get(fold(part)) or part if part[0].isalnum() else part for part in query.split())
    changed = " ".join(parts)
    return changed if changed != " ".join(query.split()) else None


def distance(one: str, other: str, most: int = 2) -> int:
    """Give how many letters differ, are missing, are too many or have changed places; `most` + 1 where it is more.

    >>> distance("chandeleir", "chandelier"), distance("oscar", "oskars"), distance("tide", "moss")
    (1, 2, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], most + 1)


def _may_change(word: str) -> bool:
    return word.isascii() and word.isalpha() and SHORTEST <= len(word) <= LONGEST


def _waiting(connection: Connection) -> frozenset[str]:
    """Give the words of the few articles that wait to be indexed."""
    p = schema.search_pending.c
    rows = connection.execute(select(p.headline, p.authors, p.body).limit(MOST_WAITING))
    return frozenset(word for row in rows for part in row for word in part.split())


def _nearest(connection: Connection, waiting: frozenset[str], word: str) -> str | None:
    """Give the word of the index that is nearest, the commonest of several; one of six letters may differ in one."""
    found = _known(connection, waiting, _one_away(word))
    if not found and len(word) > 6:
        found = {other for other in _alike(connection, waiting, word) if distance(word, other) <= 2}
    if not found:
        return None
    return max(sorted(found)[:50], key=lambda other: connection.execute(_COUNT, _counting(other)).scalar_one())


def _counting(word: str) -> dict[str, str | int]:
    return {"word": word, "most": COUNTED}


def _known(connection: Connection, waiting: frozenset[str], words: list[str]) -> set[str]:
    return set(connection.execute(_KNOWN, {"words": json.dumps(words)}).scalars()) | waiting.intersection(words)


def _alike(connection: Connection, waiting: frozenset[str], word: str) -> set[str]:
    connection.execute(_VOCABULARY)
    begin = word[: max(4, len(word) - 4)]
    found = {other for other in waiting if other.startswith(begin)}
    rows = connection.execute(_BEGINNING, {"low": begin, "high": begin + "{"})
    end = time.monotonic() + PATIENCE
    while (row := rows.fetchone()) is not None and time.monotonic() < end:
        found.add(row.term)
    rows.close()
    return found


def _one_away(word: str) -> list[str]:
    """Give all that is one letter away.

    >>> sorted(each for each in _one_away("oscra") if each in ("oscar", "oscr", "osca", "osera", "oscrab", "oscra"))
    ['osca', 'oscar', 'oscr', 'oscrab', 'osera']
    """
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    near = {left + right[1:] for left, right in cuts if right}
    near |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    near |= {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    near |= {left + letter + right for left, right in cuts for letter in _LETTERS}
    return [each for each in near - {word} if len(each) >= SHORTEST - 1]
