"""A web that misbehaves on purpose: outlets on loopback addresses of their own, served from raw sockets."""

from __future__ import annotations

import datetime
import ipaddress
import selectors
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 307: "Moved", 404: "Not Found", 503: "Busy"}
HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml"
CHUNK = b"x" * 65536
# A client that has not answered by then never will.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in, at a time of the monotonic clock; header names in lower case."""

    site: str
    path: str
    headers: Mapping[str, str]
    at: float


class Wire:
    """The server's end of a connection."""

    def __init__(self, link: socket.socket, over: threading.Event) -> None:
        self.link = link
        self.over = over
        self.open = True

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def head(self, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> None:
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Odd')}", *(f"{name}: {value}" for name, value in headers)]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def end(self) -> None:
        """Hang up after what was sent."""
        self.open = False

    def endless(self, data: bytes) -> None:
        """Send until the client hangs up."""
        self.end()
        while not self.over.is_set():
            self.send(data)

    def drip(self, data: bytes) -> None:
        """Send a byte now and then until the client hangs up."""
        self.end()
        for at in range(len(data)):
            if self.over.wait(0.1):
                return
            self.send(data[at : at + 1])

    def reset(self) -> None:
        """Break the connection."""
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.link.close()
        self.open = False


Answer = Callable[[Wire, Asked], None]


def answer(
    body: bytes | str = b"", status: int = 200, kind: str = HTML, length: int | None = None, **headers: str
) -> Answer:
    """Answer with a body; `length` may lie. Underscores in header names stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    lines = [("Content-Type", kind), ("Content-Length", str(len(data) if length is None else length))]
    lines += [(name.replace("_", "-"), value) for name, value in headers.items()]

    def reply(wire: Wire, asked: Asked) -> None:
        wire.head(status, lines)
        wire.send(data)
        if length is not None and length != len(data):
            wire.end()

    return reply


def moved(location: str, status: int = 302) -> Answer:
    """Redirect."""
    return answer("moved", status, Location=location)


def raw(data: bytes) -> Answer:
    """Answer with these bytes, then hang up."""

    def reply(wire: Wire, asked: Asked) -> None:
        wire.send(data)
        wire.end()

    return reply


def without_end(first: bytes, again: bytes) -> Answer:
    """Begin an answer that never ends."""

    def reply(wire: Wire, asked: Asked) -> None:
        wire.send(first)
        wire.endless(again)

    return reply


def slowly(inner: Answer, seconds: float) -> Answer:
    """Take a moment before answering."""

    def reply(wire: Wire, asked: Asked) -> None:
        wire.over.wait(seconds)
        inner(wire, asked)

    return reply


def in_turn(*answers: Answer) -> Answer:
    """Answer each time with the next one; the last one stays."""
    left = list(answers)

    def reply(wire: Wire, asked: Asked) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(wire, asked)

    return reply


def tagged(body: bytes | str, etag: str, kind: str = HTML) -> Answer:
    """Answer with an ETag, and 304 to those who know it."""
    whole = answer(body, kind=kind, ETag=etag)

    def reply(wire: Wire, asked: Asked) -> None:
        if asked.headers.get("if-none-match") == etag:
            wire.head(304, [("ETag", etag)])
        else:
            whole(wire, asked)

    return reply


class Gate:
    """Holds answers back until it is opened; `reached` tells that somebody waits at it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def before(self, inner: Answer) -> Answer:
        """Put the gate in front of an answer."""

        def reply(wire: Wire, asked: Asked) -> None:
            self.reached.set()
            self.opened.wait(PATIENCE)
            inner(wire, asked)

        return reply


def story(name: str, more: str = "") -> str:
    """Give a page with an article that no other name has."""
    paragraphs = "".join(
        f"<p>The {name} company opened its play number {n} in the harbour theatre on a warm evening, and the house "
        f"of {n * 37} seats was full to the last row. The director of {name} said that the {n} weeks of work had "
        f"been worth every hour, and that the tour goes on to {n + 2} more towns before the winter.</p>"
        for n in range(2, 7)
    )
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>Harbour theatre is full for {name}</title>"
        f"<meta property='og:type' content='article'>{more}</head><body><article>"
        f"<h1>Harbour theatre is full for {name}</h1>{paragraphs}</article></body></html>"
    )


