"""The newest articles, in the order of their coming."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.web.doors import doors_of
from newsreel.web.rendering import page
from newsreel.web.wording import Times
from storage.articles import Articles, Filter

router = APIRouter()
SHOWN = 40


@router.get("/")
def front() -> Response:
    """Lead to the newest articles."""
    return RedirectResponse("/latest", 307)


@router.get("/latest")
def latest(request: Request) -> Response:
    """Show the newest articles by day."""
    doors = doors_of(request)
    times = Times(doors.clock(), doors.zone)
    found = Articles(doors.engine).newest(Filter(), SHOWN)
    days = [(day, list(group)) for day, group in groupby(found, lambda each: times.day(each.stored_at))]
    return page(request, "latest.html", days=days, shown=len(found))
