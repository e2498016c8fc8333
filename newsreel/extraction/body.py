"""Finds the lines of a page that are the body of its article: the container first, then what to leave out of it.

Every line gets a weight, the length of its prose. Containers that hold comments, teasers of other articles or the
page's furniture lose most of theirs. From the top, the search goes down as long as one container holds nearly
everything below; where two share the text, it stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from newsreel.extraction.blocks import Cut
from newsreel.extraction.furniture import has_marks, lowered_lines, weight

_NUMBERS = re.compile(r"\d+")
_LINES = frozenset({"p", "li", "blockquote", "pre", "h1", "h2", "h3"})
_LEAST_SHARE = 0.72
_SURE_SHARE = 0.93
_LOWERED = 0.03
_JUMP_SHARE = 0.35
_NEAR = 60
_PARAGRAPH = 150
_MARKED_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Found:
    """The body: its container, the indexes of its lines, of which `first` to `last` are the range, and its prose.

    `probability` is the share of the page's prose that the body has (0 to 1), `linked` counts the page's titles that
    are links, as teasers of other pages have. `weights` are those of all the page's lines, `lowered` the lines in
    comments, teasers and furniture.
    """

    container: int
    lines: list[int]
    first: int
    last: int
    probability: float
    prose: int
    linked: int
    weights: tuple[float, ...] = ()
    lowered: frozenset[int] = frozenset()


def container_of(page: Cut, weights: list[float], headline: str = "") -> int:
    """Choose the container: go down from the top while one child holds nearly all of the prose.

    Where several children are whole articles, each with a heading, the one under the page's headline is taken.
    """
    sums = [0.0, *accumulate(weights)]
    children: dict[int, list[int]] = {}
    for node in range(1, len(page.tags)):
        children.setdefault(page.parents[node], []).append(node)

    def mass(node: int) -> float:
        return sums[page.lasts[node]] - sums[page.firsts[node]]

    node = 0
    while True:
        below = [child for child in children.get(node, ()) if mass(child) > 0]
        if not below:
            return node
        best = max(below, key=mass)
        if page.tags[best] in _LINES:
            return node
        story = _one_of_several(page, below, headline)
        if story is None and mass(best) < _least_share(page, best, below) * mass(node):
            return _marked_below(page, node, sums)
        node = best if story is None else story


def _least_share(page: Cut, best: int, below: list[int]) -> float:
    """Say what share of the text a child must hold to be gone into: less where it bears the marks of a body."""
    kin = _kin(page.words[best])
    if sum(1 for child in below if _kin(page.words[child]) == kin and page.tags[child] == page.tags[best]) > 1:
        return _SURE_SHARE
    if has_marks(page, best):
        return _MARKED_SHARE
    return 0.55 if page.tags[best] in ("article", "main") else _LEAST_SHARE


def _kin(words: str) -> str:
    """Reduce class words to those that containers of one sort share: the first, without numbers."""
    return " ".join(_NUMBERS.sub("", words).split()[:3])


def _marked_below(page: Cut, node: int, sums: list[float]) -> int:
    """Jump to the one container below that is marked as the body and holds a fair share of the text, if there is."""
    whole = sums[page.lasts[node]] - sums[page.firsts[node]]
    best, best_mass = node, _JUMP_SHARE * whole
    names: dict[str, int] = {}
    below = node + 1
    while below < len(page.tags) and page.firsts[below] < page.lasts[node]:
        if page.words[below] and page.tags[below] not in _LINES and has_marks(page, below):
            name = _kin(page.words[below])
            mass = sums[page.lasts[below]] - sums[page.firsts[below]]
            if mass > 0.05 * whole:
                names[name] = names.get(name, 0) + 1
            if mass > best_mass:
                best, best_mass = below, mass
        below += 1
    return best if names.get(_kin(page.words[best]), 1) == 1 else node


def _one_of_several(page: Cut, below: list[int], headline: str) -> int | None:
    """Pick one among whole articles that follow each other, as on pages that load the next story while one reads."""
    articles = [node for node in below if page.tags[node] == "article" and _heading(page, node) is not None]
    if len(articles) < 2:
        return None
    named = [node for node in articles if headline and _same(_heading(page, node) or "", headline)]
    if named:
        return named[0]
    return articles[0] if all(_heading(page, node, level=1) is not None for node in articles) else None


def _heading(page: Cut, node: int, level: int = 2) -> str | None:
    lines = page.lines[page.firsts[node] : page.lasts[node]]
    return next((line.text for line in lines if line.kind == "heading" and line.level <= level), None)


def _same(one: str, other: str) -> bool:
    first, second = (re.sub(r"\W+", " ", text).casefold().split() for text in (one, other))
    return bool(first) and (first == second[: len(first)] or second == first[: len(second)])


def find(page: Cut, headline: str = "", container: int | None = None) -> Found:
    """Find the body's lines. `container` is given where the outlet's rules name it."""
    if not page.tags:
        return Found(0, [], 0, 0, 0.0, 0, 0)
    raw = [weight(line) for line in page.lines]
    lowered: set[int] = set()
    weights = raw
    if container is None:
        lowered = lowered_lines(page, raw)
        weights = [value * _LOWERED if index in lowered else value for index, value in enumerate(raw)]
        node = container_of(page, weights, headline)
    else:
        node = container
    kept = [i for i in range(page.firsts[node], page.lasts[node]) if i not in lowered]
    if container is None:
        introduction = _introduction(page, kept, weights, lowered)
        kept = introduction + _after_headline(page, kept, weights, headline)
        while introduction and page.firsts[node] > introduction[0]:
            node = page.parents[node]
    prose = sum(weights[i] for i in kept)
    total = sum(raw)
    first, last = (kept[0], kept[-1] + 1) if kept else (0, 0)
    linked = sum(1 for line in page.lines if line.kind == "heading" and line.link_share > 0.8)
    share = min(1.0, prose / total) if total else 0.0
    return Found(node, kept, first, last, share, int(prose), linked, tuple(raw), frozenset(lowered))


def _introduction(page: Cut, lines: list[int], weights: list[float], lowered: set[int]) -> list[int]:
    """Find paragraphs that stand between the main heading and the container, as above the entries of a list."""
    first = lines[0] if lines else 0
    near = range(max(0, first - _NEAR), first)
    heads = [i for i in near if page.lines[i].kind == "heading" and page.lines[i].level == 1]
    if not heads:
        return []
    between = range(heads[-1] + 1, first)
    return [i for i in between if i not in lowered and weights[i] > _PARAGRAPH and page.lines[i].link_share < 0.3]


def _after_headline(page: Cut, lines: list[int], weights: list[float], headline: str) -> list[int]:
    """Start after the page's main heading, or the line that is its headline, where it stands above the prose."""
    total = sum(weights[i] for i in lines) or 1.0
    before = 0.0
    start = 0
    for position, index in enumerate(lines):
        line = page.lines[index]
        if before >= 0.15 * total:
            break
        is_heading = line.kind == "heading" and line.level == 1
        # Further down, as in a live-blog, such a line is the story's own.
        is_above = before < _PARAGRAPH and line.link_share < 0.5 and headline
        if is_heading or (is_above and _is_headline(line.text, headline)):
            start = position + 1
        before += weights[index]
    return lines[start:]


def _is_headline(text: str, headline: str) -> bool:
    """Tell whether a line is the headline, or the greater part of a title that names the outlet too."""
    if not 12 < len(text) < 250:
        return False
    own, told = (" ".join(re.findall(r"\w+", value.casefold())) for value in (text, headline))
    return own == told or (
        len(own) > 0.5 * len(told) and own.count(" ") > 2 and (told.endswith(own) or told.startswith(own))
    )
