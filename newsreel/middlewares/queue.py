"""The requests of a crawl that wait, a queue for each host: Scrapy's own would hand out one host's all at once.

What is handed out waits for its host's turn inside the downloader, whose places a host that hangs would soon fill.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection
from itertools import count
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler

from newsreel.middlewares.turns import host_key

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# One request that is under way, and one that follows as soon as it may.
AHEAD = 2


class HostQueues(BaseScheduler):
    """Gives the most urgent request of a host that has not enough under way; nothing is stored or filtered."""

    def __init__(self, under_way: Callable[[], Collection[Request]]) -> None:
        self.under_way = under_way
        self.queues: dict[str, list[tuple[int, int, Request]]] = {}
        self.numbers = count()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostQueues:
        """Take the crawler's engine, whose downloader knows what is under way."""
        return cls(lambda: crawler.engine.downloader.active)

    def has_pending_requests(self) -> bool:
        """Tell whether a request waits."""
        return bool(self.queues)

    def enqueue_request(self, request: Request) -> bool:
        """Put a request at the end of those that are as urgent."""
        queue = self.queues.setdefault(host_key(request.url), [])
        heapq.heappush(queue, (-request.priority, next(self.numbers), request))
        return True

    def next_request(self) -> Request | None:
        """Take the most urgent request that may be handed out, the longest waiting one first; None if none may."""
        if not self.queues:
            return None
        busy = Counter(host_key(request.url) for request in self.under_way())
        free = [(queue[0][:2], host) for host, queue in self.queues.items() if busy[host] < AHEAD]
        if not free:
            return None
        _, host = min(free)
        _, _, request = heapq.heappop(self.queues[host])
        if not self.queues[host]:
            del self.queues[host]
        return request
