"""The extractors of the benchmark: ours, and those of the peers that are installed."""

from __future__ import annotations

import importlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from benchmarks.scoring import Answer
from newsreel.cleaning import best_text, clean, fingerprints, load_rules
from newsreel.errors import PageRejected
from newsreel.extraction import extract
from newsreel.items import Candidate, Page, body_text
from newsreel.urls import host_of

Extractor = Callable[[Sequence[Page]], list[Answer]]


def newsreel(pages: Sequence[Page], *, memory: bool = True) -> list[Answer]:
    """Ours: parse, find the body, apply the host's memory and the rules."""
    rules = load_rules()
    candidates: list[tuple[Candidate | None, frozenset[int], float]] = []
    hosts: dict[str, Counter[int]] = {}
    count: Counter[str] = Counter()
    for page in pages:
        begun = time.process_time()
        try:
            candidate = extract(page)
        except PageRejected:
            candidates.append((None, frozenset(), time.process_time() - begun))
            continue
        prints = fingerprints(candidate)
        candidates.append((candidate, prints, time.process_time() - begun))
        if memory:
            hosts.setdefault(host_of(page.url), Counter()).update(prints)
            count[host_of(page.url)] += 1
    answers = []
    for page, (found, prints, parsing) in zip(pages, candidates, strict=True):
        if found is None:
            answers.append(Answer(milliseconds=parsing * 1000))
            continue
        begun = time.process_time()
        host = host_of(page.url)
        seen = hosts.get(host, Counter())
        others = {f: seen[f] - 1 for f in prints if seen[f] > 1}
        try:
            article = clean(
                found, host, found.site_name or host, rules, others, count[host] - 1, page.url, page.fetched_at
            )
            text = body_text(article.blocks)
        except PageRejected:
            text = body_text(best_text(found, rules, others, count[host] - 1))
        seconds = parsing + time.process_time() - begun
        date = found.date_published.isoformat() if found.date_published else None
        answers.append(Answer(text, found.headline, tuple(a.name for a in found.authors), date, seconds * 1000))
    return answers


def without_memory(pages: Sequence[Page]) -> list[Answer]:
    """Ours on each page alone."""
    return newsreel(pages, memory=False)


def _each(work: Callable[[str, str], Answer]) -> Extractor:
    """Make an extractor of a function of one page's HTML and address; a page it fails on has an empty answer."""

    def run(pages: Sequence[Page]) -> list[Answer]:
        answers = []
        failures: Counter[str] = Counter()
        for page in pages:
            html = page.body.decode("utf-8", errors="replace")
            begun = time.process_time()
            try:
                answer = work(html, page.url)
            except Exception as error:
                failures[type(error).__name__] += 1
                answer = Answer()
            spent = (time.process_time() - begun) * 1000
            answers.append(Answer(answer.text, answer.title, answer.authors, answer.date, spent))
        for name, times in failures.items():
            sys.stderr.write(f"  the next one failed on {times} pages: {name}\n")
        return answers

    return run


def _trafilatura(html: str, url: str) -> Answer:
    peer = importlib.import_module("trafilatura")
    found = peer.bare_extraction(html, url=url, favor_precision=True, with_metadata=True, include_comments=False)
    if found is None:
        return Answer()
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Answer(found.text or "", found.title or "", authors, found.date)


def _readability(html: str, url: str) -> Answer:
    document = importlib.import_module("readability").Document(html, url=url)
    text = importlib.import_module("lxml.html").fromstring(document.summary()).text_content()
    return Answer(text, document.short_title())


def _newspaper(html: str, url: str) -> Answer:
    article = importlib.import_module("newspaper").Article(url, fetch_images=False)
    article.download(input_html=html)
    article.parse()
    date = article.publish_date
    stamp = date.isoformat() if isinstance(date, datetime) else None
    return Answer(article.text, article.title, tuple(article.authors), stamp)


def _news_please(html: str, url: str) -> Answer:
    article = importlib.import_module("newsplease").NewsPlease.from_html(html, url=url, fetch_images=False)
    date = article.date_publish.isoformat() if article.date_publish else None
    return Answer(article.maintext or "", article.title or "", tuple(article.authors or ()), date)


def _goose(html: str, url: str) -> Answer:
    article = importlib.import_module("goose3").Goose().extract(raw_html=html)
    date = article.publish_datetime_utc.isoformat() if article.publish_datetime_utc else None
    return Answer(article.cleaned_text, article.title or "", tuple(article.authors), date)


def _justext(html: str, url: str) -> Answer:
    peer = importlib.import_module("justext")
    paragraphs = peer.justext(html, peer.get_stoplist("English"))
    return Answer("\n\n".join(p.text for p in paragraphs if not p.is_boilerplate))


def _boilerpy(html: str, url: str) -> Answer:
    return Answer(importlib.import_module("boilerpy3.extractors").ArticleExtractor().get_content(html))


def _resiliparse(html: str, url: str) -> Answer:
    tree = importlib.import_module("resiliparse.parse.html").HTMLTree.parse(html)
    peer = importlib.import_module("resiliparse.extract.html2text")
    return Answer(peer.extract_plain_text(tree, main_content=True), tree.title or "")


_PEERS: dict[str, tuple[str, Callable[[str, str], Answer]]] = {
    "trafilatura": ("trafilatura", _trafilatura),
    "readability-lxml": ("readability", _readability),
    "newspaper4k": ("newspaper", _newspaper),
    "news-please": ("newsplease", _news_please),
    "goose3": ("goose3", _goose),
    "justext": ("justext", _justext),
    "boilerpy3": ("boilerpy3", _boilerpy),
    "resiliparse": ("resiliparse", _resiliparse),
}


def installed() -> dict[str, Extractor]:
    """Give ours and every peer that can be imported."""
    found: dict[str, Extractor] = {"newsreel": newsreel, "newsreel, no memory": without_memory}
    for name, (module, work) in _PEERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            sys.stderr.write(f"not installed, so left out: {name} (the bench extra has it)\n")
            continue
        found[name] = _each(work)
    return found


def page_of(url: str, body: bytes) -> Page:
    """Make a page of a file, as if it had been fetched now."""
    return Page(url, url, 200, {}, body, datetime.now(UTC))
