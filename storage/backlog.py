"""What waits for its commit in a crawl process, of all its sources together, and who waits to add to it."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future

from newsreel.items import Visit

# The pages of a process that may wait for their commit, and the bytes of their bodies: above, crawls slow down.
MOST_PAGES = 200
MOST_BYTES = 32 * 1024 * 1024


def weight(visit: Visit) -> int:
    """Give the bytes of the raw pages that a visit keeps in memory."""
    pages = (visit.page, *visit.parts) if visit.page is not None else visit.parts
    return sum(len(page.body) for page in pages)


class Backlog:
    """Counts pages and bytes that wait; whoever wants to add asks for `room` first, and is let in by turns.

    Nothing is refused that is added without asking. Safe to use from several threads.
    """

    def __init__(self, pages: int = MOST_PAGES, size: int = MOST_BYTES) -> None:
        self.most = (pages, size)
        self._lock = threading.Lock()
        self._pages = self._bytes = 0
        self._queue: deque[Future[None]] = deque()
        self._is_open = False

    def room(self) -> Future[None]:
        """Give a Future that is done when there is room, for those first who asked first."""
        turn: Future[None] = Future()
        with self._lock:
            self._queue.append(turn)
            let_in = self._let_in()
        _tell(let_in)
        return turn

    def add(self, size: int) -> None:
        """Count a page of so many bytes."""
        with self._lock:
            self._pages += 1
            self._bytes += size

    def remove(self, size: int) -> None:
        """Take a page of so many bytes off the count, and let in those for whom there is room now."""
        with self._lock:
            self._pages -= 1
            self._bytes -= size
            let_in = self._let_in()
        _tell(let_in)

    def open(self) -> None:
        """Let everybody in from now on: nothing will be taken off any more."""
        with self._lock:
            self._is_open = True
            let_in = self._let_in()
        _tell(let_in)

    def _let_in(self) -> list[Future[None]]:
        """Take those out of the queue who may go on; each is expected to add one page."""
        let_in: list[Future[None]] = []
        pages, size = self.most
        while self._queue and (self._is_open or (self._pages + len(let_in) < pages and self._bytes < size)):
            turn = self._queue.popleft()
            # Who has gone in the meantime takes no place.
            if turn.set_running_or_notify_cancel():
                let_in.append(turn)
        return let_in


def _tell(turns: list[Future[None]]) -> None:
    for turn in turns:
        turn.set_result(None)
