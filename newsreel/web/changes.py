"""What each change must bring: from a browser it comes from a page of ours, and carries that page's token."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from newsreel.web.problems import problem
from newsreel.web.visits import Visit

TOKEN_HEADER = "x-csrf-token"
TOKEN_FIELD = "csrf"
# The most that a form or a file may be, in bytes.
MOST = 4 * 1024 * 1024

_FOREIGN = "This came from another page. Nothing was changed."
_STALE = "This form is too old, or cookies are off. Nothing was changed. Go back, load the page again, and repeat it."
_LARGE = f"This is larger than {MOST // 2**20} MiB. Nothing was changed."


async def check(request: Request, visit: Visit) -> tuple[Receive, Response | None]:
    """Give how to read a request's body from now on, and the answer to one that may not change anything."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return request.receive, None
    is_page = visit.bearer is None
    if is_page and not same_origin(request, visit.secure):
        return request.receive, problem(request, 403, _FOREIGN)
    body = await _body(request)
    if body is None:
        return request.receive, problem(request, 413, _LARGE)
    receive = _again(body)
    if not is_page:
        return receive, None
    token = request.headers.get(TOKEN_HEADER) or await _field(request, body)
    return receive, None if visit.accepts(token) else problem(request, 403, _STALE)


def same_origin(request: Request, secure: bool) -> bool:
    """Tell whether a request comes from a page of ours, as far as the browser says.

    Since pages are sent with no-referrer, browsers write `Origin: null` in forms of our own; Sec-Fetch-Site then
    tells. Where a browser sends neither, the token decides alone.
    """
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return origin is None or site is not None
    parts = urlsplit(origin)
    if secure and parts.scheme != "https":
        return False
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    host = request.headers.get("host", "").lower()
    return parts.netloc.lower().removesuffix(usual) == host.removesuffix(usual) != ""


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _again(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _field(request: Request, body: bytes) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        try:
            return parse_qs(body.decode(), max_num_fields=1000).get(TOKEN_FIELD, [""])[0]
        except ValueError:
            return ""
    if kind == "multipart/form-data":
        try:
            async with Request(request.scope, _again(body)).form(max_files=10, max_fields=1000) as form:
                value = form.get(TOKEN_FIELD, "")
                return "" if isinstance(value, UploadFile) else value
        except HTTPException:
            # It is no form.
            return ""
    return ""
