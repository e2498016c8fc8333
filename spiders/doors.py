"""Reads an outlet's doors: the feeds, sitemaps and listings that name its articles."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeVar

from scrapy import Request, Spider
from scrapy.http import Response
from sqlalchemy import Connection
from twisted.python.failure import Failure

from newsreel import parsing
from newsreel.discovery import Discovery
from newsreel.discovery.feeds import read_feed
from newsreel.discovery.listings import read_listing
from newsreel.discovery.sitemaps import read_sitemap
from newsreel.errors import FetchFailed, PageRejected
from newsreel.items import Link, Visit
from newsreel.sources import Listing, Source
from newsreel.urls import is_door
from storage.doors import DoorTrust, distrust, door_trust, note_read, note_unread, wait
from storage.ledger import Ledger
from storage.links import DoorReading, DoorState, LinkWriter, Task, door_state

MAX_SITEMAP_LEVELS = 5
MAX_SITEMAP_FILES = 50
MAX_LISTING_PAGES = 10
# An outlet's doors are read before its articles.
DOOR_PRIORITY = 10
Written = TypeVar("Written")


@dataclass(frozen=True, slots=True)
class Door:
    """A page that names articles; `level` counts how far it is from the address in the catalogue."""

    kind: Literal["feed", "sitemap", "listing"]
    url: str
    listing: Listing | None = None
    level: int = 1


class DoorSpider(Spider, ABC):
    """Asks doors and keeps what they bring; what becomes of the links that are due is the spider's that builds on it.

    `run_id` and `ledger` are set by the run's record before the spider starts.
    """

    source: ClassVar[Source]
    delay: ClassVar[float | None] = None
    run_id: int
    ledger: Ledger

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.doors_seen: set[str] = set()
        # One more than the doors that were asked and have not ended, as long as not all of the catalogue's are asked.
        self.doors_open = 1
        self.doors_done = asyncio.Event()
        self.pool = parsing.acquire()

    def closed(self, reason: str) -> None:
        """Let go of the pool."""
        parsing.release()

    @abstractmethod
    def visits(self, tasks: Sequence[Task], priority: int = 0) -> Iterator[Request | Visit]:
        """Give what is to be done for links that are due."""

    async def _ask(self, door: Door) -> Request:
        self.doors_seen.add(door.url)
        self.doors_open += 1
        source = self.source.id
        state, trust = await asyncio.wrap_future(
            self.ledger.read(
                lambda c: (door_state(c, source, door.url), door_trust(c, source, door.url)), f"look up {door.url}"
            )
        )
        return Request(
            _address(door, state),
            callback=self.read_door,
            errback=self.lose_door,
            headers=_tags(state) if trust.sends_tags(self.ledger.clock()) else {},
            cb_kwargs={"door": door, "state": state, "trust": trust},
            priority=DOOR_PRIORITY,
            dont_filter=True,
        )

    async def read_door(
        self, response: Response, door: Door, state: DoorState | None, trust: DoorTrust
    ) -> AsyncIterator[Any]:
        """Record the links that a door names and go for those that are due."""
        try:
            async for result in self._through(response, door, state, trust):
                yield result
        finally:
            self._leave_door()

    async def _through(
        self, response: Response, door: Door, state: DoorState | None, trust: DoorTrust
    ) -> AsyncIterator[Any]:
        moved_to = _moved_to(response, door, state)
        digest = hashlib.sha256(response.body).hexdigest()
        unread = response.status == 304
        if unread or (state is not None and state.body_hash == digest):
            await self._keep(DoorReading(door.url, door.kind, "unchanged", moved_to=moved_to), (), read=not unread)
            return
        try:
            discovery = await self._read(response, door)
        except PageRejected as error:
            await self._keep(DoorReading(door.url, door.kind, "failed", problem=str(error)), ())
            return
        if discovery.problem:
            self.logger.warning("%s: %s", door.url, discovery.problem)
        if discovery.problem and not discovery.links and not discovery.more:
            await self._keep(DoorReading(door.url, door.kind, "failed", problem=discovery.problem), ())
            return
        reading = DoorReading(
            door.url,
            door.kind,
            "read",
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            body_hash=digest,
            problem=discovery.problem,
            found=len(discovery.links),
            moved_to=moved_to,
        )
        if discovery.more:
            # A door that leads on is read each time: what lies behind it may have changed.
            reading = replace(reading, etag=None, last_modified=None, body_hash=None)
        tasks = await self._keep(reading, discovery.links, read=True)
        # A time of day in its head changes a feed as well; what counts is that its tags would have hidden a link.
        if tasks and state is not None and trust.distrusted_at is None:
            for question in await self._doubt(response, door, state):
                yield question
        for request in [await self._ask(more) for more in self._further(door, discovery)]:
            yield request
        for result in self.visits(tasks):
            yield result

    async def _doubt(self, response: Response, door: Door, state: DoorState) -> list[Request]:
        """Take back the trust in tags that stayed while the body changed.

        Where the door was asked without them, gives the request that finds out what it would have said to them.
        """
        asked = response.request.headers if response.request else {}
        old = (state.etag, state.last_modified)
        if any(old) and old == (_header(response, "ETag"), _header(response, "Last-Modified")):
            await self._distrust(door)
        elif any(old) and "If-None-Match" not in asked and "If-Modified-Since" not in asked:
            question = Request(door.url, self.read_doubt, headers=_tags(state), cb_kwargs={"door": door})
            return [question.replace(errback=self.lose_doubt, priority=DOOR_PRIORITY, dont_filter=True)]
        return []

    async def read_doubt(self, response: Response, door: Door) -> None:
        """Take back the trust in a door that says "not modified" though its body has changed."""
        if response.status == 304:
            await self._distrust(door)

    def lose_doubt(self, failure: Failure) -> None:
        """Leave the question open, unless it is an error of ours; a later reading asks it again."""
        failure.trap(FetchFailed)  # type: ignore[no-untyped-call]

    async def _distrust(self, door: Door) -> None:
        self.logger.warning("%s: says that it is not modified when it is; its tags are not sent any more", door.url)
        await self._write(lambda w: distrust(w.connection, w.source, door.url, w.now), f"distrust {door.url}")

    async def _read(self, response: Response, door: Door) -> Discovery:
        """Read a door in the parse pool: hostile feeds keep a parser busy for as long as hostile pages."""
        if door.listing is not None:
            found = self.pool.submit(read_listing, response.body, response.url, door.listing)
        else:
            read = read_feed if door.kind == "feed" else read_sitemap
            found = self.pool.submit(read, response.body, response.url, _header(response, "Content-Type"))
        return await asyncio.wrap_future(found)

    def _further(self, door: Door, discovery: Discovery) -> list[Door]:
        levels = {"feed": 1, "sitemap": MAX_SITEMAP_LEVELS, "listing": MAX_LISTING_PAGES}[door.kind]
        if door.level >= levels:
            if discovery.more:
                self.logger.warning("%s: not followed further than %d levels", door.url, levels)
            return []
        room = max(0, MAX_SITEMAP_FILES - len(self.doors_seen))
        long = [url for url in discovery.more if not is_door(url)]
        if long:
            self.logger.warning(
                "%s: %d addresses that it leads to are too long: %.60s...", door.url, len(long), long[0]
            )
        fresh = [url for url in discovery.more if url not in self.doors_seen and is_door(url)][:room]
        return [Door(door.kind, url, door.listing, door.level + 1) for url in fresh]

    async def lose_door(self, failure: Failure) -> None:
        """Record that a door could not be read."""
        try:
            await self._lose(failure.request.cb_kwargs["door"], failure.value)  # type: ignore[attr-defined,arg-type]
        finally:
            self._leave_door()

    async def _lose(self, door: Door, error: BaseException) -> None:
        if not isinstance(error, FetchFailed):
            raise error
        if error.code == "waiting":
            detail = error.detail
            self.logger.info("%s waits: %s", door.url, detail)
            await self._write(
                lambda w: wait(w.connection, w.source, w.run_id, door.url, door.kind, detail, w.now),
                f"let {door.url} wait",
            )
            return
        self.logger.warning("%s: %s", door.url, error.detail)
        await self._keep(DoorReading(door.url, door.kind, error.code, problem=error.detail), ())

    def _leave_door(self) -> None:
        self.doors_open -= 1
        if not self.doors_open:
            self.doors_done.set()

    async def _keep(self, reading: DoorReading, links: Sequence[Link], read: bool | None = None) -> list[Task]:
        """Record a reading; `read` tells whether the body was read, or the door said that it is not modified."""

        def work(writer: LinkWriter) -> list[Task]:
            writer.door(reading)
            if read:
                note_read(writer.connection, writer.source, reading.url, writer.now)
            elif read is not None:
                note_unread(writer.connection, writer.source, reading.url)
            return writer.discover(links)

        return await self._write(work, f"record what {reading.url} names")

    async def _write(self, work: Callable[[LinkWriter], Written], what: str) -> Written:
        def transaction(connection: Connection) -> Written:
            return work(LinkWriter(connection, self.run_id, self.source.id, self.ledger.clock()))

        return await asyncio.wrap_future(self.ledger.write(transaction, what))


def _tags(state: DoorState | None) -> dict[str, str]:
    return conditions(state.etag, state.last_modified) if state else {}


def _address(door: Door, state: DoorState | None) -> str:
    """Give where to ask for a door: where it moved for good, or its own address."""
    return state.moved_to if state is not None and state.moved_to is not None else door.url


def _moved_to(response: Response, door: Door, state: DoorState | None) -> str | None:
    """Give where a door has moved for good, if it has; a redirect for the moment does not count."""
    asked = _address(door, state)
    reasons = response.meta.get("redirect_reasons", [])
    if reasons and all(reason in (301, 308) for reason in reasons):
        asked = response.url
    return None if asked == door.url else asked


def conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Give the headers of a conditional request."""
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in conditions.items() if value}


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
