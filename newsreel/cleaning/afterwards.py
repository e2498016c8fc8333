"""Takes out of a clean article what turned out to be furniture, where its page is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from newsreel.cleaning.article import content_hash, count_words, place_of
from newsreel.cleaning.judging import MEMORY
from newsreel.cleaning.repeating import furniture
from newsreel.items import Article, Removal, body_text


def without_repeated(article: Article, memory: Mapping[int, int], pages: int) -> Article:
    """Remove the lines that other pages carry too; an article of nothing else stays as it is."""
    blocks = article.blocks
    gone = furniture(blocks, memory, pages)
    kept = tuple(block for index, block in enumerate(blocks) if index not in gone)
    if not gone or not kept:
        return article
    removals = (Removal(MEMORY, blocks[i].text, place_of(i, len(blocks), blocks[i])) for i in sorted(gone))
    return replace(
        article,
        blocks=kept,
        word_count=count_words(body_text(kept)),
        content_hash=content_hash(kept),
        removals=(*article.removals, *removals),
    )
