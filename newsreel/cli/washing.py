"""Cleans many files at once: parses them in the pool, then applies each host's memory and the rules."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsreel.cleaning import RuleSet, best_text, classify, clean, clean_text, fingerprints, load_rules
from newsreel.cli.answers import Answer
from newsreel.cli.inputs import Input
from newsreel.errors import InputError, PageRejected
from newsreel.extraction import extract
from newsreel.items import Candidate, Page, body_text
from newsreel.parsing import ParsePool
from newsreel.urls import host_of

# So many pages may wait for a worker; more would only fill the memory.
AHEAD = 64


@dataclass(frozen=True, slots=True)
class _Parsed:
    item: Input
    candidate: Candidate
    prints: frozenset[int]
    fetched_at: datetime


def wash(inputs: Sequence[Input], *, use_memory: bool = True, workers: int | None = None) -> list[Answer]:
    """Clean files in their order; one that cannot be read has an `error` in its answer instead of a text.

    All pages of a host share one memory, from whichever directory they come; a page is never in its own.
    """
    rules = load_rules()
    now = datetime.now(UTC)
    results: list[Answer | _Parsed] = list(_parse_all(inputs, rules, now, workers))
    hosts: dict[str, Counter[int]] = {}
    pages: Counter[str] = Counter()
    for result in results:
        if isinstance(result, _Parsed) and use_memory:
            host = host_of(result.candidate.url)
            hosts.setdefault(host, Counter()).update(result.prints)
            pages[host] += 1
    return [_finish(result, hosts, pages, rules) if isinstance(result, _Parsed) else result for result in results]


def _parse_all(
    inputs: Sequence[Input], rules: RuleSet, now: datetime, workers: int | None
) -> Iterator[Answer | _Parsed]:
    pool: ParsePool | None = None
    under_way: deque[tuple[Input, Future[Candidate] | Answer]] = deque()
    try:
        for item in inputs:
            if item.kind == "html":
                pool = pool or ParsePool(workers)
            under_way.append((item, _begin(item, pool, rules, now)))
            if len(under_way) >= AHEAD:
                yield _settle(*under_way.popleft(), now)
        while under_way:
            yield _settle(*under_way.popleft(), now)
    finally:
        if pool is not None:
            pool.close()


def _begin(item: Input, pool: ParsePool | None, rules: RuleSet, now: datetime) -> Future[Candidate] | Answer:
    try:
        body = item.read()
    except InputError as error:
        return _unreadable(item, str(error))
    if item.kind == "text" or pool is None:
        return _text(item, body, rules)
    return pool.submit(extract, Page(item.url, item.url, 200, {}, body, now))


def _text(item: Input, body: bytes, rules: RuleSet) -> Answer:
    if b"\0" in body:
        return _unreadable(item, f"{item.file}: not a text file")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("windows-1252", errors="replace")
    result = clean_text(text, rules)
    return Answer(item.id, item.url, item.group, body_text(result.blocks), None, result.removals)


def _settle(item: Input, begun: Future[Candidate] | Answer, now: datetime) -> Answer | _Parsed:
    if isinstance(begun, Answer):
        return begun
    try:
        candidate = begun.result()
    except PageRejected as error:
        return Answer(item.id, item.url, item.group, rejected=error.code)
    except Exception as error:
        return _unreadable(item, f"{item.file}: cannot be parsed: {type(error).__name__}: {error}")
    return _Parsed(item, candidate, fingerprints(candidate), now)


def _finish(parsed: _Parsed, hosts: dict[str, Counter[int]], pages: Counter[str], rules: RuleSet) -> Answer:
    item, candidate = parsed.item, parsed.candidate
    host = host_of(candidate.url)
    seen = hosts.get(host, Counter())
    memory = {f: seen[f] - 1 for f in parsed.prints if seen[f] > 1}
    others = max(0, pages[host] - 1)
    rejected = candidate.reject
    name = candidate.site_name or host
    try:
        # A page that is no article gives its best text all the same.
        article = clean(replace(candidate, reject=None), host, name, rules, memory, others, item.url, parsed.fetched_at)
        article = classify(article, candidate)
    except PageRejected as error:
        text = body_text(best_text(candidate, rules, memory, others))
        return Answer(item.id, item.url, item.group, text, rejected=rejected or error.code)
    return Answer(
        item.id, item.url, item.group, body_text(article.blocks), article, article.removals, rejected=rejected
    )


def _unreadable(item: Input, error: str) -> Answer:
    return Answer(item.id, item.url, item.group, error=error)
