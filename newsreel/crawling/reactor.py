"""Runs one piece of work on the process's reactor, which starts once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor


def run_on_reactor(settings: Settings, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Install the reactor that the settings name, run the work on it to its end, and raise what it raised."""
    install_reactor(settings["TWISTED_REACTOR"])
    from twisted.internet import reactor as installed

    # Its stubs know the interface only, not the module that stands for the installed reactor.
    reactor: Any = installed
    failures: list[BaseException] = []

    def start() -> None:
        task = asyncio.get_event_loop().create_task(work())
        task.add_done_callback(end)

    def end(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            failures.append(error)
        reactor.stop()

    reactor.callWhenRunning(start)
    reactor.run(installSignalHandlers=False)
    if failures:
        raise failures[0]
