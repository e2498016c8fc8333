"""Whether a client has an answer already: what its conditional request says (RFC 9110)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def is_known(request: Request, tag: str, changed_at: datetime | None = None) -> bool:
    """Tell whether a client has the answer with a tag, or one from after its last change; the tag decides if given."""
    given = request.headers.get("if-none-match")
    if given is not None:
        return given.strip() == "*" or tag.removeprefix("W/") in _TAG.findall(given)
    since = request.headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except ValueError:
        return False
    known = known.replace(tzinfo=UTC) if known.tzinfo is None else known
    return changed_at.replace(microsecond=0) <= known


def http_date(at: datetime) -> str:
    """Give a time as HTTP writes it.

    >>> http_date(datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    'Fri, 20 Nov 2026 09:05:00 GMT'
    """
    return format_datetime(at.astimezone(UTC), usegmt=True)
