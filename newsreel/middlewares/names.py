"""Resolves names in threads of its own, so many that names nobody answers for do not hold up the others."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from twisted.internet._resolver import GAIResolver
from twisted.python.threadpool import ThreadPool

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase

# A crawl process asks for hardly more names at once than it crawls sources.
MAX_LOOKUPS = 256


def _thread(*args: Any, **kwargs: Any) -> threading.Thread:
    """Make a thread that nobody waits for: a lookup cannot be called off, and takes half a minute to fail."""
    return threading.Thread(*args, **kwargs, daemon=True)


@cache
def lookups() -> ThreadPool:
    """Give the process's threads for names; they are started as they are needed and end with the process."""
    pool = ThreadPool(0, MAX_LOOKUPS, "names")
    pool.threadFactory = _thread  # type: ignore[assignment]
    pool.start()
    return pool


def resolver(reactor: ReactorBase) -> GAIResolver:
    """Give the system's resolver on these threads."""
    return GAIResolver(reactor, lookups)  # type: ignore[arg-type]
