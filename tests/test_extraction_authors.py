"""The authors: people and named desks, never roles, dates, links or the outlet."""

from __future__ import annotations

import json

import pytest
from lxml.html import document_fromstring

from newsreel.extraction import authors, headline, outlet, structured
from newsreel.extraction.names import people
from newsreel.extraction.outlet import Outlet
from newsreel.items import Author

URL = "https://www.dailyexample.test/film/a-star-returns"
OUTLET = Outlet("Daily Example", frozenset({"dailyexample"}), "dailyexample")


def read(html: str) -> tuple[Author, ...]:
    tree = document_fromstring(html)
    told = structured.read(tree, URL)
    owner = outlet.read(told, tree)
    heading = headline.heading_of(tree, headline.read(tree, told, owner)[0])
    return authors.read(tree, heading, told, owner)


def names(html: str) -> list[str]:
    return [author.name for author in read(html)]


def ld(author: object) -> str:
    node = json.dumps({"@type": "NewsArticle", "headline": "A Star Returns", "author": author})
    return f'<html><script type="application/ld+json">{node}</script><body><h1>A Star Returns</h1></body></html>'


LINES = [
    ("Ann Lee", ["Ann Lee"]),
    ("By Ann Lee", ["Ann Lee"]),
    ("BY ANN LEE", ["ANN LEE"]),
    ("ByAnn Lee", ["Ann Lee"]),
    ("Byron Lee", ["Byron Lee"]),
    ("Written by: Ann Lee and Bo Chan", ["Ann Lee", "Bo Chan"]),
    ("Ann Lee, Bo Chan & Cy Poe", ["Ann Lee", "Bo Chan", "Cy Poe"]),
    ("Ann Lee; Bo Chan / Cy Poe", ["Ann Lee", "Bo Chan", "Cy Poe"]),
    ("Von Ann Lee und Bo Chan", ["Ann Lee", "Bo Chan"]),
    ("Ein Gastbeitrag von Ann Lee", ["Ann Lee"]),
    ("Par Ann Lee et Bo Chan", ["Ann Lee", "Bo Chan"]),
    ("Por Ana Lía y José Ortega", ["Ana Lía", "José Ortega"]),
    ("di Anna Lei", ["Anna Lei"]),
    ("Autor: Ann Lee", ["Ann Lee"]),
    ("Bo Chan Jr. and Cy Poe", ["Bo Chan Jr.", "Cy Poe"]),
    ("Bo Chan, Jr.", ["Bo Chan, Jr."]),
    ("Ann Lee, PhD, MD", ["Ann Lee"]),
    ("Lee, Ann", ["Ann Lee"]),
    ("Ann Lee, Berlin", ["Ann Lee"]),
    ("Ann Lee, Senior Editor", ["Ann Lee"]),
    ("Ann Lee | Film Critic", ["Ann Lee"]),
    ("Ann Lee - Updated May 3, 2024", ["Ann Lee"]),
    ("Ann Lee Dec 18, 2025", ["Ann Lee"]),
    ("Ann Lee in Los Angeles", ["Ann Lee"]),
    ("Ann Lee @annlee", ["Ann Lee"]),
    ("Ann Lee (ann@dailyexample.test)", ["Ann Lee"]),
    ("Ann Lee View author archive Get author RSS feed", ["Ann Lee"]),
    ("Ludwig van der Berg", ["Ludwig van der Berg"]),
    ("Loïc Le Clerc", ["Loïc Le Clerc"]),
    ("April Smith", ["April Smith"]),
    ("annlee", ["annlee"]),
    ("dpa", ["dpa"]),
    ("The Associated Press", ["The Associated Press"]),
    ("Daily Example Staff", ["Daily Example Staff"]),
    ("Lifestyle Desk", ["Lifestyle Desk"]),
    ("Staff", []),
    ("Staff Writer", []),
    ("Editorial Team", []),
    ("admin", []),
    ("Unknown", []),
    ("Daily Example", []),
    ("The Daily Example", []),
    ("dailyexample.com", []),
    ("By", []),
    ("Updated", []),
    ("May 3, 2024", []),
    ("10:30", []),
    ("Film Critic", []),
    ("View author archive", []),
    ("ann@dailyexample.test", []),
    ("https://www.facebook.com/annlee", []),
    ("ann-lee", []),
    ("Example Verlag GmbH", []),
    ("The actor told us about your next film", []),
    ("", []),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_line_gives_its_people(line: str, expected: list[str]) -> None:
    assert list(people(line, OUTLET)) == expected


JSONLD = [
    ("an object", {"@type": "Person", "name": "Ann Lee"}, ["Ann Lee"]),
    ("a list", [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Chan"}], ["Ann Lee", "Bo Chan"]),
    ("strings", ["Ann Lee", "Bo Chan and Cy Poe"], ["Ann Lee", "Bo Chan", "Cy Poe"]),
    ("a list of names", {"@type": "Person", "name": ["Ann Lee", "Bo Chan"]}, ["Ann Lee", "Bo Chan"]),
    ("a role in the name", {"name": "By Ann Lee, Film Critic"}, ["Ann Lee"]),
    ("twice the same", [{"name": "Ann Lee"}, {"name": "ANN LEE"}], ["Ann Lee"]),
    ("the outlet", {"@type": "Organization", "name": "Daily Example"}, []),
    ("an agency", {"@type": "Organization", "name": "Example Press Agency"}, ["Example Press Agency"]),
    ("a site of one's own", {"@type": "Person", "name": "Daily Example"}, []),
    ("nothing", {}, []),
    ("nested too deeply", [[[[[["Ann Lee"]]]]]], []),
]


@pytest.mark.parametrize(("author", "expected"), [case[1:] for case in JSONLD], ids=[case[0] for case in JSONLD])
def test_json_ld_names_the_authors(author: object, expected: list[str]) -> None:
    assert names(ld(author)) == expected


PAGES = [
    ("meta element", '<meta name="author" content="Ann Lee"><h1>A Star</h1>', ["Ann Lee"]),
    (
        "an address in a meta element is no name",
        '<meta property="article:author" content="https://www.facebook.com/dailyexample">'
        '<meta name="author" content="Ann Lee"><h1>A Star</h1>',
        ["Ann Lee"],
    ),
    (
        "the address of a profile, where nothing else tells",
        '<meta property="article:author" content="https://www.dailyexample.test/staff/ann-lee"><h1>A Star</h1>',
        ["Ann Lee"],
    ),
    ("byline", '<h1>A Star</h1><p class="byline">By Ann Lee <span class="date">May 3</span></p>', ["Ann Lee"]),
    (
        "byline with links and roles",
        '<h1>A Star</h1><div class="c-byline">By <a href="/author/ann">Ann Lee</a>, <a href="/author/bo">Bo Chan</a>'
        ' <span class="c-byline__title">Film Editor</span> View all posts</div>',
        ["Ann Lee", "Bo Chan"],
    ),
    (
        "two marked elements beside each other",
        "<h1>A Star</h1><div>"
        '<a rel="author" href="/by/ann">Ann Lee</a> and <a rel="author" href="/by/bo">Bo Chan</a></div>',
        ["Ann Lee", "Bo Chan"],
    ),
    (
        "label before the byline",
        '<h1>A Star</h1><div class="byline"><b>Review</b> by <a href="/author/ann">Ann Lee</a></div>',
        ["Ann Lee"],
    ),
    ("spelled out without a mark", "<h1>A Star</h1><p>By Ann Lee</p><p>The actor is back.</p>", ["Ann Lee"]),
    (
        "a sentence that begins with By",
        "<h1>A Star</h1><p>By now everyone has seen it.</p><p>By commenting you agree.</p>",
        [],
    ),
    ("a link to a profile", '<h1>A Star</h1><div><a href="/profile/ann-lee-1">Ann Lee</a></div>', ["Ann Lee"]),
    (
        "not the author of a comment, a picture or another story",
        '<h1>A Star</h1><div class="comments"><b class="comment-author">Zed Troll</b></div>'
        '<figure><span class="author">Pip Photo</span></figure>'
        '<div class="related-card"><span class="author">Otto Other</span></div>',
        [],
    ),
    (
        "classes of the whole page do not count",
        '<body class="has-related"><h1>A Star</h1><aside><span class="author">Ann Lee</span></aside></body>',
        ["Ann Lee"],
    ),
    (
        "the byline after the story's heading, not the one before",
        '<div class="author">Otto Other</div><h1>A Star Returns</h1><div class="author">Ann Lee</div>',
        ["Ann Lee"],
    ),
    ("microdata", '<h1>A Star</h1><span itemprop="author"><i itemprop="name">Ann Lee</i></span>', ["Ann Lee"]),
    (
        "microdata of two",
        '<h1>A Star</h1><div class="field autor"><span itemprop="author"><i itemprop="name">Ann Lee</i></span> / '
        '<span itemprop="author"><i itemprop="name">Bo Chan</i></span></div>',
        ["Ann Lee", "Bo Chan"],
    ),
    (
        "a line of an old page between breaks",
        f"<td><h1>A Star</h1><br><font size=1>By Ann Lee<br>May 3, 2024</font><hr>{'The actor is back. ' * 30}</td>",
        ["Ann Lee"],
    ),
    (
        "not the middle of a sentence",
        f"<td><h1>A Star</h1>It was sung <i>By Ann Lee</i> and others. {'The actor is back. ' * 30}</td>",
        [],
    ),
]


@pytest.mark.parametrize(("html", "expected"), [case[1:] for case in PAGES], ids=[case[0] for case in PAGES])
def test_the_page_names_the_authors(html: str, expected: list[str]) -> None:
    assert names(f"<html>{html}</html>") == expected


def test_the_name_of_an_account_gives_way_to_a_full_name_in_the_byline() -> None:
    page = ld({"@type": "Person", "name": "ann.lee"}).replace("</h1>", '</h1><p class="byline">By Ann Lee</p>')
    assert names(page) == ["Ann Lee"]
    assert names(ld({"@type": "Person", "name": "annlee"})) == ["annlee"]


def test_the_address_of_a_profile_is_kept() -> None:
    assert read(ld({"@type": "Person", "name": "Ann Lee", "url": "/author/ann"})) == (
        Author("Ann Lee", "https://www.dailyexample.test/author/ann"),
    )
    assert read('<h1>A Star</h1><p class="byline">By <a href="/author/ann">Ann Lee</a></p>') == (
        Author("Ann Lee", "https://www.dailyexample.test/author/ann"),
    )
