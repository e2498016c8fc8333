"""Cleaning of candidates that are too large to be cleaned beside other work: for a worker that can be stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from newsreel.cleaning.article import clean
from newsreel.cleaning.kinds import classify
from newsreel.cleaning.rules import load_rules
from newsreel.items import Article, Candidate
from newsreel.sources import OutletRules

# The slowest lines take 1 ms each: no more than this is cleaned where others wait.
MOST_LINES = 500
MOST_CHARACTERS = 200_000


def is_large(candidate: Candidate) -> bool:
    """Tell whether cleaning a candidate may hold up who waits for it."""
    blocks = candidate.blocks
    return len(blocks) > MOST_LINES or sum(len(block.text) for block in blocks) > MOST_CHARACTERS


def clean_large(
    candidate: Candidate,
    source_id: str,
    source_name: str,
    rules: OutletRules | None,
    memory: Mapping[int, int],
    memory_pages: int,
    requested_url: str,
    fetched_at: datetime,
) -> Article:
    """Clean and classify; all that is passed is small or plain, so that it may go to another process."""
    article = clean(
        candidate, source_id, source_name, load_rules(rules), memory, memory_pages, requested_url, fetched_at
    )
    return classify(article, candidate)
