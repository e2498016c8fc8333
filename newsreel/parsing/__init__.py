"""The parse pool: killable workers with hard limits of time and memory a page.

Some pages of a few hundred kB keep every parser busy for longer than ten seconds, and a signal cannot
interrupt lxml: only the end of its process can.
"""

from __future__ import annotations

import threading

from newsreel.parsing.pool import MEMORY, SECONDS, ParsePool

__all__ = ["MEMORY", "SECONDS", "ParsePool", "acquire", "release"]


class _Shared:
    """The process's pool and the number of those who hold it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pool: ParsePool | None = None
        self.holders = 0


_shared = _Shared()


def acquire() -> ParsePool:
    """Give this process's pool, started by the first who asks; `release` it in the end."""
    with _shared.lock:
        if _shared.pool is None:
            _shared.pool = ParsePool()
        _shared.holders += 1
        return _shared.pool


def release() -> None:
    """Let go of the pool; the last one ends it."""
    with _shared.lock:
        _shared.holders -= 1
        pool = _shared.pool
        if _shared.holders or pool is None:
            return
        _shared.pool = None
    pool.close()
