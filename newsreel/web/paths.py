"""Addresses of our own, given by a request to go to afterwards."""

from __future__ import annotations

from urllib.parse import urlsplit


def own_path(wanted: str) -> str:
    """Give a path of ours to go to: another host's address becomes the front page.

    >>> own_path("/latest?kind=review"), own_path("//elsewhere.example/x"), own_path("https://elsewhere.example/")
    ('/latest?kind=review', '/', '/')
    """
    parts = urlsplit(wanted)
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if plain and not parts.netloc and wanted.isprintable() else "/"
