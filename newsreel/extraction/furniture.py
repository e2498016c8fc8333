"""Tells what on a page is not the story: comments, teasers of other pages, navigation and the like."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate

from newsreel.extraction.blocks import Cut, Line

# Class and id words of parts that are not the story. They are believed only of containers without the story's marks.
_COMMENTS = re.compile(
    r"\b(?:comments?|commentlist|commentary thread|disqus|respond|replies|kommentare?|commentaires?"
    r"|comentarios?|commenti|spot im|coral|livefyre|discussion)\b"
)
_OTHER = re.compile(
    r"\b(?:side ?bar|related\w*|recommend\w*|recirc\w*|promos?|modal|pop ?up|overlay|menu|nav"
    r"|navbar|navigation"
    r"|breadcrumbs?|shar(?:e|ing)|social|widgets?|teasers?|trending|popular|outbrain|taboola"
    r"|sponsor(?:ed)?|ads?|advert\w*|banner|masthead"
    r"|subscri(?:be|ption)|sign ?up|login|copyright|footer|toolbar|tags?|most read"
    r"|more stories|more articles|read more|read next|also like"
    r"|aside|latest|carousel|bio|author box|about author|disclaimer|pagination)\b"
)
_MARKS = re.compile(
    r"\b(?:article ?(?:body|content|text|copy)|(?:entry|post|story|single|news|blog|detail) ?(?:content"
    r"|body|text|copy)|body ?(?:content|copy)"
    r"|content ?(?:body|article)|articlebody|storytext)\b"
)
# Of "cmp" alone it cannot be told whether it is the consent platform or a component of a page builder.
_CONSENT = re.compile(r"\b(?:cookie(?:s|banner|bar|law\w*|notice)?|consent|gdpr|onetrust|didomi|cmplz|cmpbox|truste)\b")
_LETTERS = re.compile(r"\b(?:newsletters?|mailing list|sign ?up)\b")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？:;](?:[\"'”’»)\]]*)(?:\s|$)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_BELIEVED, _MOST_OF_SURE = 0.45, 0.85
_LONGEST_NAME = 200
_OWN_PROSE = 300
_SURE_SIGNS = frozenset({"consent", "nav", "footer", "nested"})
_OF_READERS = frozenset({"comments"})


def weight(line: Line) -> float:
    """Weigh a line: the characters of its prose, little for list lines, nothing for links, labels and headings."""
    size = len(line.text)
    if line.link_share > 0.6 or line.kind == "caption" or size < 8 or (line.kind == "heading" and size < 120):
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


def has_marks(page: Cut, node: int) -> bool:
    return _is_marked(page.words[node]) or "articleBody" in (page.elements[node].get("itemprop") or "")


@lru_cache(maxsize=20_000)
def _is_marked(words: str) -> bool:
    return bool(_MARKS.search(words))


def lowered_lines(page: Cut, weights: list[float]) -> set[int]:
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
        if taken > (_MOST_OF_SURE if sign in _SURE_SIGNS else _MOST_BELIEVED) * total and sign not in _OF_READERS:
            continue
        for node in nodes:
            lowered.update(range(page.firsts[node], page.lasts[node]))
    return lowered


def _sign(page: Cut, node: int) -> str | None:
    """Name the sign by which a container is no part of the story."""
    if page.furniture[node]:
        tag = page.tags[node]
        return tag if tag in ("nav", "footer", "form", "aside") else "hidden"
    return _named_sign(page.words[node]) if node else None


@lru_cache(maxsize=20_000)
def _named_sign(words: str) -> str | None:
    if not words or len(words) > _LONGEST_NAME:
        return None
    if _COMMENTS.search(words):
        return "comments"
    if _CONSENT.search(words):
        return "consent"
    if _LETTERS.search(words):
        return "newsletter"
    match = _OTHER.search(words)
    return match[0] if match and not _MARKS.search(words) else None


def is_foreign(page: Cut, node: int) -> bool:
    """Tell whether a container stands in one that is called comments, a consent notice or a newsletter's box."""
    while node > 0:
        if _named_sign(page.words[node]) in ("comments", "consent", "newsletter"):
            return True
        node = page.parents[node]
    return False


def _stories(page: Cut, sums: list[float]) -> set[int]:
    """Find the containers that hold the page's main heading, or most of what bears the marks of a body."""
    total = sums[-1] or 1.0
    found: set[int] = set()
    starts = [line.node for line in page.lines if line.kind == "heading" and line.level == 1 and line.link_share < 0.5]
    for node in range(1, len(page.tags)):
        mass = sums[page.lasts[node]] - sums[page.firsts[node]]
        if mass > 0.25 * total and page.words[node] and has_marks(page, node):
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
        heading = next(
            (line for line in page.lines[page.firsts[node] : page.lasts[node]] if line.kind == "heading"), None
        )
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
