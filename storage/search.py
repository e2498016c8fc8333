"""Full-text search: a user's words to an index expression that can never be a syntax error."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, column, select, table, text

from newsreel.items import Article, body_text
from storage.columns import storable

# The index refuses expressions that are nested too deeply.
MAX_TERMS = 50
_INDEXED = re.compile(r"[^\W_]")
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def expression(query: str) -> str | None:
    """Turn a query into an FTS5 expression: words are all wanted, "phrases" too, `word*` a beginning, `-word` not.

    None where nothing is left to search for.

    >>> expression('red "best picture" prem* -tour')
    '("red" AND "best picture" AND "prem" *) NOT ("tour")'
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in islice(_TERM.findall(storable(query)), MAX_TERMS):
        prefix = bool(word) and word.endswith("*")
        plain = (phrase or word).replace('"', " ").rstrip("*").strip()
        if not _INDEXED.search(plain):
            continue
        term = f'"{plain}"' + (" *" if prefix else "")
        (unwanted if minus else wanted).append(term)
    if not wanted:
        return None
    found = "(" + " AND ".join(wanted) + ")"
    return found + (" NOT (" + " OR ".join(unwanted) + ")" if unwanted else "")


def matching(connection: Connection, query: str) -> Select[Any]:
    """Give the query that yields the numbers of the articles that match; none for an empty query."""
    wanted = expression(query)
    index = table("search_index", column("rowid"))
    if wanted is None:
        return select(index.c.rowid).where(text("0 = 1"))
    return select(index.c.rowid).where(text("search_index MATCH :wanted").bindparams(wanted=wanted))


def add(connection: Connection, number: int, article: Article) -> None:
    """Put an article into the index."""
    connection.execute(
        text("INSERT INTO search_index(rowid, headline, authors, body) VALUES (:id, :headline, :authors, :body)"),
        _words(number, article),
    )


def remove(connection: Connection, number: int, article: Article) -> None:
    """Take an article out of the index; the index holds no texts, so it must be told what was in it."""
    connection.execute(
        text(
            "INSERT INTO search_index(search_index, rowid, headline, authors, body)"
            " VALUES ('delete', :id, :headline, :authors, :body)"
        ),
        _words(number, article),
    )


def _words(number: int, article: Article) -> dict[str, Any]:
    return {
        "id": number,
        "headline": storable(article.headline),
        "authors": storable(", ".join(author.name for author in article.authors)),
        "body": storable(body_text(article.blocks)),
    }
