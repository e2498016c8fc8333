"""Judges the lines of a candidate: which of them go, and by which rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from newsreel.cleaning import rating
from newsreel.cleaning.characters import letters, plain
from newsreel.cleaning.repeating import furniture
from newsreel.cleaning.rules import PageRules, Place, Rule, RuleSet
from newsreel.cleaning.subject import Subject
from newsreel.items import Block

OUTLET_LINE = "outlet.line"
MEMORY = "memory"
MODEL = "model"
HEADLINE = "headline.repeated"
DECK = "deck.repeated"
OWN_LABEL = "label.own"
REPEATED = "line.repeated"
ORPHAN = "heading.orphan"
CAPTION = "caption.figure"
LINKS = "related.links"
CONTENTS = "related.contents"

_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_DECK = re.compile(
    r"\b(?:dec?k|stand ?first|sub ?(?:head\w*|title|line|deck)|summary|vorspann|chapo|chapeau|bajada|sommario)\b"
)
_PULLED = re.compile(r"\b(?:pull ?quotes?|quote|blockquote|pullout|callout|highlight)\b")
_MOST_OF_STORY = 0.3
_MOST_OF_LINES = 0.5
_LONGEST_HEAD = 10
_LABEL = 500
_TITLE_LIKE = 30
_LONGEST_SECTION = 30
_LONG_REPEAT = 121
_MOST_PULLED, _NEAR = 200, 500
_LIKELY, _LIKELY_DECK = 0.5, 0.8


def is_prose(block: Block) -> bool:
    """Tell whether a block is a paragraph of the story by its looks: a sentence of some length, not a link."""
    if block.kind in ("heading", "caption", "row") or block.link_share > 0.6:
        return False
    size = len(block.text)
    return size > 180 or (size > 70 and bool(_SENTENCE.search(block.text)))


def places(blocks: Sequence[Block]) -> list[Place]:
    """Say of each block whether it stands before the first paragraph, among the last lines, or between."""
    prose = [index for index, block in enumerate(blocks) if is_prose(block)]
    count = len(blocks)
    first = prose[0] if prose else min(3, count)
    last = max(count * 6 // 10, count - 8, first + 1)
    return [
        "head" if index < min(first, _LONGEST_HEAD) else "tail" if index >= last else "body" for index in range(count)
    ]


def judge(
    blocks: Sequence[Block],
    rules: RuleSet,
    subject: Subject,
    memory: Mapping[int, int] | None = None,
    memory_pages: int = 0,
) -> list[str | None]:
    """Give for each block the id of what removes it, or None where it stays.

    Lines that are hardly part of the story go first, and the rest is judged without them. Where a rule takes such a
    line too, it goes by that rule's name. A rule that guesses gives way where the line is surely part of the story.
    """
    unlikely = [index for index, block in enumerate(blocks) if block.chance is not None and block.chance < _LIKELY]
    # A gallery's captions are its story, which no other page's are.
    if subject.keep_captions or not unlikely or len(unlikely) == len(blocks):
        return _judged(blocks, rules, subject, memory, memory_pages)
    verdicts: list[str | None] = [None] * len(blocks)
    likely = sorted(set(range(len(blocks))).difference(unlikely))
    for group, otherwise in ((likely, None), (unlikely, MODEL)):
        found = _judged([blocks[index] for index in group], rules, subject, memory, memory_pages)
        for index, verdict in zip(group, found, strict=True):
            verdicts[index] = verdict or otherwise
    return verdicts


def _judged(
    blocks: Sequence[Block],
    rules: RuleSet,
    subject: Subject,
    memory: Mapping[int, int] | None,
    memory_pages: int,
) -> list[str | None]:
    texts = [plain(block.text).lower() for block in blocks]
    where = places(blocks)
    verdicts: list[str | None] = [None] * len(blocks)
    repeated = furniture(blocks, memory, memory_pages) if memory else frozenset()
    for index in range(len(blocks)):
        if rules.lines and texts[index] in rules.lines:
            verdicts[index] = OUTLET_LINE
        elif index in repeated:
            verdicts[index] = MEMORY
    _by_class(blocks, texts, where, rules, subject, verdicts)
    _by_line(blocks, texts, where, rules, subject, verdicts)
    _by_subject(blocks, texts, where, subject, verdicts)
    _link_lists(blocks, texts, where, verdicts)
    _repeats(blocks, texts, verdicts)
    _ratings(blocks, rules, verdicts)
    _orphans(blocks, verdicts)
    return verdicts


def _by_class(
    blocks: Sequence[Block],
    texts: Sequence[str],
    where: Sequence[Place],
    rules: RuleSet,
    subject: Subject,
    verdicts: list[str | None],
) -> None:
    """Apply the rules on class words; one that would take much of the story misreads this page and is not believed."""
    by_classes: dict[str, list[Rule]] = {}
    met: dict[str, list[int]] = {}
    for index, block in enumerate(blocks):
        if not block.classes or not block.classes.strip("/"):
            continue
        if block.classes not in by_classes:
            by_classes[block.classes] = rules.for_classes(block.classes)
        for rule in by_classes[block.classes]:
            if subject.keep_captions and rule.family in ("caption", "bio"):
                continue
            if (block.chance or 0) >= rule.yields or not rule.allows(block, texts[index], where[index]):
                continue
            if not rule.is_guarded(texts[index]):
                met.setdefault(rule.id, []).append(index)
    story = sum(len(block.text) for block in blocks if is_prose(block)) or 1
    for name, indexes in met.items():
        taken = sum(len(blocks[index].text) for index in indexes if is_prose(blocks[index]))
        many = rules.named(name).longest < _LABEL and len(indexes) > max(3, _MOST_OF_LINES * len(blocks))
        if taken > _MOST_OF_STORY * story or many:
            continue
        for index in indexes:
            verdicts[index] = verdicts[index] or name


def _by_line(
    blocks: Sequence[Block],
    texts: Sequence[str],
    where: Sequence[Place],
    rules: RuleSet,
    subject: Subject,
    verdicts: list[str | None],
) -> None:
    here = PageRules(rules, texts)
    last_prose = _last_prose(blocks)
    for index, block in enumerate(blocks):
        if verdicts[index] is not None:
            continue
        for rule in here.for_line(block, texts[index], where[index]):
            if subject.keep_captions and rule.id == CAPTION:
                continue
            if (block.chance or 0) >= rule.yields:
                continue
            if rule.fits(block, texts[index], where[index], subject.authors):
                verdicts[index] = rule.id
                if rule.about == "section":
                    _take_section(blocks, where, verdicts, index, rule.id, last_prose)
                break


def _last_prose(blocks: Sequence[Block]) -> int:
    """Give the place of the last paragraph, -1 without one."""
    return next((index for index in range(len(blocks) - 1, -1, -1) if is_prose(blocks[index])), -1)


def _take_section(
    blocks: Sequence[Block],
    where: Sequence[Place],
    verdicts: list[str | None],
    index: int,
    name: str,
    last_prose: int,
) -> None:
    """Remove what belongs under a heading of other articles: links, and at the page's end whatever is no prose."""
    ends_page = index > last_prose and where[index] == "tail"
    for step, block in enumerate(blocks[index + 1 : index + 1 + _LONGEST_SECTION], index + 1):
        if not (block.link_share > 0.5 or (ends_page and block.link_share > 0.0) or verdicts[step] is not None):
            return
        verdicts[step] = verdicts[step] or name


