"""Gives the words of SQLite's index that begin as a query says.

For a beginning the index itself puts together all articles of all such words, and only then gives the newest; asked for
the words one by one it stops where enough are found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from storage.query import Term

# With more words than this the index's own way is as fast.
MOST = 250
# After every letter there is.
_LAST = "\U0010ffff"
_WORDS_OF_INDEX = text(
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab('main', 'search_index', 'instance')"
)
# From each word to the next one, without a look at where it stands.
_BEGINNING_SO = text(
    "WITH RECURSIVE found(term, n) AS ("
    " SELECT (SELECT term FROM temp.search_words WHERE term >= :first LIMIT 1), 1"
    " UNION ALL"
    " SELECT (SELECT term FROM temp.search_words WHERE term >= found.term || char(1) LIMIT 1), n + 1"
    " FROM found WHERE term < :last AND n <= :most"
    ") SELECT term FROM found WHERE term < :last"
)


def completed(connection: Connection, terms: Iterable[Term]) -> Mapping[Term, tuple[str, ...]]:
    """Give the words that each of the terms may stand for that are one beginning; none where there are very many."""
    found: dict[Term, tuple[str, ...]] = {}
    for term in terms:
        if not term.prefix or " " in term.words:
            continue
        if not found:
            connection.execute(_WORDS_OF_INDEX)
        asked = {"first": term.words, "last": term.words + _LAST, "most": MOST}
        words = tuple(connection.execute(_BEGINNING_SO, asked).scalars())
        found[term] = words if len(words) <= MOST else ()
    return found
