"""Parses a page in the pool, the further parts of a long article too, and gives the visit its candidate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from newsreel import parsing
from newsreel.errors import FetchFailed, PageRejected
from newsreel.extraction import extract, extract_feed_entry, join_parts
from newsreel.items import Candidate, Page, Visit
from newsreel.sources import Source
from newsreel.urls import url_key
from pipelines.faults import settled
from storage import ledger
from storage.database import utc_now

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_PARTS = 10


class ExtractPipeline:
    """Turns a page, or the text that a feed carries, into a candidate."""

    def __init__(self, crawler: Crawler, source: Source, clock: Callable[[], datetime] = utc_now) -> None:
        self.crawler = crawler
        self.source = source
        self.clock = clock
        self.pool = parsing.acquire()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ExtractPipeline:
        """Take the crawler's engine for further parts, its outlet's rules, and the clock of the process."""
        clock = ledger.clock_of(crawler.settings["NEWSREEL_DATABASE"])
        return cls(crawler, crawler.spidercls.source, clock)  # type: ignore[attr-defined]

    def close_spider(self) -> None:
        """Let go of the pool."""
        parsing.release()

    async def process_item(self, item: Visit) -> Visit:
        """Set the candidate, or the outcome of a page that is none."""
        if item.outcome is not None:
            return item
        try:
            item.candidate = await self._candidate(item)
        except PageRejected as error:
            item.outcome, item.detail = error.code, error.detail
            return item
        if item.candidate.reject is not None:
            item.outcome = item.candidate.reject
        return item

    async def _candidate(self, item: Visit) -> Candidate:
        if item.page is None:
            return await self._feed_entry(item)
        first = await self._parse(item.page)
        if self.source.body == "best" and item.link.content_html and first.reject is not None:
            return await self._feed_entry(item)
        parts = await self._further(item, first)
        return join_parts(first, parts) if parts else first

    async def _feed_entry(self, item: Visit) -> Candidate:
        fetched_at = self.clock()
        parsed = self.pool.submit(extract_feed_entry, item.link, fetched_at, self.source.language)
        return await settled(parsed, item.link.url)

    async def _parse(self, page: Page) -> Candidate:
        return await settled(self.pool.submit(extract, page, self.source.rules, self.source.language), page.url)

    async def _further(self, item: Visit, first: Candidate) -> list[Candidate]:
        """Fetch and parse the pages that a long article goes on to; one that fails ends the article there.

        One that was not even asked for lets all of it wait for the next crawl: DropItem.
        """
        parts: list[Candidate] = []
        seen = {url_key(first.url)}
        # An archive is read without the network.
        following = first.next_page if item.link.via != "warc" else None
        while following is not None and url_key(following) not in seen and len(parts) < MAX_PARTS:
            seen.add(url_key(following))
            request = Request(following, callback=NO_CALLBACK, dont_filter=True)
            try:
                response = await self.crawler.engine.download_async(request)
                page = _page(request, response, self.clock())
                part = await self._parse(page)
            except (FetchFailed, PageRejected) as error:
                # The article would be stored without its end for good.
                if error.code == "waiting":
                    raise DropItem(f"{item.link.url} waits for its part {len(parts) + 2}: {error}") from error
                if error.code == "parse-error":
                    raise
                item.detail = f"part {len(parts) + 2} is missing: {error}"
                break
            item.parts += (page,)
            parts.append(part)
            following = part.next_page
        return parts


def _page(request: Request, response: Response, now: datetime) -> Page:
    headers = {k.decode("latin-1").lower(): b", ".join(v).decode("latin-1") for k, v in response.headers.items()}
    return Page(response.url, request.url, response.status, headers, response.body, now)
