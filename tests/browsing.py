"""A browser in small for the web page's tests: real sockets on loopback, cookies, forms with their tokens."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def passes(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


@dataclass(frozen=True)
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """Give the token of a page's forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, f"{self.status}: no form on {self.text[:300]}"
        return unescape(found[1])


@dataclass
class Browser:
    """Asks one server, keeps cookies, and posts forms as browsers do; `headers` go with each request."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one request; header names are written with underscores."""
        sent = dict(self.headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, body=body or None, headers=sent)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            set_cookies = tuple(response.headers.get_all("set-cookie") or ())
            found = {name.lower(): value for name, value in response.getheaders()}
        for line in set_cookies:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return Answer(response.status, found, text, set_cookies)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Post a form just as it is given."""
        sent = {"Content_Type": "application/x-www-form-urlencoded"} | headers
        return self.ask("POST", path, urlencode(fields).encode(), **sent)

    def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Post a form of a page, with the page's token, as a browser of today sends it."""
        token = self.get(page).token
        return self.post(path, {"csrf": token} | fields, Origin="null", Sec_Fetch_Site="same-origin")
