"""Records visits: the article, its keys, its link, its counters and the outlet's memory in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from newsreel.cleaning.memory import Prints
from newsreel.items import PAGE_CODES, Article, Page, Visit, body_text
from storage import indexing, schema
from storage.columns import storable
from storage.counting import bump, figures
from storage.links import LinkWriter
from storage.memory import learn, settle
from storage.pages import keep_pages
from storage.recleaning import differs_by_cleaning, recast
from storage.stumbling import PARSE_ERROR, stumble
from storage.values import headline_key
from storage.writing import ArticleWriter

SAME_HEADLINE_WITHIN = timedelta(days=7)
SAME_STORY_SHARE = 0.5
# Headlines and texts shorter than this ("Trailer", "Watch it above.") are shared by different stories.
MIN_HEADLINE_WORDS = 4
MIN_TEXT_WORDS = 20


@dataclass(slots=True)
class Recorder:
    """Records a batch of visits inside the transaction that its connection holds; `close` writes the counters."""

    connection: Connection
    now: datetime
    counts: dict[tuple[str, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seen: dict[str, list[Prints]] = field(default_factory=lambda: defaultdict(list))

    def record(self, visit: Visit) -> str:
        """Write one visit that ended, and give the outcome it was recorded with."""
        counts = self.counts[(visit.source_id, visit.run_id)]
        links = LinkWriter(self.connection, visit.run_id, visit.source_id, self.now)
        if visit.page is not None:
            counts["bytes"] += len(visit.page.body) + sum(len(part.body) for part in visit.parts)
        if visit.outcome == PARSE_ERROR and not stumble(
            self.connection, visit.run_id, visit.source_id, visit.url_key, visit.detail
        ):
            # Counted when the run ends, like every link without an outcome.
            return "waiting"
        if visit.outcome is not None:
            counts[visit.outcome] += 1
            number = links.finish(visit.url_key, visit.outcome, detail=visit.detail, **self._fetch_facts(visit))
            if visit.page is not None and visit.outcome in PAGE_CODES:
                keep_pages(self.connection, _keepable(visit), visit.source_id, number, None)
            return visit.outcome
        if visit.article is None:
            raise ValueError(f"the visit of {visit.link.url} has neither an outcome nor an article")
        outcome = self._article(visit, visit.article, links)
        counts[outcome] += 1
        return outcome

    def close(self) -> None:
        """Write the counters and the outlets' memories, and index what waits for it when it is enough."""
        for (source, run_id), counts in self.counts.items():
            bump(self.connection, source, run_id, self.now, counts)
        for source, pages in self.seen.items():
            learn(self.connection, source, pages, self.now)
        indexing.settle(self.connection)

    def _article(self, visit: Visit, article: Article, links: LinkWriter) -> str:
        writer = ArticleWriter(self.connection, self.now)
        canonical = visit.canonical_key or visit.url_key
        number, outcome = self._twin(article, visit.url_key, canonical)
        version = None
        facts = self._fetch_facts(visit)
        if number is None:
            number = writer.insert(article, visit.url_key, canonical, self._group(article))
            outcome, version = "new", 1
            self.seen[visit.source_id].append(Prints(visit.fingerprints, visit.story))
            self._count_stored(visit, article)
        elif outcome == "updated" and differs_by_cleaning(self.connection, number, article):
            # The outlet changed nothing: it is our cleaning that knows more by now.
            outcome = "unchanged"
            recast(self.connection, number, article, visit.memory_pages, self.now)
        elif outcome == "updated":
            self._count_stored(visit, article)
            version = writer.replace(number, article, canonical, visit.url_key)
        if version is not None:
            settle(self.connection, number, visit.memory_pages)
        link_id = links.finish(visit.url_key, outcome, article_id=number, detail=visit.detail, **facts)
        writer.appear(number, visit.source_id, visit.link, visit.url_key, outcome)
        if version is not None:
            keep_pages(self.connection, _keepable(visit), visit.source_id, link_id, (number, version))
        return outcome

    def _twin(self, article: Article, key: str, canonical: str) -> tuple[int | None, str]:
        """Find the stored article that this one is, cheapest test first, and the outcome that follows."""
        a = schema.articles.c
        columns = (a.id, a.content_hash, a.headline, a.headline_key, a.blocks)
        own = select(*columns).where(a.source == article.source_id)
        wanted = headline_key(article.headline)
        row = self.connection.execute(own.where(a.url_key == key)).first()
        if row is not None:
            kept = (row.content_hash, row.headline) == (article.content_hash, storable(article.headline))
            return row.id, "unchanged" if kept else "updated"
        same = own.where(or_(a.canonical_key == canonical, a.url_key == canonical)).order_by(a.id)
        for row in self.connection.execute(same):
            # Some outlets name one canonical address on all pages of a section: no article is lost to that.
            if (wanted and row.headline_key == wanted) or _shares_text(row, article):
                return row.id, "dup-url"
        for row in self.connection.execute(own.where(a.content_hash == article.content_hash).order_by(a.id)):
            if article.word_count >= MIN_TEXT_WORDS or row.headline_key == wanted:
                return row.id, "dup-body"
        if len(wanted.split()) >= MIN_HEADLINE_WORDS:
            recent = own.where(a.headline_key == wanted, a.stored_at >= self.now - SAME_HEADLINE_WITHIN)
            for row in self.connection.execute(recent.order_by(a.id)):
                if _shares_text(row, article):
                    return row.id, "dup-title"
        return None, "new"

    def _group(self, article: Article) -> int | None:
        """Give the first article of another outlet with the same text, whose group this one joins."""
        if article.word_count < MIN_TEXT_WORDS:
            return None
        a = schema.articles.c
        query = select(func.min(func.coalesce(a.duplicate_of, a.id))).where(
            a.content_hash == article.content_hash, a.source != article.source_id
        )
        first = self.connection.execute(query).scalar_one_or_none()
        return None if first is None else int(first)

    def _count_stored(self, visit: Visit, article: Article) -> None:
        self.counts[(visit.source_id, visit.run_id)].update(figures(article))

    def _fetch_facts(self, visit: Visit) -> dict[str, Any]:
        facts: dict[str, Any] = {"told": visit.retry_at}
        if visit.page is not None:
            facts["etag"] = visit.page.headers.get("etag")
            facts["last_modified"] = visit.page.headers.get("last-modified")
        return facts


def _keepable(visit: Visit) -> list[Page]:
    """Give the raw pages of a visit; none where there was no fetch, or the page says noarchive."""
    flags = visit.article.flags if visit.article is not None else ()
    signals = visit.candidate.signals if visit.candidate is not None else ()
    if visit.page is None or "noarchive" in (*flags, *signals):
        return []
    return [visit.page, *visit.parts]


def _shares_text(row: Any, article: Article) -> bool:
    """Tell whether a stored text and an article share most of their words."""
    stored = set(" ".join(block[1] for block in row.blocks).casefold().split())
    other = set(body_text(article.blocks).casefold().split())
    return len(stored & other) >= SAME_STORY_SHARE * max(1, len(stored | other))


def record_all(connection: Connection, visits: Sequence[Visit], now: datetime) -> list[str]:
    """Record a batch of visits in the transaction that `connection` holds."""
    recorder = Recorder(connection, now)
    outcomes = [recorder.record(visit) for visit in visits]
    recorder.close()
    return outcomes
