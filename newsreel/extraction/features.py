"""Describes lines of a page in numbers, for the model that decides which of them are the story.

A page has a few hundred lines, of which some dozens can be the story: those in and around the container that was
found, and prose elsewhere. Only these are described. What is cheap is computed for all lines at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from newsreel.extraction.blocks import Cut
from newsreel.extraction.body import Found
from newsreel.extraction.wording import Subject, read_lines

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_KINDS = {"p": 0, "heading": 1, "li": 2, "quote": 3, "pre": 4, "row": 5, "caption": 6}
_TAG_NAMES = (
    "body div p li h1 h2 h3 h4 h5 h6 section article main aside header td th ul ol figure figcaption blockquote form"
    " dd dt pre table tr tbody address details center"
)
_TAGS = {tag: number for number, tag in enumerate(_TAG_NAMES.split(), 1)}
_BEFORE, _AFTER, _FAR = 12, 6, 30
_STEPS = (-3, -2, -1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Described:
    """The lines that may be the story (`indexes` among the page's), a row of numbers each, and what groups them.

    `story` is the node with the most of the body's prose, `headings` the heading before each line (-1: none),
    `words` the words of each short line, `kin` the number of its signature.
    """

    indexes: Numbers
    rows: Floats
    nodes: Numbers
    parents: Numbers
    kin: Numbers
    headings: Numbers
    words: list[frozenset[str]]
    weights: Floats
    story: int


def candidates(page: Cut, found: Found) -> list[int]:
    """List the lines that may be the story: in the container and near it, and prose elsewhere."""
    low, high = page.firsts[found.container], page.lasts[found.container]
    start, end = low - _BEFORE, high + _AFTER
    if found.lines:
        start = min(start, found.first - _BEFORE)
    inside = set(found.lines)
    return [
        index
        for index, line in enumerate(page.lines)
        if index in inside
        or (
            not (index in found.lowered and index > found.last + _FAR)
            if low <= index < high
            else start <= index < end or (found.weights[index] > 0 and len(line.text) > 60)
        )
    ]


def describe(page: Cut, found: Found, subject: Subject) -> Described | None:
    """Describe the lines that may be the story; None where the page has none."""
    indexes = candidates(page, found) if page.lines else []
    if not indexes:
        return None
    return _Describer(page, found, np.array(indexes)).describe(subject)


class _Describer:
    """The columns of one page while they are gathered."""

    def __init__(self, page: Cut, found: Found, indexes: Numbers) -> None:
        self.page, self.found, self.indexes = page, found, indexes
        lines = page.lines
        self.count = len(lines)
        self.weight = np.array(found.weights)
        self.size = np.array([len(line.text) for line in lines])
        self.link = np.array([line.link_share for line in lines])
        self.kind = np.array([_KINDS[line.kind] for line in lines])
        self.level = np.array([line.level for line in lines])
        self.bold = np.array([line.bold for line in lines])
        self.node = np.array([line.node for line in lines])
        self.inside = np.zeros(self.count, bool)
        self.inside[found.lines] = True
        self.columns: list[NDArray[np.generic]] = []

    def add(self, *columns: NDArray[np.generic] | float) -> None:
        size = len(self.indexes)
        self.columns += [np.full(size, column) if isinstance(column, (int, float)) else column for column in columns]

    def describe(self, subject: Subject) -> Described:
        page, at = self.page, self.indexes
        parents = np.array(page.parents)
        nodes = self.node[at]
        above = np.maximum(parents[nodes], 0)
        kin, kin_of_all = self._kin()
        headings = self._headings()
        story = self._story()
        columns, words = read_lines(page, at.tolist(), subject)
        self.columns += columns
        self.add(self.kind[at], self.level[at], np.minimum(self.size[at], 2000), self.link[at], self.bold[at])
        self._position()
        self._places(nodes, above, np.maximum(parents[above], 0), story)
        self._neighbours(nodes, parents, kin_of_all)
        before = headings[at]
        self.add(np.where(before >= 0, np.minimum(at - before, 60), 99), np.where(before >= 0, self.level[before], -1))
        rows = np.empty((len(at), len(self.columns)), np.float32)
        for number, column in enumerate(self.columns):
            rows[:, number] = column
        weights = (self.weight[at] + 20).astype(np.float32)
        return Described(at, rows, nodes, above, kin, before, words, weights, story)

    def _position(self) -> None:
        """Where the lines stand: to the container found, to the main heading, to the prose."""
        page, found, at, count = self.page, self.found, self.indexes, self.count
        low, high = page.firsts[found.container], page.lasts[found.container]
        lowered = np.zeros(count, bool)
        lowered[list(found.lowered)] = True
        self.add(self.weight[at], self.inside[at], lowered[at], (at >= low) & (at < high))
        last = found.last - 1 if found.lines else count
        self.add(np.clip(at - found.first, -40, 200), np.clip(last - at, -60, 200))
        title = next((i for i, line in enumerate(page.lines) if line.kind == "heading" and line.level == 1), -1)
        self.add(np.clip(at - title, -60, 100) if title >= 0 else -99.0)
        heads = np.cumsum((self.kind == 1) & (self.level == 1) & (self.link < 0.5))
        self.add(np.minimum(heads[at], 4), min(int(heads[-1]), 8))
        sums = np.cumsum(self.weight * self.inside)
        total = sums[-1] or 1.0
        self.add(sums[at] / total, total - sums[at], sums[at] - (self.weight * self.inside)[at])
        self.add(at / count, count, found.probability, found.prose, len(found.lines))
        prose = np.flatnonzero(self.weight > 0)
        if len(prose):
            left = np.searchsorted(prose, at) - 1
            right = np.searchsorted(prose, at, side="right")
            before = np.where(left >= 0, at - prose[left], 60)
            after = np.where(right < len(prose), prose[np.minimum(right, len(prose) - 1)] - at, 60)
            self.add(np.minimum(before, 60), np.minimum(after, 60))
        else:
            self.add(60.0, 60.0)
        for lines in (page.posts, page.pictures):
            near = np.zeros(count + 1, bool)
            for item in lines:
                near[item[0] if isinstance(item, tuple) else item.line] = True
            self.add(near[at])

    def _places(self, nodes: Numbers, above: Numbers, over: Numbers, story: int) -> None:
        """What the containers of the lines hold, and how far they are from the story's own."""
        page = self.page
        parents, tags = page.parents, page.tags
        on_way = set()
        step = story
        while step >= 0:
            on_way.add(step)
            step = parents[step]
        wanted: set[int] = set()
        for node in {*nodes.tolist(), story, self.found.container}:
            step = node
            while step >= 0 and step not in wanted:
                wanted.add(step)
                step = parents[step]
        depth: dict[int, int] = {-1: -1}
        furnished: dict[int, bool] = {-1: False}
        meets: dict[int, int] = {}
        for node in sorted(wanted):
            parent = parents[node]
            depth[node] = depth[parent] + 1
            furnished[node] = furnished[parent] or (page.furniture[node] and node > 0)
            meets[node] = node if node in on_way else meets[parent]
        at_depth = np.array([depth[node] for node in nodes.tolist()])
        up = np.array([depth[story] - depth[meets[node]] for node in nodes.tolist()])
        self.add(at_depth, at_depth - depth[story], at_depth - depth[self.found.container], up)
        self.add(at_depth - depth[story] + up, np.array([furnished[node] for node in nodes.tolist()]))
        firsts, lasts = np.array(page.firsts), np.array(page.lasts)
        sums = np.concatenate([[0.0], np.cumsum(self.weight)])
        sizes = np.concatenate([[0], np.cumsum(self.size)])
        links = np.concatenate([[0.0], np.cumsum(self.size * self.link)])
        for node in (nodes, above, over):
            first, last = firsts[node], lasts[node]
            lines, size = last - first, sizes[last] - sizes[first]
            self.add(np.array([_TAGS.get(tags[i], 0) for i in node.tolist()]), np.minimum(lines, 300))
            self.add((links[last] - links[first]) / np.maximum(size, 1), (sums[last] - sums[first]) / (sums[-1] or 1.0))
            self.add(np.minimum(size / np.maximum(lines, 1), 1000))

    def _kin(self) -> tuple[Numbers, Numbers]:
        """Number the signatures of the lines (kind, tags, classes), and describe each line's kin on the page."""
        page = self.page
        numbers: dict[tuple[object, ...], int] = {}
        kin = np.empty(self.count, np.int64)
        for index, line in enumerate(page.lines):
            node = line.node
            above = max(page.parents[node], 0)
            place = (page.tags[node], page.words[node], page.tags[above], page.words[above])
            sign = (line.kind, *place, line.bold, line.italic)
            kin[index] = numbers.setdefault(sign, len(numbers))
        count = np.bincount(kin)
        weight = np.bincount(kin, self.weight)
        own = kin[self.indexes]
        self.add(count[own], (np.bincount(kin, self.size) / count)[own], (np.bincount(kin, self.link) / count)[own])
        self.add((weight / (weight.sum() or 1.0))[own], (weight / (weight.max() or 1.0))[own])
        self.add((np.bincount(kin, self.inside) / count)[own], (np.bincount(kin, self.weight > 0) / count)[own])
        return own, kin

    def _headings(self) -> Numbers:
        """Find the heading, or the short bold line, before each line."""
        marks = (self.kind == 1) | (self.bold & (self.size < 80))
        own = np.where(marks, np.arange(self.count), -1)
        return np.concatenate([[-1], np.maximum.accumulate(own)[:-1]])

    def _story(self) -> int:
        """Find the node that holds the most of the body's prose itself."""
        page, found = self.page, self.found
        held: dict[int, float] = {}
        for index in found.lines:
            if found.weights[index] > 0:
                node = page.lines[index].node
                if page.tags[node] in ("p", "li", "blockquote"):
                    node = max(page.parents[node], 0)
                held[node] = held.get(node, 0.0) + found.weights[index]
        return max(held, key=lambda node: (held[node], -node)) if held else found.container

    def _neighbours(self, nodes: Numbers, parents: Numbers, kin: Numbers) -> None:
        """What stands before and after the lines."""
        reach = max(_STEPS)
        # A line without a container has another parent than a line that is not there.
        sizes, above = np.minimum(self.size, 1000), parents[self.node] + 1
        columns = (self.kind, sizes, self.link, self.weight)
        near_columns = (self.inside.astype(np.int8), kin, self.bold.astype(np.int8), above)
        # Beyond the page's first and last lines there is -1.
        edge = np.full(reach, -1)
        around = [np.concatenate([edge, column, edge]) for column in columns]
        inside, kins, bold, over = (np.concatenate([edge, column, edge]) for column in near_columns)
        at = self.indexes + reach
        own, parent = kins[at], parents[nodes] + 1
        for step in _STEPS:
            other = at + step
            self.add(*(column[other] for column in around))
            if abs(step) < 3:
                self.add(inside[other], kins[other] == own)
                self.add(bold[other], over[other] == parent)
