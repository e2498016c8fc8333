"""Names what goes wrong in a step through a fault of ours, so that its page is not tried for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from newsreel.errors import PageRejected

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


@contextmanager
def named_faults(url: str) -> Iterator[None]:
    """Turn whatever but a PageRejected goes wrong inside into one, a fault of ours; the log has all of it."""
    try:
        yield
    except PageRejected:
        raise
    except Exception as error:
        logger.error("%s: cannot be parsed, which is a fault of Newsreel", url, exc_info=error)
        raise PageRejected("parse-error", f"{type(error).__name__}: {error}"[:1000]) from error


async def settled(future: Future[Result], url: str) -> Result:
    """Wait for what a worker makes of the page at `url`."""
    with named_faults(url):
        return await asyncio.wrap_future(future)
