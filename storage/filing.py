"""Files articles under their authors and keywords, written in whatever case or with whatever marks."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert

from newsreel.items import Article
from storage import schema
from storage.handing import hand_over
from storage.values import headline_key

# A page may name thousands; nobody looks an article up under the hundredth.
MOST = 100
# Built once: that takes longer than running them.
_FORGET = delete(schema.filed).where(schema.filed.c.article_id == bindparam("its_article"))
_FILE = insert(schema.filed)


class Under(StrEnum):
    """What an article is filed under."""

    author = "author"
    keyword = "keyword"


def filing_key(name: str) -> str:
    """Fold a name to what it is filed under.

    >>> filing_key("J.-P.  Moreau"), filing_key("#FilmFestival")
    ('j p moreau', 'filmfestival')
    """
    return headline_key(name)


def filings(authors: Iterable[str], keywords: Iterable[str]) -> list[tuple[str, str]]:
    """Give what an article is filed under, at most MOST authors and MOST keywords: pairs of kind and key."""
    pairs: list[tuple[str, str]] = []
    for under, names in ((Under.author, authors), (Under.keyword, keywords)):
        keys = dict.fromkeys(key for name in names if (key := filing_key(name)))
        pairs += [(under.value, key) for key in list(keys)[:MOST]]
    return pairs


def file_article(connection: Connection, number: int, article: Article) -> None:
    """File an article under its authors and keywords, and no longer under those that it had."""
    connection.execute(_FORGET, {"its_article": number})
    file_new(connection, [(number, article)])


def file_new(connection: Connection, articles: Iterable[tuple[int, Article]]) -> None:
    """File articles, by their numbers, that are filed under nothing yet."""
    rows = [
        {"under": under, "key": key, "article_id": number}
        for number, article in articles
        for under, key in filings((author.name for author in article.authors), article.keywords)
    ]
    hand_over(connection, _FILE, rows)
