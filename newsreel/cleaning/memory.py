"""Fingerprints of lines, and when a line that an outlet repeats is furniture."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from newsreel.cleaning.characters import letters, plain
from newsreel.items import Block, Candidate

ENOUGH_PAGES = 4
_LONG = 200
_QUOTE = re.compile(r"[\"“”„‟«»「『]")
# Single marks are speech only where a line opens with them; inside one they are apostrophes and titles.
_SINGLE_QUOTE = re.compile(r"['‘‚‹]\w")
_SENTENCE = re.compile(r"[.!?…][\"')\]]*$")
# What only an outlet says about itself or to its reader: such a sentence may be furniture.
_CALL = re.compile(
    r"\b(?:subscribe|newsletter|sign up|log in|follow us|click here|download|our app|your inbox|read more"
    r"|copyright|rights reserved|advertis\w+"
    r"|commission|affiliate|all times|contact us|e-?mail|cookies?|donat\w+|our (?:readers|website|team"
    r"|journalism|coverage)|this (?:site|website)"
    r"|abonnieren|abonnez|suscr[ií]b\w+|iscriviti|assine|inscreva)\b",
    re.I,
)


@lru_cache(maxsize=50_000)
def fingerprint(text: str) -> int:
    """Reduce a line to 63 bits that are the same in every process; its digits, case and marks do not count."""
    plainest = re.sub(r"\d+", "0", letters(text))
    digest = hashlib.blake2b(plainest.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def fingerprints(candidate: Candidate) -> frozenset[int]:
    """List the fingerprints of a candidate's lines, as an outlet's memory counts them."""
    return frozenset(fingerprint(block.text) for block in candidate.blocks if len(block.text) <= 2 * _LONG)


def is_repeated(block: Block, memory: Mapping[int, int], memory_pages: int) -> bool:
    """Tell whether a line is the outlet's furniture: short, seen on enough other pages, no sentence of the story.

    A long line or one with quotation marks never is: quotes and background repeat across follow-ups and
    reprints. A sentence is only where it speaks of the outlet itself, or is mostly link.
    """
    text = block.text
    if len(text) > _LONG or not memory:
        return False
    count = memory.get(fingerprint(text), 0)
    if count < ENOUGH_PAGES:
        return False
    if _QUOTE.search(text) or (_SINGLE_QUOTE.match(text) and block.link_share < 0.5):
        return False
    if _SENTENCE.search(text) and len(text.split()) > 6:
        return block.link_share > 0.5 or bool(_CALL.search(plain(text)))
    if block.kind == "heading" and block.link_share < 0.5:
        # "The verdict", "Background": a heading of the house style stands on some pages, furniture on most.
        return count >= 0.5 * memory_pages
    return True
