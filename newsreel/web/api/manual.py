"""The API's description taken apart for a page: what each address takes, what it gives, and an example of both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Schema = dict[str, Any]
_JSON = "application/json"
# Deeper than this examples repeat themselves.
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field: its name (those of an object inside have a dot), type, and what it is."""

    name: str
    type: str
    words: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What one address does for one method."""

    anchor: str
    method: str
    path: str
    title: str
    words: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    command: str
    example: str


@dataclass(slots=True)
class Section:
    """The calls of one subject."""

    name: str
    words: str
    calls: list[Call] = field(default_factory=list)


def sections(described: Schema) -> list[Section]:
    """Take a description apart."""
    found = {tag["name"]: Section(tag["name"], tag["description"]) for tag in described["tags"]}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            found[operation["tags"][0]].calls.append(
                _Reader(described["components"]["schemas"]).call(path, method, operation)
            )
    return [section for section in found.values() if section.calls]


class _Reader:
    """Reads what a description says, through its references."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas

    def call(self, path: str, method: str, operation: Schema) -> Call:
        parameters = operation.get("parameters", [])
        body = operation.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("schema")
        answers = operation["responses"]
        answer = next(answers[status] for status in answers if status.startswith("2"))["content"][_JSON]["schema"]
        return Call(
            anchor=operation["operationId"],
            method=method.upper(),
            path=path,
            title=operation["summary"],
            words=operation.get("description", ""),
            parameters=[
                Field(each["name"], self.kind(each["schema"]), each.get("description", ""), each.get("required", False))
                for each in parameters
            ],
            body=list(self.fields(body)) if body else [],
            answer=list(self.fields(answer)),
            command=_command(path, method, parameters, self.example(body) if body else None),
            example=json.dumps(self.example(answer), indent=2, ensure_ascii=False),
        )

    def fields(self, schema: Schema, before: str = "", depth: int = 0) -> Iterator[Field]:
        """Yield the fields of an object, each followed by those inside it."""
        schema = self.resolved(schema)
        for name, member in schema.get("properties", {}).items():
            words = member.get("description") or self._inner(member).get("description", "")
            yield Field(before + name, self.kind(member), words, name in schema.get("required", ()))
            inner = self._inner(member)
            if depth < _DEEPEST and "properties" in inner:
                yield from self.fields(inner, f"{before}{name}.", depth + 1)

    def kind(self, schema: Schema) -> str:
        """Say what type a value has."""
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self.kind(each) for each in schema["anyOf"]))
        if "enum" in schema:
            return " · ".join(str(each) for each in schema["enum"])
        if "const" in schema:
            return str(schema["const"])
        if schema.get("type") == "array":
            return f"list of {self.kind(schema['items'])}"
        if schema.get("format") == "date-time":
            return "time"
        said = {"string": "text", "integer": "whole number", "boolean": "true or false", None: "anything"}
        kind = schema.get("type")
        bounds = f", {schema['minimum']} to {schema['maximum']}" if {"minimum", "maximum"} <= schema.keys() else ""
        usual = f", else {json.dumps(schema['default'])}" if schema.get("default") not in (None, "") else ""
        return said.get(kind, str(kind)) + bounds + usual

    def example(self, schema: Schema, depth: int = 0) -> Any:
        """Make up a value that fits."""
        given = schema.get("examples")
        schema = self.resolved(schema)
        given = given or schema.get("examples")
        if given:
            return given[0]
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0], depth)
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                members = schema.get("properties", {}) if depth < _DEEPEST else {}
                wanted = [name for name in members if name in schema.get("required", ())]
                return {name: self.example(members[name], depth + 1) for name in wanted}
            case "array":
                return [self.example(schema["items"], depth + 1)]
            case "integer":
                return 1
            case "number":
                return 0.5
            case "boolean":
                return False
            case "null":
                return None
        return "…"

    def resolved(self, schema: Schema) -> Schema:
        """Follow a reference."""
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _inner(self, schema: Schema) -> Schema:
        """Give the object that a value is, is a list of, or may be."""
        schema = self.resolved(schema)
        if schema.get("type") == "array":
            return self._inner(schema["items"])
        if "anyOf" in schema:
            return next((inner for each in schema["anyOf"] if "properties" in (inner := self._inner(each))), {})
        return schema


def _command(path: str, method: str, parameters: list[Schema], body: Any) -> str:
    """Give a line for a shell."""
    query = {}
    for each in parameters:
        example = (each["schema"].get("examples") or each.get("examples") or [None])[0]
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(example))
        elif example is not None and (each.get("required") or each["name"] in ("source", "since")):
            query[each["name"]] = example
    address = f"$NEWSREEL{path}" + (f"?{urlencode(query)}" if query else "")
    parts = ["curl", "-H", '"Authorization: Bearer $TOKEN"']
    if method != "get":
        parts += ["-X", method.upper()]
    if body is not None:
        parts += ["--json", f"'{json.dumps(body)}'"]
    return " ".join([*parts, f'"{address}"'])
