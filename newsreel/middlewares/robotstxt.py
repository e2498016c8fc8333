"""Reads robots.txt as RFC 9309 says: its encoding, its groups, and the one that is meant for us.

Which path a pattern matches is Protego's; its choice of the group is not used: it takes any word of the user agent for
the product token ("news" and the contact's domain too), ends a group at lines it does not know, and keeps a BOM.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from protego import Protego

MAX_BYTES = 512 * 1024
_TOKEN = re.compile(r"[A-Za-z_-]+")
# Spellings that are meant for the record; everything else is passed over, as if it were not there.
_LINE = re.compile(
    r"(?:(?P<agent>user[ -]?agent)|(?P<allow>allow)|(?P<disallow>dis+al+ow)|(?P<delay>crawl[ -]?delay))"
    r"(?:\s*:|\s)\s*(?P<value>.*)",
    re.IGNORECASE,
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Robots:
    """What a robots.txt says to one product token; `crawl_delay` in seconds, not capped.

    `forbidden` are the patterns that forbid, as they are written.
    """

    rules: Protego
    crawl_delay: float | None = None
    forbidden: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Tell whether an address may be fetched: the longest pattern decides, on a tie the one that allows."""
        return self.rules.can_fetch(url, "*")


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    crawl_delay: float | None = None


def product_token(user_agent: str) -> str:
    """Give the product token of a user agent, which groups are matched with.

    >>> product_token("Newsreel/1.2 (+https://news.example)")
    'newsreel'
    """
    match = _TOKEN.match(user_agent.strip())
    return match[0].lower() if match else ""


def decode(body: bytes) -> str:
    """Read the bytes of a robots.txt: UTF-8, or UTF-16 that shows as such; other bytes become percent escapes.

    Of a file over 512 KiB the first 512 KiB count, up to the last whole line.
    """
    if len(body) > MAX_BYTES:
        kept = body[:MAX_BYTES]
        body = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, _ESCAPED if encoding == "utf-8" else "replace")
    head = body[:200]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > len(zeros) // 2:
            return body.decode(encoding, "replace")
    return body.decode("utf-8", _ESCAPED)


def read_robots(text: str, token: str) -> Robots:
    """Find what a robots.txt says to a product token: its own groups together, else those for everybody."""
    groups = list(_groups(text))
    ours = [group for group in groups if token in group.agents] or [group for group in groups if "*" in group.agents]
    delays = [group.crawl_delay for group in ours if group.crawl_delay is not None]
    rules = [rule for group in ours for rule in group.rules]
    forbidden = (rule.removeprefix("Disallow: ") for rule in rules if rule.startswith("Disallow: "))
    return Robots(
        Protego.parse("\n".join(["User-agent: *", *rules])),
        max(delays, default=None),
        tuple(dict.fromkeys(filter(None, forbidden))),
    )


def _groups(text: str) -> Iterator[_Group]:
    """Go through the groups: user agents in a row, and rules up to the next user agent; other lines end nothing."""
    group = _Group()
    for line in re.split(r"\r\n|\r|\n", text):
        match = _LINE.fullmatch(line.partition("#")[0].strip())
        if match is None:
            continue
        value = match["value"].strip()
        if match["agent"]:
            if group.rules:
                yield group
                group = _Group()
            group.agents.append("*" if value == "*" else product_token(value))
        elif match["delay"]:
            group.crawl_delay = _seconds(value) if group.crawl_delay is None else group.crawl_delay
        elif group.agents:
            # An empty pattern forbids nothing, but it is a rule, and what follows is another group.
            group.rules.append(f"{'Allow' if match['allow'] else 'Disallow'}: {_printable(value)}")
    if group.agents:
        yield group


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _printable(pattern: str) -> str:
    """Escape what Protego would take for the end of a line."""
    return pattern if pattern.isprintable() else "".join(c if c.isprintable() else quote(c) for c in pattern)


def _escape(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end]), error.end


_ESCAPED = "newsreel-escape"
codecs.register_error(_ESCAPED, _escape)
