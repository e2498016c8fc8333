"""Every list of articles as a file too: .json leads to the API, .atom and .rss to its feed, .csv is made here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.convertors import Convertor, register_url_convertor

from newsreel.errors import QueryError
from newsreel.export import csv_lines
from newsreel.web.doors import doors_of
from newsreel.web.feed_addresses import FeedOf
from newsreel.web.pages.lists import SPANS, Choice, Chosen, Number, asked_of, feed_of, known_kind
from newsreel.web.paths import address, path_of
from newsreel.web.problems import Fault
from storage.articles import Filter, Stored
from storage.listing import Asked, newest_stored
from storage.searching import search as find

router = APIRouter(include_in_schema=False)

# Articles in one file; the address of the next one goes with it.
MOST = 500


class _Form(Convertor[str]):
    """The endings that lists have; an author's or a keyword's dot is none."""

    regex = "json|csv|atom|rss"

    def convert(self, value: str) -> str:
        """Give an ending."""
        return value

    def to_string(self, value: str) -> str:
        """Write an ending."""
        return value


register_url_convertor("form", _Form())


@router.get("/latest.{form:form}")
def latest(request: Request, form: str, chosen: Chosen, before: Number = None) -> Response:
    """Give the newest articles."""
    return _answer(request, form, chosen, Asked(), before)


@router.get("/kind/{wanted}.{form:form}")
def of_kind(request: Request, wanted: str, form: str, chosen: Chosen, before: Number = None) -> Response:
    """Give the newest articles of a kind."""
    return _answer(request, form, chosen, Asked(kind=known_kind(wanted)), before)


@router.get("/author/{name:path}.{form:form}")
def of_author(request: Request, name: str, form: str, chosen: Chosen, before: Number = None) -> Response:
    """Give the newest articles of an author."""
    return _answer(request, form, chosen, Asked(author=name), before)


@router.get("/tag/{word:path}.{form:form}")
def of_keyword(request: Request, word: str, form: str, chosen: Chosen, before: Number = None) -> Response:
    """Give the newest articles that are filed under a word."""
    return _answer(request, form, chosen, Asked(keyword=word), before)


@router.get("/starred.{form:form}")
def starred(request: Request, form: str, before: Number = None) -> Response:
    """Give the starred articles, the last stored first."""
    return _answer(request, form, Choice(), Asked(starred=True), before)


@router.get("/search.{form:form}")
def search(
    request: Request,
    form: str,
    chosen: Chosen,
    q: Annotated[str, Query(max_length=500)],
    cursor: Annotated[str, Query(max_length=20_000)] = "",
) -> Response:
    """Give what a search finds."""
    asked = {"q": q} | {name: value for name, value in chosen.query.items() if name in ("source", "kind", "since")}
    if form == "json":
        return RedirectResponse(address("/api/v1/search", asked), 307)
    if form != "csv":
        return RedirectResponse(FeedOf(chosen.source, chosen.kind, q=q).address(form), 307)
    doors = doors_of(request)
    now = doors.clock()
    wanted = Filter(chosen.source or None, chosen.kind or None, now - SPANS[chosen.since] if chosen.since else None)
    try:
        found = find(doors.engine, q, wanted, cursor=cursor or None, limit=MOST, now=now)
    except QueryError as error:
        raise Fault(422, f"The search cannot be understood: {error}.") from error
    return _csv(request, found.articles, {"cursor": found.cursor} if found.cursor else {})


def _answer(request: Request, form: str, chosen: Choice, fixed: Asked, before: int | None) -> Response:
    """Give a list in a form; `fixed` is what its path says."""
    asked = asked_of(chosen, doors_of(request).clock(), fixed)
    if form == "csv":
        found = newest_stored(doors_of(request).engine, asked, MOST, before)
        return _csv(request, found.articles, {"before": str(found.older)} if found.older is not None else {})
    if form != "json":
        return RedirectResponse(feed_of(asked).address(form), 307)
    said = {name: value for name in ("source", "kind", "author", "keyword") if (value := getattr(asked, name))}
    said |= {"since": chosen.since} if chosen.since else {}
    said |= {name: "true" for name in ("unread", "starred") if getattr(asked, name)}
    return RedirectResponse(address("/api/v1/articles", said), 307)


def _csv(request: Request, articles: Iterable[Stored], following: dict[str, str]) -> Response:
    """Give articles as CSV; `following` is what leads to the next ones."""
    headers = {"content-disposition": 'attachment; filename="articles.csv"'}
    if following:
        query = dict(request.query_params) | following
        headers["link"] = f'<{address(path_of(request), query)}>; rel="next"'
    body = "".join(csv_lines(stored.article for stored in articles))
    return Response(body, headers=headers, media_type="text/csv; charset=utf-8")
