"""Marks articles as read and starred, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from newsreel.web.api import article_values as values
from newsreel.web.api.answers import answer
from newsreel.web.api.articles import Number, find_article
from newsreel.web.api.asking import only_known, wrong
from newsreel.web.doors import Doors, doors_of
from storage import marks
from storage.listing import listed

router = APIRouter(prefix="/api/v1", tags=["Articles"], dependencies=[Depends(only_known)])


@router.patch("/articles/{id}", response_model=values.Marked, summary="Mark an article")
def mark(request: Request, number: Number, wanted: values.Marks) -> Response:
    """Mark an article as read or unread, star it or take its star away; give how it is marked then."""
    doors = doors_of(request)
    find_article(doors, number)
    _mark(doors, [number], wanted)
    [item] = _marked(doors, [number])
    return answer(request, item)


@router.patch("/articles", response_model=values.MarkedMany, summary="Mark several articles")
def mark_many(request: Request, wanted: values.ManyMarks) -> Response:
    """Mark articles, all alike; give how they are marked then."""
    doors = doors_of(request)
    numbers = list(dict.fromkeys(wanted.articles))
    if not all(0 < number < 2**63 for number in numbers):
        raise wrong("articles", "articles are numbers from 1 on")
    _mark(doors, numbers, wanted)
    there = {each.id for each in listed(doors.engine, numbers)}
    return answer(request, {"items": _marked(doors, [number for number in numbers if number in there])})


def _mark(doors: Doors, numbers: Sequence[int], wanted: values.Marks) -> None:
    if wanted.read is None and wanted.starred is None:
        raise wrong("read", "say what to change: read, starred, or both, as true or false")
    now = doors.clock()
    if wanted.read is not None:
        marks.mark_read(doors.engine, numbers, now if wanted.read else None)
    if wanted.starred is not None:
        marks.mark_starred(doors.engine, numbers, now if wanted.starred else None)


def _marked(doors: Doors, numbers: Sequence[int]) -> list[dict[str, Any]]:
    found = marks.marks_of(doors.engine, numbers)
    return [
        {"id": number, "read": (mark := found.get(number, marks.NONE)).read_at is not None}
        | {"starred": mark.starred_at is not None}
        for number in numbers
    ]
