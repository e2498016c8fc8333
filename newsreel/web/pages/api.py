"""The API's description: as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from newsreel.web.api.description import description_of
from newsreel.web.api.manual import sections
from newsreel.web.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Give the description in OpenAPI 3.1."""
    return Response(description_of(request).body, media_type="application/json")


@router.get("/api")
def manual(request: Request) -> Response:
    """Show the description."""
    described = description_of(request).openapi
    return page(request, "api.html", about=described["info"]["description"], sections=sections(described))
