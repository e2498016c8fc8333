"""A candidate becomes an article without furniture, with a log of what went, and never loses a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.cleaning import best_text, clean, load_rules
from newsreel.errors import PageRejected
from newsreel.items import Article, Author, Block, Candidate, Image, body_text

RULES = load_rules(None)
NOW = datetime(2026, 5, 2, tzinfo=UTC)
ONE = "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said."
TWO = "Ann Lee, who plays the keeper, learned to sail for the part and broke a finger on the very first day at sea."
THREE = (
    "Filming begins in October on the same island, with a crew that is nearly twice as large as it was before, and "
    "with the same director as in the first season."
)


def article_of(*blocks: Block | str, **fields: object) -> Article:
    lines = tuple(Block("p", block) if isinstance(block, str) else block for block in blocks)
    values: dict[str, object] = {"headline": "Keeper returns", "authors": (Author("Jane Roe"),), **fields}
    candidate = Candidate("https://reel.example/a", blocks=lines, **values)  # type: ignore[arg-type]
    return clean(candidate, "reel", "The Reel", RULES, {}, 0, "https://reel.example/a?x", NOW)


def linked(text: str, kind: str = "p") -> Block:
    return Block(kind, text, link_share=1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "inside", "after", "rules"),
    [
        ([Block("heading", "Keeper Returns", level=1)], [], [], ["headline.repeated"]),
        (["By Jane Roe", "May 1, 2026 at 10:15 am", "The Reel"], [], [], ["label.byline", "label.date", "label.own"]),
        (["Jane Roe"], [], [], ["label.author"]),
        ([], ["Advertisement", "Story continues below advertisement"], [], ["ad.marker", "ad.continues"]),
        ([], ["Photo: Ann Lee/Getty Images", "Instagram/@annlee"], [], ["credit.label", "credit.handle"]),
        ([], ["RELATED: Ten films about the sea", linked("The best storms of the cinema")], [], ["related.line", "related.link-only"]),
        ([], [], ["Tags: sea, drama", "Jane Roe covers drama for The Reel.", "Leave a comment"], ["tags.line", "bio.named", "comments.label"]),
        (
            [],
            [],
            [Block("heading", "More from The Reel", level=2), linked("A story of the sea", "li"), linked("Another one", "li")],
            ["related.label"] * 3,
        ),
        ([], [Block("p", "Sign up here", classes="content/newsletter box")], [], ["newsletter.class"]),
        ([], [Block("caption", "Ann Lee on the pier")], [], ["caption.figure"]),
        ([], [Block("quote", "this time the storm is real, the makers said")], [], ["line.repeated"]),
        ([], [], [THREE], ["line.repeated"]),
        ([Block("li", "The storm"), Block("li", "The boat"), Block("li", "The end")], [
            *(Block("heading", text, level=2) for text in ("The storm", "The boat", "The end"))], [], ["related.contents"] * 3),
    ],
)  # fmt: skip
def test_removes(
    before: list[Block | str], inside: list[Block | str], after: list[Block | str], rules: list[str]
) -> None:
    article = article_of(*before, ONE, *inside, TWO, THREE, *after)
    assert [removal.rule for removal in article.removals] == rules
    assert [block.text for block in article.blocks if block.kind == "p"] == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    "line",
    [
        "The cake, courtesy of a fan, was eaten at once.",
        Block("heading", "The storm", level=2),
        Block("li", "Ann Lee as the keeper", marker="1."),
        Block("row", "Film | $9.5 million"),
        "Who pays for all of that?",
        "Yes.",
        Block("p", "“Never again.”"),
        linked("She said so on Friday."),
        Block("p", "Bold words of the story here", bold=True),
        Block("p", "A paragraph of the page", classes="elementor widget/entry content"),
    ],
)
def test_keeps(line: Block | str) -> None:
    article = article_of(ONE, line, TWO, THREE)
    assert len(article.blocks) == 4
    assert article.removals == ()


def test_links_that_the_text_announces_stay() -> None:
    items = [
        linked("Tickets for the night in Rome, from nine", "li"),
        linked("Tickets for the night in Pisa, from ten", "li"),
    ]
    assert len(article_of(ONE, TWO, "These are the dates:", *items, THREE).blocks) == 6


def test_class_words_of_most_of_the_story_are_not_believed() -> None:
    blocks = [Block("p", text, classes="related content") for text in (ONE, TWO, THREE)]
    assert [block.text for block in article_of(*blocks).blocks] == [ONE, TWO, THREE]


def test_normalises_characters_only() -> None:
    article = article_of(
        "\u200bThe\u00a0keeper  of the light\u00adhouse — “returns” for a second season, they said.", TWO, THREE
    )
    assert article.blocks[0].text == "The keeper of the lighthouse — “returns” for a second season, they said."


def test_fields() -> None:
    article = article_of(ONE, TWO, THREE, canonical_url=None)
    assert (article.url, article.canonical_url, article.requested_url) == (
        "https://reel.example/a",
        "https://reel.example/a",
        "https://reel.example/a?x",
    )
    assert article.word_count == len(f"{ONE} {TWO} {THREE}".split())
    assert article.rules_version == RULES.version
    assert len(article.content_hash) == 64
    assert article.content_hash == article_of(ONE.upper(), TWO + " ", THREE.replace(",", "")).content_hash
    assert article.content_hash != article_of(ONE, THREE, TWO).content_hash


def test_a_credit_line_goes_to_the_picture() -> None:
    picture = Image("https://reel.example/a.jpg")
    article = article_of(ONE, "Photo: Joe Roe", TWO, THREE, images=(picture,), main_image=picture)
    assert article.images == (Image("https://reel.example/a.jpg", credit="Photo: Joe Roe"),)
    assert article.main_image == article.images[0]


def test_counts_words_of_scripts_without_spaces() -> None:
    assert article_of("映画の新しい話が始まる。" * 10).word_count == pytest.approx(60, abs=12)


@pytest.mark.parametrize(
    ("blocks", "reject", "code"),
    [
        ((), None, "no-text"),
        (("Advertisement",), None, "no-text"),
        (("Three short words.",), None, "too-short"),
        ((ONE, TWO), "soft-404", "soft-404"),
    ],
)
def test_rejects(blocks: tuple[str, ...], reject: str | None, code: str) -> None:
    candidate = Candidate("https://reel.example/a", blocks=tuple(Block("p", text) for text in blocks), reject=reject)
    with pytest.raises(PageRejected) as error:
        clean(candidate, "reel", "The Reel", RULES, {}, 0, candidate.url, NOW)
    assert error.value.code == code
    assert [block.text for block in best_text(candidate, RULES)] == list(blocks)


SENTENCES = st.lists(
    st.lists(
        st.sampled_from(
            [
                "the",
                "keeper",
                "storm",
                "island",
                "crew",
                "season",
                "sailed",
                "broke",
                "returned",
                "slowly",
                "quiet",
                "under",
                "again",
                "lighthouse",
            ]
        ),
        min_size=16,
        max_size=30,
    ),
    min_size=3,
    max_size=8,
)


@given(SENTENCES)
def test_loses_no_sentence_and_cleans_its_own_output_to_itself(words: list[list[str]]) -> None:
    texts = list(dict.fromkeys(" ".join(line).capitalize() + "." for line in words))
    texts.insert(0, ONE)
    article = article_of(*texts)
    assert [block.text for block in article.blocks] == texts
    assert article_of(*article.blocks).blocks == article.blocks
    assert body_text(article.blocks) == "\n\n".join(texts)


@pytest.mark.parametrize(
    ("path", "classes", "stays"),
    [
        ("header/p", "head/story deck", False),
        ("p", "story deck", True),
        ("header/p", "head/", True),
    ],
)
def test_a_deck_in_a_box_above_the_body_is_the_description(path: str, classes: str, stays: bool) -> None:
    deck = Block("p", "A storm, an island and a keeper who cannot swim.", path=path, classes=classes)
    article = article_of(deck, ONE, TWO, description="A storm, an island, and a keeper who cannot swim")
    assert (article.blocks[0].text == deck.text) is stays
    assert [removal.rule for removal in article.removals] == ([] if stays else ["deck.repeated"])


def test_a_correction_stays() -> None:
    note = Block("p", "Correction: An earlier version named the wrong island.", classes="correction")
    assert article_of(ONE, TWO, note).blocks[-1].text == note.text


def test_one_captioned_picture_is_no_article() -> None:
    picture = Image("https://reel.example/a.jpg", "The island at dawn")
    with pytest.raises(PageRejected) as caught:
        article_of("The island at dawn.", images=(picture,))
    assert caught.value.code == "too-short"
    assert article_of("The island at dawn.", images=(picture, Image("https://reel.example/b.jpg"))).word_count == 4


NOTICE = "In affiliate marketing, the links that a site prints earn it a commission on whatever its readers buy."


@pytest.mark.parametrize(("chance", "kept"), [(None, False), (0.7, False), (0.95, True)])
def test_a_rule_gives_way_to_a_line_that_is_surely_of_the_story(chance: float | None, kept: bool) -> None:
    article = article_of(ONE, Block("p", NOTICE, chance=chance), TWO)
    assert (NOTICE in body_text(article.blocks)) is kept
    assert [removal.rule for removal in article.removals] == ([] if kept else ["affiliate.notice"])


@pytest.mark.parametrize("chance", [None, 0.7, 1.0])
def test_a_marker_goes_however_likely(chance: float | None) -> None:
    article = article_of(ONE, Block("p", "Advertisement", chance=chance), TWO)
    assert body_text(article.blocks) == f"{ONE}\n\n{TWO}"