def feed(links: Iterable[str], more: str = "") -> str:
    """Give an RSS feed; `more` goes into each item."""
    items = "".join(f"<item><title>Story {at}</title><link>{link}</link>{more}</item>" for at, link in enumerate(links))
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>Harbour</title>{items}</channel></rss>"
    )


@dataclass(slots=True)
class Site:
    """One outlet: what it answers at which path; whatever it does not know is 404."""

    name: str
    pages: dict[str, Answer] = field(default_factory=dict)
    secure: bool = False
    host: str = ""
    port: int = 0

    @property
    def base(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}"


class HostileWeb:
    """The sites on air; a context manager. `asked` is the log, `most_at_once` counts a site's answers under way, and
    `most_linked` its open connections."""

    def __init__(self, network: str = "127.79.0.0/16") -> None:
        self.hosts = ipaddress.ip_network(network).hosts()
        self.sites: dict[str, Site] = {}
        self.most_at_once: Counter[str] = Counter()
        self.over = threading.Event()
        self._asked: list[Asked] = []
        self.most_linked: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()
        self._linked: Counter[str] = Counter()
        self._links: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._gates: list[Gate] = []
        self._selector = selectors.DefaultSelector()
        self._context: ssl.SSLContext | None = None

    def __enter__(self) -> HostileWeb:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.over.set()
        for gate in self._gates:
            gate.opened.set()
        with self._lock:
            links = list(self._links)
        for link in links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def add(self, name: str, pages: Mapping[str, Answer] | None = None, *, folder: Path | None = None) -> Site:
        """Put a site on air on an address of its own, over TLS where a folder for its certificate is given."""
        site = Site(name, dict(pages or {}), secure=folder is not None, host=str(next(self.hosts)))
        if folder is not None and self._context is None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(self_signed(folder))
        listener = socket.create_server((site.host, 0), backlog=64)
        site.port = listener.getsockname()[1]
        self.sites[name] = site
        self._selector.register(listener, selectors.EVENT_READ, site)
        return site

    def gate(self) -> Gate:
        """Give a gate that is open at the latest when the web goes off the air."""
        self._gates.append(Gate())
        return self._gates[-1]

    def asked(self, site: str | None = None, path: str | None = None) -> list[Asked]:
        """Give what was asked so far, in order."""
        with self._lock:
            return [a for a in self._asked if site in (None, a.site) and path in (None, a.path)]

    def _accept(self) -> None:
        while not self.over.is_set():
            for key, _ in self._selector.select(0.05):
                link, _ = key.fileobj.accept()  # type: ignore[union-attr]
                thread = threading.Thread(target=self._serve, args=(key.data, link), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, site: Site, link: socket.socket) -> None:
        with self._lock:
            self._links.add(link)
            self._linked[site.name] += 1
            self.most_linked[site.name] = max(self.most_linked[site.name], self._linked[site.name])
        # A client that hangs up is what many of the pages are for.
        with suppress(OSError), link:
            link.settimeout(PATIENCE)
            plain = link
            if site.secure:
                assert self._context is not None
                plain = self._context.wrap_socket(link, server_side=True)
            wire = Wire(plain, self.over)
            while wire.open and (asked := _read(site.name, plain)) is not None:
                with self._lock:
                    self._asked.append(asked)
                    self._under_way[site.name] += 1
                    self.most_at_once[site.name] = max(self.most_at_once[site.name], self._under_way[site.name])
                try:
                    site.pages.get(asked.path, answer("nothing here", 404))(wire, asked)
                finally:
                    with self._lock:
                        self._under_way[site.name] -= 1
        with self._lock:
            self._links.discard(link)
            self._linked[site.name] -= 1


def _read(site: str, link: socket.socket) -> Asked | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        data = link.recv(65536)
        if not data:
            return None
        head += data
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Asked(site, first.split()[1], {name.lower(): value.strip() for name, _, value in pairs}, time.monotonic())


def self_signed(folder: Path) -> Path:
    """Write a certificate that nobody vouches for, with its key, and give the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hostile.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
