"""Marks articles as read and starred; each is a form, so that it works without script.

Where htmx sends the form, the answer is no page but an event, `marked`, which says what was marked.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.web.doors import doors_of
from newsreel.web.paths import RowNumber, own_path
from newsreel.web.problems import Fault
from newsreel.web.wording import counted
from storage import marks

router = APIRouter()
# As many as a page of a list can have, with room to spare.
MOST = 200

Answer = Annotated[Literal["yes", "no"], Form()]
Back = Annotated[str, Form(max_length=2000)]


@router.post("/article/{number:int}/star")
def star(request: Request, number: RowNumber, star: Answer, back: Back = "") -> Response:
    """Star an article, or take its star away."""
    doors = doors_of(request)
    marks.mark_starred(doors.engine, [number], doors.clock() if star == "yes" else None)
    said = "Starred." if star == "yes" else "No longer starred."
    return _told(request, [number], "star", star, said) or _back(back or f"/article/{number}", number)


@router.post("/article/{number:int}/read")
def read(request: Request, number: RowNumber, read: Answer, back: Back = "") -> Response:
    """Mark an article as read, or as unread."""
    doors = doors_of(request)
    marks.mark_read(doors.engine, [number], doors.clock() if read == "yes" else None)
    said = "Marked as read." if read == "yes" else "Marked as unread."
    return _told(request, [number], "read", read, said) or _back(back or f"/article/{number}", number)


@router.post("/read")
def read_many(
    request: Request, articles: Annotated[str, Form(max_length=MOST * 17)], read: Answer, back: Back = "/latest"
) -> Response:
    """Mark the articles of a list as read, and offer to undo it; or undo it."""
    doors = doors_of(request)
    parts = [part for part in articles.split(",") if part]
    if len(parts) > MOST or not all(part.isdecimal() and len(part) <= 15 for part in parts):
        raise Fault(422, f"articles are numbers with commas between them, at most {MOST}. Nothing was marked.")
    numbers = [int(part) for part in parts]
    known = marks.marks_of(doors.engine, numbers)
    new = [number for number in numbers if known.get(number, marks.NONE).read_at is None]
    marks.mark_read(doors.engine, numbers, doors.clock() if read == "yes" else None)
    changed = new if read == "yes" else numbers
    said = f"Marked {counted(len(changed), 'article')} {'read' if read == 'yes' else 'unread'}."
    told = _told(request, changed, "read", read, said)
    return told or RedirectResponse(_with_marked(own_path(back), new if read == "yes" else []), 303)


def _told(request: Request, articles: list[int], mark: str, answer: str, said: str) -> Response | None:
    """Tell htmx what was marked; None where the browser itself sent the form."""
    if "hx-request" not in request.headers:
        return None
    marked = {"articles": articles, "mark": mark, "on": answer == "yes", "said": said}
    return Response(status_code=204, headers={"hx-trigger": json.dumps({"marked": marked})})


def _back(back: str, number: int) -> Response:
    path = own_path(back)
    return RedirectResponse(path if path.startswith("/article/") else f"{path}#a{number}", 303)


def _with_marked(path: str, marked: list[int]) -> str:
    """Give a list's address that says which articles were just marked, so that it can offer to undo that."""
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "marked"]
    query += [("marked", ",".join(map(str, marked)))] if marked else []
    return parts.path + (f"?{urlencode(query, safe=',')}" if query else "")
