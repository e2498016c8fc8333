"""Serves the sample newsroom: one HTTP server for each outlet, each on a loopback address of its own."""

from __future__ import annotations

import errno
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType

from newsreel.demo.answers import Answer, answer
from newsreel.demo.catalogue import catalogue_table
from newsreel.demo.editions import Edition, first_edition, next_edition
from newsreel.demo.http import OutletServer, Request
from newsreel.demo.outlets import DEFAULT_PORT, Outlet, load_outlets
from newsreel.errors import NewsreelError

_ATTEMPTS = 20


class Newsroom:
    """The sample newsroom on air; a context manager. Port 0 takes a port that is free at all addresses.

    `requests` is what was asked so far, over all outlets. Raises NewsreelError where the port is taken.
    """

    def __init__(self, port: int = DEFAULT_PORT, edition: int = 1) -> None:
        self.port = port
        self.edition = edition
        self.outlets: tuple[Outlet, ...] = load_outlets()
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._servers: list[OutletServer] = []
        self._on_air: dict[str, Edition] = {}

    def __enter__(self) -> Newsroom:
        self._servers = self._bind()
        self.port = self._servers[0].server_address[1]
        self.publish(self.edition)
        for server in self._servers:
            server.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.end()
        self._servers = []

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked so far, in order."""
        with self._lock:
            return tuple(self._requests)

    def publish(self, edition: int) -> None:
        """Put an edition (1 or 2) on air at all outlets."""
        # The next full second: feeds name whole seconds, and none may lie before a fetch of the edition before.
        now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        on_air = {
            outlet.slug: first_edition(outlet, self.base(outlet.slug))
            if edition == 1
            else next_edition(outlet, self.base(outlet.slug), now)
            for outlet in self.outlets
        }
        with self._lock:
            self.edition = edition
            self._on_air = on_air

    def base(self, slug: str) -> str:
        """Return an outlet's root address without the closing slash."""
        return next(outlet for outlet in self.outlets if outlet.slug == slug).base(self.port)

    def catalogue(self) -> str:
        """Return the outlets as a Newsreel catalogue (TOML)."""
        return "\n".join(catalogue_table(outlet, self.base(outlet.slug)) for outlet in self.outlets)

    def _answer(self, outlet: Outlet, target: str) -> Answer:
        """Answer a request as the edition on air does."""
        with self._lock:
            edition = self._on_air[outlet.slug]
        return answer(edition, target)

    def _note(self, request: Request) -> None:
        """Add a request to the log."""
        with self._lock:
            self._requests.append(request)

    def _bind(self) -> list[OutletServer]:
        """Listen at each outlet's address; with port 0 the first outlet's free port must be free at the others too."""
        for attempt in range(_ATTEMPTS if self.port == 0 else 1):
            bound: list[OutletServer] = []
            address, port = "", self.port
            try:
                for outlet in self.outlets:
                    address = outlet.address
                    bound.append(OutletServer(outlet, port, partial(self._answer, outlet), self._note))
                    port = bound[0].server_address[1]
            except OSError as error:
                for server in bound:
                    server.server_close()
                if error.errno == errno.EADDRINUSE and self.port == 0 and attempt < _ATTEMPTS - 1:
                    continue
                raise _cannot_listen(address, port, error) from error
            return bound
        raise AssertionError("the last attempt returns or raises")


def _cannot_listen(address: str, port: int, error: OSError) -> NewsreelError:
    """Say why the newsroom cannot listen, and what to do."""
    advice = {
        errno.EADDRINUSE: "another program has the port, perhaps a second sample newsroom: end it or take another port",
        errno.EADDRNOTAVAIL: "this system has no such loopback address: add it to the loopback interface",
        errno.EACCES: "ports below 1024 are for the administrator: choose a higher port",
    }.get(error.errno or 0, "choose another port")
    return NewsreelError(f"The sample newsroom cannot listen on {address}:{port} ({error.strerror}): {advice}")
