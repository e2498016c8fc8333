"""Galleries keep their captions and number their titles; counters and credits go."""

from __future__ import annotations

from datetime import UTC, datetime

from newsreel.cleaning import classify, clean, load_rules
from newsreel.items import Block, Candidate, Image, Slide, body_text

INTRO = Block(
    "p", "Forty-eight guests went down with the submarine on Friday to see the comedy, and all of them came up again."
)
SLIDES = [
    ("Ann Lee", "She counted the life vests."),
    ("Joe Roe", "He brought a lamp."),
    ("The toilet", "There was a line."),
]


def gallery(*, counted: bool, url: str) -> Candidate:
    blocks = [INTRO]
    for number, (title, caption) in enumerate(SLIDES, 1):
        blocks += [Block("caption", f"{number} of 3", path="figure/div")] if counted else []
        blocks += [
            Block("heading", title, level=3, path="figure/figcaption/h3"),
            Block("caption", caption, path="figure/figcaption/p", classes="/caption/"),
            Block("caption", "Photo: Jane Poe", path="figure/figcaption/span"),
        ]
    images = tuple(Image(f"https://reel.example/{i}.jpg", caption) for i, (_, caption) in enumerate(SLIDES))
    return Candidate(url, headline="The guests who went under", blocks=tuple(blocks), images=images)


def test_counted_and_uncounted_galleries_read_alike() -> None:
    for candidate in (
        gallery(counted=True, url="https://reel.example/a"),
        gallery(counted=False, url="https://reel.example/photos/a"),
    ):
        now = datetime(2026, 5, 2, tzinfo=UTC)
        article = classify(clean(candidate, "reel", "Reel", load_rules(None), {}, 0, candidate.url, now), candidate)
        lines = [f"{number}. {title}\n\n{caption}" for number, (title, caption) in enumerate(SLIDES, 1)]
        assert body_text(article.blocks) == "\n\n".join([INTRO.text, *lines])
        assert article.kind == "gallery"
        assert article.slides == tuple(
            Slide(title, caption, f"https://reel.example/{i}.jpg") for i, (title, caption) in enumerate(SLIDES)
        )


def test_captions_of_an_ordinary_article_go() -> None:
    candidate = gallery(counted=False, url="https://reel.example/a")
    article = clean(candidate, "reel", "Reel", load_rules(None), {}, 0, candidate.url, datetime(2026, 5, 2, tzinfo=UTC))
    assert "She counted the life vests." not in body_text(article.blocks)