def _by_subject(
    blocks: Sequence[Block], texts: Sequence[str], where: Sequence[Place], subject: Subject, verdicts: list[str | None]
) -> None:
    """Remove, before the first paragraph, the headline, labels and description that the article has as fields."""
    for index, block in enumerate(blocks):
        if index > 12 or verdicts[index] is not None:
            continue
        own = letters(texts[index])
        if not own:
            verdicts[index] = OWN_LABEL if where[index] == "head" else None
        elif own in subject.headlines and (where[index] == "head" or block.kind == "heading" or index < 3):
            verdicts[index] = HEADLINE
        elif where[index] == "head" and own in subject.labels:
            verdicts[index] = OWN_LABEL
        elif (
            own == subject.description
            and index < _LONGEST_HEAD
            and (block.chance or 0) < _LIKELY_DECK
            # Outside of the body, or in a box above it; within the body a deck is read as its first line.
            and (not block.path or ("/" in block.path and _DECK.search(block.classes)))
        ):
            verdicts[index] = DECK


def _link_lists(
    blocks: Sequence[Block], texts: Sequence[str], where: Sequence[Place], verdicts: list[str | None]
) -> None:
    """Remove runs of list items that repeat the headings to come, or are nothing but links to other articles.

    Links that the text announces, by a colon or under a heading of the story, are the story's own.
    """
    headings = {texts[index] for index, block in enumerate(blocks) if block.kind == "heading"}
    last_prose = _last_prose(blocks)
    before: int | None = None
    looked = index = 0
    while index < len(blocks):
        end = index
        while end < len(blocks) and blocks[end].kind == "li":
            end += 1
        run = range(index, end)
        index = max(end, index + 1)
        if not run:
            continue
        rule = None
        linked = [i for i in run if blocks[i].link_share > 0.9]
        for i in range(looked, run[0]):
            before = i if verdicts[i] is None else before
        looked = run[0]
        announced = before is not None and (blocks[before].kind == "heading" or texts[before].endswith(":"))
        title_like = sum(len(texts[i]) for i in linked) > _TITLE_LIKE * len(linked)
        ends_page = where[run[0]] == "tail" and end > last_prose
        if len(run) > 2 and sum(texts[i] in headings for i in run) >= 0.6 * len(run):
            rule = CONTENTS
        elif (
            not announced and len(linked) >= 0.8 * len(run) and (title_like or (ends_page and len(linked) == len(run)))
        ):
            rule = LINKS
        for i in run if rule else ():
            verdicts[i] = verdicts[i] or rule


