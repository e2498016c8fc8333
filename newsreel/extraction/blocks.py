"""A page cut into lines of text with their places, and the blocks that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from newsreel.items import Block, BlockKind, Embed


@dataclass(slots=True)
class Line:
    """A line of text with its place; `node` is the index of its container."""

    kind: BlockKind
    text: str
    node: int
    level: int = 0
    marker: str | None = None
    link_share: float = 0.0
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class Picture:
    """An image element with its place: the index of its container and of the line that follows it."""

    element: HtmlElement
    node: int
    line: int


@dataclass(slots=True)
class Cut:
    """A page cut into lines; nodes are parallel lists in document order.

    Node i holds the lines firsts[i] up to lasts[i]. Each post stands with the line that follows it.
    """

    lines: list[Line] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    furniture: list[bool] = field(default_factory=list)
    elements: list[HtmlElement] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    posts: list[tuple[int, Embed]] = field(default_factory=list)


def fold(text: str) -> str:
    """Fold white space, no-break spaces included, to single spaces."""
    text = text.strip()
    # The plain space is the only white space that counts as printable.
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def blocks_of(
    page: Cut, container: int, indexes: list[int], chances: Mapping[int, float] | None = None
) -> tuple[Block, ...]:
    """Turn lines into blocks, with paths and class words from the container down, and each line's chance if known."""
    paths: dict[int, tuple[str, str]] = {}

    def path_of(node: int) -> tuple[str, str]:
        chain = []
        step = node
        while step > container:
            chain.append(step)
            step = page.parents[step]
        chain.reverse()
        return "/".join(page.tags[i] for i in chain), "/".join(page.words[i] for i in chain)

    blocks = []
    for index in indexes:
        line = page.lines[index]
        if line.node not in paths:
            paths[line.node] = path_of(line.node)
        path, classes = paths[line.node]
        if line.italic:
            path += "/em"
        blocks.append(
            Block(
                line.kind,
                line.text,
                line.level,
                line.marker,
                path,
                classes,
                round(line.link_share, 2),
                line.bold,
                None if chances is None or index not in chances else round(chances[index], 3),
            )
        )
    return tuple(blocks)
