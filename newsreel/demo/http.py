"""Speaks HTTP for one sample outlet: keep-alive, validators, 304, compression, HEAD."""

from __future__ import annotations

import gzip
import hashlib
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from newsreel.demo.answers import Answer
from newsreel.demo.outlets import Outlet


@dataclass(frozen=True, slots=True)
class Request:
    """A request that an outlet answered; header names are in lower case."""

    outlet: str
    path: str
    status: int
    headers: Mapping[str, str]
    method: str = "GET"


class OutletServer(ThreadingHTTPServer):
    """One outlet's server; ends its open connections when it is ended, so that no thread stays behind."""

    daemon_threads = False
    block_on_close = True

    def __init__(
        self, outlet: Outlet, port: int, answer: Callable[[str], Answer], note: Callable[[Request], None]
    ) -> None:
        super().__init__((outlet.address, port), _Handler)
        self.outlet = outlet
        self.answer = answer
        self.note = note
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name=outlet.slug, daemon=True)

    def begin(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def end(self) -> None:
        """Stop listening, end the open connections and wait for their threads."""
        self.shutdown()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):  # the client has closed it already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection until it is closed."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about clients that hang up; anything else is printed, as it is an error of the newsroom."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD over HTTP/1.1 with validators and, where the client takes it, gzip."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleNewsroom"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 30
    server: OutletServer

    def do_GET(self) -> None:
        """Answer with head and body."""
        self._respond()

    def do_HEAD(self) -> None:
        """Answer with the head alone."""
        self._respond()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log of requests is the newsroom's."""

    def _respond(self) -> None:
        """Send the outlet's answer, or 304 where the client has it already."""
        found = self.server.answer(self.path)
        # Weak, as the compressed and the plain form share it.
        etag = f'W/"{hashlib.sha256(found.body).hexdigest()[:16]}"'
        status = 304 if found.status == 200 and self._has(etag, found.modified) else found.status
        body = found.body if status != 304 else b""
        self.send_response(status)
        if found.status == 200:
            self.send_header("ETag", etag)
            if found.modified:
                self.send_header("Last-Modified", format_datetime(found.modified.astimezone(UTC), usegmt=True))
        if status != 304:
            if "gzip" in self.headers.get("Accept-Encoding", "") and not found.media_type.endswith("gzip"):
                body = gzip.compress(body, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
            self.send_header("Content-Type", found.media_type)
            self.send_header("Content-Length", str(len(body)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        # Before the answer leaves: who has read it finds it in the log.
        self.server.note(Request(self.server.outlet.slug, self.path, status, headers, self.command))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _has(self, etag: str, modified: datetime | None) -> bool:
        """Tell whether the client's validators match; If-None-Match goes first (RFC 9110, 13.2.2)."""
        if known := self.headers.get("If-None-Match"):
            return known.strip() == "*" or etag in (one.strip() for one in known.split(","))
        since = self.headers.get("If-Modified-Since")
        if not since or not modified:
            return False
        try:
            return modified <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False
