"""Records visits: the article, its keys, its link, its counters and the outlet's memory in one transaction.

Most visits of a batch are recorded together, each kind of row in one statement; see `storage.survey`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from newsreel.cleaning.memory import Prints
from newsreel.items import PAGE_CODES, Article, Visit
from storage import endings, indexing, near, revisits, schema
from storage.addresses import addresses_of
from storage.counting import Book
from storage.endings import fetch_facts
from storage.holdings import text_of
from storage.links import LinkWriter
from storage.memory import learn_all, settle
from storage.namings import note_beside
from storage.pages import Kept, keep_pages, keepable
from storage.recleaning import differs_by_cleaning, recast, same_words
from storage.stumbling import PARSE_ERROR, stumble
from storage.survey import Newcomer, Plain, survey
from storage.tombstones import Graveyard
from storage.twins import REDIRECT, find_twin, further_place, note_places
from storage.values import as_utc
from storage.writing import ArticleWriter, Entry


@dataclass(slots=True)
class Recorder:
    """Records a batch of visits inside the transaction that its connection holds; `close` writes the counters."""

    connection: Connection
    now: datetime
    book: Book = field(init=False)
    seen: dict[int, Visit] = field(default_factory=dict)
    graveyard: Graveyard = field(init=False)

    def __post_init__(self) -> None:
        self.book = Book(self.connection, self.now)
        self.graveyard = Graveyard(self.connection)

    def record_all(self, visits: Sequence[Visit]) -> list[str]:
        """Write visits that ended, and give the outcomes they were recorded with."""
        found = survey(self.connection, visits, self.graveyard)
        outcomes: dict[int, str] = dict.fromkeys((each.number for each in found.new), "new")
        outcomes |= {each.number: each.outcome for each in found.plain}
        self.record_new(found.new)
        self.record_plain(found.plain)
        for number in found.others:
            outcomes[number] = self.record(number, visits[number])
        return [outcomes[number] for number in range(len(visits))]

    def record_new(self, newcomers: Sequence[Newcomer]) -> None:
        """Write visits together whose articles are certainly new."""
        if not newcomers:
            return
        writer = ArticleWriter(self.connection, self.now, self.book)
        numbers = writer.insert_all(
            [
                Entry(each.article, each.addresses.asked, each.addresses.canonical, each.visit.memory_pages)
                for each in newcomers
            ]
        )
        numbered = list(zip(numbers, newcomers, strict=True))
        near.enter_all(self.connection, [(number, each.article) for number, each in numbered], self.book)
        endings.change(self.connection, [self._new_link(number, each) for number, each in numbered])
        writer.appear_all([place for number, each in numbered for place in self._places(writer, number, each)])
        keep_pages(
            self.connection,
            [Kept(keepable(each.visit), each.visit.source_id, each.link.id, (number, 1)) for number, each in numbered],
        )
        for each in newcomers:
            self.seen[each.number] = each.visit
            self._count_fetched(each.visit)
            self._count_stored(each.visit, each.article)
            self._count(each.visit, "new")

    def record_plain(self, plain: Sequence[Plain]) -> None:
        """Write visits together that brought no article."""
        if not plain:
            return
        facts = [fetch_facts(each.visit) for each in plain]
        ages = [each.pop("ages", ()) for each in facts]
        followed = [revisits.is_followed(each.link, each.outcome, mine) for each, mine in zip(plain, ages, strict=True)]
        known = {each.link.article_id for each, is_so in zip(plain, followed, strict=True) if is_so} - {None}
        aging = revisits.aging(self.connection, sorted(known))
        rows = []
        for each, fact, mine, is_so in zip(plain, facts, ages, followed, strict=True):
            published_at, kind = aging.get(each.link.article_id, revisits.UNKNOWN)
            again = revisits.after(each.link, published_at, kind, mine, self.now) if is_so else None
            of = (each.link, each.visit.run_id, each.outcome, self.now)
            rows.append(endings.ended(*of, revisit_at=again, detail=each.visit.detail, **fact))
            self._count_fetched(each.visit)
            self._count(each.visit, each.outcome)
        endings.change(self.connection, rows)
        rejected = [each for each in plain if each.visit.page is not None and each.outcome in PAGE_CODES]
        keep_pages(
            self.connection,
            [Kept(keepable(each.visit), each.visit.source_id, each.link.id, None) for each in rejected],
        )

    def record(self, nth: int, visit: Visit) -> str:
        """Write one visit that ended, by its place in the batch, and give the outcome it was recorded with."""
        links = LinkWriter(self.connection, visit.run_id, visit.source_id, self.now)
        self._count_fetched(visit)
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
            number = links.finish(visit.url_key, visit.outcome, detail=visit.detail, **fetch_facts(visit))
            if visit.page is not None and visit.outcome in PAGE_CODES:
                keep_pages(self.connection, [Kept(keepable(visit), visit.source_id, number, None)])
            return visit.outcome
        if visit.article is None:
            raise ValueError(f"the visit of {visit.link.url} has neither an outcome nor an article")
        outcome = self._article(nth, visit, visit.article, links)
        self._count(visit, outcome)
        return outcome

    def _is_known(self, visit: Visit) -> bool:
        t = schema.links.c
        where = (t.source == visit.source_id, t.url_key == visit.url_key)
        return self.connection.execute(select(t.id).where(*where)).first() is not None

    def close(self) -> None:
        """Write the counters and memories, index what waits when it is enough, sign what has no signature yet."""
        pages: dict[str, list[Prints]] = defaultdict(list)
        # In the order of the batch: of two pages that tell one story, the first counts.
        for _, visit in sorted(self.seen.items(), key=itemgetter(0)):
            pages[visit.source_id].append(Prints(visit.fingerprints, visit.story))
        if pages:
            learn_all(self.connection, pages, self.now)
        near.catch_up(self.connection, self.book)
        self.book.write()
        indexing.settle(self.connection)

    def _new_link(self, number: int, newcomer: Newcomer) -> dict[str, Any]:
        visit, link = newcomer.visit, newcomer.link
        facts = fetch_facts(visit)
        ages, again = facts.pop("ages", ()), None
        if revisits.is_followed(link, "new", ages):
            article = newcomer.article
            again = revisits.after(link, as_utc(article.date_published), article.kind, ages, self.now)
        facts |= {"article_id": number, "detail": visit.detail}
        return endings.ended(link, visit.run_id, "new", self.now, revisit_at=again, **facts)

    def _places(self, writer: ArticleWriter, number: int, newcomer: Newcomer) -> list[dict[str, Any]]:
        visit, asked = newcomer.visit, newcomer.addresses.asked
        text = {"content_hash": newcomer.article.content_hash, "own": None}
        first = writer.appearance(number, visit.source_id, visit.link, asked, "new") | text
        further = further_place(visit, newcomer.addresses, asked)
        if further is None:
            return [first]
        return [first, first | {"via": REDIRECT, "door": None, "guid": None} | further]

    def _article(self, nth: int, visit: Visit, article: Article, links: LinkWriter) -> str:
        writer = ArticleWriter(self.connection, self.now, self.book)
        addresses = addresses_of(visit, article)
        places = (visit.url_key, visit.canonical_key, addresses.ended)
        forgotten = self.graveyard.holds(filter(None, places), article.content_hash, article.word_count)
        if forgotten is not None:
            links.finish(visit.url_key, forgotten, detail="forgotten")
            return forgotten
        twin = find_twin(self.connection, article, addresses, self.now)
        number, outcome, canonical, version = twin.number, twin.outcome, twin.canonical, None
        article = replace(article, url=twin.url)
        facts = fetch_facts(visit)
        if number is None:
            number, version = writer.insert(article, twin.key, canonical), 1
            near.enter(self.connection, number, article, self.book)
            self.seen[nth] = visit
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
        note_places(self.connection, replace(twin, number=number), visit, article, addresses, self.now)
        if version is not None:
            keep_pages(self.connection, [Kept(keepable(visit), visit.source_id, link_id, (number, version))])
        return outcome

    def _count_fetched(self, visit: Visit) -> None:
        if visit.page is not None:
            self._count(visit, "bytes", len(visit.page.body) + sum(len(part.body) for part in visit.parts))

    def _count_stored(self, visit: Visit, article: Article) -> None:
        self._count(visit, "stored")
        self.book.count_run(visit.run_id, text_of(article))

    def _count(self, visit: Visit, name: str, n: int = 1) -> None:
        self.book.count(visit.source_id, visit.run_id, {name: n})


def record_all(connection: Connection, visits: Sequence[Visit], now: datetime) -> list[str]:
    """Record a batch of visits in the transaction that `connection` holds."""
    recorder = Recorder(connection, now)
    outcomes = recorder.record_all(visits)
    recorder.close()
    return outcomes
