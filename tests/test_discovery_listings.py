"""Listing pages: the links and the next page that selectors choose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.discovery import MOST_LINKS, Discovery
from newsreel.discovery.listings import read_listing
from newsreel.items import Link
from newsreel.sources import Listing
from newsreel.urls import is_web

URL = "https://gazette.example/film/"
LISTING = Listing(URL, "main .card", "a.next")


def page(main: str, head: str = "<title>Film \n news</title>") -> bytes:
    """A listing page."""
    return f"<!doctype html><html><head>{head}</head><a href='/about'>About</a><main>{main}</main></html>".encode()


def test_listing() -> None:
    body = page("""
      <div class="card"><img src="/i.jpg"><h2><a href="one?utm_source=x">One</a></h2><a href="/comments">12</a></div>
      <a class="card" href="/two">Two</a><p><a href="/advert">Not a card</a></p>
      <div class="card">No link</div>
      <div class="card"><a href="one#comments">One again</a></div>
      <a class="card" href="javascript:void(0)">Menu</a><a class="card" href="mailto:desk@gazette.example">Write</a>
      <a class="card" href="#top">Top</a><a class="card" href="?utm_source=self">Here</a>
      <a class="next" href="?page=2">Next</a><a class="next" href="?page=9">Last</a>""")
    assert read_listing(body, URL, LISTING) == Discovery(
        title="Film news",
        links=(
            Link(url="https://gazette.example/film/one?utm_source=x", via="listing", door=URL),
            Link(url="https://gazette.example/two", via="listing", door=URL),
        ),
        more=("https://gazette.example/film/?page=2",),
    )


@pytest.mark.parametrize(
    "following", ["", '<a class="next" href="#">Next</a>', '<a class="next" href="/film/">Next</a>']
)
def test_no_next_page(following: str) -> None:
    found = read_listing(page(f'<a class="card" href="/a">A</a>{following}'), URL, LISTING)
    assert (len(found.links), found.more) == (1, ())


def test_next_page_is_not_asked_for() -> None:
    body = page('<a class="card" href="/a">A</a><a class="next" href="?page=2">Next</a>')
    assert read_listing(body, URL, Listing(URL, "a.card")).more == ()


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/archive/", "https://gazette.example/archive/a"),
        ("//other.example/x/", "https://other.example/x/a"),
        ("javascript:1", "https://gazette.example/film/a"),
        ("", "https://gazette.example/film/a"),
    ],
)
def test_base_element(href: str, url: str) -> None:
    (link,) = read_listing(page('<a class="card" href="a">A</a>', f'<base href="{href}">'), URL, LISTING).links
    assert link.url == url


@pytest.mark.parametrize(
    ("text", "encoding", "claimed"),
    [
        ('<meta charset="utf-8"><a class="card" href="/caf\u00e9">A</a>', "utf-8", None),
        ('<a class="card" href="/caf\u00e9">A</a>', "utf-8", "cp1252"),
        ('<meta charset="windows-1252"><a class="card" href="/caf\u00e9">A</a>', "cp1252", None),
        ('<a class="card" href="/caf\u00e9">A</a>', "cp1252", "cp1252"),
        ('<a class="card" href="/caf\u00e9">A</a>', "utf-16", None),
    ],
)
def test_encoding(text: str, encoding: str, claimed: str | None) -> None:
    body = f"<html><main>{text}</main></html>".encode(encoding)
    assert [link.url for link in read_listing(body, URL, LISTING, claimed).links] == [
        "https://gazette.example/caf%C3%A9"
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "an empty answer instead of a listing page"),
        (b"<!-- nothing -->", "a listing page that cannot be read (Document is empty)"),
        (b"plain text", 'no link matches the selector "main .card"'),
        (page("<div class=card>No link</div>"), 'no link matches the selector "main .card"'),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 'no link matches the selector "main .card"'),
    ],
)
def test_page_without_links(body: bytes, problem: str) -> None:
    found = read_listing(body, URL, LISTING)
    assert found.links == ()
    assert found.problem == problem


def test_links_beyond_the_budget_are_counted() -> None:
    cards = "".join(f'<a class="card" href="/{number}">A</a>' for number in range(MOST_LINKS + 7))
    found = read_listing(page(cards + cards), URL, LISTING)
    assert (len(found.links), found.dropped) == (MOST_LINKS, 7)
    assert found.links[0].url == "https://gazette.example/0"


@given(
    st.lists(
        st.sampled_from(
            [
                "<main>",
                "<a class=card href=/a>",
                "<div class=card>",
                "</div>",
                "</a>",
                "<",
                "\x00",
                "\ud7ff",
                "<table>",
                "<base href=//>",
                "<svg>",
                "</html>",
            ]
        )
    )
)
def test_hostile_markup_raises_nothing(pieces: list[str]) -> None:
    found = read_listing("".join(pieces).encode(), URL, LISTING)
    assert all(is_web(link.url) for link in found.links)
    assert found.links or found.problem
