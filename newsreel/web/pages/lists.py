"""Lists of articles: the newest, those of a kind, an author or a keyword, the starred ones, and what a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Engine

from newsreel.errors import QueryError
from newsreel.items import KINDS
from newsreel.web import wording
from newsreel.web.doors import doors_of
from newsreel.web.feed_addresses import FeedOf
from newsreel.web.kinds import kind_counts
from newsreel.web.paths import address, path_of
from newsreel.web.problems import Fault
from newsreel.web.reading import Row, rows_for
from newsreel.web.rendering import page
from newsreel.web.wording import Times
from storage import marks
from storage.articles import Filter
from storage.company import source_names
from storage.health import states
from storage.listing import Asked, Listed, ListPage, as_listed, listed, newest
from storage.searching import Found
from storage.searching import search as find
from storage.suggesting import suggest

router = APIRouter()
SHOWN = 40
SPANS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
SPAN_WORDS = (("", "any time"), ("24h", "last 24 hours"), ("7d", "last 7 days"), ("30d", "last 30 days"))

Text = Annotated[str, Query(max_length=300)]
Number = Annotated[int | None, Query(ge=0, le=10**15)]


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address's query asks of a list; empty where it asks nothing."""

    source: str = ""
    kind: str = ""
    author: str = ""
    keyword: str = ""
    since: str = ""
    unread: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The choice as it stands in an address."""
        fields = {name: str(getattr(self, name)) for name in ("source", "kind", "author", "keyword", "since")}
        return {name: value for name, value in fields.items() if value} | ({"unread": "1"} if self.unread else {})


def choice(
    source: Text = "",
    kind: Text = "",
    author: Text = "",
    keyword: Text = "",
    since: Literal["", "24h", "7d", "30d"] = "",
    unread: Literal["", "0", "1"] = "",
) -> Choice:
    """Read the choice from an address."""
    return Choice(source, known_kind(kind) if kind else "", author.strip(), keyword.strip(), since, unread == "1")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page of a list is asked for, and which of its articles were just marked as read."""

    before: int | None = None
    after: int | None = None
    marked: tuple[int, ...] = ()


def cursor(before: Number = None, after: Number = None, marked: Annotated[str, Query(max_length=2000)] = "") -> Cursor:
    """Read the place in a list from an address."""
    numbers = [part for part in marked.split(",") if part.isdecimal() and len(part) <= 15]
    return Cursor(before, after, tuple(int(part) for part in numbers[:SHOWN]))


Chosen = Annotated[Choice, Depends(choice)]
Place = Annotated[Cursor, Depends(cursor)]


@router.get("/")
@router.get("/latest")
def latest(request: Request, chosen: Chosen, place: Place) -> Response:
    """Show the newest articles by day."""
    return _show(request, "Latest", chosen, place, filters=True)


@router.get("/kind/{wanted}")
def of_kind(request: Request, wanted: str, chosen: Chosen, place: Place) -> Response:
    """Show the newest articles of a kind."""
    chosen = replace(chosen, kind="")
    return _show(request, wording.kinds(known_kind(wanted)), chosen, place, Asked(kind=wanted))


@router.get("/author/{name:path}")
def of_author(request: Request, name: str, chosen: Chosen, place: Place) -> Response:
    """Show the newest articles of an author."""
    return _show(request, name, replace(chosen, author=""), place, Asked(author=name))


@router.get("/tag/{word:path}")
def of_keyword(request: Request, word: str, chosen: Chosen, place: Place) -> Response:
    """Show the newest articles that are filed under a word."""
    return _show(request, word, replace(chosen, keyword=""), place, Asked(keyword=word))


@router.get("/starred")
def starred(request: Request, before: Annotated[str, Query(pattern=r"^(\d{1,16}-\d{1,16})?$")] = "") -> Response:
    """Show what was starred, the last first; `before` is where the page before ended: its time and its number."""
    doors = doors_of(request)
    start = None
    if before:
        moment, number = before.split("-")
        start = wording.moment_of(int(moment)), int(number)
    found = marks.starred(doors.engine, SHOWN + 1, start)
    older = ""
    if len(found) > SHOWN:
        last, at = found[SHOWN - 1]
        older = f"/starred?before={wording.microseconds(at)}-{last}"
    articles = listed(doors.engine, [number for number, _ in found[:SHOWN]])
    return page(
        request,
        "list.html",
        title="Starred",
        sentence="What you keep, the last starred first.",
        groups=_undivided(rows_for(doors.engine, articles)),
        newer="/starred" if before else "",
        older=older,
        **_plain(request) | {"feed": FeedOf(starred=True)},
    )


