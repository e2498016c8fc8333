"""Waits until a signal asks the service to end."""

from __future__ import annotations

import signal
from queue import SimpleQueue
from types import FrameType


class EndSignals:
    """The first of SIGTERM, Ctrl-C and a closed terminal, caught from here on; made in the main thread only.

    A handler runs between any two steps of the main thread, so it may not take a lock that this thread may hold:
    `threading.Event.set` does, and a signal that came while the wait began then stopped the process for good.
    `SimpleQueue.put` is made to be called there.
    """

    def __init__(self) -> None:
        self._come: SimpleQueue[int] = SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # nohup wants the service to outlive its terminal.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._catch)

    def wait(self) -> int:
        """Wait for a signal, and give its number."""
        return self._come.get()

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self._come.put(number)
