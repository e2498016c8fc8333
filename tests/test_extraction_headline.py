"""The headline: the heading over the story, without kickers and the outlet's name."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newsreel.extraction import headline, outlet, structured

URL = "https://www.dailyexample.test/film/a-star-returns"


def read(html: str, url: str = URL) -> tuple[str, str | None]:
    tree = document_fromstring(html)
    told = structured.read(tree, url)
    return headline.read(tree, told, outlet.read(told, tree))


def ld(title: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{title}"}}</script>'


PROSE = f"<p>{'The hall was full and nobody wanted to leave before the end. ' * 10}</p>"

CASES = [
    (
        "the heading beats the title for sharing",
        '<meta property="og:title" content="You Will Not Believe Who Is Back"><h1>A Star Returns to the Stage</h1>',
        "A Star Returns to the Stage",
    ),
    (
        "suffix of the outlet",
        '<title>A Star Returns | Daily Example</title><meta property="og:site_name" content="Daily Example">',
        "A Star Returns",
    ),
    (
        "suffix of the host",
        "<title>A Star Returns to the Stage - DailyExample.test</title>",
        "A Star Returns to the Stage",
    ),
    (
        "prefix of the outlet",
        "<title>Daily Example: A Star Returns to the Stage</title>",
        "A Star Returns to the Stage",
    ),
    (
        "prefix that a link home bears too",
        "<title>The Old Gazette - A Star Returns</title><a href=/><b>The Old Gazette</b></a><b>A Star Returns</b>",
        "A Star Returns",
    ),
    (
        "a link home that says only home",
        "<title>A Star Returns - Home</title><a href=/>Home</a>",
        "A Star Returns - Home",
    ),
    (
        "section after a bar",
        "<title>A Star Returns to the Stage | Film | Daily Example</title>",
        "A Star Returns to the Stage",
    ),
    (
        "a dash of its own stays",
        "<title>A Star Returns - and Sings | Daily Example</title><h1>A Star Returns - and Sings</h1>",
        "A Star Returns - and Sings",
    ),
    (
        "quotation marks of its own stay",
        "<title>Le film « Étoile » sort en salles | Daily Example</title><h1>Le film « Étoile » sort en salles</h1>",
        "Le film « Étoile » sort en salles",
    ),
    (
        "logo as a heading",
        '<title>A Star Returns - Daily Example</title><h1><a href="/">The Example</a></h1><h1>A Star Returns</h1>',
        "A Star Returns",
    ),
    (
        "name of a weblog as the only h1",
        "<title>A Star Returns to the Stage - Notes From the Stalls</title>"
        "<h1>Notes From the Stalls</h1><h2>A Star Returns to the Stage</h2>",
        "A Star Returns to the Stage",
    ),
    (
        "headings of boxes",
        f"<head>{ld('A Star Returns to the Stage')}</head><h1>Newsletter</h1><h1>A Star Returns to the Stage!</h1>",
        "A Star Returns to the Stage!",
    ),
    (
        "the only heading is a label",
        f"<head>{ld('A Star Returns to the Stage')}</head><h1>Our Blog</h1>",
        "A Star Returns to the Stage",
    ),
    (
        "kicker in the heading by its class",
        "<h1><span class='headline-kicker'>Exclusive</span> A Star Returns</h1>",
        "A Star Returns",
    ),
    (
        "kicker in the heading by the told title",
        f"<head>{ld('A Star Returns to the Stage')}</head><h1><b>Theatre</b><i>A Star Returns to the Stage</i></h1>",
        "A Star Returns to the Stage",
    ),
    (
        "the told title knows the punctuation",
        f"<head>{ld('Theatre: A Star Returns')}</head><h1><span>Theatre</span><span>A Star Returns</span></h1>",
        "Theatre: A Star Returns",
    ),
    (
        "kicker before a colon, by the title for sharing",
        f"<head>{ld('Theatre in the Rain: A Star Returns to the Stage')}"
        '<meta property="og:title" content="A Star Returns to the Stage"></head>'
        "<h1>Theatre in the Rain: A Star Returns to the Stage</h1>",
        "A Star Returns to the Stage",
    ),
    (
        "the first words are no kicker without a mark",
        '<meta property="og:title" content="Best Films About the Sea"><h1>The Best Films About the Sea</h1>',
        "The Best Films About the Sea",
    ),
    (
        "headings between the paragraphs of a text",
        '<meta property="og:title" content="What a Star Does All Day">'
        f"{PROSE}<h1>Morning</h1>{PROSE}<h1>What a morning with the dogs does</h1>{PROSE}",
        "What a Star Does All Day",
    ),
    (
        "a late heading that is the title",
        f"<title>A Star Returns to the Stage</title>{PROSE}<h1>A Star Returns to the Stage!</h1>",
        "A Star Returns to the Stage!",
    ),
    (
        "heading over a teaser",
        '<meta property="og:title" content="Where Stars Swim"><h1>The Best Pools for Stars and Others</h1>'
        '<h1><a href="/film/where-the-stars-eat">Where the Stars Eat in Town</a></h1>',
        "The Best Pools for Stars and Others",
    ),
    (
        "the title names the outlet, so its other part is the story",
        "<title>A Star Returns - What the director says about the long night : Daily Example</title>"
        "<h1>A Star Returns</h1><h2>What the director says about the long night</h2>",
        "A Star Returns",
    ),
    (
        "three parts, the outlet's own name last",
        "<title>Stars</title><h1>A Star Returns at Last | Notes | The Day's Own Example</h1>",
        "A Star Returns at Last",
    ),
    (
        "a joiner within a word stays, a space of no width goes",
        "<h1>A\u200bStar می\u200cخواهم</h1>",
        "AStar می\u200cخواهم",
    ),
    ("line break", "<h1>A Star<br>Returns</h1>", "A Star Returns"),
    ("label after a bar", "<h1>A Star Returns to the Stage | Opinion</h1>", "A Star Returns to the Stage"),
    (
        "script and ruby in the heading",
        "<h1>A <ruby>Star<rt>st</rt></ruby><style>b{}</style> Returns</h1>",
        "A Star Returns",
    ),
    (
        "cut JSON-LD title, no heading",
        f"<head>{ld('A Star Returns to the Stage After Ten Long Years Away From')}"
        '<meta property="og:title" content="A Star Returns to the Stage After Ten Long Years Away From Light"></head>',
        "A Star Returns to the Stage After Ten Long Years Away From Light",
    ),
    ("microdata", '<b itemprop="headline">A Star Returns</b>', "A Star Returns"),
    ("nothing", "<p>text</p>", ""),
]


@pytest.mark.parametrize(("html", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_headline(html: str, expected: str) -> None:
    assert read(f"<html>{html}</html>")[0] == expected


def test_the_title_for_sharing_is_kept_where_it_says_something_else() -> None:
    social = '<meta property="og:title" content="You Will Not Believe Who Is Back">'
    assert read(f"{social}<h1>A Star Returns to the Stage</h1>")[1] == "You Will Not Believe Who Is Back"
    assert read('<meta property="og:title" content="A Star Returns | Daily Example"><h1>A star returns</h1>')[1] is None


def test_a_heading_in_many_spans_is_read() -> None:
    assert read("<h1>" + "<span>" * 200 + "A Star Returns" + "</span>" * 200 + "</h1>")[0] == "A Star Returns"


def test_the_heading_of_a_headline_is_found() -> None:
    tree = document_fromstring("<h1>Daily Example</h1><h2>A Star Returns</h2><h1></h1>")
    found = headline.heading_of(tree, "A Star Returns")
    assert found is not None
    assert found.tag == "h2"
    other = headline.heading_of(tree, "Nowhere to be seen")
    assert other is not None
    assert other.text == "Daily Example"
