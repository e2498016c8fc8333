"""Articles as JSON: lists of them, one of them, and what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from newsreel.errors import QueryError
from newsreel.export import article_json, body_html, body_markdown
from newsreel.items import KINDS
from newsreel.logs import clean
from newsreel.web.api import article_values as values
from newsreel.web.api.answers import answer, page, time
from newsreel.web.api.asking import (
    Limit,
    Place,
    cursor_after,
    next_page,
    only_known,
    place,
    since,
    wrong,
)
from newsreel.web.doors import Doors, doors_of
from newsreel.web.problems import Fault
from storage import marks
from storage.articles import Articles, Filter, Stored
from storage.company import copies
from storage.listing import Asked, newest_stored
from storage.searching import Order
from storage.searching import search as find

router = APIRouter(prefix="/api/v1", tags=["Articles"], dependencies=[Depends(only_known)])

# Where they are not wanted they are not there; the others always are.
ON_REQUEST = ("articleBody", "articleBodyHtml", "articleBodyMarkdown", "removals")
_TEXTS = frozenset(ON_REQUEST)
_UNKNOWN = "No article has this number. It may have been forgotten, or removed with its source."

Number = Annotated[int, Path(alias="id", ge=1, lt=2**63, description="An article's number.", examples=[4711])]
Since = Annotated[
    str | None,
    Query(alias="since", max_length=40, description="Stored since: 7d, 24h, or a date or time.", examples=["7d"]),
]
Published = Annotated[
    str | None,
    Query(
        alias="publishedSince",
        max_length=40,
        description="Published since, by the article's own date.",
        examples=["2026-11-01"],
    ),
]
SourceId = Annotated[str | None, Query(max_length=300, description="Only this source.", examples=["tide"])]
KindName = Annotated[
    str | None, Query(max_length=300, description=f"Only this kind: {', '.join(KINDS)}.", examples=["review"])
]
Sponsored = Annotated[bool, Query(description="Sponsored articles too.")]
Include = Annotated[
    str,
    Query(
        max_length=200,
        description=f"What else each article has, with commas between: {', '.join(ON_REQUEST)}.",
        examples=["articleBody"],
    ),
]
_WORDS = 'Words to find, as in the page\'s search: "a phrase", beginn*, -without, author:, before:, after:.'


@router.get("/articles", response_model=values.ArticlePage, summary="List articles")
def list_articles(
    request: Request,
    source: SourceId = None,
    kind: KindName = None,
    author: Annotated[
        str | None, Query(max_length=300, description="Only of this author.", examples=["Ada Moss"])
    ] = None,
    keyword: Annotated[str | None, Query(max_length=300, description="Only with this keyword.")] = None,
    since_: Since = None,
    published_since: Published = None,
    unread: Annotated[bool, Query(description="Only those not read yet.")] = False,
    starred: Annotated[bool, Query(description="Only starred ones.")] = False,
    sponsored: Sponsored = True,
    q: Annotated[str | None, Query(max_length=500, description=_WORDS, examples=["reel -trailer"])] = None,
    include: Include = "",
    limit: Limit = 50,
    cursor: Place = None,
) -> Response:
    """Give articles, the last stored first; with `q` those that have its words, the last published first.

    `q` goes with all but `keyword`, `unread` and `starred`.
    """
    wanted = _included(include)
    times = {
        "since": since(request, "since", since_),
        "publishedSince": since(request, "publishedSince", published_since),
    }
    _check_kind(kind)
    if q is not None and q.strip():
        for name, given in (("keyword", keyword), ("unread", unread), ("starred", starred)):
            if given:
                raise wrong(name, f"{name} does not go with q; leave one of them out")
        words = q if author is None else f'{q} author:"{author.replace(chr(34), " ")}"'
        chosen = Filter(source, kind, times["since"], times["publishedSince"], sponsored)
        return _found(request, words, chosen, Order.newest, cursor, limit, wanted, times)
    asked = Asked(source, kind, author, keyword, times["since"], unread, times["publishedSince"], starred, sponsored)
    before = place(request, cursor, times)
    found = newest_stored(doors_of(request).engine, asked, limit, before, texts=bool(wanted))
    following = next_page(request, cursor_after(request, found.older, times), times)
    return page(request, items_of(doors_of(request), found.articles, wanted), following)


@router.get("/search", response_model=values.ArticlePage, summary="Search articles")
def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=500, description=_WORDS, examples=['"second reel" kind:review'])],
    order: Annotated[
        Order, Query(description="The newest first, or those that match best among the newest.")
    ] = Order.newest,
    source: SourceId = None,
    kind: KindName = None,
    since_: Since = None,
    published_since: Published = None,
    sponsored: Sponsored = True,
    include: Include = "",
    limit: Limit = 50,
    cursor: Place = None,
) -> Response:
    """Give the articles that have all of these words."""
    times = {
        "since": since(request, "since", since_),
        "publishedSince": since(request, "publishedSince", published_since),
    }
    _check_kind(kind)
    chosen = Filter(source, kind, times["since"], times["publishedSince"], sponsored)
    return _found(request, q, chosen, order, cursor, limit, _included(include), times)


@router.get("/articles/{id}", response_model=values.Article, summary="Read an article")
def one_article(
    request: Request,
    number: Number,
    include: Annotated[
        str,
        Query(
            max_length=200, description="What else: articleBodyHtml, articleBodyMarkdown.", examples=["articleBodyHtml"]
        ),
    ] = "",
) -> Response:
    """Give an article with its text, what was removed from it, where it was seen, and its copies at other outlets."""
    doors = doors_of(request)
    stored = find_article(doors, number)
    wanted = _included(include) | {"articleBody", "removals"}
    group = int(stored.article.duplicate_of or stored.id)
    [item] = items_of(doors, [stored], wanted)
    item["appearances"] = [
        {"source": each.source, "url": each.url, "via": each.via, "guid": each.guid}
        # The addresses of feeds may hold keys.
        | {"door": None if each.door is None else clean(each.door)}
        | {"outcome": each.outcome, "seenAt": time(each.seen_at)}
        for each in Articles(doors.engine).appearances(number)
    ]
    item["copies"] = [
        {"id": each.id, "source": {"id": each.source, "name": each.source_name}}
        | {"headline": each.headline, "came": time(each.came)}
        for each in copies(doors.engine, [group]).get(group, ())
    ]
    return answer(request, item)


def find_article(doors: Doors, number: int) -> Stored:
    """Give an article by its number; 404 where there is none."""
    stored = Articles(doors.engine).get(str(number))
    if stored is None:
        raise Fault(404, _UNKNOWN)
    return stored


def items_of(doors: Doors, articles: Sequence[Stored], wanted: frozenset[str]) -> list[dict[str, Any]]:
    """Give articles as the API's objects, with what is `wanted` of their texts."""
    marked = marks.marks_of(doors.engine, [stored.id for stored in articles])
    return [_item(stored, marked.get(stored.id, marks.NONE), wanted) for stored in articles]


