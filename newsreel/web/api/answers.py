"""Values as JSON answers: with a tag by which a client asks whether anything changed, and the way to the next page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response

from newsreel.web.conditions import is_known

# Kept by the client, and asked for again with its tag each time.
_CACHE = "private, no-cache"


def answer(request: Request, values: Mapping[str, Any], status: int = 200, following: str | None = None) -> Response:
    """Give values as JSON; 304 without a body where the client has just these. `following` is the next page."""
    # Half a surrogate pair cannot be written in UTF-8, but as an escape it can.
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    headers = {"cache-control": _CACHE}
    if following is not None:
        headers["link"] = f'<{following}>; rel="next"'
    if request.method == "GET" and status == 200:
        # Weak: the same values are sent compressed and plain.
        headers["etag"] = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        if is_known(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type="application/json")


def page(request: Request, items: list[dict[str, Any]], following: str | None) -> Response:
    """Give a page of a list."""
    return answer(request, {"items": items, "next": following}, following=following)


def time(at: datetime | None) -> str | None:
    """Give a time in UTC as JSON has it.

    >>> time(datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    '2026-11-20T09:05:00Z'
    """
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
