"""Addresses of our own: those that links have, and those that a request gives to go to afterwards."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Path, Request

# A row's number in a path: databases know none that are larger.
RowNumber = Annotated[int, Path(lt=2**63)]


def own_path(wanted: str) -> str:
    """Give a path of ours to go to: another host's address becomes the front page.

    >>> own_path("/latest?kind=review"), own_path("//elsewhere.example/x"), own_path("https://elsewhere.example/")
    ('/latest?kind=review', '/', '/')
    """
    # A slash and no second one: there is no host in it.
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if plain and wanted.isprintable() else "/"


def path_of(request: Request) -> str:
    """Give the path of a request as it stands in an address, whatever names it has."""
    return quote(request.scope["path"])


def address(path: str, query: dict[str, str]) -> str:
    """Give an address of ours with its query.

    >>> address("/latest", {"kind": "review"}), address("/latest", {})
    ('/latest?kind=review', '/latest')
    """
    return f"{path}?{urlencode(query)}" if query else path
