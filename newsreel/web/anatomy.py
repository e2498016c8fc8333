"""Takes an article's text apart: slides and updates are shown as what they are, and once; changes without the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from newsreel.cleaning.characters import letters
from newsreel.items import Block, LiveUpdate, Slide
from newsreel.revisions import Line
from newsreel.web.wording import counted


def beside_slides(blocks: Sequence[Block], slides: Iterable[Slide]) -> tuple[Block, ...]:
    """Give the blocks of a gallery that its slides do not say."""
    said = [text for slide in slides for text in (slide.title, slide.caption) if text]
    said += [f"{n}. {text}" for n, text in enumerate(said, 1)]
    return _beside(blocks, said)


def beside_updates(blocks: Sequence[Block], updates: Iterable[LiveUpdate]) -> tuple[Block, ...]:
    """Give the blocks of a live-blog that its updates do not say."""
    said = [line for update in updates for line in (update.headline or "", *update.text.splitlines())]
    return _beside(blocks, said)


def updates_in_order(updates: Iterable[LiveUpdate], *, oldest_first: bool) -> list[LiveUpdate]:
    """Give updates in the order of their times; those without one stay behind the one that they follow."""
    timed: list[tuple[datetime, LiveUpdate]] = []
    last = datetime.max.replace(tzinfo=UTC)
    for update in updates:
        if update.published is not None:
            last = update.published if update.published.tzinfo else update.published.replace(tzinfo=UTC)
        timed.append((last, update))
    timed.sort(key=lambda pair: pair[0], reverse=not oldest_first)
    return [update for _, update in timed]


def changed_words(lines: Iterable[Line]) -> str:
    """Say in a sentence's words what changed.

    >>> from newsreel.revisions import difference
    >>> changed_words(difference(["Ada sings.", "The end."], ["Ada sings well.", "The end.", "No."]))
    '1 paragraph reworded, 1 added'
    """
    operations = [line.operation for line in lines]
    found = [
        (operations.count(operation), word)
        for operation, word in (("changed", "reworded"), ("added", "added"), ("removed", "removed"))
        if operation in operations
    ]
    said = [f"{number:,} {word}" for number, word in found]
    if found:
        said[0] = f"{counted(found[0][0], 'paragraph')} {found[0][1]}"
    return ", ".join(said)


def folded(lines: Iterable[Line]) -> list[tuple[bool, list[Line]]]:
    """Give paragraphs in runs that stayed (True) or changed."""
    return [(same, list(run)) for same, run in groupby(lines, lambda line: line.operation == "same")]


def _beside(blocks: Sequence[Block], said: Iterable[str]) -> tuple[Block, ...]:
    known = {letters(text) for text in said}
    return tuple(block for block in blocks if letters(block.text) not in known)
