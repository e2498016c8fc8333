"""Pages that go on by themselves: server-sent events, of which only so many are open, and none when the server ends.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from newsreel.errors import StorageError
from newsreel.web.problems import Fault

logger = logging.getLogger(__name__)

# So many are open at a time, each no longer than this: the browser asks again, and so do we who it is.
MOST = 24
LONGEST = 300.0
HEARTBEAT = 15.0


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be seen now, as HTML; `is_last` tells that nothing will change any more."""

    html: str
    is_last: bool = False


@dataclass(slots=True)
class Streams:
    """The open streams of a server."""

    open: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        """Let all streams end within a moment."""
        self.ended.set()

    def answer(self, look: Callable[[], Moment], every: float = 1.0) -> Response:
        """Answer with a stream that shows what `look` gives, whenever that changes, until it is the last.

        `look` runs in a thread. Raises Fault 503 where too many are open.
        """
        if self.open >= MOST or self.ended.is_set():
            raise Fault(503, "Too many pages are following something at once. Load the page again in a while.")
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._events(look, every), media_type="text/event-stream", headers=headers)

    async def _events(self, look: Callable[[], Moment], every: float) -> AsyncIterator[str]:
        self.open += 1
        try:
            yield "retry: 2000\n\n"
            shown: str | None = None
            spent = quiet = 0.0
            while spent < LONGEST and not self.ended.is_set():
                try:
                    moment = await run_in_threadpool(look)
                except StorageError as error:
                    # The page asks again by itself.
                    logger.warning("%s", error)
                    return
                if moment.html != shown:
                    shown, quiet = moment.html, 0.0
                    yield event("show", shown)
                elif quiet >= HEARTBEAT:
                    quiet = 0.0
                    yield ": still here\n\n"
                if moment.is_last:
                    yield event("end", "")
                    return
                await asyncio.sleep(every)
                spent += every
                quiet += every
        finally:
            self.open -= 1


def event(name: str, data: str) -> str:
    """Write an event.

    >>> event("show", "<p>one</p>\\n<p>two</p>")
    'event: show\\ndata: <p>one</p>\\ndata: <p>two</p>\\n\\n'
    """
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


def wants_stream(request: Request) -> bool:
    """Tell whether a request comes from a page that follows, not from a reader."""
    return "text/event-stream" in request.headers.get("accept", "")
