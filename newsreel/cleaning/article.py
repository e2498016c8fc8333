"""Cleans a candidate into an article, and keeps the log of what went."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from newsreel import __version__
from newsreel.cleaning import rating
from newsreel.cleaning.characters import letters, normalise, normalise_lines
from newsreel.cleaning.galleries import is_gallery, with_numbers
from newsreel.cleaning.judging import CAPTION, judge
from newsreel.cleaning.rules import RuleSet
from newsreel.cleaning.subject import Subject, subject_of
from newsreel.errors import PageRejected
from newsreel.items import Article, Block, Candidate, Image, Removal, Review, body_text

_DENSE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
LEAST_CHARACTERS = 100


def count_words(text: str) -> int:
    """Count words; in scripts without spaces two characters make one."""
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    return len(text.split()) if dense < len(text) // 4 else dense // 2


def content_hash(blocks: Iterable[Block]) -> str:
    """Hash the clean text without regard to case, marks and white space: hexadecimal SHA-256."""
    lines = (letters(f"{block.marker} {block.text}" if block.marker else block.text) for block in blocks)
    return hashlib.sha256(" ".join(line for line in lines if line).encode("utf-8")).hexdigest()


def normalised(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Normalise the characters of all blocks and leave out those without any."""
    result = []
    for block in blocks:
        text = normalise_lines(block.text) if block.kind == "pre" else normalise(block.text)
        if text:
            result.append(block if text == block.text else replace(block, text=text))
    return tuple(result)


def place_of(index: int, count: int, block: Block) -> str:
    """Name a block's place for the removal log: its number among the blocks, and its path."""
    return f"{index + 1}/{count} {block.path}".rstrip()


def sweep(
    blocks: Sequence[Block],
    rules: RuleSet,
    subject: Subject,
    memory: Mapping[int, int] | None = None,
    memory_pages: int = 0,
) -> tuple[tuple[Block, ...], tuple[Removal, ...]]:
    """Part blocks into those that stay and the log of those that go."""
    verdicts = judge(blocks, rules, subject, memory, memory_pages)
    kept = tuple(block for block, verdict in zip(blocks, verdicts, strict=True) if verdict is None)
    removals = tuple(
        Removal(verdict, block.text, place_of(index, len(blocks), block))
        for index, (block, verdict) in enumerate(zip(blocks, verdicts, strict=True))
        if verdict is not None
    )
    return kept, removals


def best_text(
    candidate: Candidate, rules: RuleSet, memory: Mapping[int, int] | None = None, memory_pages: int = 0
) -> tuple[Block, ...]:
    """Give the clean blocks of a candidate whether or not it is an article."""
    blocks = normalised(candidate.blocks)
    kept, _ = sweep(blocks, rules, subject_of(candidate), memory, memory_pages)
    return kept or blocks


def clean(
    candidate: Candidate,
    source_id: str,
    source_name: str,
    rules: RuleSet,
    memory: Mapping[int, int],
    memory_pages: int,
    requested_url: str,
    fetched_at: datetime,
) -> Article:
    """Clean a candidate with the outlet's memory and the rules.

    `memory` says on how many other pages of the outlet each fingerprint stands, out of `memory_pages`.
    Raises PageRejected with the candidate's own code, or `no-text` or `too-short` where too little remains;
    `best_text` gives the rest all the same.
    """
    if candidate.reject is not None:
        raise PageRejected(candidate.reject, f"{candidate.url}: the page is judged {candidate.reject}")
    blocks = normalised(candidate.blocks)
    subject = subject_of(candidate, source_name)
    if is_gallery(candidate):
        blocks, subject = with_numbers(blocks), replace(subject, keep_captions=True)
    kept, removals = sweep(blocks, rules, subject, memory, memory_pages)
    text = body_text(kept)
    if not text and any(removal.rule == CAPTION for removal in removals):
        raise PageRejected("too-short", f"{candidate.url}: nothing but captions of pictures remains")
    if not text:
        raise PageRejected("no-text", f"{candidate.url}: no text of an article remains")
    words = count_words(text)
    if words * 5 < LEAST_CHARACTERS and not (
        candidate.videos or candidate.audios or candidate.embeds or len(candidate.images) > 1
    ):
        raise PageRejected("too-short", f"{candidate.url}: {words} words remain")
    images, main_image = _with_credit(candidate, rules, removals)
    return Article(
        url=candidate.url,
        source_id=source_id,
        source_name=source_name,
        headline=normalise(candidate.headline),
        blocks=kept,
        canonical_url=candidate.canonical_url or candidate.url,
        requested_url=requested_url,
        date_downloaded=fetched_at,
        alternative_headline=candidate.alternative_headline,
        description=candidate.description,
        section=candidate.section,
        authors=candidate.authors,
        date_published=candidate.date_published,
        date_modified=candidate.date_modified,
        date_published_raw=candidate.date_published_raw,
        date_source=candidate.date_source,
        in_language=candidate.in_language,
        keywords=candidate.keywords,
        main_image=main_image,
        images=images,
        videos=candidate.videos,
        audios=candidate.audios,
        embeds=candidate.embeds,
        is_accessible_for_free=candidate.is_accessible_for_free,
        access_signal=candidate.access_signal,
        review=_review(candidate, rules, removals),
        live_updates=candidate.live_updates,
        word_count=words,
        content_hash=content_hash(kept),
        removals=removals,
        extractor=candidate.extractor,
        extractor_version=__version__,
        rules_version=rules.version,
        probability=candidate.probability,
    )


def _review(candidate: Candidate, rules: RuleSet, removals: Sequence[Removal]) -> Review | None:
    """Give the verdict that the page states, else the one that it prints; as printed where both say the same."""
    printed = rating.agreed(removal.text for removal in removals if removal.rule in rules.ratings)
    stated = candidate.review
    if stated is None or printed is None:
        return stated or printed
    return replace(stated, raw=printed.raw) if stated.value == printed.value else stated


def _with_credit(
    candidate: Candidate, rules: RuleSet, removals: Sequence[Removal]
) -> tuple[tuple[Image, ...], Image | None]:
    """Give the first picture without a credit the first credit line that was taken out of the text."""
    line = next((removal.text for removal in removals if removal.rule in rules.credits), None)
    images, main = candidate.images, candidate.main_image
    if line is None:
        return images, main
    if main is not None and main.credit is None:
        same = [index for index, image in enumerate(images) if image.url == main.url]
        main = replace(main, credit=line)
        return tuple(main if index in same else image for index, image in enumerate(images)), main
    for index, image in enumerate(images):
        if image.credit is None:
            return (*images[:index], replace(image, credit=line), *images[index + 1 :]), main
    return images, main
