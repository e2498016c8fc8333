"""Makes up a newsroom's days: articles with Zipf's distribution of words, updates and duplicates among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from newsreel.cleaning.article import content_hash
from newsreel.cleaning.memory import fingerprint, reads_as_prose
from newsreel.items import Article, Author, Block, Image, Link, Removal, Visit, body_text
from newsreel.urls import url_key

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 90
VOCABULARY = 50_000
BATCH = 100
# Of a batch's pages so many come from one source.
FROM_ONE = 4
UPDATES, SAME, ELSEWHERE = 0.03, 0.03, 0.02
_KEPT = 2000
_SYLLABLES = (
    "ba be bo da di do fa fi ga go ha ka ke ko la le lo ma mi mo na ne no pa pe ra re ri ro sa se so ta te ti to"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Visits that are stored together, and when."""

    now: datetime
    visits: list[Visit]


class Newsdays:
    """A stream of batches from a seed, over DAYS from `begin` on; the same seed makes the same batches."""

    def __init__(self, articles: int, sources: int, seed: int, begin: datetime = BEGIN) -> None:
        self.choice = random.Random(seed)
        self.begin = begin
        syllables = _SYLLABLES.split()
        # Frequent words are short.
        self.words = [self._word(syllables, rank) for rank in range(VOCABULARY)]
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self.sources = [f"outlet-{number}" for number in range(sources)]
        self.furniture = {source: [self._sentence(5) for _ in range(8)] for source in self.sources}
        self.batches = articles // BATCH
        self.made: list[Article] = []
        self.number = 0

    def _word(self, syllables: list[str], rank: int) -> str:
        letters = [self.choice.choice(syllables) for _ in range(1 + rank.bit_length() // 6)]
        return "".join(letters) + chr(97 + rank % 26)

    def run(self) -> Iterator[Batch]:
        """Yield batch after batch over the days, for each some sources' pages."""
        step = timedelta(days=DAYS) / self.batches
        turn = 0
        for number in range(self.batches):
            now = self.begin + number * step
            visits: list[Visit] = []
            while len(visits) < BATCH:
                place = turn % len(self.sources)
                turn += 1
                visits += [self._visit(self.sources[place], place + 1, now) for _ in range(FROM_ONE)]
            yield Batch(now, visits)

    def _visit(self, source: str, run_id: int, now: datetime) -> Visit:
        article = self._article(source, now)
        link = Link(article.url, "feed", door=f"https://{source}.example/feed")
        key = url_key(article.url)
        lines = [block.text for block in article.blocks] + self.furniture[source]
        marks = {line: fingerprint(line) for line in lines}
        story = frozenset(mark for line, mark in marks.items() if mark and reads_as_prose(line))
        return Visit(
            run_id,
            source,
            link,
            key,
            article=article,
            fingerprints=frozenset(marks.values()) - {0},
            story=story,
            memory_pages=20,
            canonical_key=url_key(article.canonical_url),
        )

    def _article(self, source: str, now: datetime) -> Article:
        chance = self.choice.random()
        mine = [old for old in self.made[-_KEPT:] if old.source_id == source] if chance < UPDATES + SAME else []
        if mine and chance < UPDATES:
            old = self.choice.choice(mine)
            return self._with(old, (*old.blocks, Block("p", self._paragraph())))
        if mine:
            old = self.choice.choice(mine)
            self.number += 1
            return replace(old, url=f"https://{source}.example/again/{self.number}")
        if self.made and chance > 1 - ELSEWHERE:
            old = self.choice.choice(self.made[-_KEPT:])
            if old.source_id != source:
                made = self._new(source, now)
                return self._with(replace(made, headline=old.headline), old.blocks)
        article = self._new(source, now)
        self.made.append(article)
        del self.made[:-_KEPT]
        return article

    def _new(self, source: str, now: datetime) -> Article:
        self.number += 1
        headline = self._sentence(10)
        url = f"https://{source}.example/2026/news/{'-'.join(headline.lower().rstrip('.').split()[:7])}-{self.number}"
        blocks = tuple(Block("p", self._paragraph()) for _ in range(self.choice.randrange(8, 15)))
        published = now - timedelta(seconds=int(self.choice.lognormvariate(7, 1.5)))
        article = Article(
            url=url,
            source_id=source,
            source_name=source.title(),
            headline=headline,
            blocks=(),
            canonical_url=url,
            requested_url=url,
            date_downloaded=now,
            description=self._sentence(20),
            section="News",
            authors=(Author(self._sentence(2)),),
            date_published=published,
            date_published_raw=published.isoformat(),
            date_source="jsonld",
            in_language="en",
            keywords=tuple(self.choices(5)),
            main_image=Image(
                f"https://{source}.example/pictures/{self.number}.jpg", self._sentence(12), "A photographer"
            ),
            removals=tuple(Removal(rule, text, "article/div/p") for rule, text in self._removals(source)),
            extractor_version="1",
            rules_version="1",
            probability=0.97,
        )
        return self._with(article, blocks)

    def _with(self, article: Article, blocks: tuple[Block, ...]) -> Article:
        text = body_text(blocks)
        return replace(article, blocks=blocks, content_hash=content_hash(blocks), word_count=len(text.split()))

    def _removals(self, source: str) -> list[tuple[str, str]]:
        rules = ("ads.marker", "related.line", "share.bar", "memory")
        return [(rule, self.choice.choice(self.furniture[source])) for rule in rules if self.choice.random() < 0.6]

    def choices(self, number: int) -> list[str]:
        """Draw words, the frequent ones often."""
        return self.choice.choices(self.words, cum_weights=self.weights, k=number)

    def _sentence(self, number: int) -> str:
        return " ".join(self.choices(number)).capitalize() + "."

    def _paragraph(self) -> str:
        return " ".join(self._sentence(self.choice.randrange(8, 26)) for _ in range(4))
