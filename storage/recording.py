"""Records visits: the article, its keys, its link, its counters and the outlet's memory in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from newsreel.cleaning.memory import Prints
from newsreel.items import PAGE_CODES, Article, Page, Visit
from storage import indexing, near, schema
from storage.counting import Book
from storage.holdings import text_of
from storage.links import LinkWriter
from storage.memory import learn, settle
from storage.namings import note_beside
from storage.pages import keep_pages
from storage.recleaning import differs_by_cleaning, recast, same_words
from storage.stumbling import PARSE_ERROR, stumble
from storage.tombstones import Graveyard
from storage.twins import ended_at, find_twin, note_places
from storage.writing import ArticleWriter


@dataclass(slots=True)
class Recorder:
    """Records a batch of visits inside the transaction that its connection holds; `close` writes the counters."""

    connection: Connection
    now: datetime
    book: Book = field(init=False)
    seen: dict[str, list[Prints]] = field(default_factory=lambda: defaultdict(list))
    graveyard: Graveyard = field(init=False)

    def __post_init__(self) -> None:
        self.book = Book(self.connection, self.now)
        self.graveyard = Graveyard(self.connection)

    def record(self, visit: Visit) -> str:
        """Write one visit that ended, and give the outcome it was recorded with."""
        links = LinkWriter(self.connection, visit.run_id, visit.source_id, self.now)
        if visit.page is not None:
            self._count(visit, "bytes", len(visit.page.body) + sum(len(part.body) for part in visit.parts))
        if self.graveyard.addresses([visit.url_key]) and not self._is_known(visit):
            # Forgotten while it was fetched; its run was told then.
            return "dup-url"
        if visit.outcome == PARSE_ERROR and not stumble(
            self.connection, visit.run_id, visit.source_id, visit.url_key, visit.detail
        ):
            # Counted when the run ends, like every link without an outcome.
            return "waiting"
        if visit.outcome is not None:
            self._count(visit, visit.outcome)
            number = links.finish(visit.url_key, visit.outcome, detail=visit.detail, **self._fetch_facts(visit))
            if visit.page is not None and visit.outcome in PAGE_CODES:
                keep_pages(self.connection, _keepable(visit), visit.source_id, number, None)
            return visit.outcome
        if visit.article is None:
            raise ValueError(f"the visit of {visit.link.url} has neither an outcome nor an article")
        outcome = self._article(visit, visit.article, links)
        self._count(visit, outcome)
        return outcome

    def _is_known(self, visit: Visit) -> bool:
        t = schema.links.c
        where = (t.source == visit.source_id, t.url_key == visit.url_key)
        return self.connection.execute(select(t.id).where(*where)).first() is not None

    def close(self) -> None:
        """Write the counters and memories, index what waits when it is enough, sign what has no signature yet."""
        for source, pages in self.seen.items():
            learn(self.connection, source, pages, self.now)
        near.catch_up(self.connection, self.book)
        self.book.write()
        indexing.settle(self.connection)

    def _article(self, visit: Visit, article: Article, links: LinkWriter) -> str:
        writer = ArticleWriter(self.connection, self.now, self.book)
        places = (visit.url_key, visit.canonical_key, ended_at(visit))
        forgotten = self.graveyard.holds(filter(None, places), article.content_hash, article.word_count)
        if forgotten is not None:
            links.finish(visit.url_key, forgotten, detail="forgotten")
            return forgotten
        twin = find_twin(self.connection, visit, article, self.now)
        number, outcome, canonical, version = twin.number, twin.outcome, twin.canonical, None
        article = replace(article, url=twin.url)
        facts = self._fetch_facts(visit)
        if number is None:
            number, version = writer.insert(article, twin.key, canonical), 1
            near.enter(self.connection, number, article, self.book)
            self.seen[visit.source_id].append(Prints(visit.fingerprints, visit.story))
            self._count_stored(visit, article)
        elif outcome == "updated" and same_words(self.connection, number, article):
            # Other quotation marks or spaces; what is stored stays, and the page that it was taken from.
            outcome = "unchanged"
        elif outcome == "updated" and differs_by_cleaning(self.connection, number, article):
            # The outlet changed nothing: it is our cleaning that knows more by now.
            outcome = "unchanged"
            recast(self.connection, number, article, visit.memory_pages, self.now, self.book)
        elif outcome == "updated":
            self._count_stored(visit, article)
            version = writer.replace(number, article, canonical, twin.key)
            near.reenter(self.connection, number, article, self.book)
        if version is not None:
            settle(self.connection, number, visit.memory_pages)
        link_id = links.finish(visit.url_key, outcome, article_id=number, detail=visit.detail, **facts)
        if not writer.appear(number, visit.source_id, visit.link, visit.url_key, outcome):
            note_beside(self.connection, link_id, visit, number, self.now)
        note_places(self.connection, replace(twin, number=number), visit, article, self.now)
        if version is not None:
            keep_pages(self.connection, _keepable(visit), visit.source_id, link_id, (number, version))
        return outcome

    def _count_stored(self, visit: Visit, article: Article) -> None:
        self._count(visit, "stored")
        self.book.count_run(visit.run_id, text_of(article))

    def _count(self, visit: Visit, name: str, n: int = 1) -> None:
        self.book.count(visit.source_id, visit.run_id, {name: n})

    def _fetch_facts(self, visit: Visit) -> dict[str, Any]:
        facts: dict[str, Any] = {"told": visit.retry_at}
        if visit.page is not None or visit.outcome == "unchanged":
            # A text from a feed has no page to ask for again.
            facts["ages"] = visit.revisits
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


def record_all(connection: Connection, visits: Sequence[Visit], now: datetime) -> list[str]:
    """Record a batch of visits in the transaction that `connection` holds."""
    recorder = Recorder(connection, now)
    outcomes = [recorder.record(visit) for visit in visits]
    recorder.close()
    return outcomes
