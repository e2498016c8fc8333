"""Fetches a picture of an outlet for the reader's browser: through the guard, bounded, and never decoded.

The picture's address is resolved here, each address of its host is judged as the crawl's guard judges it, and the
connection goes to one that passed: a name that changes its mind in between leads nowhere else. Redirects go the same
way.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from newsreel import __version__
from newsreel.errors import FetchFailed

if TYPE_CHECKING:
    from newsreel.middlewares.guard import Network

LARGEST = 5 * 1024 * 1024
# How long a connection may be silent, and how long all of a picture may take, in seconds.
SILENCE, DEADLINE = 8.0, 20.0
REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came, and its media type as its first bytes tell."""

    content: bytes
    media_type: str


def fetch(
    address: str, allow_networks: Sequence[str] = (), contact: str | None = None, deadline: float = DEADLINE
) -> Picture:
    """Fetch a picture; FetchFailed says with which code it could not be had. `deadline` is for each redirect anew."""
    from newsreel.middlewares.guard import parse_networks

    networks = parse_networks(allow_networks)
    agent = f"Newsreel/{__version__}" + (f" (+{contact})" if contact else "")
    for _ in range(REDIRECTS + 1):
        answer = _ask(_parsed(address), networks, agent, deadline)
        if isinstance(answer, Picture):
            return answer
        try:
            address = urljoin(address, answer)
        except ValueError as error:
            raise FetchFailed("redirect", f"{address[:200]} leads to what is no address") from error
    raise FetchFailed("redirect", f"{address}: more than {REDIRECTS} redirects")


def kind_of(content: bytes) -> str | None:
    """Give the media type that a file's first bytes tell, of those that cannot carry script; None for all others.

    >>> kind_of(b"\\xff\\xd8\\xff\\xe0 JFIF"), kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    ('image/jpeg', None)
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in parts; `host` as names are written on the wire, `port` as given or the usual one."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def _parsed(address: str) -> _Place:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not host or not port or parts.scheme not in _PORTS:
        raise FetchFailed("redirect", f"{address[:200]}: not an address of http or https")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Place(parts.scheme, host, port, quote(target, safe="%/:?#[]@!$&'()*+,;=~"))


def _ask(place: _Place, networks: Sequence[Network], agent: str, deadline: float) -> Picture | str:
    """Ask once; give the picture, or where a redirect leads."""
    late = threading.Event()
    with _connect(place, networks) as plain, plain.dup() as handle:
        # However slowly something comes, in the end there is nobody to send it to.
        guillotine = threading.Timer(deadline, _cut, (handle, late))
        guillotine.daemon = True
        guillotine.start()
        try:
            with _secured(plain, place.host) if place.scheme == "https" else plain as stream:
                answer = _talk(stream, place, agent)
        except (FetchFailed, OSError, http.client.HTTPException, ValueError) as error:
            failure = _failure(place, error, late.is_set())
            raise failure from (None if failure is error else error)
        finally:
            guillotine.cancel()
    if late.is_set():
        raise FetchFailed("timeout", f"{place.host} took longer than {deadline:g} s")
    return answer


def _talk(stream: socket.socket, place: _Place, agent: str) -> Picture | str:
    connection = http.client.HTTPConnection(place.host, place.port)
    connection.sock = stream
    headers = {"Host": place.name, "User-Agent": agent, "Accept": "image/*", "Accept-Encoding": "identity"}
    connection.request("GET", place.target, headers=headers)
    with connection.getresponse() as response:
        return _answer(response)


def _failure(place: _Place, error: Exception, late: bool) -> FetchFailed:
    if late or isinstance(error, TimeoutError):
        return FetchFailed("timeout", f"{place.host} is too slow")
    if isinstance(error, FetchFailed):
        return error
    if isinstance(error, ssl.SSLError):
        return FetchFailed("tls", f"{place.host}: {error.reason or error}")
    return FetchFailed("refused", f"{place.host}: {error or type(error).__name__}")


def _connect(place: _Place, networks: Sequence[Network]) -> socket.socket:
    from newsreel.middlewares.guard import is_allowed

    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed("dns", f"{place.host} has no address") from error
    addresses = [str(entry[4][0]) for entry in found]
    allowed = [address for address in addresses if is_allowed(address, networks)]
    if not allowed:
        raise FetchFailed("private-address", f"{place.host} is at {addresses[0]}, in a network that is not open to it")
    failure: OSError | None = None
    for address in allowed[:2]:
        try:
            return socket.create_connection((address, place.port), timeout=SILENCE)
        except OSError as error:
            failure = error
    code = "timeout" if isinstance(failure, TimeoutError) else "refused"
    raise FetchFailed(code, f"{place.host}: {failure}") from failure


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _answer(response: http.client.HTTPResponse) -> Picture | str:
    if response.status in (301, 302, 303, 307, 308) and (target := response.headers.get("location")):
        return target
    if response.status != 200:
        code = "http-5xx" if response.status >= 500 else "http-4xx"
        raise FetchFailed(code, f"the host answered with status {response.status}")
    if response.headers.get("content-encoding", "identity") != "identity" or (response.length or 0) > LARGEST:
        raise FetchFailed("too-large", f"the picture is packed, or larger than {LARGEST // 2**20} MiB")
    content = b""
    while piece := response.read1(_PIECE):
        content += piece
        if len(content) > LARGEST:
            raise FetchFailed("too-large", f"the picture is larger than {LARGEST // 2**20} MiB")
        if kind_of(content) is None and len(content) >= 16:
            break
    kind = kind_of(content)
    if kind is None:
        raise FetchFailed("not-html", "what came is no JPEG, PNG, GIF, WebP or AVIF")
    if response.length:
        raise FetchFailed("truncated", "the picture ended before its end")
    return Picture(content, kind)


def _cut(connection: socket.socket, late: threading.Event) -> None:
    late.set()
    # It may be closed already.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
