"""Reads an outlet's pages from a WARC file instead of the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import signals
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from newsreel.errors import InputError
from newsreel.items import Link, Page, Visit
from newsreel.urls import is_home, same_site
from spiders.outlet import OutletSpider
from storage.links import DoorReading

MAX_BODY = 10 * 1024 * 1024
BATCH = 50
# So many pages may be on their way through the pipelines.
AT_ONCE = 32


class ArchiveSpider(OutletSpider):
    """Takes the HTML pages of its outlet from a file; pages of other sites in it are passed over and counted."""

    def __init__(self, warc: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warc = Path(warc)
        self.room = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> AsyncIterator[Any]:
        """Go through the file in batches; what was read before it breaks off is kept."""
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            self.crawler.signals.connect(self._leave, signal)
        pages = self._pages()
        problem: str | None = None
        while True:
            batch: list[Page] = []
            try:
                while len(batch) < BATCH:
                    batch.append(next(pages))
            except StopIteration:
                pass
            except InputError as error:
                problem = str(error)
                self.logger.error("%s", problem)
            async for visit in self._batch(batch, problem):
                yield visit
            if len(batch) < BATCH:
                return

    async def _batch(self, batch: list[Page], problem: str | None) -> AsyncIterator[Visit]:
        by_url = {page.url: page for page in batch}
        links = [Link(url, "warc", door=self.warc.name) for url in by_url]
        outcome = "truncated" if problem else "read"
        tasks = await self._keep(DoorReading(self.warc.name, "warc", outcome, problem=problem), links)
        if self.left is not None:
            tasks = tasks[: self.left]
            self.left -= len(tasks)
        for task in tasks:
            await self.room.acquire()
            yield self._visit(task, page=by_url[task.link.url])

    def _leave(self, item: Any) -> None:
        self.room.release()

    def _pages(self) -> Iterator[Page]:
        """Go through the file's HTML answers; InputError where it is no WARC file or breaks off."""
        try:
            with self.warc.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    page = self._page(record)
                    if page is not None:
                        yield page
        except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
            raise InputError(f"{self.warc}: cannot be read further: {error}; what came before it is kept") from error

    def _page(self, record: Any) -> Page | None:
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        if record.rec_type != "response" or record.http_headers is None:
            return None
        status = record.http_headers.get_statuscode()
        kind = (record.http_headers.get_header("Content-Type") or "text/html").lower()
        if status != "200" or "html" not in kind or is_home(url):
            return None
        if not same_site(url, self.source.home):
            self.crawler.stats.inc_value("newsreel/other-site")
            return None
        body = record.content_stream().read(MAX_BODY + 1)
        headers = {name.lower(): value for name, value in record.http_headers.headers}
        date = record.rec_headers.get_header("WARC-Date") or ""
        try:
            fetched_at = datetime.fromisoformat(date)
        except ValueError:
            fetched_at = datetime.now(UTC)
        return Page(url, url, int(status), headers, body[:MAX_BODY], fetched_at)
