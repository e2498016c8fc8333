"""Finds the lines of a page that are the body of its article: the container first, then what to leave out of it.

Every line gets a weight, the length of its prose. Containers that hold comments, teasers of other articles or the
page's furniture lose most of theirs. From the top, the search goes down as long as one container holds nearly
everything below; where two share the text, it stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from newsreel.extraction.blocks import Cut, Line

# Class and id words of parts that are not the story. They are believed only of containers without the story's marks.
_COMMENTS = re.compile(
    r"\b(?:comments?|commentlist|commentary thread|disqus|respond|replies|kommentare?|commentaires?|comentarios?|commenti|spot im|coral|livefyre|discussion)\b"
)
_OTHER = re.compile(
    r"\b(?:side ?bar|related\w*|recommend\w*|recirc\w*|promos?|newsletters?|modal|pop ?up|overlay|menu|nav|navbar|navigation"
    r"|breadcrumbs?|shar(?:e|ing)|social|widgets?|teasers?|trending|popular|outbrain|taboola|sponsor(?:ed)?|ads?|advert\w*|banner|masthead"
    r"|subscri(?:be|ption)|sign ?up|login|copyright|footer|foot|header|toolbar|tags?|most read|more stories|more articles|read more|read next|also like"
    r"|aside|latest|carousel|bio|author box|about author|disclaimer|pagination|search)\b"
)
_MARKS = re.compile(
    r"\b(?:article ?(?:body|content|text|copy)|(?:entry|post|story|single|news|blog|detail) ?(?:content|body|text|copy)|body ?(?:content|copy)"
    r"|content ?(?:body|article)|articlebody|storytext)\b"
)
_CONSENT = re.compile(r"\b(?:cookies?|consent|gdpr|onetrust|didomi|cmp|truste)\b")
_NUMBERS = re.compile(r"\d+")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？:;](?:[\"'”’»)\]]*)(?:\s|$)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LINES = frozenset({"p", "li", "blockquote", "pre", "h1", "h2", "h3", "td", "dd"})
_LEAST_SHARE = 0.72
_SURE_SHARE = 0.93
_MOST_BELIEVED = 0.45
_LOWERED = 0.03
_JUMP_SHARE = 0.35
_LONGEST_NAME = 200
_OWN_PROSE = 300
_SURE_SIGNS = frozenset({"comments", "consent", "nav", "footer", "nested"})
_MARKED_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Found:
    """The body: its container, the indexes of its lines, of which `first` to `last` are the range, and its prose.

    `probability` is the share of the page's prose that the body has (0 to 1).
    """

    container: int
    lines: list[int]
    first: int
    last: int
    probability: float
    prose: int
    page_prose: int


def weight(line: Line) -> float:
    """Weigh a line: the characters of its prose, little for list lines, nothing for links, labels and headings."""
    size = len(line.text)
    if line.link_share > 0.6 or line.kind in ("heading", "caption") or size < 8:
        return 0.0
    if line.kind == "row":
        return 0.1 * min(size, 300)
    if _CJK.search(line.text[:40]):
        size *= 2
    size = min(size, 1500)
    free = size * (1 - line.link_share)
    if size >= 40 and _ENDS_SENTENCE.search(line.text):
        return free
    return free * 0.4 if size > 80 else free * 0.1 if line.kind == "li" and line.link_share < 0.2 else 0.0


def _has_marks(page: Cut, node: int) -> bool:
    return bool(_MARKS.search(page.words[node])) or "articleBody" in (page.elements[node].get("itemprop") or "")


def _lowered(page: Cut, weights: list[float]) -> set[int]:
    """Find the lines that stand in comments, teasers and furniture.

    A sign that would hold for much of the page's prose means something else on this page, and is not believed:
    page builders call every paragraph's container a widget.
    """
    sums = [0.0, *accumulate(weights)]
    total = sums[-1] or 1.0

    def mass(node: int) -> float:
        return sums[page.lasts[node]] - sums[page.firsts[node]]

    stories = _stories(page, sums)
    signs: dict[str, list[int]] = {}
    for node in range(1, len(page.tags)):
        if page.lasts[node] > page.firsts[node] and node not in stories and (sign := _sign(page, node)):
            signs.setdefault(sign, []).append(node)
    signs["teasers"] = [node for node in _teasers(page, sums) if node not in stories]
    signs["nested"] = _nested_articles(page, sums)
    lowered: set[int] = set()
    for sign, nodes in signs.items():
        taken, end = 0.0, 0
        for node in nodes:
            if page.firsts[node] >= end:
                taken, end = taken + mass(node), page.lasts[node]
        if taken > _MOST_BELIEVED * total and sign not in _SURE_SIGNS:
            continue
        for node in nodes:
            lowered.update(range(page.firsts[node], page.lasts[node]))
    return lowered


def _sign(page: Cut, node: int) -> str | None:
    """Name the sign by which a container is no part of the story."""
    if page.furniture[node]:
        tag = page.tags[node]
        return tag if tag in ("nav", "footer", "form", "aside") else "hidden"
    words = page.words[node]
    if not words or len(words) > _LONGEST_NAME or node == 0:
        return None
    if _COMMENTS.search(words):
        return "comments"
    if _CONSENT.search(words):
        return "consent"
    match = _OTHER.search(words)
    return match[0] if match and not _MARKS.search(words) else None


def _stories(page: Cut, sums: list[float]) -> set[int]:
    """Find the containers that hold the page's main heading, or most of what bears the marks of a body."""
    total = sums[-1] or 1.0
    found: set[int] = set()
    starts = [line.node for line in page.lines if line.kind == "heading" and line.level == 1 and line.link_share < 0.5]
    for node in range(1, len(page.tags)):
        mass = sums[page.lasts[node]] - sums[page.firsts[node]]
        if mass > 0.25 * total and page.words[node] and _has_marks(page, node):
            starts.append(node)
    for start in starts:
        node = start
        while node > 0 and node not in found:
            found.add(node)
            node = page.parents[node]
    return found


