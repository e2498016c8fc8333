"""Feeds of articles with their full texts, in three formats, for readers of feeds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends, Query, Request, Response

from newsreel import __version__
from newsreel.errors import QueryError
from newsreel.export import Entry, Feed, atom, json_feed, rss
from newsreel.export.atom import MEDIA_TYPE as ATOM
from newsreel.export.jsonfeed import MEDIA_TYPE as JSON
from newsreel.export.rss import MEDIA_TYPE as RSS
from newsreel.items import KINDS
from newsreel.web import wording
from newsreel.web.callers import origin_of
from newsreel.web.conditions import http_date, is_known
from newsreel.web.doors import Doors, doors_of
from newsreel.web.feed_addresses import FORMS, FeedOf
from newsreel.web.problems import Fault
from storage.articles import Articles, Filter, Stored
from storage.company import source_names
from storage.listing import Asked, newest_numbers
from storage.searching import search as find
from storage.stamps import stamp_of

router = APIRouter(include_in_schema=False)

SHOWN, MOST = 50, 200
_MAKERS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (atom, ATOM),
    "rss": (rss, RSS),
    "json": (json_feed, JSON),
}
_KNOWN = ("source", "kind", "author", "keyword", "q", "starred", "unread", "sponsored", "limit", "key")
# Names that RFC 4151 takes; numbers of IPv6 are none.
_AUTHORITY = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")

Text = Annotated[str, Query(max_length=300)]


def asked_feed(
    request: Request,
    source: Text = "",
    kind: Text = "",
    author: Text = "",
    keyword: Text = "",
    q: Annotated[str, Query(max_length=500)] = "",
    starred: bool = False,
    unread: bool = False,
    sponsored: bool = False,
    limit: Annotated[int, Query(ge=1, le=MOST)] = SHOWN,
) -> FeedOf:
    """Read what is asked for beside the path."""
    for name in request.query_params:
        if name not in _KNOWN:
            raise Fault(422, f"A feed has no parameter {name[:40]!r}. Known are {', '.join(_KNOWN)}.")
    return FeedOf(source, kind, author.strip(), keyword.strip(), q.strip(), starred, unread, sponsored, limit)


Wanted = Annotated[FeedOf, Depends(asked_feed)]


@router.get("/feeds/all.{form}")
def of_all(request: Request, form: str, wanted: Wanted) -> Response:
    """Give the newest articles, or those that the query asks for."""
    return _answer(request, form, wanted)


@router.get("/feeds/search.{form}")
def of_search(request: Request, form: str, wanted: Wanted) -> Response:
    """Give the newest articles that a search finds."""
    if not wanted.q:
        raise Fault(422, "A search needs words: add q= to the address.")
    return _answer(request, form, wanted)


@router.get("/feeds/source/{slug}.{form}")
def of_source(request: Request, slug: str, form: str, wanted: Wanted) -> Response:
    """Give the newest articles of a source."""
    if wanted.source not in ("", slug):
        raise Fault(422, "The path and the query of this feed name two sources.")
    return _answer(request, form, replace(wanted, source=slug))


@router.get("/feeds/kind/{name}.{form}")
def of_kind(request: Request, name: str, form: str, wanted: Wanted) -> Response:
    """Give the newest articles of a kind."""
    if wanted.kind not in ("", name):
        raise Fault(422, "The path and the query of this feed name two kinds.")
    return _answer(request, form, replace(wanted, kind=name))


def _answer(request: Request, form: str, wanted: FeedOf) -> Response:
    if form not in FORMS:
        raise Fault(404, f"A feed comes as {', '.join(FORMS)}, not as {form[:20]}.")
    if wanted.kind and wanted.kind not in KINDS:
        raise Fault(404, f"There is no kind “{wanted.kind[:40]}”. The kinds are {', '.join(KINDS)}.")
    doors = doors_of(request)
    names = source_names(doors.engine)
    if wanted.source and wanted.source not in names:
        raise Fault(404, f"No article is from a source “{wanted.source[:40]}”.")
    found: Sequence[Stored] | None = None
    if wanted.q:
        found = _found(doors, wanted)
        numbers = [stored.id for stored in found]
    else:
        numbers = newest_numbers(doors.engine, _asked(wanted), wanted.limit)
    stamp = stamp_of(doors.engine, numbers)
    address = origin_of(request, doors) + request.url.path + (f"?{request.url.query}" if request.url.query else "")
    tag = hashlib.sha256(f"{__version__} {address} {stamp.digest}".encode("utf-8", "replace")).hexdigest()[:24]
    headers = {"etag": f'W/"{tag}"', "cache-control": "private, no-cache"}
    if stamp.changed_at is not None:
        headers["last-modified"] = http_date(stamp.changed_at)
    if is_known(request, headers["etag"], stamp.changed_at):
        return Response(status_code=304, headers=headers)
    articles = Articles(doors.engine).some(numbers) if found is None else found
    make, media_type = _MAKERS[form]
    return Response(make(_feed(request, doors, wanted, address, articles, names)), 200, headers, media_type)


def _asked(wanted: FeedOf) -> Asked:
    return Asked(
        wanted.source or None,
        wanted.kind or None,
        wanted.author or None,
        wanted.keyword or None,
        unread=wanted.unread,
        starred=wanted.starred,
        sponsored=wanted.sponsored,
    )


def _found(doors: Doors, wanted: FeedOf) -> Sequence[Stored]:
    for name in ("keyword", "starred", "unread"):
        if getattr(wanted, name):
            raise Fault(422, f"{name} does not go with q; leave one of them out of the address.")
    words = f'{wanted.q} author:"{wanted.author.replace(chr(34), " ")}"' if wanted.author else wanted.q
    chosen = Filter(wanted.source or None, wanted.kind or None, sponsored=wanted.sponsored)
    try:
        return find(doors.engine, words, chosen, limit=wanted.limit, now=doors.clock()).articles
    except QueryError as error:
        raise Fault(422, f"The search of this feed cannot be understood: {error}.") from error


def _feed(
    request: Request, doors: Doors, wanted: FeedOf, address: str, articles: Sequence[Stored], names: dict[str, str]
) -> Feed:
    host = request.url.hostname or ""
    authority = host if _AUTHORITY.fullmatch(host) else "localhost"
    said = [
        names.get(wanted.source, wanted.source),
        wording.kinds(wanted.kind) if wanted.kind else "",
        wanted.author and f"by {wanted.author}",
        wanted.keyword and f"on {wanted.keyword}",
        wanted.q and f"search for {wanted.q}",
        "starred" if wanted.starred else "",
        "unread" if wanted.unread else "",
    ]
    return Feed(
        # How many entries it has makes no other feed of it.
        id=f"tag:{authority},2026:{replace(wanted, limit=0).name}",
        title=": ".join(["Newsreel", *filter(None, [", ".join(filter(None, said))])]),
        address=address,
        home=origin_of(request, doors) + _home(wanted),
        begun_at=doors.clock(),
        entries=[_entry(stored) for stored in articles],
    )


def _home(wanted: FeedOf) -> str:
    """Give the path of the page that shows the same."""
    path, names = "/latest", ["source", "kind", "author", "keyword"]
    if wanted.q:
        path, names = "/search", ["q", "source", "kind"]
    elif wanted.starred:
        path, names = "/starred", []
    asked = {name: value for name in names if (value := getattr(wanted, name))}
    asked |= {"unread": "1"} if wanted.unread else {}
    return path + (f"?{urlencode(asked)}" if asked else "")


def _entry(stored: Stored) -> Entry:
    # Numbers are those of one database; with its time of coming an article has one that no other has anywhere.
    name = f"newsreel:{stored.id}:{stored.article.source_id}:{stored.stored_at.isoformat()}"
    return Entry(uuid5(NAMESPACE_URL, name).urn, stored.article, stored.stored_at, stored.changed_at)
