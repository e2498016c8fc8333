"""Hostile markup to put where people write: some of our own, and the collections beside the project where they are."""

from __future__ import annotations

import html
import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

SUITES = Path(__file__).parents[2] / "shared" / "suites"
ARCHIVES = tuple(SUITES / f"{name}.tar.gz" for name in ("xss-payloadbox", "bleach", "feedparser"))
OWN = (
    "<script>alert(1)</script>",
    "</title><script>alert(2)</script>",
    "</textarea></style></script><svg onload=alert(3)>",
    '"><img src=x onerror=alert(4)>',
    "'><img src=x onerror=alert(5)>",
    '" autofocus onfocus=alert(6) x="',
    "' autofocus onfocus='alert(7)",
    " autofocus onfocus=alert(8) tabindex=0 ",
    "javascript:alert(9)",
    "JaVaScRiPt\t:alert(10)",
    "data:text/html,<script>alert(11)</script>",
    "vbscript:msgbox(12)",
    "<iframe srcdoc='<script>parent.alert(13)</script>'></iframe>",
    "<iframe src=javascript:parent.alert(14)></iframe>",
    "<a href='javascript:alert(15)'>here</a>",
    "<base href=//elsewhere.example/>",
    "<meta http-equiv=refresh content='0;url=//elsewhere.example/'>",
    "<link rel=stylesheet href=//elsewhere.example/x.css>",
    "<img src=//elsewhere.example/pixel.gif>",
    "<style>@import '//elsewhere.example/y.css';</style>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(16)/>#x'/></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=alert(17)>'>",
    "<form action=//elsewhere.example/><button autofocus onfocus=alert(18)>send</button></form>",
    "<details open ontoggle=alert(19)>",
    "<!--><script>alert(20)</script>-->",
    "<div hx-get='/logout' hx-trigger='load' hx-on:load='alert(21)' data-hx-on-load='alert(22)'></div>",
    "{{ 7919 * 7919 }}{% raw %}{{ ''.__class__ }}${7919 * 7919}#{7919 * 7919}",
    "＜script＞alert(23)＜/script＞",
    "\u202e<script>alert(24)</script>\u0000\u2028",
    "&lt;script&gt;alert(25)&lt;/script&gt;&#60;script>alert(26)&#60;/script>",
)


def collections() -> list[str]:
    """Give the payloads of the collections beside the project, each once."""
    return list(dict.fromkeys(filter(None, (text.strip() for text in _collections()))))


def joined(payloads: Sequence[str], longest: int) -> list[str]:
    """Put payloads together up to a length; what is longer stands alone, and is cut."""
    found: list[str] = []
    for payload in payloads:
        if found and len(found[-1]) + 1 + len(payload) <= longest:
            found[-1] += " " + payload
        else:
            found.append(payload[:longest])
    return found


def _collections() -> Iterator[str]:
    for name, text in _members(ARCHIVES[0], r"xss-payload-list\.txt$"):
        assert name
        yield from text.splitlines()
    for _, text in _members(ARCHIVES[1], r"\.test$"):
        yield text.partition("\n--\n")[0]
    for _, text in _members(ARCHIVES[2], r"wellformed/sanitize/.+\.xml$"):
        # What a feed's reader would take out of it, markup and all.
        yield html.unescape(text.partition("-->")[2])[:1000]


def _members(archive: Path, pattern: str) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.isfile() and re.search(pattern, member.name) and (file := opened.extractfile(member)):
                yield member.name, file.read().decode("utf-8", "replace")