def _repeats(blocks: Sequence[Block], texts: Sequence[str], verdicts: list[str | None]) -> None:
    """Remove a long paragraph that stands twice, word by word, and a pulled quotation that repeats part of another."""
    seen: set[str] = set()
    pulled = []
    for index, block in enumerate(blocks):
        if verdicts[index] is not None or block.kind == "row":
            continue
        # With its number, as the clean text has it: cleaning that again finds nothing more.
        if len(f"{block.marker or ''} {texts[index]}") > _LONG_REPEAT and texts[index] in seen:
            verdicts[index] = REPEATED
        elif 30 < len(texts[index]) < 400 and (block.kind == "quote" or _PULLED.search(block.classes)):
            pulled.append(index)
        seen.add(texts[index])
    # A page of nothing but quotations would have each compared with each.
    for index in pulled[:_MOST_PULLED]:
        own = texts[index].strip("\"' .…")
        if any(
            own in texts[i]
            for i in range(max(0, index - _NEAR), min(len(texts), index + _NEAR))
            if i != index and len(texts[i]) > len(own) + 20 and verdicts[i] is None
        ):
            verdicts[index] = REPEATED


def _ratings(blocks: Sequence[Block], rules: RuleSet, verdicts: list[str | None]) -> None:
    """Put back the lines that print verdicts where they differ: each belongs to its own entry of the text."""
    taken = [index for index, verdict in enumerate(verdicts) if verdict in rules.ratings]
    if taken and rating.agreed(blocks[index].text for index in taken) is None:
        for index in taken:
            verdicts[index] = None


def _orphans(blocks: Sequence[Block], verdicts: list[str | None]) -> None:
    """Remove a heading that has lost all that stood under it."""
    kept = [index for index, verdict in enumerate(verdicts) if verdict is None]
    while kept and blocks[kept[-1]].kind == "heading":
        if kept[-1] == len(blocks) - 1 or len(kept) == 1:
            return
        verdicts[kept.pop()] = ORPHAN
