"""An outlet's repeated lines are furniture; what belongs to a story never is."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from newsreel.cleaning import Memory, clean, fingerprints, load_rules, prints_of, without_repeated
from newsreel.cleaning.memory import MOST_LINES, WINDOW, Prints, fingerprint
from newsreel.items import Article, Block, Candidate

NOW = datetime(2026, 5, 2, tzinfo=UTC)
STORY = [
    "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said.",
    "Ann Lee, who plays the keeper, learned to sail for the part and broke a finger on the very first day at sea.",
    "Filming begins in October on the same island, with a crew that is nearly twice as large as it was before.",
]
LABEL = Block("p", "Reel Nights on the big screen")


def article_of(candidate: Candidate, memory: dict[int, int], pages: int) -> Article:
    return clean(candidate, "reel", "Reel", load_rules(None), memory, pages, candidate.url, NOW)


def cleaned(
    line: Block, count: int, pages: int = 10, story: Sequence[str] = STORY, at: int = 1, known: bool = True
) -> tuple[bool, list[str]]:
    """Clean a story with a line in it; with `known`, all of the story stands on as many other pages as the line."""
    blocks = [Block("p", text) for text in story]
    blocks.insert(at, line)
    candidate = Candidate("https://reel.example/a", headline="Keeper returns", blocks=tuple(blocks))
    memory = {fingerprint(block.text): count for block in (blocks if known else [line])}
    article = article_of(candidate, memory, pages)
    assert set(story) <= {block.text for block in article.blocks}
    return line in article.blocks, [removal.rule for removal in article.removals]


@pytest.mark.parametrize(
    ("line", "count", "stays"),
    [
        (LABEL, 4, False),
        (LABEL, 3, True),
        (Block("li", "Reel Nights 12"), 9, False),
        (Block("p", "Our readers love this website, and you will too."), 6, False),
        (Block("p", "“I would do it again,” she said."), 9, True),
        (Block("p", "A spokesman for the studio did not answer questions on Friday evening."), 9, True),
        (Block("heading", "The verdict", level=2), 4, True),
        (Block("heading", "Hear it from the Reel", level=2), 9, False),
        (Block("row", "Best film | Nominated"), 9, True),
    ],
)
def test_repeated_lines(line: Block, count: int, stays: bool) -> None:
    kept, rules = cleaned(line, count)
    assert kept is stays
    assert ("memory" in rules) is not stays


# A line between paragraphs that no other page has, on how many of how many other pages, and whether it stays.
BETWEEN = [
    # Sentences of a story that speak of what outlets speak of too.
    (Block("p", "Her newsletter had forty thousand readers when it closed."), 4, 5, True),
    (Block("p", "The site was sold for a single coin, and its members lost everything."), 40, 80, True),
    (Block("p", "Support for the festival came from its members and their donations."), 10, 12, True),
    (Block("p", "Support us was the title of the record, he told the paper that year."), 10, 12, True),
    (Block("p", "He was 54."), 60, 80, True),
    (Block("p", "Die Insel wurde im Herbst geräumt."), 9, 10, True),
    (Block("p", "彼は四月に島へ戻った。"), 9, 10, True),
    # The same question to all who are interviewed.
    (Block("p", "What would you tell your readers today?", bold=True), 60, 60, True),
    (Block("p", "What are you reading?"), 60, 60, True),
    # What introduces a part of this story only.
    (Block("heading", "The verdict", level=2), 60, 60, True),
    (Block("p", "The keeper:", bold=True), 8, 60, True),
    (Block("p", "Running time: 98 minutes"), 60, 60, True),
    (Block("p", "Released: 4 May 2026"), 60, 60, True),
    (Block("p", "3.5/5"), 60, 60, True),
    (Block("p", "* * *"), 60, 60, True),
    (Block("li", "Ann Lee"), 8, 60, True),
    (Block("quote", "We go on, whatever the weather says"), 60, 60, True),
    # Furniture.
    (Block("p", "Sign on to our quayside club and you get every story of the website a day early."), 5, 5, False),
    (Block("p", "The Reel is on the side of all who go to the pictures on a weekday."), 5, 5, True),
    (Block("p", "The Reel is on the side of all who go to the pictures on a weekday."), 13, 13, False),
    (Block("p", "All about the second season of The Keeper.", link_share=1.0), 20, 60, False),
    (Block("p", "All about the second season of The Keeper.", link_share=1.0), 4, 60, True),
    (Block("li", "More from the quay", link_share=1.0), 4, 60, False),
    (LABEL, 4, 40, True),
    (LABEL, 10, 40, False),
]


@pytest.mark.parametrize(("line", "count", "pages", "stays"), BETWEEN)
def test_a_line_between_paragraphs(line: Block, count: int, pages: int, stays: bool) -> None:
    kept, rules = cleaned(line, count, pages, known=False)
    assert (kept, "memory" in rules) == (stays, not stays)


@pytest.mark.parametrize(
    ("line", "count", "pages", "stays"),
    [
        (Block("p", "The Reel is on the side of all who go to the pictures on a weekday."), 5, 5, True),
        (Block("p", "The Reel is on the side of all who go to the pictures on a weekday."), 8, 8, False),
        (Block("p", "The film opens in June on the island where it was made."), 8, 14, True),
        (Block("p", "Her newsletter had forty thousand readers when it closed."), 5, 10, True),
        (Block("p", "Thank you for being a member of the Reel."), 4, 20, False),
        (LABEL, 4, 40, False),
        (LABEL, 4, 60, True),
        (Block("heading", "Hear it from the Reel", level=2), 9, 10, False),
    ],
)
def test_a_line_after_the_last_paragraph(line: Block, count: int, pages: int, stays: bool) -> None:
    story = [
        *STORY,
        "Tickets are sold at the harbour from nine in the morning on, and only for cash, as they always were.",
    ]
    blocks = tuple(Block("p", text) for text in story)
    candidate = Candidate(
        "https://reel.example/a", headline="Keeper returns", blocks=(*blocks, line, replace(LABEL, text="Imprint"))
    )
    memory = {fingerprint(line.text): count, fingerprint("Imprint"): pages}
    article = article_of(candidate, memory, pages)
    assert article.blocks == ((*blocks, line) if stays else blocks)


def test_a_line_in_a_box_of_its_own_needs_no_more_than_one_at_the_edge() -> None:
    line = Block("p", "The Reel is on the side of all who go to the pictures on a weekday.")
    assert cleaned(line, 8, 8, known=False)[0]
    assert not cleaned(replace(line, path="div/p", classes="note"), 8, 8, known=False)[0]
    assert not cleaned(replace(line, chance=0.55), 8, 8, known=False)[0]
    assert cleaned(replace(line, path="blockquote/p"), 8, 8, known=False)[0]


def test_a_verdict_that_all_reviews_print_is_the_articles_own() -> None:
    line = Block("p", "Rating: 3.5/5")
    blocks = (*(Block("p", text) for text in STORY), line)
    candidate = Candidate("https://reel.example/a", headline="Keeper returns", blocks=blocks)
    article = article_of(candidate, {fingerprint(line.text): 30}, 30)
    assert article.review is not None
    assert (article.review.value, article.review.best) == ("3.5", "5")


def test_fingerprints_hold_in_every_process() -> None:
    code = "from newsreel.cleaning.memory import fingerprint; print(fingerprint('Reel Nights — 12'))"
    told = {
        int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    }
    assert told == {fingerprint("reel nights  7")}
    assert 0 <= min(told) < 2**63


def test_digits_make_two_paragraphs_but_one_label() -> None:
    first, second = (
        f"The ferry left pier {n} at dawn, and nobody on deck said a single word about the fire." for n in (1, 2)
    )
    assert fingerprint(first) != fingerprint(second)
    assert fingerprint("12 comments") == fingerprint("7 comments")
    assert {fingerprint(text) for text in ("", "***", "12", "— 3 —")} == {0}


def test_a_candidate_gives_the_fingerprints_of_its_lines() -> None:
    texts = ["One line", "***", STORY[0], "word " * 200]
    candidate = Candidate("https://reel.example/a", blocks=tuple(Block("p", text) for text in texts))
    assert fingerprints(candidate) == {fingerprint(text) for text in texts} - {0}
    assert prints_of(candidate).story == {fingerprint(text) for text in texts[2:]}


def test_of_a_page_of_very_many_lines_both_ends_are_remembered() -> None:
    blocks = tuple(Block("p", f"Line {'abc'[n % 3]}{'x' * (n // 3)}") for n in range(3 * MOST_LINES))
    marks = fingerprints(Candidate("https://reel.example/a", blocks=blocks))
    assert len(marks) == MOST_LINES
    assert {fingerprint(blocks[0].text), fingerprint(blocks[-1].text)} <= marks


def page(*lines: int, story: Sequence[int] = ()) -> Prints:
    return Prints(frozenset(lines) | frozenset(story), frozenset(story))


def test_a_story_told_again_counts_once_in_whatever_order() -> None:
    first, reprint = page(1, story=range(10, 16)), page(2, story=range(10, 16))
    update, follow_up = page(3, story=range(11, 18)), page(4, story=[15, 16, 20, 21, 22])
    pages = [first, reprint, update, follow_up]
    for seed in range(24):
        random.Random(seed).shuffle(pages)
        memory = Memory()
        for each in pages:
            memory.learn(each)
        assert memory.pages == 2
        assert max(memory.counts.values()) == 2


def test_short_pages_under_the_same_notices_are_stories_of_their_own() -> None:
    memory = Memory()
    assert all(memory.learn(page(1, 2, 3, story=[100 + n, 200 + n, 1, 2])) for n in range(8))
    assert memory.counts[1] == 8


def test_the_memory_speaks_of_what_the_outlet_does_now() -> None:
    memory = Memory()
    for n in range(5 * WINDOW):
        memory.learn(page(1 if n < WINDOW else 2, 1000 + n))
        assert memory.pages < WINDOW
    assert memory.counts[2] >= 0.95 * memory.pages
    assert memory.counts[1] < 0.1 * memory.pages


def test_other_pages_are_all_but_the_pages_own() -> None:
    memory = Memory(3, {1: 3, 2: 1})
    assert memory.beside({1, 2, 5}, is_known=True) == ({1: 2}, 2)
    assert memory.beside({1, 2, 5}, is_known=False) == ({1: 3, 2: 1}, 3)
    assert Memory().beside({1}, is_known=True) == ({}, 0)


def test_an_article_whose_page_is_not_kept_loses_what_turned_out_to_be_furniture() -> None:
    blocks = (Block("p", STORY[0]), LABEL, *(Block("p", text) for text in STORY[1:]))
    candidate = Candidate("https://reel.example/a", headline="Keeper returns", blocks=blocks)
    before = article_of(candidate, {}, 0)
    memory = {fingerprint(LABEL.text): 4}
    after = without_repeated(before, memory, 4)
    assert after == replace(article_of(candidate, memory, 4))
    assert without_repeated(after, memory, 4) == after
    nothing_else = replace(before, blocks=(LABEL,))
    assert without_repeated(nothing_else, memory, 4) == nothing_else


# Generated outlets


SUBJECTS = [
    "keeper",
    "ferry",
    "harbour",
    "jury",
    "band",
    "studio",
    "island",
    "pilot",
    "choir",
    "editor",
    "actor",
    "diver",
    "crew",
    "baker",
    "lantern",
    "singer",
]
DEEDS = [
    "left",
    "met",
    "found",
    "sold",
    "painted",
    "joined",
    "missed",
    "opened",
    "followed",
    "supported",
    "read",
    "sailed",
    "lost",
    "kept",
    "heard",
    "carried",
]
ENDS = [
    "storm",
    "premiere",
    "newsletter",
    "website",
    "festival",
    "record",
    "museum",
    "prize",
    "members",
    "scandal",
    "inbox",
    "archive",
    "tour",
]
CALLS = [
    "Get our free quayside paper and you hear of every website first.",
    "Thank you for being with us on this site.",
    "Join the friends of the Lantern and support our coverage.",
    "Never miss a story: follow us on the quay.",
]
LABELS = [
    "Lantern Nights",
    "A house of the Quayside group",
    "More light",
    "From the lamp room",
    "Friends of the Lantern",
]
HEADS = ["What the Lantern says", "The quay this week"]


@dataclass
class Outlet:
    """An invented outlet: what it repeats, and its pages, each with the lines that belong to its story."""

    random: random.Random
    furniture: list[tuple[Block, float]] = field(default_factory=list)
    pages: list[tuple[Candidate, list[str]]] = field(default_factory=list)

    def sentence(self, least: int = 8, most: int = 30) -> str:
        choose = self.random.choice
        words = [choose(["The", "A", "Her", "His", "No"]), choose(SUBJECTS)]
        while len(words) < self.random.randint(least, most):
            words += [
                choose(DEEDS),
                "the",
                choose(ENDS),
                choose(["and", "while", "after", "until"]),
                "the",
                choose(SUBJECTS),
            ]
        return " ".join([*words, choose(DEEDS), "the", choose(ENDS)]) + self.random.choice("...!?")

    def tell(self, lines: Sequence[str]) -> None:
        blocks = [Block("p", line) for line in lines]
        for line, place in self.furniture:
            blocks.insert(round(place * len(blocks)), line)
        url = f"https://lantern.example/{len(self.pages)}"
        self.pages.append((Candidate(url, headline=f"Page {len(self.pages)}", blocks=tuple(blocks)), list(lines)))


def outlet(seed: int) -> Outlet:
    """Make an outlet with furniture on each page, stories, a saga whose background repeats, reprints and updates."""
    chance = random.Random(seed)
    made = Outlet(chance)
    for kind, texts in (("p", CALLS), ("p", LABELS), ("li", LABELS[:2]), ("heading", HEADS)):
        text = chance.choice(texts)
        linked = chance.random() < 0.3
        # A heading in the middle could be the story's own.
        place = chance.choice([0.0, 1.0]) if kind == "heading" else chance.random()
        if text not in {line.text for line, _ in made.furniture}:
            made.furniture.append((Block(kind, text, link_share=1.0 if linked else 0.0), place))  # type: ignore[arg-type]
    background = [made.sentence(3, 20) for _ in range(3)] + [
        "“We sail on,” she said.",
        "He was 54.",
        "Her newsletter closed in May.",
    ]
    stories = []
    count = chance.randint(7, 24)
    for number in range(count):
        lines = [made.sentence() for _ in range(chance.randint(5, 9))]
        if number % 2:
            for text in chance.sample(background, chance.randint(1, 3)):
                lines.insert(chance.randint(0, len(lines)), text)
        stories.append(lines)
    retold = chance.choice(stories)
    stories += [list(retold)] * 3
    stories += [[*retold[:-1], made.sentence()], [made.sentence(), *retold]]
    stories += [[*retold, "Correction: a date was wrong."] for _ in range(3)]
    chance.shuffle(stories)
    for lines in stories:
        made.tell(lines)
    return made


@pytest.mark.parametrize("seed", range(60))
def test_a_generated_outlet_loses_its_furniture_and_no_sentence(seed: int) -> None:
    made = outlet(seed)
    memory = Memory()
    known = [memory.learn(prints_of(candidate)) for candidate, _ in made.pages]
    for (candidate, lines), is_known in zip(made.pages, known, strict=True):
        article = article_of(candidate, *memory.beside(fingerprints(candidate), is_known))
        assert [block.text for block in article.blocks] == lines, f"seed {seed}"


@pytest.mark.parametrize("seed", range(20))
def test_the_furniture_goes_from_the_fifth_story_on(seed: int) -> None:
    made = outlet(1000 + seed)
    memory = Memory()
    for candidate, lines in made.pages:
        if memory.pages >= 4:
            article = article_of(candidate, *memory.beside(fingerprints(candidate), is_known=False))
            assert [block.text for block in article.blocks] == lines, f"seed {1000 + seed}"
        memory.learn(prints_of(candidate))
