"""Crawls one outlet: reads its feeds, sitemaps and listings, and fetches the articles that are due."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from newsreel.errors import FetchFailed
from newsreel.items import Page, Visit
from spiders.doors import Door, DoorSpider, conditions
from storage.links import Task

# New articles are fetched before those that are looked at again.
REVISIT_PRIORITY = -10


class OutletSpider(DoorSpider):
    """One outlet of the catalogue; the loader makes a class of it for each source."""

    name = "outlet"

    def __init__(self, limit: str | int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.left = int(limit) if limit is not None else None

    async def start(self) -> AsyncIterator[Any]:
        """Ask the doors, take up what earlier runs left waiting; when all doors are read, visit again what is due."""
        source = self.source
        doors = [Door("feed", url) for url in source.feeds]
        doors += [Door("sitemap", url) for url in source.sitemaps]
        doors += [Door("listing", listing.url, listing) for listing in source.listings]
        for door in doors:
            yield await self._ask(door)
        tasks = await self._write(lambda writer: writer.take_up(), "take up waiting links")
        for result in self.visits(tasks):
            yield result
        self._leave_door()
        if source.revisits and source.body != "feed":
            await self.doors_done.wait()
            tasks = await self._write(lambda writer: writer.revisit(self.left), "look for articles to visit again")
            for result in self.visits(tasks, REVISIT_PRIORITY):
                yield result

    def visits(self, tasks: Sequence[Task], priority: int = 0) -> Iterator[Request | Visit]:
        """Give the requests for links, as many as the limit leaves; those beyond it stay waiting."""
        if self.left is not None:
            tasks = tasks[: self.left]
            self.left -= len(tasks)
        self.crawler.stats.inc_value("newsreel/queued", len(tasks))
        for task in tasks:
            if self.source.body == "feed" and task.link.content_html:
                yield self._visit(task)
                continue
            yield Request(
                task.link.url,
                callback=self.read_page,
                errback=self.lose_page,
                headers=conditions(task.etag, task.last_modified) if task.known else {},
                cb_kwargs={"task": task},
                priority=priority,
                dont_filter=True,
            )

    def read_page(self, response: Response, task: Task) -> Visit:
        """Hand a page to the pipelines; a page that has not changed since ends here."""
        if response.status == 304:
            return self._visit(task, outcome="unchanged")
        redirects = response.meta.get("redirect_urls") or [response.url]
        headers = {k.decode("latin-1").lower(): b", ".join(v).decode("latin-1") for k, v in response.headers.items()}
        page = Page(response.url, redirects[0], response.status, headers, response.body, self.ledger.clock())
        return self._visit(task, page=page)

    def lose_page(self, failure: Failure) -> Iterator[Visit]:
        """Give the failed fetch its outcome, or the text that the feed carries; an untried link goes on waiting."""
        task: Task = failure.request.cb_kwargs["task"]  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        if not isinstance(error, FetchFailed):
            raise error
        if error.code == "waiting":
            self.logger.info("%s waits: %s", task.link.url, error.detail)
        elif self.source.body == "best" and task.link.content_html and error.code not in ("robots", "private-address"):
            yield self._visit(task)
        else:
            yield self._visit(task, outcome=error.code, detail=error.detail, retry_at=error.retry_at)

    def _visit(self, task: Task, **parts: Any) -> Visit:
        # What came from an archive is not asked of the network.
        revisits = self.source.revisits if task.link.via != "warc" else ()
        return Visit(self.run_id, self.source.id, task.link, task.url_key, known=task.known, revisits=revisits, **parts)