def _teasers(page: Cut, sums: list[float]) -> list[int]:
    """Find cards that stand at least three together: a linked title, then at most a short text."""
    cards: dict[int, list[int]] = {}
    for node in range(1, len(page.tags)):
        first, last = page.firsts[node], page.lasts[node]
        if not 1 < last - first < 8 or sums[last] - sums[first] > 350 or sums[last] == sums[first]:
            continue
        titles = [i for i in range(first, last) if page.lines[i].link_share > 0.9 and len(page.lines[i].text) > 15]
        prose = [i for i in range(first, last) if sums[i + 1] > sums[i]]
        if titles and titles[0] < prose[0]:
            cards.setdefault(page.parents[node], []).append(node)
    return sorted(node for nodes in cards.values() if len(nodes) >= 3 for node in nodes)


def _nested_articles(page: Cut, sums: list[float]) -> list[int]:
    """Find articles with a linked heading inside an article that has prose of its own."""
    nested: dict[int, list[int]] = {}
    for node in range(1, len(page.tags)):
        if page.tags[node] != "article":
            continue
        heading = next((line for line in page.lines[page.firsts[node] : page.lasts[node]] if line.kind == "heading"), None)
        outer = page.parents[node]
        while outer > 0 and page.tags[outer] != "article":
            outer = page.parents[outer]
        if outer > 0 and heading is not None and heading.link_share > 0.8:
            nested.setdefault(outer, []).append(node)
    found: list[int] = []
    for outer, nodes in nested.items():
        inner = sum(sums[page.lasts[node]] - sums[page.firsts[node]] for node in nodes)
        if sums[page.lasts[outer]] - sums[page.firsts[outer]] - inner > _OWN_PROSE:
            found += nodes
    return found


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
    names = _NUMBERS.sub("", page.words[best])
    if sum(1 for child in below if _NUMBERS.sub("", page.words[child]) == names and page.tags[child] == page.tags[best]) > 1:
        return _SURE_SHARE
    if _has_marks(page, best):
        return _MARKED_SHARE
    return 0.55 if page.tags[best] in ("article", "main") else _LEAST_SHARE


def _marked_below(page: Cut, node: int, sums: list[float]) -> int:
    """Jump to the one container below that is marked as the body and holds a fair share of the text, if there is."""
    whole = sums[page.lasts[node]] - sums[page.firsts[node]]
    best, best_mass = node, _JUMP_SHARE * whole
    names: dict[str, int] = {}
    below = node + 1
    while below < len(page.tags) and page.firsts[below] < page.lasts[node]:
        if page.words[below] and page.tags[below] not in _LINES and _has_marks(page, below):
            name = _NUMBERS.sub("", page.words[below])
            mass = sums[page.lasts[below]] - sums[page.firsts[below]]
            if mass > 0.05 * whole:
                names[name] = names.get(name, 0) + 1
            if mass > best_mass:
                best, best_mass = below, mass
        below += 1
    return best if names.get(_NUMBERS.sub("", page.words[best]), 1) == 1 else node


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
        lowered = _lowered(page, raw)
        weights = [value * _LOWERED if index in lowered else value for index, value in enumerate(raw)]
        node = container_of(page, weights, headline)
    else:
        node = container
    kept = [i for i in range(page.firsts[node], page.lasts[node]) if i not in lowered]
    if container is None:
        kept = _after_headline(page, kept, weights)
    prose = sum(weights[i] for i in kept)
    total = sum(raw)
    first, last = (kept[0], kept[-1] + 1) if kept else (0, 0)
    return Found(node, kept, first, last, min(1.0, prose / total) if total else 0.0, int(prose), int(total))


def _after_headline(page: Cut, lines: list[int], weights: list[float]) -> list[int]:
    """Start after the page's main heading where it stands above the prose."""
    total = sum(weights[i] for i in lines) or 1.0
    before = 0.0
    start = 0
    for position, index in enumerate(lines):
        line = page.lines[index]
        if line.kind == "heading" and line.level == 1 and before < 0.15 * total:
            start = position + 1
        before += weights[index]
    return lines[start:]
