"""Articles get their kind, their flags and the fields of their kind."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib import resources

import pytest

from newsreel.cleaning import classify, clean, load_rules
from newsreel.cleaning.kinds import headline_kinds
from newsreel.items import KINDS, Article, Block, Candidate, Embed, Image, ListItem, LiveUpdate, Review

NOW = datetime(2026, 5, 2, tzinfo=UTC)
TEXT = (
    "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said. " * 6
)
EXAMPLES = tomllib.loads(resources.files("newsreel.cleaning").joinpath("kinds.toml").read_text(encoding="utf-8"))[
    "kind"
]


def classified(headline: str, *blocks: Block, **fields: object) -> Article:
    candidate = Candidate("https://reel.example/a", headline=headline, blocks=(Block("p", TEXT), *blocks), **fields)  # type: ignore[arg-type]
    return classify(clean(candidate, "reel", "Reel", load_rules(None), {}, 0, candidate.url, NOW), candidate)


def headings(*texts: str) -> list[Block]:
    return [
        block
        for text in texts
        for block in (
            Block("heading", text, level=2),
            Block("p", f"All about {text}, and why it matters so much to us."),
        )
    ]


@pytest.mark.parametrize("row", EXAMPLES, ids=[row["kind"] for row in EXAMPLES])
def test_headline_examples(row: dict[str, list[str]]) -> None:
    assert all(row["kind"] in headline_kinds(text) for text in row["is"])
    assert not any(row["kind"] in headline_kinds(text) for text in row["is_not"])
    assert row["kind"] in KINDS


@pytest.mark.parametrize(
    ("headline", "blocks", "fields", "kind"),
    [
        ("Keeper returns", [], {}, "article"),
        ("Night Harbour review: a storm", [], {}, "review"),
        ("Night Harbour", [], {"review": Review("4", "4/5", "5")}, "review"),
        ("Night Harbour", [], {"signals": ("schema:Review",)}, "review"),
        (
            "5 best storms of the cinema",
            headings("5. Gale", "4. Squall", "3. Surge", "2. Blow", "1. Flood"),
            {},
            "listicle",
        ),
        (
            "What the keeper said",
            [Block("p", f"Why does the {w} matter?", bold=True) for w in ("sea", "sky", "boat", "storm")],
            {},
            "interview",
        ),
        ("Awards night", [], {"live_updates": (LiveUpdate(NOW, "Doors open."),)}, "live-blog"),
        ("Box office: the storm wins", [], {}, "box-office"),
        ("Screen legend Ann Lee dies at 91", [], {}, "obituary"),
        ("Night Harbour recap: the end", [], {}, "recap"),
        ("The best camera deals you can buy", [], {}, "commerce"),
        (
            "Keeper on the pier",
            [],
            {"signals": ("schema:VideoObject",), "videos": (Embed("youtube", "https://y.example/1"),)},
            "video",
        ),
        ("Reel podcast: storms", [], {"audios": (Embed("spotify", "https://s.example/1"),)}, "podcast"),
    ],
)
def test_kind(headline: str, blocks: list[Block], fields: dict[str, object], kind: str) -> None:
    assert classified(headline, *blocks, **fields).kind == kind


def test_list_items_keep_their_numbers() -> None:
    article = classified(
        "3 best storms of the cinema ranked", *headings("4. Gale", "3. Squall", "2. Surge", "1. Flood")
    )
    assert article.list_items == (
        ListItem("4", "Gale"),
        ListItem("3", "Squall"),
        ListItem("2", "Surge"),
        ListItem("1", "Flood"),
    )


def test_gallery_has_slides() -> None:
    pictures = tuple(Image(f"https://reel.example/{i}.jpg", f"Caption {i}") for i in range(3))
    article = classified("In pictures: the storm", images=pictures)
    assert (article.kind, [slide.caption for slide in article.slides]) == (
        "gallery",
        ["Caption 0", "Caption 1", "Caption 2"],
    )


@pytest.mark.parametrize(
    ("block", "fields", "flag"),
    [
        (Block("p", "Warning: spoilers ahead for the last episode."), {}, "spoiler"),
        (Block("p", "We may earn a commission if you buy through our links."), {}, "affiliate"),
        (Block("p", "More of it."), {"signals": ("paywalled",)}, "paywalled"),
        (Block("p", "More of it."), {"is_accessible_for_free": False}, "paywalled"),
        (Block("p", "More of it."), {"signals": ("noarchive",)}, "noarchive"),
        (Block("p", "More of it."), {"signals": ("feed-only",)}, "feed-only"),
        (Block("p", "This article is sponsored by the harbour."), {}, "sponsored"),
    ],
)
def test_flags(block: Block, fields: dict[str, object], flag: str) -> None:
    article = classified("Keeper returns", block, **fields)
    assert article.flags == (flag,)
    assert flag == "affiliate" or block in article.blocks
