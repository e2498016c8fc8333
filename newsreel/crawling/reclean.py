"""Cleans stored articles again, from their raw pages, with today's extractor, rules and memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from newsreel import __version__
from newsreel.cleaning import RuleSet, classify, clean, fingerprints, load_rules
from newsreel.errors import PageRejected
from newsreel.extraction import extract, join_parts
from newsreel.items import Article, Candidate, Page
from newsreel.parsing import ParsePool
from newsreel.sources import OutletRules, Source
from storage.articles import Articles, Filter, Stored
from storage.database import reading, writing
from storage.memory import recall
from storage.recleaning import outdated, rewrite

AHEAD = 32


@dataclass(frozen=True, slots=True)
class Recleaned:
    """What became of a stored article: its new form, or None with the reason (`no-page`, or an outcome code)."""

    stored: Stored
    article: Article | None
    reason: str | None = None

    @property
    def changed(self) -> bool:
        """Whether text or headline differ from what is stored."""
        old, new = self.stored.article, self.article
        return new is not None and (old.content_hash, old.headline) != (new.content_hash, new.headline)


class Recleaner:
    """Parses in the pool, ahead of what is asked for, and cleans in this process."""

    def __init__(self, engine: Engine, sources: Mapping[str, Source]) -> None:
        self.engine = engine
        self.sources = sources
        self.store = Articles(engine)
        self.memories: dict[str, tuple[int, dict[int, int]]] = {}
        self.rules: dict[str, RuleSet] = {}
        self.today = load_rules().version

    def run(self, wanted: Filter) -> Iterator[Recleaned]:
        """Clean the wanted articles that today's extractor and rules have not seen; nothing is written."""
        pool = ParsePool()
        under_way: deque[tuple[Stored, list[Page], list[Future[Candidate]]]] = deque()
        try:
            for stored in outdated(self.store, wanted, __version__, self.today):
                pages = self.store.pages(stored.id)
                source = self.sources.get(stored.article.source_id)
                rules, language = (source.rules, source.language) if source else (OutletRules(), None)
                under_way.append((stored, pages, [pool.submit(extract, page, rules, language) for page in pages]))
                if len(under_way) >= AHEAD:
                    yield self._finish(*under_way.popleft())
            while under_way:
                yield self._finish(*under_way.popleft())
        finally:
            pool.close()

    def write(self, result: Recleaned) -> None:
        """Store what came out of an article."""
        if result.article is None:
            return
        article = result.article
        with writing(self.engine, f"store article {result.stored.id} again") as connection:
            rewrite(connection, result.stored.id, article, datetime.now(UTC))

    def _finish(self, stored: Stored, pages: list[Page], parsed: list[Future[Candidate]]) -> Recleaned:
        if not pages:
            # Its text came from a feed, or its page says noarchive.
            return Recleaned(stored, None, "no-page")
        name = stored.article.source_id
        try:
            first, *rest = (future.result() for future in parsed)
            candidate = join_parts(first, rest) if rest else first
            count, memory = self._memory(name)
            article = clean(
                candidate,
                source_id=name,
                source_name=stored.article.source_name,
                rules=self._rules(name),
                # The article's own page is in the memory too.
                memory={f: memory[f] - 1 for f in fingerprints(candidate) if memory.get(f, 0) > 1},
                memory_pages=max(0, count - 1),
                requested_url=stored.article.requested_url,
                fetched_at=pages[0].fetched_at,
            )
        except PageRejected as error:
            return Recleaned(stored, None, error.code)
        return Recleaned(stored, classify(article, candidate))

    def _memory(self, source: str) -> tuple[int, dict[int, int]]:
        if source not in self.memories:
            with reading(self.engine, f"recall the memory of {source}") as connection:
                self.memories[source] = recall(connection, source)
        return self.memories[source]

    def _rules(self, name: str) -> RuleSet:
        if name not in self.rules:
            source = self.sources.get(name)
            self.rules[name] = load_rules(source.rules if source else None)
        return self.rules[name]


def summary(results: Iterator[Recleaned], each: Callable[[Recleaned], None]) -> tuple[int, int, dict[str, int]]:
    """Go through results; give how many there were, how many changed, and how many were left alone, by reason."""
    seen = changed = 0
    left: dict[str, int] = {}
    for result in results:
        seen += 1
        changed += result.changed
        if result.reason is not None:
            left[result.reason] = left.get(result.reason, 0) + 1
        each(result)
    return seen, changed, left
