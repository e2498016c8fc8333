"""Tells which lines that an outlet repeats are its furniture; what belongs to a story never is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from newsreel.cleaning import rating
from newsreel.cleaning.characters import plain
from newsreel.cleaning.memory import ENOUGH_PAGES, fingerprint, reads_as_prose
from newsreel.items import Block

# What a line needs: on so many other pages, and on this share of them. None: nothing is enough.
Needed = tuple[int, float] | None
_FAR_MORE_PAGES, _MOST_PAGES = 8, 12
_LONG, _VERDICT = 200, 80
_UNSURE = 0.7
_QUOTE = re.compile(r"[\"“”„‟«»「『]")
# Single marks are speech only where a line opens with them; inside one they are apostrophes and titles.
_SINGLE_QUOTE = re.compile(r"['‘‚‹]\w")
_END = re.compile(r"[.!?…。！？][\"')\]]*$")
_DENSE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
# Marks of a verdict: other lines that hold a number are not read as one.
_SCORED = re.compile(r"[/★☆⭐½%:]|\b(?:out of|stars?|sterne|étoiles?|estrellas?|stelle|estrelas?)\b", re.I)
_FACT = re.compile(r"[^\W\d][\w '’./-]{0,30}:\s.*\d")
# What an outlet says about itself; a story may say it too, but not to its reader.
_MATTER = re.compile(
    r"\b(?:subscri\w+|newsletter|sign(?:ing)? up|log in|follow|click here|download|app|inbox|read more"
    r"|copyright|rights reserved|advertis\w+|commission|affiliate|all times|contact|e-?mail|cookies?|donat\w+"
    r"|support|member(?:s|ship)?|thank(?:s| you) for|stay tuned|never miss|readers|website|site|journalism|coverage"
    r"|wherever you|join)\b",
    re.I,
)
_READER = re.compile(r"\b(?:you|your|our|us|we|this (?:site|website))\b", re.I)
_ORDER = re.compile(
    r"(?:please )?(?:subscribe|sign up|log in|click|stay tuned|never miss|do ?n['o]t miss|thank(?:s| you) for"
    r"|(?:follow|download|read|contact|donate to|support|join|get) (?:us|our|the|your|more|all|every|a free)"
    r"|abonnieren|melden sie|abonnez|inscrivez|suscr[ií]b\w+|reg[ií]str\w+|iscriviti|assine|inscreva)\b",
    re.I,
)
_TOLD = re.compile(r"\b(?:said|says|told|tells|added|adds|wrote|writes|asked|recalled|announced|explained)\b", re.I)


def furniture(blocks: Sequence[Block], memory: Mapping[int, int], pages: int) -> frozenset[int]:
    """Give the places of the lines that are the outlet's furniture, as other pages of it show.

    `memory` says on how many other pages each fingerprint stands, out of `pages`. A short label needs few of them; a
    sentence many and most, more where it stands between paragraphs that no other page has; a quotation is never taken.
    """
    marks = [fingerprint(block.text) if len(block.text) <= 2 * _LONG else 0 for block in blocks]
    counts = [memory.get(mark, 0) if mark else 0 for mark in marks]
    if max(counts, default=0) < ENOUGH_PAGES:
        return frozenset()
    own = [
        place
        for place, (block, count) in enumerate(zip(blocks, counts, strict=True))
        if count < ENOUGH_PAGES and reads_as_prose(block.text) and block.link_share <= 0.5
    ]
    settings = {(blocks[place].path, blocks[place].classes) for place in own}
    # Without a paragraph of its own the page repeats others as a whole: nothing on it stands at an edge.
    first, last = (own[0], own[-1]) if own else (-1, len(blocks))
    paragraphs = set(own)
    found = []
    for place, (block, count) in enumerate(zip(blocks, counts, strict=True)):
        if count < ENOUGH_PAGES:
            continue
        inside = first < place < last and not (own and _is_apart(block, settings))
        needed = _needed(block, inside, place > first and place + 1 in paragraphs)
        if needed is not None and count >= needed[0] and count >= needed[1] * pages:
            found.append(place)
    return frozenset(found)


def _is_apart(block: Block, settings: set[tuple[str, str]]) -> bool:
    """Tell whether a line has a box of its own, unlike the story's paragraphs, or hardly passes for one of them."""
    if block.chance is not None and block.chance < _UNSURE:
        return True
    return block.kind == "p" and "quote" not in block.path and (block.path, block.classes) not in settings


def _needed(block: Block, inside: bool, introduces: bool) -> Needed:
    text = plain(block.text)
    linked = block.link_share > 0.5
    if block.kind in ("row", "pre") or (block.kind == "quote" and not linked):
        return None
    if _QUOTE.search(block.text) or (_SINGLE_QUOTE.match(block.text) and not linked):
        return None
    if not linked and (_FACT.match(text) or _is_verdict(text)):
        # The article's own running time, score, stars: what differs is what counts.
        return None
    if _is_sentence(text):
        return _needed_by_sentence(text, linked, inside)
    if linked:
        return ENOUGH_PAGES, 0.0
    if block.kind == "heading" and introduces:
        # "The verdict", "Background": it introduces what no other page has.
        return None
    if block.kind == "heading" or block.bold or text.endswith(":"):
        return (_MOST_PAGES, 0.9) if introduces else (ENOUGH_PAGES, 0.5)
    return ENOUGH_PAGES, 0.25 if inside else 0.1


def _needed_by_sentence(text: str, linked: bool, inside: bool) -> Needed:
    if len(text) > _LONG:
        return None if inside else (_FAR_MORE_PAGES, 0.9)
    if linked:
        return ENOUGH_PAGES, 0.3 if inside else 0.0
    if inside and text.endswith("?"):
        # A column asks all whom it interviews the same.
        return None
    if _MATTER.search(text) and not _TOLD.search(text) and (_READER.search(text) or _ORDER.match(text)):
        return ENOUGH_PAGES, 0.5 if inside else 0.1
    return (_MOST_PAGES, 0.9) if inside else (_FAR_MORE_PAGES, 0.7)


def _is_verdict(text: str) -> bool:
    return len(text) <= _VERDICT and bool(_SCORED.search(text)) and rating.read(text) is not None


def _is_sentence(text: str) -> bool:
    words = len(text.split())
    if words > 11 or len(text) > _LONG:
        return True
    return bool(_END.search(text)) and (words > 2 or len(_DENSE.findall(text)) > 5)
