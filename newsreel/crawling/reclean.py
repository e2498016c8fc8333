"""Cleans stored articles again, from their raw pages, with today's extractor, rules and memory."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from newsreel import __version__
from newsreel.cleaning import Memory, RuleSet, classify, clean, clean_large, fingerprints, is_large, load_rules
from newsreel.errors import PageRejected
from newsreel.extraction import extract, join_parts
from newsreel.items import Article, Candidate, Page
from newsreel.parsing import ParsePool
from newsreel.sources import OutletRules, Source
from storage.articles import Articles, Filter, Stored
from storage.database import reading, writing
from storage.memory import recall
from storage.recleaning import outdated, rewrite

logger = logging.getLogger(__name__)

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
        self.memories: dict[str, Memory] = {}
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
                    yield self._finish(pool, *under_way.popleft())
            while under_way:
                yield self._finish(pool, *under_way.popleft())
        finally:
            pool.close()

    def write(self, result: Recleaned) -> None:
        """Store what came out of an article."""
        if result.article is None:
            return
        article, seen = result.article, self._memory(result.stored.article.source_id).pages
        with writing(self.engine, f"store article {result.stored.id} again") as connection:
            rewrite(connection, result.stored.id, article, seen, datetime.now(UTC))

    def _finish(self, pool: ParsePool, stored: Stored, pages: list[Page], parsed: list[Future[Candidate]]) -> Recleaned:
        if not pages:
            # Its text came from a feed, or its page says noarchive.
            return Recleaned(stored, None, "no-page")
        try:
            first, *rest = (future.result() for future in parsed)
            candidate = join_parts(first, rest) if rest else first
            return Recleaned(stored, self._clean(pool, stored, candidate, pages[0].fetched_at))
        except PageRejected as error:
            return Recleaned(stored, None, error.code)
        except Exception:
            # One page that a parser fails on, through a fault of ours, does not keep the others from it.
            logger.exception("article %d cannot be cleaned again, which is a fault of Newsreel", stored.id)
            return Recleaned(stored, None, "parse-error")

    def _clean(self, pool: ParsePool, stored: Stored, candidate: Candidate, fetched_at: datetime) -> Article:
        old = stored.article
        # The article's own page is in the memory too.
        others, count = self._memory(old.source_id).beside(fingerprints(candidate), is_known=True)
        if is_large(candidate):
            source = self.sources.get(old.source_id)
            rules = source.rules if source else None
            work = (candidate, old.source_id, old.source_name, rules, others, count, old.requested_url, fetched_at)
            return pool.submit(clean_large, *work).result()
        article = clean(
            candidate,
            old.source_id,
            old.source_name,
            self._rules(old.source_id),
            others,
            count,
            old.requested_url,
            fetched_at,
        )
        return classify(article, candidate)

    def _memory(self, source: str) -> Memory:
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
