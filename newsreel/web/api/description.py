"""The API's description in OpenAPI, and what it says of each address: it is also what requests are held against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.openapi.utils import get_openapi
from fastapi.params import Query
from fastapi.routing import APIRoute

from newsreel import __version__
from newsreel.web.api.values import Problem

PROBLEM = "application/problem+json"
_ABOUT = """\
What Newsreel gathered, as JSON: clean articles, the sources and how they are doing, the crawls, statistics.

Send a token with each request: `Authorization: Bearer TOKEN`. `newsreel tokens create NAME` makes one for reading, with
`--write` one that may also change things; so does the page under Settings. On the machine itself, where no password is
set, reading needs none.

Lists come in pages: `next`, and `Link: <...>; rel="next"`, is the address of the next one, null on the last. A page may
hold fewer than `limit` and still have a next one. Nothing comes twice or is left out while new articles arrive.

Answers carry an `ETag`; send it back as `If-None-Match`, and 304 says that nothing changed. Errors are
`application/problem+json` (RFC 9457), whose `detail` says what to do. Unknown parameters and fields are refused.\
"""
_TAGS = (
    ("Articles", "Clean texts, what was removed from them, and what their outlets changed."),
    ("Sources", "The outlets: how each is doing, and what it brought."),
    ("Runs", "Crawls, one source each."),
    ("Statistics", "All sources together."),
)
_FAULTS = {
    "400": "The request or its Host cannot be read.",
    "401": "No token, or one that is not in force.",
    "403": "The token may not do this.",
    "404": "Nothing has this address or number.",
    "422": "A parameter or field is not what it should be; `errors` names it.",
    "503": "The database cannot be read at the moment.",
}
_FAULTS_WRITING = _FAULTS | {
    "409": "It cannot be done as things stand.",
    "413": "The body is larger than we take.",
    "415": "The body is not JSON.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What an address takes: the names of its parameters, and of its body's fields."""

    parameters: tuple[str, ...]
    takes_body: bool
    fields: tuple[str, ...]


class Description:
    """Describes the API that routers make up; the OpenAPI is built when it is first asked for."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        self.routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The description as OpenAPI 3.1."""
        made = get_openapi(
            title="Newsreel",
            version=__version__,
            description=_ABOUT,
            routes=self.routes,
            tags=[{"name": name, "description": words} for name, words in _TAGS],
        )
        components = made.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schemas["Problem"].pop("$defs", {})
        components["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "Made by `newsreel tokens create NAME`."}
        }
        made["security"] = [{"token": []}]
        for operations in made["paths"].values():
            for method, operation in operations.items():
                _add_answers(operation, method)
        return made

    @cached_property
    def body(self) -> bytes:
        """The description as it is sent."""
        return json.dumps(self.openapi, ensure_ascii=False, separators=(",", ":")).encode()

    def operation(self, request: Request) -> Operation:
        """Give what the address of a request takes."""
        return self._operations[request.scope["route"].path, request.method]

    def methods(self, path: str) -> tuple[str, ...]:
        """Give the methods that an address of the API has."""
        found = {method for route in self.routes if route.path_regex.match(path) for method in route.methods or ()}
        return tuple(sorted(found | ({"HEAD"} if "GET" in found else set())))

    @cached_property
    def _operations(self) -> dict[tuple[str, str], Operation]:
        # From the routes themselves: the whole description takes half a second, which no request should wait for.
        return {(route.path, method): _operation(route) for route in self.routes for method in route.methods or ()}


def _operation(route: APIRoute) -> Operation:
    names = tuple(each.alias for each in get_flat_params(route.dependant) if isinstance(each.field_info, Query))
    body = route.body_field
    return Operation(names, body is not None, tuple(_fields(body.field_info.annotation)) if body else ())


def _fields(model: Any) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def description_of(request: Request) -> Description:
    """Give the description of the application of a request."""
    found: Description = request.app.state.api
    return found


def _add_answers(operation: dict[str, Any], method: str) -> None:
    answers = operation["responses"]
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    faults = _FAULTS if method == "get" else _FAULTS_WRITING
    for status, words in faults.items():
        answers[status] = {"description": words, "content": problem}
    if method != "get":
        return
    answers["304"] = {"description": "Nothing changed since the answer with this ETag."}
    headers = answers["200"].setdefault("headers", {})
    headers["ETag"] = {"schema": {"type": "string"}, "description": "Send it back as If-None-Match."}
    if any(each["name"] == "cursor" for each in operation.get("parameters", ())):
        headers["Link"] = {"schema": {"type": "string"}, "description": 'The next page: `<...>; rel="next"`.'}
