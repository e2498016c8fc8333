"""The next page of an article is found by its slug, and the parts are joined without what they repeat."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.extraction import extract, join_parts
from newsreel.items import Block, Candidate, Image, Page
from newsreel.sources import OutletRules

TEXT = (
    "<p>The list goes on, and every entry on it is better than the one before, or so the writer of it would have us think.</p>"
    * 4
)


def next_page(url: str, markup: str, rules: OutletRules | None = None) -> str | None:
    html = f"<html><body><h1>The long list</h1>{TEXT}{markup}</body></html>"
    return extract(
        Page(url, url, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC)), rules or OutletRules()
    ).next_page


@pytest.mark.parametrize(
    ("url", "href", "found"),
    [
        ("https://reel.example/the-long-list/", "/the-long-list/2/", True),
        ("https://reel.example/the-long-list/2/", "/the-long-list/3/", True),
        ("https://reel.example/the-long-list/", "/the-long-list/page/2/", True),
        ("https://reel.example/the-long-list", "/the-long-list?page=2", True),
        ("https://reel.example/the-long-list.html", "/the-long-list-2.html", True),
        ("https://reel.example/route-9/", "/route-9/2/", True),
        ("https://reel.example/route-9/2/", "/route-9/3/", True),
        ("https://reel.example/route-9/", "/route-10/", False),
        ("https://reel.example/the-long-list/", "/the-long-list-2/", False),
        ("https://reel.example/the-long-list-2.html", "/the-long-list-3.html", True),
        ("https://reel.example/route-9/", "/route-9/2/comments/", False),
        ("https://reel.example/the-long-list/", "/another-story/", False),
        ("https://reel.example/the-long-list/", "https://other.example/the-long-list/2/", False),
        ("https://reel.example/the-long-list/", "#top", False),
        ("https://reel.example/the-long-list/", "/the-long-list/?share=x", False),
    ],
)
def test_next_page(url: str, href: str, found: bool) -> None:
    assert bool(next_page(url, f'<a rel="next" href="{href}">Next</a>')) is found


def test_next_page_by_rule() -> None:
    rules = OutletRules(next_page="a.more")
    assert next_page("https://reel.example/a", '<a class=more href="/b">More</a>', rules) == "https://reel.example/b"
    assert next_page("https://reel.example/a", '<a class=more href="https://else.example/b">More</a>', rules) is None


def test_joins_without_repeating() -> None:
    intro = Block("p", "This introduction stands on every page of the list.")
    end = Block("p", "Thank you all for reading to the end of the page.")

    def part(*blocks: Block, image: str) -> Candidate:
        return Candidate("https://reel.example/a", blocks=blocks, images=(Image(image), Image("same.jpg")))

    joined = join_parts(
        part(intro, Block("heading", "One"), Block("p", "Verdict"), end, image="1.jpg"),
        [
            part(intro, Block("heading", "Two"), Block("p", "Verdict"), Block("p", "Good."), end, image="2.jpg"),
            part(intro, Block("heading", "Three"), Block("p", "Bad."), image="3.jpg"),
        ],
    )
    assert [block.text for block in joined.blocks] == [
        intro.text, "One", "Verdict", end.text, "Two", "Verdict", "Good.", "Three", "Bad.",
    ]  # fmt: skip
    assert [image.url for image in joined.images] == ["1.jpg", "same.jpg", "2.jpg", "3.jpg"]
