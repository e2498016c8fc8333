"""Cleans many files at once: parses them in the pool, then applies each host's memory and the rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsreel.cleaning import (
    Memory,
    Prints,
    RuleSet,
    best_text,
    classify,
    clean,
    clean_large,
    clean_text,
    is_large,
    load_rules,
    prints_of,
)
from newsreel.cli.answers import Answer
from newsreel.cli.inputs import Input
from newsreel.errors import InputError, PageRejected
from newsreel.extraction import extract
from newsreel.items import Article, Candidate, Page, body_text
from newsreel.parsing import ParsePool
from newsreel.urls import host_of

# So many pages may wait for a worker; more would only fill the memory.
AHEAD = 64
PAST_BUDGET = ("parse-timeout", "parse-memory")


@dataclass(frozen=True, slots=True)
class _Parsed:
    item: Input
    candidate: Candidate
    prints: Prints
    fetched_at: datetime


def wash(inputs: Sequence[Input], *, use_memory: bool = True, workers: int | None = None) -> list[Answer]:
    """Clean files in their order; one that cannot be read has an `error` in its answer instead of a text.

    All pages of a host share one memory, from whichever directory they come; a page is never in its own.
    """
    rules = load_rules()
    now = datetime.now(UTC)
    results: list[Answer | _Parsed] = list(_parse_all(inputs, rules, now, workers))
    memories: dict[str, Memory] = {}
    known: set[int] = set()
    for number, result in enumerate(results):
        if isinstance(result, _Parsed) and use_memory:
            memory = memories.setdefault(host_of(result.candidate.url), Memory())
            if memory.learn(result.prints):
                known.add(number)
    answers: list[Answer] = []
    for number, result in enumerate(results):
        if isinstance(result, Answer):
            answers.append(result)
            continue
        memory = memories.get(host_of(result.candidate.url), Memory())
        answers.append(_finish(result, *memory.beside(result.prints.lines, number in known), rules))
    return answers


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
    return _Parsed(item, candidate, prints_of(candidate), now)


def _finish(parsed: _Parsed, memory: dict[int, int], others: int, rules: RuleSet) -> Answer:
    item, candidate = parsed.item, parsed.candidate
    host = host_of(candidate.url)
    rejected = candidate.reject
    # A page that is no article gives its best text all the same.
    wanted = replace(candidate, reject=None)
    work = (memory, others, item.url, parsed.fetched_at)
    name = candidate.site_name or host
    try:
        if is_large(candidate):
            article = _in_a_worker(wanted, host, name, *work)
        else:
            article = classify(clean(wanted, host, name, rules, *work), candidate)
    except PageRejected as error:
        if error.code in PAST_BUDGET:
            return Answer(item.id, item.url, item.group, rejected=error.code)
        text = body_text(best_text(candidate, rules, memory, others))
        return Answer(item.id, item.url, item.group, text, rejected=rejected or error.code)
    return Answer(
        item.id, item.url, item.group, body_text(article.blocks), article, article.removals, rejected=rejected
    )


def _in_a_worker(
    candidate: Candidate, host: str, name: str, memory: dict[int, int], others: int, url: str, fetched_at: datetime
) -> Article:
    """Clean what may take long where it can be stopped."""
    pool = ParsePool(1)
    try:
        return pool.submit(clean_large, candidate, host, name, None, memory, others, url, fetched_at).result()
    finally:
        pool.close()


def _unreadable(item: Input, error: str) -> Answer:
    return Answer(item.id, item.url, item.group, error=error)
