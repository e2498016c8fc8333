"""Looks at a site that is in no catalogue: where its articles are listed, what robots.txt says, and a few articles."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from newsreel.discovery import Discovery, site
from newsreel.discovery.feeds import read_feed
from newsreel.discovery.findings import Findings, Sample, Taken
from newsreel.discovery.sitemaps import read_sitemap
from newsreel.errors import FetchFailed, PageRejected
from newsreel.items import Link, Visit, body_text
from newsreel.urls import host_of, is_home, origin_of, resolve, same_site, url_key
from spiders.outlet import OutletSpider
from storage.hosts import robots_state
from storage.links import DoorReading

SAMPLES = 3
# So many articles are tried for them.
MOST_TRIES = 5
MOST_DOORS = 10
# No further door is asked after so many seconds, nor after so many bytes.
DOORS_UNTIL = 30.0
MOST_BYTES = 24 * 1024 * 1024
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class _Door:
    """A door that was read."""

    found: site.FoundDoor
    links: tuple[Link, ...]


class ProbeSpider(OutletSpider):
    """Looks at one address; `findings` is what is known so far, `tell` is called with each step in words.

    `robots` is the text of the host's robots.txt, None where it has none.
    """

    name = "probe"

    def __init__(self, address: str = "", tell: Callable[[str], None] = lambda line: None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tell = tell
        home = resolve(address, "/") or address
        self.findings = Findings(address, home, host_of(address).removeprefix("www."))
        self.begun = time.monotonic()
        self.robots: str | None = None
        self.bytes = 0
        self.asked: set[str] = set()
        self.doors: list[_Door] = []
        self.ended: asyncio.Queue[Visit] = asyncio.Queue()

    async def start(self) -> AsyncIterator[Any]:
        """Look at the address, ask the doors, then read and clean a few articles of those that are chosen."""
        # The first parser takes seconds to start; it does so while the site is asked.
        self.pool.submit(len, b"")
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            self.crawler.signals.connect(self._arrive, signal)
        try:
            await self._look()
        except FetchFailed as error:
            self._fail(error.code, error.detail)
            return
        found = [(door.found, door.links) for door in self.doors]
        self.findings = replace(self.findings, doors=tuple(site.choose(found)))
        if not any(door.chosen for door in self.findings.doors):
            self._fail("no-door", "; ".join(f"{door.url}: {door.why}" for door in self.findings.doors))
            return
        self.begun = time.monotonic()
        links = self._newest()
        while links and len(self.findings.articles) < SAMPLES:
            wanted = SAMPLES - len(self.findings.articles)
            batch, links = links[:wanted], links[wanted:]
            tasks = await self._keep(DoorReading(self.findings.address, "listing", "read"), batch)
            for result in self.visits(tasks):
                yield result
            for _ in tasks:
                self._take(await self.ended.get())

    async def _look(self) -> None:
        address = self.findings.address
        self.tell(f"Asking {host_of(address)}, robots.txt first.")
        response = await self._fetch(address)
        content_type = _content_type(response)
        start: site.Start = await self._in_pool(site.read_start, response.body, response.url, content_type)
        kept = await asyncio.wrap_future(
            self.ledger.read(lambda c: robots_state(c, origin_of(response.url)), "read robots.txt")
        )
        self.robots = kept.robots_body
        if start.kind == "other":
            raise FetchFailed("not-html", f"{response.url} is neither a page nor a feed ({content_type or 'no type'})")
        name = start.name or self.findings.name
        home = _home(response.url, start)
        self.findings = replace(self.findings, name=name, home=home, language=start.language)
        if start.kind == "page":
            await self._ask_named(response.url, start.feeds)
            return
        self.asked.add(response.url)
        await self._hold(start.kind, response.url, start.discovery)

    async def _ask_named(self, url: str, feeds: Sequence[str]) -> None:
        """Ask the doors that the page and robots.txt name; where they name none, at the usual places."""
        for feed in feeds[: site.MOST_NAMED]:
            await self._ask_door("feed", feed)
        if not self._has("feed"):
            for path in site.FEED_PATHS:
                if await self._ask_door("feed", resolve(self.findings.home, path)):
                    break
        # The first sitemaps are the ones that matter; a site's news sitemap says so by its name.
        named = site.sitemaps_of(self.robots, url)
        for sitemap in sorted(named, key=lambda address: "news" not in address)[: site.MOST_NAMED]:
            await self._ask_door("sitemap", sitemap)
        if not self._has("sitemap"):
            for path in site.SITEMAP_PATHS:
                if await self._ask_door("sitemap", resolve(self.findings.home, path)):
                    break

    def _has(self, kind: str) -> bool:
        return any(door.found.kind == kind and door.links for door in self.doors)

    async def _ask_door(self, kind: site.Kind, url: str | None) -> bool:
        """Ask a door and hold what it says; tell whether it names articles."""
        spent = time.monotonic() - self.begun > DOORS_UNTIL or self.bytes > MOST_BYTES
        if url is None or url in self.asked or len(self.asked) >= MOST_DOORS or spent:
            return False
        self.asked.add(url)
        try:
            response = await self._fetch(url)
            found = await self._in_pool(
                read_feed if kind == "feed" else read_sitemap, response.body, response.url, _content_type(response)
            )
        except (FetchFailed, PageRejected):
            return False
        if not found.links and not found.more:
            return False
        await self._hold(kind, url, found)
        return True

    async def _hold(self, kind: site.Kind, url: str, found: Discovery) -> None:
        if found.more and not found.links:
            found = await self._inside(found)
        door = site.judge_door(kind, url, found, datetime.now(UTC))
        self.doors.append(_Door(door, found.links))
        self.tell(f"{_short(url, self.findings.home)}: {len(found.links)} entries.")
        if not self.findings.language:
            language = next((link.language for link in found.links if link.language), None)
            self.findings = replace(self.findings, language=language)

    async def _inside(self, index: Discovery) -> Discovery:
        """Read the newest file of an index of sitemaps, the news one first."""
        for url in sorted(index.more, key=lambda address: "news" not in address and "post" not in address)[:2]:
            try:
                response = await self._fetch(url)
                found: Discovery = await self._in_pool(
                    read_sitemap, response.body, response.url, _content_type(response)
                )
            except (FetchFailed, PageRejected):
                continue
            if found.links:
                return found
        return index

    async def _fetch(self, url: str) -> Response:
        """Fetch through the same door as every page: robots.txt, turns, the guard at the resolver."""
        response = await self.crawler.engine.download_async(Request(url, callback=NO_CALLBACK, dont_filter=True))
        self.bytes += len(response.body)
        return response

    async def _in_pool(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.wrap_future(self.pool.submit(function, *args))

    def _newest(self) -> list[Link]:
        """Give the newest articles of the chosen doors, of the first one where nothing has a date."""
        chosen = {door.url for door in self.findings.doors if door.chosen}
        links: dict[str, Link] = {}
        for door in self.doors:
            if door.found.url in chosen:
                for link in door.links:
                    # Doors name other sites' pages too, and their own front page.
                    if same_site(link.url, self.findings.home) and not is_home(link.url):
                        links.setdefault(url_key(link.url), link)
        oldest = datetime.min.replace(tzinfo=UTC)
        newest = sorted(links.values(), key=lambda link: link.published or link.updated or oldest, reverse=True)
        return newest[:MOST_TRIES]

    def _arrive(self, item: Visit) -> None:
        self.ended.put_nowait(item)

    def _take(self, visit: Visit) -> None:
        sample = _sample(visit)
        self.tell(f"Read: {sample.headline}" if sample.outcome is None else f"{sample.url}: {sample.outcome}")
        samples = (*self.findings.samples, sample)
        self.findings = replace(self.findings, samples=samples, seconds=time.monotonic() - self.begun)

    def _fail(self, code: str, detail: str) -> None:
        self.findings = replace(self.findings, problem=code, detail=detail)


def _home(url: str, start: site.Start) -> str:
    """Give the front page: the host's root, but for a site in a folder that names feeds of its own."""
    path = urlsplit(url).path
    root = resolve(url, "/") or url
    if start.kind == "page" and len(path) > 1 and path.endswith("/"):
        folder = root.rstrip("/") + path
        if any(feed.startswith(folder) for feed in start.feeds):
            return folder
    return root


def _sample(visit: Visit) -> Sample:
    article = visit.article
    if article is None or visit.outcome is not None:
        return Sample(visit.link.url, visit.link.headline or "", outcome=visit.outcome or "failed", detail=visit.detail)
    text = body_text(article.blocks)
    first = next((block.text for block in article.blocks if block.kind == "p"), "")
    return Sample(
        url=article.url,
        headline=article.headline,
        authors=tuple(author.name for author in article.authors),
        published=article.date_published,
        language=article.in_language,
        words=article.word_count,
        summary=(article.description or first)[:300],
        text=text[:LONGEST_TEXT],
        rating=article.review.raw if article.review else None,
        removed=tuple(Taken(removal.rule, removal.text[:300]) for removal in article.removals[:200]),
        from_feed=visit.page is None,
    )


def _short(url: str, home: str) -> str:
    return url.removeprefix(home.rstrip("/")) or url


def _content_type(response: Response) -> str | None:
    value = response.headers.get("Content-Type")
    return value.decode("latin-1") if value else None
