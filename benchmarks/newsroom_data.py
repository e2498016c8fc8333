"""Fills a database with an invented newsroom, through the same calls as a crawl; the same seed gives the same one.

python -m benchmarks.newsroom_data FOLDER [--sources 60] [--articles 5000] [--days 30] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.newsroom_stories import Story, stories
from newsreel.cleaning.article import content_hash
from newsreel.items import Article, Block, Link, Page, Visit
from newsreel.urls import url_key
from storage import runs
from storage.database import open_database, sqlite_url, writing
from storage.links import DoorReading, LinkWriter
from storage.recording import record_all

_FIRST = ("Lantern", "Marquee", "Harbour", "Velvet", "Northlight", "Second", "Paper", "Amber", "Kino", "Silver")
_SECOND = ("Post", "Ledger", "Reel", "Weekly", "Bulletin", "Observer")
# How many of a hundred articles are copies of another outlet's, come late, fail, or are changed a day later.
_COPIES, _FAILURES, _CHANGED = 12, 4, 5


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet; `pace` is how often it publishes, compared with the others."""

    id: str
    name: str
    pace: float


def outlets(number: int, rng: random.Random) -> list[Outlet]:
    """Make up outlets."""
    found = []
    for n in range(number):
        name = f"{_FIRST[n % len(_FIRST)]} {_SECOND[n // len(_FIRST) % len(_SECOND)]}"
        name += f" {n // (len(_FIRST) * len(_SECOND)) + 1}" * (n >= len(_FIRST) * len(_SECOND))
        found.append(Outlet(name.lower().replace(" ", "-"), name, rng.choice((0.3, 1, 1, 2, 4))))
    return found


def fill(engine: Engine, sources: int, articles: int, days: int, seed: int, now: datetime) -> None:
    """Let every outlet be crawled once in each of some hours, oldest first, until there are enough articles."""
    rng = random.Random(seed)
    papers = outlets(sources, rng)
    written = stories(rng)
    numbers = iter(range(1, articles + 1))
    told: list[Article] = []
    for at, outlet, share in _crawls(papers, articles, days, now, rng):
        visits, run_id = [], 0
        with writing(engine) as connection:
            run_id = runs.start(connection, outlet.id, "schedule", None, at)
        for n in islice(numbers, share):
            copied = rng.choice(told[-50:]) if told and rng.randrange(100) < _COPIES else None
            article = _article(outlet, rng.choice(written), n, at, rng, copied)
            told.append(article)
            visits.append(_visit(run_id, article, at))
            if rng.randrange(100) < _FAILURES:
                visits.append(_failure(run_id, outlet, n, at, rng))
        again = [article for article in told[-200:] if article.source_id == outlet.id and rng.randrange(100) < _CHANGED]
        visits += [_visit(run_id, _changed(article, at), at) for article in again]
        del told[:-400]
        with writing(engine) as connection:
            links = LinkWriter(connection, run_id, outlet.id, at)
            links.door(DoorReading(f"https://{outlet.id}.example/feed", "feed", "read", found=len(visits)))
            links.discover([replace(visit.link, updated=at, published=_published(visit)) for visit in visits])
            record_all(connection, visits, at)
        with writing(engine) as connection:
            runs.finish(connection, run_id, outlet.id, "finished", {}, at + timedelta(seconds=rng.randrange(5, 90)))


def _crawls(
    papers: list[Outlet], articles: int, days: int, now: datetime, rng: random.Random
) -> Iterator[tuple[datetime, Outlet, int]]:
    """Give the times of the crawls in order, the outlet of each, and how many articles it finds."""
    times = sorted(
        (now - timedelta(days=day, minutes=rng.randrange(1440)), n) for day in range(days) for n, _ in enumerate(papers)
    )
    total = sum(papers[n].pace for _, n in times)
    carried = 0.0
    for at, n in times:
        carried += articles * papers[n].pace / total
        share, carried = int(carried), carried - int(carried)
        yield at, papers[n], share


def _article(outlet: Outlet, story: Story, n: int, at: datetime, rng: random.Random, copied: Article | None) -> Article:
    """Make an outlet's own article of a story, or of another outlet's article."""
    url = f"https://{outlet.id}.example/{at:%Y/%m}/story-{n}"
    made = copied or story.told(n)
    return replace(
        made,
        url=url,
        canonical_url=url,
        requested_url=url,
        source_id=outlet.id,
        source_name=outlet.name,
        date_published=at - timedelta(minutes=rng.choice((3, 9, 25, 70, 400))),
        date_downloaded=at,
    )


def _changed(article: Article, at: datetime) -> Article:
    """Let an outlet add a sentence and reword another."""
    first, *others = article.blocks
    blocks = (
        replace(first, text=first.text.replace("said", "confirmed").replace("never", "hardly ever")),
        *others,
        Block("p", f"A spokesperson added at {at:%H:%M} that the plan stands."),
    )
    return replace(article, blocks=blocks, content_hash=content_hash(blocks), date_modified=at)


def _visit(run_id: int, article: Article, at: datetime) -> Visit:
    link = Link(article.url, "feed", door=f"https://{article.source_id}.example/feed")
    body = "".join(f"<p>{block.text}</p>" for block in article.blocks).encode()
    page = Page(article.url, article.url, 200, {"content-type": "text/html"}, body, at)
    key = url_key(article.url)
    return Visit(run_id, article.source_id, link, key, page=page, article=article, canonical_key=key)


def _published(visit: Visit) -> datetime | None:
    return visit.article.date_published if visit.article else None


def _failure(run_id: int, outlet: Outlet, n: int, at: datetime, rng: random.Random) -> Visit:
    url = f"https://{outlet.id}.example/{at:%Y/%m}/gone-{n}"
    code = rng.choice(("http-4xx", "http-5xx", "timeout", "robots", "too-short"))
    return Visit(run_id, outlet.id, Link(url, "sitemap"), url_key(url), outcome=code, detail="as the newsroom has it")


def main() -> None:
    """Fill the database of a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name, number in (("sources", 60), ("articles", 5000), ("days", 30), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    engine = open_database(sqlite_url(given.folder / "newsreel.db"))
    fill(engine, given.sources, given.articles, given.days, given.seed, datetime.now(UTC).replace(microsecond=0))


if __name__ == "__main__":
    main()
