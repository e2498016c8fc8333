"""Articles as the lines of JSON Lines and CSV files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator

from newsreel.export.fields import article_json
from newsreel.export.text import encodable
from newsreel.items import Article

COLUMNS = (
    "url",
    "canonicalUrl",
    "source",
    "sourceName",
    "headline",
    "alternativeHeadline",
    "description",
    "section",
    "authors",
    "datePublished",
    "dateModified",
    "inLanguage",
    "kind",
    "flags",
    "keywords",
    "mainImage",
    "review",
    "isAccessibleForFree",
    "storyId",
    "duplicateOf",
    "wordCount",
    "version",
    "contentHash",
    "dateDownloaded",
    "articleBody",
)
# What starts a formula in a spreadsheet, also behind white space and in full width.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
# JSON allows these as they are, but many readers split lines at them.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def json_lines(articles: Iterable[Article], *, html: bool = False, markdown: bool = False) -> Iterator[str]:
    r"""Give each article as one line of JSON with its "\n"; no other line end stands in it, U+2028 neither."""
    for article in articles:
        text = json.dumps(article_json(article, html=html, markdown=markdown), ensure_ascii=False)
        # Half a surrogate pair cannot be written in UTF-8, but as an escape it can.
        yield text.translate(_LINE_ENDS).encode("utf-8", "backslashreplace").decode() + "\n"


def csv_lines(articles: Iterable[Article]) -> Iterator[str]:
    """Give the articles as CSV (RFC 4180), the header first; what a spreadsheet would take as a formula gets a "'"."""
    yield _record(COLUMNS)
    for article in articles:
        yield _record(_cells(article))


def _cells(article: Article) -> list[str]:
    plain = article_json(article) | {
        "source": article.source_id,
        "sourceName": article.source_name,
        "authors": "; ".join(author.name for author in article.authors),
        "flags": " ".join(article.flags),
        "keywords": "; ".join(article.keywords),
        "mainImage": article.main_image.url if article.main_image else None,
        "review": article.review.raw if article.review else None,
        "isAccessibleForFree": {True: "true", False: "false", None: None}[article.is_accessible_for_free],
        "dateDownloaded": article.date_downloaded.isoformat(timespec="seconds"),
    }
    return [harmless(plain[column]) for column in COLUMNS]


def harmless(value: object) -> str:
    """Write a cell of a CSV so that no spreadsheet takes a text for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def _record(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return encodable(line.getvalue())
