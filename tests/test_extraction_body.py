"""The body is found among comments, teasers and second articles, and the outlet's own rules win."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.errors import CatalogueError
from newsreel.extraction import extract
from newsreel.items import Page
from newsreel.sources import OutletRules

URL = "https://reel.example/2026/05/01/lighthouse-keeper-returns"
STORY = [
    "The lighthouse keeper returns for a second season, the makers said on Friday, and this time the storm is real.",
    "Ann Lee, who plays the keeper, learned to sail for the part and broke a finger on the very first day at sea.",
    "“I would do it again tomorrow,” she said, holding up the hand with the bandage for the cameras on the pier.",
    "Filming begins in October on the same island, with a crew that is nearly twice as large as it was before.",
    "The first season was seen by four million people in its opening week, more than any other drama that year.",
]
COMMENTS = [
    f"Reader number {i} thinks that the ending of the first season made no sense at all, and says so at great length. "
    * 3
    for i in range(12)
]
TEASERS = [
    (
        "A musical about taxes opens",
        "The producer of last year's hit has found a subject that nobody asked for, critics say.",
    ),
    (
        "Ten trailers of the week",
        "From dragons to dentists: these are the previews that people talked about this week.",
    ),
    (
        "The quiet star speaks",
        "After years of silence the singer explains why she left the stage in the middle of a tour.",
    ),
    (
        "Festival names its jury",
        "Seven names, three continents and one surprise: the jury for the autumn is complete now.",
    ),
]


def text_of(body: str, rules: OutletRules | None = None) -> list[str]:
    html = f"<html><head><title>Lighthouse keeper returns</title></head><body>{body}</body></html>"
    page = Page(URL, URL, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC))
    return [block.text for block in extract(page, rules or OutletRules()).blocks]


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


H1 = "<h1>Lighthouse keeper returns</h1>"
RIVER = "".join(
    f'<div class="card"><h3><a href="/x{i}">{title}</a></h3><p>{text}</p></div>'
    for i, (title, text) in enumerate(TEASERS)
)


@pytest.mark.parametrize(
    "body",
    [
        f"<nav><ul><li><a href=/>Home</a></ul></nav><main>{H1}{paragraphs(STORY)}</main><footer>© Reel</footer>",
        f"<div id=wrap><div class=story>{H1}{paragraphs(STORY)}</div><div id=comments>{paragraphs(COMMENTS)}</div></div>",
        f"<article>{H1}{paragraphs(STORY)}<section class=comment-list>{paragraphs(COMMENTS)}</section></article>",
        f"<div class=page><div class=story>{H1}{paragraphs(STORY)}</div><div class=more>{RIVER}</div></div>",
        f"<div class=grid>{RIVER}</div><div class=story>{H1}{paragraphs(STORY)}</div>",
        f"<article>{H1}{paragraphs(STORY[:2])}<div class=river>{RIVER}</div>{paragraphs(STORY[2:])}</article>",
        f"<article>{H1}{paragraphs(STORY)}</article><article><h1>Another one</h1>{paragraphs(COMMENTS[:3])}</article>",
        f"<form id=aspnetForm><div>{H1}{paragraphs(STORY)}</div></form>",
        f"<table><tr><td><a href=/>Home</a></td><td>{H1}{paragraphs(STORY)}</td></tr></table>",
        f"<body class=comments-open><div class='sidebar-right layout'>{H1}{paragraphs(STORY)}</div></body>",
        H1 + "".join(f'<div class="elementor-widget"><div>{paragraphs([text])}</div></div>' for text in STORY),
        f"<div class=article-body>{paragraphs(STORY[:3])}</div><div class=ad></div><div class=article-body>{paragraphs(STORY[3:])}</div>",
        f"<div>{H1}" + "<br><br>".join(STORY) + "</div>",
        f"<div class=consent-banner>{paragraphs(COMMENTS[:6])}</div><main>{H1}{paragraphs(STORY)}</main>",
        f"<div class=cookiebanner>{paragraphs(COMMENTS[:4])}</div><main>{H1}{paragraphs(STORY)}</main>",
        f"<div class=cmp-container><div class=cmp-text>{H1}{paragraphs(STORY)}</div></div><footer>© Reel</footer>",
        f"<main class=newsletter-wrapper>{H1}{paragraphs(STORY)}</main><nav><a href=/>Home</a></nav>",
    ],
)
def test_finds_the_story_and_nothing_else(body: str) -> None:
    assert text_of(body) == STORY


def test_outlet_rules_win() -> None:
    body = f"<div class=x>{paragraphs(STORY)}</div><div class=wanted><p>{TEASERS[0][1]}</p><p class=out>Leave out.</p></div>"
    assert text_of(body, OutletRules(body="div.wanted", drop=(".out",))) == [TEASERS[0][1]]
    assert text_of(body, OutletRules(body="div.missing")) == STORY


def test_a_bad_selector_is_named() -> None:
    with pytest.raises(CatalogueError, match="div\\["):
        text_of(f"<div>{paragraphs(STORY)}</div>", OutletRules(body="div["))


def test_a_list_without_prose_is_found() -> None:
    names = [f"Nominee number {i}" for i in range(12)]
    items = "".join(f"<li>{name}</li>" for name in names)
    assert text_of(f"<nav><a href=/>Home</a></nav><div class=article-body>{H1}<ul>{items}</ul></div>") == names


def test_text_that_only_json_ld_has() -> None:
    stated = "\\n".join(STORY)
    body = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Lighthouse", "articleBody": "{stated}"}}</script>'
    assert text_of(f"{body}{H1}<p>Loading the story.</p>") == STORY


def test_a_line_of_a_live_blog_that_repeats_the_headline_stays() -> None:
    entries = [f"<h3>{STORY[i][:40]}</h3><p>{STORY[i]}</p>" for i in range(5)]
    entries[1] = f"<h3>The keeper of the island returns</h3><p>{STORY[1]}</p>"
    source = f"<html><body><article><h1>The keeper of the island returns, live</h1>{''.join(entries)}</article></body></html>"
    found = extract(Page(URL, URL, 200, {}, source.encode(), datetime(2026, 5, 2, tzinfo=UTC)))
    assert [block.text for block in found.blocks if block.kind == "p"] == STORY
