"""Serves the application from a thread of its own, on a socket that is opened before."""

from __future__ import annotations

import logging
import socket
import threading
from types import TracebackType

import uvicorn
from fastapi import FastAPI

from newsreel.errors import ConfigurationError
from newsreel.web.background import Background
from newsreel.web.callers import is_loopback

logger = logging.getLogger(__name__)

# How long open requests may take when the server ends, in seconds.
GRACE = 2


class WebServer:
    """A server of an application on `host` and `port` (0: any free one), from `with` to its end.

    Raises ConfigurationError where the address cannot be had.
    """

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self.host = host
        self._background: Background = app.state.background
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            # Whom a proxy speaks for is our own question: uvicorn would believe any program of this machine.
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=5,
            limit_concurrency=200,
            h11_max_incomplete_event_size=64 * 1024,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def __enter__(self) -> WebServer:
        """Start serving."""
        self._thread.start()
        logger.info("listening at http://%s:%d", f"[{self.host}]" if ":" in self.host else self.host, self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End serving, and wait for requests under way."""
        self._server.should_exit = True
        # Pages that follow something would else be waited for.
        self._background.close()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except Exception:
            # Without the page the service goes on crawling; the log says why there is none.
            logger.exception("the web server ended")


def check_bind(host: str, has_password: bool) -> None:
    """Refuse to listen where other machines reach us while no password is set; ConfigurationError says what to do."""
    if not has_password and not is_loopback(host):
        raise ConfigurationError(
            f"will not listen at {host}, where other machines can reach the page, without a password: set one with "
            f"newsreel password, or listen at 127.0.0.1"
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen at {host} port {port}: {error.strerror or error}; "
            f"choose another with --host and --port, or end what listens there"
        ) from error
    # Connections have it from here. asyncio sets it only where a socket names its protocol; without it the second part
    # of an answer waits 40 ms for a client's word that it has the first.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
