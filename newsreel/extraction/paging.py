"""Finds an article's next page, and joins the parts of an article that runs over several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsreel.items import Block, Candidate
from newsreel.sources import OutletRules
from newsreel.urls import resolve, same_site

_NUMBER = re.compile(
    r"(?:[/?&](?:page|p|seite|pagina|pg)?[=/-]?\d{1,3}|[/?&](?:page|seite|pagina)=?/?\d{1,3}|[-_,](?:p"
    r"|page|seite)?\d{1,2})?(?:\.s?html?|\.php)?/?$",
    re.I,
)
_ADDED_NUMBER = re.compile(r"/(?:(?:page|p|seite|pagina|pg)[/-]?)?([2-9]|[1-9]\d{1,2})", re.I)
_DASHED = re.compile(r"[-_,]\d{1,3}/?$")
_QUERY_NUMBER = re.compile(r"^(?:page|p|pg|seite|pagina|paged|pageno|pagenum)=(\d{1,3})$", re.I)
_LEAST_REPEATED = 25


def slug(url: str) -> str:
    """Reduce an address to what all pages of one article share: host and path without the page number.

    >>> slug("https://reel.example/a/long-story/page/2/") == slug("https://reel.example/a/long-story/")
    True
    """
    parts = urlsplit(url)
    return (parts.hostname or "") + _NUMBER.sub("", parts.path.removesuffix("/").removesuffix(".html"))


def next_page(tree: HtmlElement, links: Iterable[HtmlElement], url: str, rules: OutletRules) -> str | None:
    """Find the address of the article's next page: by the outlet's rule, else rel=next with the same slug.

    `links` are the page's a and link elements.
    """
    if rules.next_page:
        for element in tree.cssselect(rules.next_page):
            address = resolve(url, element.get("href") or "")
            if address and address != url and same_site(address, url):
                return address
        return None
    for element in links:
        if element.get("rel") != "next":
            continue
        address = resolve(url, element.get("href") or "")
        if (
            address
            and address.partition("#")[0] != url.partition("#")[0]
            and same_site(address, url)
            and _continues(url, address)
        ):
            return address
    return None


def _continues(url: str, address: str) -> bool:
    """Tell whether an address is a later page of the same article."""
    here, there = urlsplit(url), urlsplit(address)
    if here.path.rstrip("/") == there.path.rstrip("/"):
        return any(_QUERY_NUMBER.match(pair) for pair in there.query.split("&"))
    if here.path.rstrip("/") and there.path.startswith(here.path.rstrip("/")):
        # A slug may end in a number of its own: "/route-9/" goes on at "/route-9/2/".
        added = there.path.rstrip("/").removeprefix(here.path.rstrip("/"))
        if _ADDED_NUMBER.fullmatch(added):
            return True
    if _DASHED.search(there.path):
        # The next episode, or the second story of that name: blogs link neighbours by rel=next too.
        return False
    base = slug(url)
    return (
        len(urlsplit(url).path) > 5
        and slug(address) == base
        and there.path.startswith(here.path.rstrip("/")[: max(2, len(here.path) - 6)])
    )


def _own(block: Block) -> str:
    return " ".join(block.text.casefold().split())


def join_parts(first: Candidate, rest: Sequence[Candidate]) -> Candidate:
    """Join the pages of one article: lines that an earlier page has are dropped where a later page begins or ends.

    Only a later page's opening and closing lines count as repeated, and short ones within it (a list's
    sub-heading such as "Verdict") stay.
    """
    blocks = list(first.blocks)
    seen = {_own(block) for block in blocks}
    images, embeds, videos, audios = list(first.images), list(first.embeds), list(first.videos), list(first.audios)
    for part in rest:
        own = list(part.blocks)
        while own and _own(own[0]) in seen:
            own.pop(0)
        while own and _own(own[-1]) in seen:
            own.pop()
        own = [
            block
            for block in own
            if len(block.text) < _LEAST_REPEATED or _own(block) not in seen or block.kind == "row"
        ]
        blocks += own
        seen |= {_own(block) for block in own}
        images += [image for image in part.images if image.url not in {known.url for known in images}]
        embeds += [embed for embed in part.embeds if embed not in embeds]
        videos += [video for video in part.videos if video not in videos]
        audios += [audio for audio in part.audios if audio not in audios]
    return replace(
        first,
        blocks=tuple(blocks),
        images=tuple(images),
        embeds=tuple(embeds),
        videos=tuple(videos),
        audios=tuple(audios),
        next_page=rest[-1].next_page if rest else first.next_page,
        reject=None if any(part.reject is None for part in (first, *rest)) else first.reject,
    )
