"""Errors as answers: a page in our own style, or problem+json below /api/ (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsreel.errors import ConfigurationError, StorageError
from newsreel.web.rendering import page

logger = logging.getLogger(__name__)

WORDS = {
    401: ("Not logged in", "Log in to see this."),
    403: ("Not allowed", "This is not open to you."),
    404: ("Nothing here", "No page has this address. It may have been removed, or mistyped."),
    405: ("Not this way", "This address does not take that kind of request."),
    409: ("Not as things stand", "Something else stands in the way. Nothing was changed."),
    413: ("Too large", "What was sent is larger than we take."),
    422: ("We cannot read this", "Something in the request is not what this address expects."),
    429: ("Too often", "Wait a while, then try again."),
    500: ("A fault of ours", "Something went wrong while this page was made. The log says what."),
    503: ("Not now", "Try again in a while."),
}


_UNREADABLE = "The database cannot be read. The log says why. Reading goes on when it can be read again."
_UNWRITABLE = "The database cannot be written, so that this was not done. The log says why. Try again in a while."


class Fault(HTTPException):
    """Ends a request with an error page: the status, what we know, headers; `errors` name single fields."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        headers: dict[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.errors = errors


def problem(
    request: Request,
    status: int,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """Give an error as an answer; `detail` says what was tried and what to do, `errors` name single fields."""
    title, usual = WORDS.get(status, (HTTPStatus(status).phrase, "The request could not be answered."))
    detail = detail or usual
    if request.url.path.startswith("/api/"):
        # Without a type of its own a problem is titled as its status is (RFC 9457).
        phrase = HTTPStatus(status).phrase
        body: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": status, "detail": detail}
        if errors:
            body["errors"] = errors
        return JSONResponse(body, status, headers, media_type="application/problem+json")
    answer = page(request, "error.html", status, title=title, detail=detail, errors=errors or [], status_code=status)
    answer.headers.update(headers or {})
    return answer


class Faults:
    """Answers requests that ended in an error nobody expected, and logs it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            request = Request(scope, receive)
            await (_storage if isinstance(error, StorageError) else _unexpected)(request, error)(scope, receive, send)


def handle_errors(app: FastAPI, allowed: Callable[[str], Sequence[str]]) -> None:
    """Let the application answer the errors that its pages raise; `allowed` gives the methods of an API's address."""

    @app.exception_handler(HTTPException)
    def raised(request: Request, error: HTTPException) -> Response:
        phrase = HTTPStatus(error.status_code).phrase
        detail = error.detail if error.detail != phrase else None
        headers = dict(error.headers or {})
        if error.status_code == 405 and (methods := allowed(request.url.path)):
            # The router names the methods of one route; an address has several.
            headers["allow"] = ", ".join(methods)
        return problem(request, error.status_code, detail, headers, getattr(error, "errors", None))

    @app.exception_handler(ConfigurationError)
    def misconfigured(request: Request, error: ConfigurationError) -> Response:
        # The owner's file has an error, which the message names; crawls go on by what was read before.
        return problem(request, 409, f"{error}")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"field": ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]), "message": each["msg"]}
            for each in error.errors()
        ]
        return problem(request, 422, errors=errors)


def _storage(request: Request, error: Exception) -> Response:
    logger.error("%s: %s", request.url.path, error)
    detail = _UNREADABLE if request.method in ("GET", "HEAD") else _UNWRITABLE
    return problem(request, 503, detail, {"retry-after": "10"})


def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(request, 500)
