"""A live-blog's text stays in page order, its updates come in time order."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from newsreel.extraction import extract
from newsreel.items import Page

URL = "https://reel.example/2026/05/01/awards-night-live"
UPDATES = [
    (
        "2026-05-01T21:30:00Z",
        "Best film",
        "The prize for the best film goes to the quiet one that nobody in the hall had expected to win.",
    ),
    (
        "2026-05-01T20:10:00Z",
        "Red carpet",
        "The first guests have arrived, under umbrellas, and the band of the fire brigade plays in the rain.",
    ),
]


def candidate_of(html: str) -> list[tuple[str | None, str]]:
    candidate = extract(Page(URL, URL, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC)))
    assert [block.text for block in candidate.blocks if block.kind == "p"] == [text for _, _, text in UPDATES]
    assert [update.published for update in candidate.live_updates] == [
        datetime(2026, 5, 1, 20, 10, tzinfo=UTC),
        datetime(2026, 5, 1, 21, 30, tzinfo=UTC),
    ]
    return [(update.headline, update.text) for update in candidate.live_updates]


BODY = "".join(
    f'<div class="live-update"><time datetime="{when}"></time><h2>{title}</h2><p>{text}</p></div>'
    for when, title, text in UPDATES
)
IN_TIME = [(title, text) for _, title, text in reversed(UPDATES)]


def test_from_the_page() -> None:
    assert candidate_of(f"<html><body><article><h1>Awards night live</h1>{BODY}</article></body></html>") == IN_TIME


def test_from_json_ld() -> None:
    data = {
        "@type": "LiveBlogPosting",
        "headline": "Awards night live",
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "datePublished": when, "headline": title, "articleBody": text}
            for when, title, text in UPDATES
        ],
    }
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    body = BODY.replace("live-update", "x")
    assert (
        candidate_of(
            f"<html><head>{head}</head><body><article><h1>Awards night live</h1>{body}</article></body></html>"
        )
        == IN_TIME
    )
