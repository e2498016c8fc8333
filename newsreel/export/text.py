"""Articles as plain text, and the names of the files that hold one article each."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from newsreel.items import Article, body_text

MOST_SLUG = 60
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def article_text(article: Article) -> str:
    """Give an article as plain text: the headline, an empty line, the body."""
    headline = " ".join(article.headline.split())
    return encodable("\n\n".join(part for part in (headline, body_text(article.blocks)) if part) + "\n")


def encodable(text: str) -> str:
    """Give a text that can be written in UTF-8: half a surrogate pair, which pages hold now and then, becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def file_name(article: Article, suffix: str) -> str:
    """Give an article's file name: its date, its headline in plain letters, and a key of source and address.

    The name is made of `a-z`, `0-9`, "-" and one ".", whatever the page said, and stays the same from export to
    export as long as date and headline do. A headline without Latin letters leaves its part out.
    """
    day = (article.date_published or article.date_downloaded).date().isoformat()
    latin = unicodedata.normalize("NFKD", article.headline).encode("ascii", "ignore").decode().lower()
    slug = _NOT_A_LETTER.sub("-", latin.replace("'", ""))[:MOST_SLUG].strip("-")
    identity = f"{article.source_id}\n{article.url}".encode("utf-8", "surrogatepass")
    key = hashlib.sha256(identity).hexdigest()[:12]
    return "-".join(part for part in (day, slug, key) if part) + f".{suffix}"
