"""Reads an outlet's pages from a WARC file instead of the network."""

from __future__ import annotations

import asyncio
import zlib
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
_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"


class ArchiveSpider(OutletSpider):
    """Takes the HTML pages of its outlet from a file; pages of other sites in it are passed over and counted."""

    # Nothing that a page leads to is fetched: the file stands in for the network.
    custom_settings = {  # noqa: RUF012
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "http", "https", "s3"))
    }

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
                break
        # Scrapy looks only every few seconds whether pages that came from here are through.
        for _ in range(AT_ONCE):
            await self.room.acquire()

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
            page = by_url[task.link.url]
            if len(page.body) > MAX_BODY:
                yield self._visit(task, outcome="too-large", detail=f"{page.url}: larger than the budget")
            else:
                yield self._visit(task, page=page)

    def _leave(self, item: Any) -> None:
        self.room.release()

    def _pages(self) -> Iterator[Page]:
        """Go through the file's HTML answers; InputError where it is no WARC file or breaks off."""
        try:
            with self.warc.open("rb") as stream:
                reader = ArchiveIterator(stream)
                start, whole = 0, True
                for record in _records(reader):
                    page = self._page(record)
                    whole = _is_whole(record)
                    start = reader.get_record_offset()
                    # One that breaks off is no page; the reader takes it for a short one.
                    if page is not None and whole:
                        yield page
                if not whole or not _ends_whole(self.warc, start):
                    raise EOFError("it breaks off inside a record")
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
        body = _body(record.content_stream())
        headers = {name.lower(): value for name, value in record.http_headers.headers}
        date = record.rec_headers.get_header("WARC-Date") or ""
        try:
            fetched_at = datetime.fromisoformat(date)
        except ValueError:
            fetched_at = datetime.now(UTC)
        return Page(url, url, int(status), headers, body, fetched_at)


def _records(reader: ArchiveIterator) -> Iterator[Any]:
    try:
        yield from reader
    except AttributeError as error:
        # How the reader meets a record without a header that it must have.
        raise ArchiveLoadFailed("a record has no headers") from error


def _body(stream: Any) -> bytes:
    """Read a body, whose stream gives a part at a time, until it is over the budget."""
    body = b""
    while len(body) <= MAX_BODY and (part := stream.read(_CHUNK)):
        body += part
    return body


def _is_whole(record: Any) -> bool:
    """Read the rest of a record and tell whether all of it is there."""
    while record.raw_stream.read(_CHUNK):
        pass
    return not record.raw_stream.limit


def _ends_whole(file: Path, start: int) -> bool:
    """Tell whether a packed file runs to the end of its last member; `start` is where one of the last ones begins."""
    unpacker: Any = None
    with file.open("rb") as stream:
        stream.seek(start)
        data = stream.read(_CHUNK)
        if not data.startswith(_GZIP):
            return True
        while data:
            if unpacker is None or unpacker.eof:
                unpacker = zlib.decompressobj(31)
            unpacker.decompress(data, _CHUNK)
            data = unpacker.unused_data or unpacker.unconsumed_tail or stream.read(_CHUNK)
    return bool(unpacker.eof)
