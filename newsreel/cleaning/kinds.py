"""Names an article's kind and flags, and reads the fields that some kinds have: slides, list entries, updates."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from newsreel.cleaning.galleries import is_gallery, slides_of
from newsreel.items import Article, Block, Candidate, ListItem

_NUMBERED = re.compile(r"^(?:#|no\.?\s*|nr\.?\s*)?(\d{1,3})(?:[.):]|\s*[-–—:]|\s+(?=[A-Z\"'“‘]))\s*(\S.*)$", re.I)
_QUESTION = re.compile(r"\?[\"'”’)]*$")
_SPEAKER = re.compile(r"^[A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3}:\s\S")
_SPOILER = re.compile(
    r"\b(?:spoilers? (?:alert|warning|ahead|below|follow|for)|(?:contains?|major|minor|full of"
    r"|warning:?) spoilers?|achtung,? spoiler|attention,? spoilers?"
    r"|alerta (?:de )?spoilers?|contiene spoilers?|contém spoilers?|contiene spoiler)\b",
    re.I,
)
_SPONSORED = re.compile(
    r"\b(?:in partnership with|paid for by|sponsored by|presented by our sponsor|this is a (?:paid|sponsored))\b", re.I
)
_SCHEMA_KINDS = {
    "LiveBlogPosting": "live-blog",
    "Review": "review",
    "ReviewNewsArticle": "review",
    "CriticReview": "review",
    "MediaGallery": "gallery",
    "ImageGallery": "gallery",
    "PodcastEpisode": "podcast",
    "RadioEpisode": "podcast",
}
_WORDS_OF_A_STORY = 150
_LONGEST_SECTION = 25
# Sections that hold one kind of article only; a "Box Office" section holds all that is said of business.
_SECTION_KINDS = frozenset({"obituary", "review", "interview", "recap"})


def classify(article: Article, candidate: Candidate) -> Article:
    """Add kind, flags, list entries, slides and updates to a clean article."""
    blocks = article.blocks
    items = list_items(blocks)
    kind = kind_of(article, candidate, items)
    return replace(
        article,
        kind=kind,
        flags=flags_of(article, candidate),
        list_items=items if kind in ("listicle", "gallery", "commerce") else (),
        slides=slides_of(blocks, candidate) if kind == "gallery" else (),
        live_updates=candidate.live_updates if kind == "live-blog" else (),
    )


def kind_of(article: Article, candidate: Candidate, items: tuple[ListItem, ...]) -> str:
    """Name the kind: what the markup says, then the headline and section, then the shape of the text."""
    schemas = {signal.partition(":")[2] for signal in candidate.signals if signal.startswith("schema:")}
    headline = article.headline
    section = article.section or ""
    named = headline_kinds(headline)
    if len(section) < _LONGEST_SECTION:
        named += [kind for kind in headline_kinds(section) if kind in _SECTION_KINDS]
    declared = [kind for schema, kind in _SCHEMA_KINDS.items() if schema in schemas]
    if "live-blog" in declared or candidate.live_updates:
        return "live-blog"
    if is_gallery(candidate):
        return "gallery"
    if article.review is not None and "listicle" not in named:
        return "review"
    for kind in ("obituary", "box-office", "recap"):
        if kind in named:
            return kind
    if declared and not (declared[0] == "review" and len(items) > 4):
        return declared[0]
    if "review" in named:
        return "review"
    if "interview" in named or _is_questions(article.blocks):
        return "interview"
    if "commerce" in named:
        return "commerce"
    if len(items) >= 4 and ("listicle" in named or _are_sequence(items)):
        return "listicle"
    for kind in ("live-blog", "gallery"):
        if kind in named:
            return kind
    if article.word_count < _WORDS_OF_A_STORY:
        if "VideoObject" in schemas and article.videos:
            return "video"
        if article.audios and ("podcast" in named or not article.videos):
            return "podcast"
        if sum(1 for image in article.images if image.caption) >= 5:
            return "gallery"
        if article.videos and re.search(r"\b(?:video|watch|trailer|clip)\b", headline, re.I):
            return "video"
    return "podcast" if "podcast" in named and article.audios else "article"


@lru_cache(maxsize=1)
def headline_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Read the patterns of headlines by kind."""
    source = resources.files("newsreel.cleaning").joinpath("kinds.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(source)["kind"]
    return tuple((row["kind"], re.compile(row["headline"], re.IGNORECASE)) for row in rows)


def headline_kinds(headline: str) -> list[str]:
    """List the kinds that a headline speaks of."""
    return [kind for kind, pattern in headline_rules() if pattern.search(headline)]


def flags_of(article: Article, candidate: Candidate) -> tuple[str, ...]:
    """List the flags, with those that the page's signals name and those that its text or the removal log shows."""
    flags = set(article.flags)
    signals = set(candidate.signals)
    flags |= signals & {"paywalled", "sponsored", "affiliate", "noarchive", "tdm-reserved", "feed-only", "spoiler"}
    if candidate.is_accessible_for_free is False:
        flags.add("paywalled")
    if any(removal.rule.startswith("affiliate.") for removal in article.removals):
        flags.add("affiliate")
    texts = [article.headline, *(block.text for block in article.blocks if len(block.text) < 400)]
    if "poiler" in "\n".join(texts).lower() and any(_SPOILER.search(text) for text in texts):
        flags.add("spoiler")
    if any(
        _SPONSORED.search(block.text) for block in (*article.blocks[:2], *article.blocks[-1:]) if len(block.text) < 160
    ):
        flags.add("sponsored")
    return tuple(sorted(flags))


def list_items(blocks: tuple[Block, ...]) -> tuple[ListItem, ...]:
    """Read the entries of a list: numbered headings, else numbered items."""
    headings = [
        (block, _NUMBERED.match(block.text))
        for block in blocks
        if block.kind == "heading" or (block.bold and len(block.text) < 120)
    ]
    numbered = [ListItem(match[1], match[2].strip()) for _, match in headings if match]
    if len(numbered) >= 3:
        return tuple(numbered)
    marked = [ListItem(block.marker.rstrip(".)"), block.text) for block in blocks if block.marker]
    if len(marked) >= 3:
        return tuple(marked)
    levels = [block.level for block, _ in headings if block.kind == "heading"]
    if len(levels) >= 4:
        common = max(set(levels), key=levels.count)
        return tuple(
            ListItem(None, block.text) for block, _ in headings if block.kind == "heading" and block.level == common
        )
    return ()


def _are_sequence(items: tuple[ListItem, ...]) -> bool:
    numbers = [int(item.number) for item in items if item.number and item.number.isdecimal()]
    if len(numbers) < 4:
        return False
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    return sum(step in (1, -1) for step in steps) >= 0.8 * len(steps)


def _is_questions(blocks: tuple[Block, ...]) -> bool:
    """Tell whether the text is questions and answers: bold questions, or lines that name their speaker."""
    paragraphs = [block for block in blocks if block.kind != "row"]
    asked = sum(1 for block in paragraphs if (block.bold or block.kind == "heading") and _QUESTION.search(block.text))
    spoken = sum(1 for block in paragraphs if _SPEAKER.match(block.text))
    return asked >= 4 or (spoken >= 6 and spoken >= 0.4 * len(paragraphs))