def _item(stored: Stored, mark: marks.Mark, wanted: frozenset[str]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": stored.id,
        "storedAt": time(stored.stored_at),
        "changedAt": time(stored.changed_at),
        "read": mark.read_at is not None,
        "starred": mark.starred_at is not None,
    } | article_json(stored.article)
    for name in ("articleBody", "removals"):
        if name not in wanted:
            del item[name]
    if "articleBodyHtml" in wanted:
        item["articleBodyHtml"] = body_html(stored.article.blocks)
    if "articleBodyMarkdown" in wanted:
        item["articleBodyMarkdown"] = body_markdown(stored.article.blocks)
    return item


def _found(
    request: Request,
    words: str,
    chosen: Filter,
    order: Order,
    cursor: str | None,
    limit: int,
    wanted: frozenset[str],
    times: dict[str, datetime | None],
) -> Response:
    doors = doors_of(request)
    try:
        found = find(doors.engine, words, chosen, order, cursor, limit, doors.clock())
    except QueryError as error:
        raise wrong("cursor" if "cursor" in str(error) else "q", str(error)) from error
    return page(request, items_of(doors, found.articles, wanted), next_page(request, found.cursor, times))


def _included(text: str) -> frozenset[str]:
    names = [name for part in text.split(",") if (name := part.strip())]
    for name in names:
        if name not in _TEXTS:
            raise wrong("include", f"there is no {name[:40]!r} to include; there are {', '.join(ON_REQUEST)}")
    return frozenset(names)


def _check_kind(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise wrong("kind", f"there is no kind {kind[:40]!r}; the kinds are {', '.join(KINDS)}")
