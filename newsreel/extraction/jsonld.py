"""JSON-LD as pages write it, broken or not, read into typed nodes.

Each block stands on its own: what cannot be recovered costs that block and nothing else.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

# Real blocks stay below these by far; they bound the work on hostile ones.
MOST_CHARACTERS = 1_000_000
MOST_REPAIRED = 200_000
MOST_NODES = 2_000
MOST_LEVELS = 12

_OPENS = re.compile(r"[{\[]")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F])[0-9a-fA-F]{2}|.)", re.S
)
_BETWEEN = re.compile(r"[\s,;]*")
_CLOSES = re.compile(r"\s*(?:[:}\]]|,\s*[\"{\[\dtfn\-}\]]|$)")


@dataclass(frozen=True, slots=True)
class Node:
    """One typed object: its types without their vocabulary, its data, and how it hangs in the block.

    `under` is the property that holds it, "" at the top (and in a @graph); `level` counts the objects above it.
    """

    types: tuple[str, ...]
    data: Mapping[str, Value]
    under: str = ""
    level: int = 0


def read(blocks: Iterable[str]) -> tuple[Node, ...]:
    """All typed objects of a page's JSON-LD blocks, in page order, outer before inner; references are resolved."""
    documents = [document for block in blocks for document in _documents(block)]
    found: list[Node] = []
    for document in documents:
        found.extend(_walk(document, MOST_NODES - len(found)))
    return tuple(found)


def index(nodes: Iterable[Node]) -> dict[str, Mapping[str, Value]]:
    """The objects that carry an @id together with content of their own."""
    known: dict[str, Mapping[str, Value]] = {}
    for node in nodes:
        name = node.data.get("@id")
        if isinstance(name, str) and len(node.data) > len(known.get(name, ())):
            known[name] = node.data
    return known


def types_of(value: Mapping[str, Value]) -> tuple[str, ...]:
    """The types of an object without their vocabulary: "https://schema.org/NewsArticle" is NewsArticle."""
    return tuple(re.split(r"[/#:]", kind)[-1].strip() for kind in listed(value.get("@type")) if isinstance(kind, str))


def listed(value: Value) -> list[Value]:
    """The entries of a list, or a single value as a list of one."""
    return value if isinstance(value, list) else [value]


def _walk(document: Value, most: int) -> Iterator[Node]:
    """Depth first without recursion, since pages nest as they like."""
    waiting: list[tuple[Value, str, int]] = [(document, "", 0)]
    while waiting and most > 0:
        value, under, level = waiting.pop()
        if isinstance(value, list):
            waiting.extend((entry, under, level) for entry in reversed(value) if isinstance(entry, dict | list))
        elif isinstance(value, dict):
            kinds = types_of(value)
            if kinds:
                most -= 1
                yield Node(kinds, value, under, level)
            if level < MOST_LEVELS:
                below = level + bool(kinds)
                waiting.extend(
                    (entry, under if key == "@graph" else key, below)
                    for key, entry in reversed(value.items())
                    if isinstance(entry, dict | list)
                )


def _documents(block: str) -> list[Value]:
    if len(block) > MOST_CHARACTERS:
        return []
    if "\\ud" in block or "\\uD" in block:
        # Half of a pair is no character, and nothing that takes text would take it.
        block = _ESCAPE.sub(lambda match: "\\ufffd" if match[1] else match[0], block)
    try:
        return [json.loads(block, strict=False)]
    except (ValueError, RecursionError):
        pass
    if len(block) > MOST_REPAIRED:
        return []
    text = block.replace("<![CDATA[", "").replace("]]>", "")
    if '"' not in text:
        text = html.unescape(text)
    opening = _OPENS.search(text)
    if opening is None:
        return []
    text = text[opening.start() :].rstrip("\ufeff \n\t\r;-></*")
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", _BAD_ESCAPE.sub("", text)), _requoted(text)):
        documents = _sequence(attempt)
        if documents:
            return documents
    return []


def _sequence(text: str) -> list[Value]:
    """One document after another, as far as they can be read."""
    decoder = json.JSONDecoder(strict=False)
    found: list[Value] = []
    at = 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
    return found


def _requoted(text: str) -> str:
    """The text with the quotation marks inside its strings escaped, and what a cut left open closed."""
    out: list[str] = []
    closers: list[str] = []
    inside = False
    text = _BAD_ESCAPE.sub("", text)
    pieces = text.split('"')
    position = 0
    for number, piece in enumerate(pieces):
        position += len(piece) + 1
        out.append(piece)
        if not inside:
            for sign in piece:
                if sign in "{[":
                    closers.append("}" if sign == "{" else "]")
                elif sign in "}]" and closers:
                    closers.pop()
        if number == len(pieces) - 1:
            break
        if not inside:
            out.append('"')
            inside = True
        elif piece.endswith("\\") and not piece.endswith("\\\\"):
            out.append('"')
        elif _CLOSES.match(text, position):
            out.append('"')
            inside = False
        else:
            out.append('\\"')
    if inside:
        out.append('"')
    whole = "".join(out).rstrip().rstrip(",:")
    return _TRAILING_COMMA.sub(r"\1", whole + "".join(reversed(closers)))
