"""The peers of the benchmark, each called the way its own documentation says for a page that is already fetched.

All are told the page's address where they ask for it, and none to fetch anything.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from benchmarks.extractors import Peer
from benchmarks.scoring import Answer

Work = Callable[[str, str], Answer]

ALL = Answer("", "", (), "")
TITLE = Answer("", "")
TEXT = Answer()
# Tags around which a browser breaks the line.
_BREAKING = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip


def _trafilatura(**settings: bool) -> Callable[[Any], Work]:
    def make(module: Any) -> Work:
        def work(html: str, url: str) -> Answer:
            found = module.bare_extraction(html, url=url, with_metadata=True, include_comments=False, **settings)
            if found is None:
                return ALL
            authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
            return Answer(found.text or "", found.title or "", authors, found.date or "")

        return work

    return make


def _readability(module: Any) -> Work:
    fromstring = importlib.import_module("lxml.html").fromstring

    def work(html: str, url: str) -> Answer:
        document = module.Document(html, url=url)
        return Answer(_lines(fromstring(document.summary(html_partial=True))), document.short_title())

    return work


def _lines(tree: Any) -> str:
    """Give the text of an HTML fragment with a line for each block: joined without, words would run together."""
    pieces: list[str] = []
    for event, element in importlib.import_module("lxml.etree").iterwalk(tree, ("start", "end", "comment", "pi")):
        if element.tag in _BREAKING:
            pieces.append("\n")
        text = element.text if event == "start" else element.tail
        pieces.append(re.sub(r"\s+", " ", text or ""))
    return "\n".join(line for line in map(str.strip, "".join(pieces).split("\n")) if line)


def _newspaper(module: Any) -> Work:
    def work(html: str, url: str) -> Answer:
        article = module.Article(url, fetch_images=False)
        article.download(input_html=html)
        article.parse()
        return Answer(article.text, article.title or "", tuple(article.authors), _stamp(article.publish_date))

    return work


def _news_please(module: Any) -> Work:
    def work(html: str, url: str) -> Answer:
        article = module.NewsPlease.from_html(html, url=url, fetch_images=False)
        authors = tuple(author for author in article.authors or () if author)
        return Answer(article.maintext or "", article.title or "", authors, _stamp(article.date_publish))

    return work


def _goose(module: Any) -> Work:
    goose = module.Goose({"enable_image_fetching": False})

    def work(html: str, url: str) -> Answer:
        article = goose.extract(raw_html=html)
        # The page's own words keep its day; the other field is in UTC.
        day = re.match(r"\d{4}-\d{2}-\d{2}", article.publish_date or "")
        date = day[0] if day else _stamp(article.publish_datetime_utc)
        return Answer(article.cleaned_text or "", article.title or "", tuple(article.authors), date)

    return work


def _justext(module: Any) -> Work:
    stoplist = module.get_stoplist("English")

    def work(html: str, url: str) -> Answer:
        return Answer("\n".join(p.text for p in module.justext(html, stoplist) if not p.is_boilerplate))

    return work


def _boilerpy(module: Any) -> Work:
    extractor = module.ArticleExtractor()

    def work(html: str, url: str) -> Answer:
        document = extractor.get_doc(html)
        return Answer(document.content, document.title or "")

    return work


def _resiliparse(module: Any) -> Work:
    parser = importlib.import_module("resiliparse.parse.html").HTMLTree

    def work(html: str, url: str) -> Answer:
        tree = parser.parse(html)
        return Answer(module.extract_plain_text(tree, main_content=True, alt_texts=False), tree.title or "")

    return work


def _stamp(date: datetime | None) -> str:
    return date.isoformat() if isinstance(date, datetime) else ""


# Name in the table, package, module, the fields that it gives, how its function of a page is made.
_PEERS: tuple[tuple[str, str, str, Answer, Callable[[Any], Work]], ...] = (
    ("trafilatura", "trafilatura", "trafilatura", ALL, _trafilatura()),
    ("trafilatura, precision", "trafilatura", "trafilatura", ALL, _trafilatura(favor_precision=True)),
    ("readability-lxml", "readability-lxml", "readability", TITLE, _readability),
    ("newspaper4k", "newspaper4k", "newspaper", ALL, _newspaper),
    ("news-please", "news-please", "newsplease", ALL, _news_please),
    ("goose3", "goose3", "goose3", ALL, _goose),
    ("justext", "justext", "justext", TEXT, _justext),
    ("boilerpy3", "boilerpy3", "boilerpy3.extractors", TITLE, _boilerpy),
    ("resiliparse", "resiliparse", "resiliparse.extract.html2text", TITLE, _resiliparse),
)


NAMES = tuple(name for name, *_ in _PEERS)


def installed(only: Collection[str] | None = None) -> Iterator[Peer]:
    """Give the peers that can be imported, all or those of these names; what is missing is named on stderr."""
    for name, package, module, nothing, make in _PEERS:
        if only and name not in only:
            continue
        try:
            imported = importlib.import_module(module)
        except ImportError as error:
            sys.stderr.write(f"left out: {name}: {error} (the bench extra has it)\n")
            continue
        yield Peer(name, version(package), nothing, make(imported))