@router.get("/search")
def search(
    request: Request,
    chosen: Chosen,
    q: Annotated[str, Query(max_length=500)] = "",
    cursor: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Show the newest articles that a query finds; a source, a kind and a time narrow it down."""
    doors = doors_of(request)
    now = doors.clock()
    since = now - SPANS[chosen.since] if chosen.since else None
    wanted = Filter(chosen.source or None, chosen.kind or None, since)
    found, problem, meant = Found([], None), "", None
    if q.strip():
        try:
            found = find(doors.engine, q, wanted, cursor=cursor or None, limit=SHOWN, now=now)
            meant = None if found.articles or cursor else _meant(doors.engine, q, wanted, now)
        except QueryError as error:
            problem = str(error)
    asked = {"q": q} | {name: value for name, value in chosen.query.items() if name in ("source", "kind", "since")}
    return page(
        request,
        "list.html",
        422 if problem else 200,
        title="Search",
        sentence="The newest first." if found.articles else "",
        groups=_undivided(rows_for(doors.engine, [as_listed(stored) for stored in found.articles])),
        newer=address("/search", asked) if cursor else "",
        older=address("/search", asked | {"cursor": found.cursor}) if found.cursor else "",
        query=q,
        problem=problem,
        meant=meant and (address("/search", asked | {"q": meant[0]}), *meant),
        **_plain(request) | {"feed": FeedOf(chosen.source, chosen.kind, q=q.strip()) if q.strip() else None},
    )


def _meant(engine: Engine, query: str, wanted: Filter, now: datetime) -> tuple[str, str] | None:
    """Give the query that one which finds nothing may have meant, and how many articles that finds."""
    near = suggest(engine, query, now)
    found = find(engine, near, wanted, limit=SHOWN, now=now) if near else None
    if near is None or found is None or not found.articles:
        return None
    return near, f"more than {SHOWN}" if found.cursor else f"{len(found.articles)}"


def _show(
    request: Request, title: str, chosen: Choice, place: Cursor, fixed: Asked | None = None, *, filters: bool = False
) -> Response:
    doors = doors_of(request)
    now = doors.clock()
    asked = asked_of(chosen, now, fixed)
    found = newest(doors.engine, asked, SHOWN, place.before, place.after)
    rows = rows_for(doors.engine, found.articles)
    times = Times(now, doors.zone)
    groups = [(day, list(group)) for day, group in groupby(rows, lambda row: times.day(row.article.stored_at))]
    path = path_of(request)
    newer, older = _beside(path, chosen, found)
    values = _plain(request) | {
        "feed": feed_of(asked),
        "back": address(path, chosen.query | _numbers(before=place.before, after=place.after)),
        "tabs": _tabs(path, chosen, kind_counts(doors.engine, now)) if filters else [],
        "chosen": chosen,
        "sources": source_names(doors.engine) if filters else {},
        "unread": [row.article.id for row in rows if not row.read],
        "marked": place.marked,
    }
    if filters and chosen == Choice() and place.before is None and place.after is None:
        values["states"] = sorted(states(doors.engine).values(), key=lambda each: each.source)
        values["reviews"] = newest(doors.engine, Asked(kind="review", since=now - SPANS["24h"]), 5).articles
    return page(
        request,
        "list.html",
        title=title,
        sentence=_sentence(chosen, found.articles, source_names(doors.engine) if chosen.source else {}),
        groups=groups,
        newer=newer,
        older=older,
        **values,
    )


_FIXED = ("kind", "author", "keyword", "starred")


def asked_of(chosen: Choice, now: datetime, fixed: Asked | None = None) -> Asked:
    """Give what a choice asks of the store; `fixed` is what the path says already."""
    asked = Asked(
        chosen.source or None,
        chosen.kind or None,
        chosen.author or None,
        chosen.keyword or None,
        now - SPANS[chosen.since] if chosen.since else None,
        chosen.unread,
    )
    if fixed is not None:
        asked = replace(asked, **{name: value for name in _FIXED if (value := getattr(fixed, name))})
    return asked


def feed_of(asked: Asked) -> FeedOf:
    """Give the feed that has what a list has, but for its time."""
    source, kind, author, keyword = (each or "" for each in (asked.source, asked.kind, asked.author, asked.keyword))
    return FeedOf(source, kind, author, keyword, unread=asked.unread, starred=asked.starred)


def _plain(request: Request) -> dict[str, Any]:
    """Give what a list has that cannot be narrowed down."""
    path = path_of(request)
    return {
        "path": path,
        "feed": None,
        "back": address(path, dict(request.query_params)),
        "tabs": [],
        "chosen": None,
        "sources": {},
        "spans": SPAN_WORDS,
        "kinds": KINDS,
        "unread": [],
        "marked": (),
        "states": [],
        "reviews": (),
    }


def _undivided(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    return [("", list(rows))] if rows else []


def _numbers(**numbers: int | None) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items() if number is not None}


def _beside(path: str, chosen: Choice, found: ListPage) -> tuple[str, str]:
    newer = address(path, chosen.query | {"after": str(found.newer)}) if found.newer is not None else ""
    older = address(path, chosen.query | {"before": str(found.older)}) if found.older is not None else ""
    return newer, older


def _tabs(path: str, chosen: Choice, counts: Mapping[str, int]) -> list[tuple[str, str, int | None, bool]]:
    """Give the kinds that there are as choices; with numbers where nothing else is chosen."""
    alone = not replace(chosen, kind="").query
    choices = [("", "All", sum(counts.values()))]
    choices += [(kind, wording.kinds(kind), counts.get(kind, 0)) for kind in KINDS]
    return [
        (address(path, replace(chosen, kind=kind).query), word, number if alone else None, kind == chosen.kind)
        for kind, word, number in choices
        if number or kind in ("", chosen.kind)
    ]


def _sentence(chosen: Choice, found: Sequence[Listed], names: dict[str, str]) -> str:
    """Say what the list has, in the words of what was chosen."""
    if not found:
        return ""
    said = [
        f"from {names.get(chosen.source, chosen.source)}" if chosen.source else "",
        f"by {chosen.author}" if chosen.author else "",
        f"on {chosen.keyword}" if chosen.keyword else "",
        f"of the {dict(SPAN_WORDS)[chosen.since]}" if chosen.since else "",
        "that you have not read" if chosen.unread else "",
    ]
    return " ".join(["Articles", *filter(None, said), "in the order of their coming."])


def known_kind(kind: str) -> str:
    """Give a kind; 404 for one that there is not."""
    if kind not in KINDS:
        raise Fault(404, f"There is no kind “{kind[:40]}”. The kinds are {', '.join(KINDS)}.")
    return kind
