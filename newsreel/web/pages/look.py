"""The choice of theme and text size, kept in cookies of the browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.web.looks import KEPT, SIZE_COOKIE, SIZES, THEME_COOKIE, THEMES
from newsreel.web.paths import own_path
from newsreel.web.problems import Fault
from newsreel.web.visits import visit_of

router = APIRouter()


@router.post("/look")
def choose(
    request: Request, theme: Annotated[str, Form()], size: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    """Keep a choice, and go back to the page where it was made."""
    if theme not in THEMES or size not in SIZES:
        raise Fault(422, f"theme is one of {', '.join(THEMES)}; size is one of {', '.join(SIZES)}")
    answer = RedirectResponse(own_path(back), 303)
    for name, value in ((THEME_COOKIE, theme), (SIZE_COOKIE, size)):
        answer.set_cookie(name, value, KEPT, samesite="lax", secure=visit_of(request).secure, httponly=True)
    return answer
