"""The last lines of each crawl's log, told apart in a process that crawls many sources."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from newsreel.logs import crawl_of
from storage.run_logs import LogLine

MAX_LINES = 200
MAX_BYTES = 32 * 1024
MAX_LINE = 2_000
# What these say below a warning is of no use to who asks why a crawl went as it did; but for the one that follows.
_CHATTER = frozenset({"scrapy", "twisted", "asyncio", "apscheduler", "alembic", "py"})
_ENGINE = "scrapy.core.engine"


class Excerpt:
    """The last lines of one crawl's log, bounded in lines and bytes; a line that is too long loses its middle."""

    def __init__(self, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES, max_line: int = MAX_LINE) -> None:
        self.max_lines = max_lines
        self.max_bytes = max_bytes
        self.max_line = max_line
        self.counts: Counter[str] = Counter()
        self.lines: deque[LogLine] = deque()
        self._bytes = 0
        self._last = 0
        self._handed = 0

    @property
    def first_kept(self) -> int:
        """The number of the oldest line that is kept, or the next one's."""
        return self.lines[0].n if self.lines else self._last + 1

    @property
    def has_news(self) -> bool:
        """Whether there are lines that were not given yet."""
        return self._last > self._handed

    def add(self, at: datetime, level: str, logger: str, text: str, *, of_process: bool = False) -> None:
        """Add a line and let go of the oldest ones that go beyond the bounds."""
        self._last += 1
        self.lines.append(LogLine(self._last, at, level, logger, _cut(text, self.max_line), of_process))
        self._bytes += len(self.lines[-1].text.encode())
        while len(self.lines) > self.max_lines or (self._bytes > self.max_bytes and len(self.lines) > 1):
            self._bytes -= len(self.lines.popleft().text.encode())

    def take(self) -> tuple[LogLine, ...]:
        """Give the lines that were not given yet."""
        fresh = tuple(line for line in self.lines if line.n > self._handed)
        self._handed = self._last
        return fresh

    def give_back(self, lines: tuple[LogLine, ...]) -> None:
        """Take back lines that could not be stored; the next `take` gives them again."""
        if lines:
            self._handed = min(self._handed, lines[0].n - 1)


class ExcerptHandler(logging.Handler):
    """Adds each line to the excerpt of its crawl, and a line of the process to those of all that are under way."""

    def __init__(self, on_line: Callable[[], None]) -> None:
        super().__init__(logging.INFO)
        self.on_line = on_line
        self.excerpts: dict[str, Excerpt] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Sort a line in."""
        source, _ = crawl_of(record)
        excerpts = list(self.excerpts.values()) if source is None else [self.excerpts.get(source)]
        wanted = is_worth_keeping(record)
        for excerpt in excerpts:
            if excerpt is None:
                continue
            if source is not None:
                excerpt.counts[record.levelname] += 1
            if wanted:
                at = datetime.fromtimestamp(record.created, UTC)
                excerpt.add(at, record.levelname, record.name, _text(record), of_process=source is None)
        if wanted and self.excerpts:
            self.on_line()


def is_worth_keeping(record: logging.LogRecord) -> bool:
    """Tell whether a line helps to understand a crawl: every warning, and what our own parts say of its course."""
    if record.levelno >= logging.WARNING:
        return True
    return record.levelno >= logging.INFO and (record.name == _ENGINE or record.name.partition(".")[0] not in _CHATTER)


def _text(record: logging.LogRecord) -> str:
    return record.getMessage() + (f"\n{record.exc_text}" if record.exc_text else "")


def _cut(text: str, most: int) -> str:
    """Give a text of at most so many bytes; of a long one its beginning and its end, where a traceback's point is."""
    if len(text.encode()) <= most:
        return text
    raw, half = text.encode(), (most - 5) // 2
    return raw[:half].decode(errors="ignore") + " ... " + raw[-half:].decode(errors="ignore")
