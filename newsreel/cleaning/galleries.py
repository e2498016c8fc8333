"""Knows galleries, numbers their slides, and pairs pictures with titles and captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from newsreel.items import Block, Candidate, Slide

_COUNTER = re.compile(r"\W*(?:image |photo |slide |picture )?(\d{1,3})\s*(?:of|/|von|sur|de)\s*\d{1,3}\W*", re.I)
_NUMBERED = re.compile(r"^\W*\d{1,3}[.):]")
_NAMED = re.compile(
    r"\b(?:photo galler(?:y|ies)|in pictures|in photos|slideshow|photos\)|fotostrecke|bildergalerie"
    r"|en images)\b",
    re.I,
)
_PLACE = re.compile(r"/(?:photos?|galler(?:y|ies)|pictures|slideshows?|fotostrecken?|bilder|diaporamas?|fotos)/", re.I)
_SCHEMAS = frozenset({"schema:ImageGallery", "schema:MediaGallery"})
_FEWEST = 3
_NEAR = 3


def is_gallery(candidate: Candidate) -> bool:
    """Tell whether an article is a series of captioned pictures.

    It is where the page says so and shows captions, or where counters ("1 of 24") head most of the text.
    """
    captioned = sum(1 for image in candidate.images if image.caption)
    counters = [index for index, block in enumerate(candidate.blocks) if _COUNTER.fullmatch(block.text)]
    is_said = bool(
        _SCHEMAS & set(candidate.signals) or _NAMED.search(candidate.headline) or _PLACE.search(candidate.url)
    )
    if is_said and max(captioned, len(counters)) >= _FEWEST:
        return True
    near = [block for index in counters for block in candidate.blocks[index + 1 : index + _NEAR]]
    headed = sum(1 for block in near if block.kind == "heading")
    return len(counters) >= _FEWEST and headed >= _FEWEST


def with_numbers(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give the titles of a gallery's slides their numbers: those of the counters, else their own order."""
    numbered = list(blocks)
    counted = False
    for index, block in enumerate(blocks):
        match = _COUNTER.fullmatch(block.text)
        if match is None:
            continue
        for step in range(index + 1, min(index + 1 + _NEAR, len(blocks))):
            if blocks[step].kind == "heading" and not _NUMBERED.match(blocks[step].text):
                numbered[step] = replace(blocks[step], marker=blocks[step].marker or f"{match[1]}.")
                counted = True
                break
    titles = [index for index, block in enumerate(blocks) if block.kind == "heading" and "figure" in block.path]
    if not counted and len(titles) >= _FEWEST and not any(_NUMBERED.match(blocks[i].text) for i in titles):
        for number, index in enumerate(titles, 1):
            numbered[index] = replace(blocks[index], marker=f"{number}.")
    return tuple(numbered)


def slides_of(blocks: Sequence[Block], candidate: Candidate) -> tuple[Slide, ...]:
    """Pair a gallery's pictures with their titles and captions."""
    titles = [block.text for block in blocks if block.kind == "heading"]
    pictures = [image for image in candidate.images if image.caption or len(titles) == len(candidate.images)]
    if len(titles) == len(pictures):
        pairs = zip(titles, pictures, strict=True)
        return tuple(Slide(title, _own_caption(image.caption, title), image.url) for title, image in pairs)
    return tuple(Slide(None, image.caption, image.url) for image in pictures)


def _own_caption(caption: str | None, title: str) -> str | None:
    """Take from a caption the title that heads it on the page."""
    rest = (caption or "").removeprefix(title).strip()
    return rest or None
