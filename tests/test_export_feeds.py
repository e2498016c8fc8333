"""Feeds as others read them: feedparser, an XML parser, and the rules of RFC 4287, RSS 2.0 and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from stories import NOW, article

from newsreel.export import Entry, Feed, atom, json_feed, rss
from newsreel.export.feed import UNTITLED, cleaned
from newsreel.items import Author, Block, Embed, Image, Review

A = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}creator"
HALF_PAST = timezone(timedelta(hours=-5))


def feed(*entries: Entry) -> Feed:
    return Feed(
        "tag:news.example,2026:/feeds/all",
        "Newsreel",
        "https://news.example/feeds/all.atom?key=s3cret&q=a",
        "https://news.example/latest",
        NOW,
        entries,
    )


def entry(number: int = 1, **changes: Any) -> Entry:
    subject = article(f"/{number}", **changes)
    return Entry(f"urn:uuid:0000000{number}", subject, NOW, NOW + timedelta(minutes=number))


def full() -> Entry:
    return entry(
        headline="Reel <i>Two</i> & more",
        description="Found in the <attic>.",
        authors=(Author("Ada Moss", "/authors/ada"), Author(" ", None), Author("The Desk", "javascript:alert(1)")),
        date_published=datetime(2026, 11, 20, 4, 5, 6, tzinfo=HALF_PAST),
        in_language="en-GB",
        keywords=("reel", "attic"),
        kind="review",
        review=Review("3.5", "★★★½ <b>", "4"),
        main_image=Image("https://tide.example/1.jpg"),
        blocks=(
            Block("p", "It is <script>alert(1)</script> here."),
            Block("li", "Last", level=1, marker="2."),
            Block("li", "First", level=1, marker="1."),
        ),
        videos=(Embed("youtube", "//video.example/1?a=1&b=2"),),
        embeds=(Embed("instagram", "https://gram.example/p", 'ada"<'), Embed("x", "javascript:alert(1)"), Embed("x")),
    )


def texts(form: Callable[[Feed], bytes], made: Feed) -> list[str]:
    """Give the HTML of all entries as each format carries it."""
    body = form(made)
    if form is json_feed:
        return [item["content_html"] for item in json.loads(body)["items"]]
    root = etree.fromstring(body)
    return [element.text or "" for element in root.iter(A + "content", CONTENT)]


# --- what all three say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [atom, rss, json_feed])
def test_the_full_text_is_there_and_nothing_that_runs(form: Callable[[Feed], bytes]) -> None:
    [html] = texts(form, feed(full()))
    assert html.startswith("<p><strong>★★★½ &lt;b&gt;</strong></p>")
    assert "<p>It is &lt;script&gt;alert(1)&lt;/script&gt; here.</p>" in html
    assert '<ol><li value="2">Last</li><li value="1">First</li></ol>' in html
    assert 'href="https://video.example/1?a=1&amp;b=2"' in html
    assert 'Post by ada"&lt; at gram.example' in html
    assert "javascript:" not in html


@pytest.mark.parametrize("form", [atom, rss])
def test_feedparser_reads_it_back(form: Callable[[Feed], bytes]) -> None:
    read = feedparser.parse(form(feed(full(), entry(2, authors=()))))
    assert not read.bozo, read.get("bozo_exception")
    assert read.feed.title == "Newsreel"
    assert [link.href for link in read.feed.links if link.rel == "self"] == [feed().address]
    one, two = read.entries
    assert one.title_detail.value.replace("&lt;", "<") == "Reel <i>Two</i> & more" or "Two" in one.title
    assert one.id == "urn:uuid:00000001"
    assert one.link == "https://tide.example/1"
    assert [author.name for author in one.authors] == ["Ada Moss", "The Desk"]
    assert tuple(one.published_parsed[:6]) == (2026, 11, 20, 9, 5, 6)
    assert {tag.term for tag in one.tags} == {"review", "reel", "attic"}
    assert "Last" in one.content[0].value
    assert two.authors[0].name == "Tide"


def test_atom_keeps_the_rules() -> None:
    root = etree.fromstring(atom(feed(full(), entry(2), entry(3))))
    assert root.tag == A + "feed"
    for each in (root, *root.findall(A + "entry")):
        for name in ("id", "title", "updated"):
            assert len(each.findall(A + name)) == 1, name
        # Section 4.1.1 and 4.1.2: an author, of the entry or of the feed.
        assert each.findall(A + "author")
    ids = [element.text for element in root.iter(A + "id")]
    assert len(set(ids)) == len(ids)
    assert all(re.match(r"(tag|urn):", each or "") for each in ids)
    for element in root.iter(A + "updated", A + "published"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.text or "")
    assert root.findtext(A + "updated") == "2026-11-20T12:33:00Z"
    assert [link.get("rel") for link in root.findall(A + "link")] == ["self", "alternate"]
    one = root.find(A + "entry")
    assert one is not None
    assert one.find(A + "content").get("type") == "html"  # type: ignore[union-attr]
    assert len(one.findall(A + "link")) == 1
    assert one.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert [uri.text for uri in one.iter(A + "uri")] == ["https://tide.example/authors/ada"]


def test_rss_keeps_the_rules() -> None:
    root = etree.fromstring(rss(feed(full(), entry(2))))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    for name in ("title", "link", "description", "lastBuildDate"):
        assert len(channel.findall(name)) == 1, name
    link = channel.find(A + "link")
    assert link is not None
    assert (link.get("rel"), link.get("href")) == ("self", feed().address)
    items = channel.findall("item")
    for item in items:
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        assert item.findtext("title")
        published = item.findtext("pubDate") or ""
        assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", published)
        assert parsedate_to_datetime(published).utcoffset() == timedelta(0)
        assert len(item.findall(CONTENT)) == 1
    assert [creator.text for creator in items[0].findall(DC)] == ["Ada Moss", "The Desk"]
    # Readers take a description for HTML.
    assert items[0].findtext("description") == "Found in the &lt;attic&gt;."
    assert {element.tag for element in root.iter() if element.prefix is None} <= {
        *("rss", "channel", "title", "link", "description", "language", "lastBuildDate", "generator", "item"),
        *("guid", "pubDate", "category"),
    }


def test_json_feed_keeps_the_rules() -> None:
    values = json.loads(json_feed(feed(full(), entry(2))))
    assert values["version"] == "https://jsonfeed.org/version/1.1"
    assert values["title"]
    assert values["feed_url"] == feed().address
    one, two = values["items"]
    for item in (one, two):
        assert isinstance(item["id"], str)
        assert item["content_html"]
        datetime.fromisoformat(item["date_published"])
        assert all(author["name"] for author in item["authors"])
        assert None not in item.values()
    assert one["authors"] == [{"name": "Ada Moss", "url": "https://tide.example/authors/ada"}, {"name": "The Desk"}]
    assert (one["tags"], one["image"], one["language"]) == (
        ["review", "reel", "attic"],
        "https://tide.example/1.jpg",
        "en-GB",
    )
    assert one["title"] == "Reel <i>Two</i> & more"
    assert "image" not in two


def test_an_empty_feed_is_a_feed() -> None:
    assert not feedparser.parse(atom(feed())).bozo
    assert not feedparser.parse(rss(feed())).bozo
    assert json.loads(json_feed(feed()))["items"] == []


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(entry().article, headline=" ", url="not an address", date_published=None, in_language="?? x")
    made = feed(Entry("urn:uuid:1", bare, NOW, NOW))
    assert [element.text for element in etree.fromstring(atom(made)).iter(A + "title")][1] == UNTITLED
    item = json.loads(json_feed(made))["items"][0]
    assert not {"url", "language", "summary", "image"} & set(item)
    assert item["date_published"] == "2026-11-20T12:30:00Z"
    for form in (atom, rss):
        assert not feedparser.parse(form(made)).bozo


def test_a_date_without_a_zone_or_from_tomorrow_is_still_a_date() -> None:
    day = entry(date_published=datetime(2026, 11, 19))  # noqa: DTZ001
    late = entry(date_published=NOW + timedelta(days=3))
    assert day.published.isoformat() == "2026-11-19T00:00:00+00:00"
    assert late.published == NOW


# --- hostile text ----------------------------------------------------------------------------------------------------

NASTY = st.text(
    st.one_of(st.characters(codec=None), st.sampled_from("<>&\"']]>\0\x0b\ufffe\ud800\udfff\u2028{}%")), max_size=60
)


@given(NASTY, NASTY, NASTY, NASTY, NASTY)
def test_no_text_breaks_a_feed(headline: str, text: str, author: str, keyword: str, address: str) -> None:
    subject = entry(
        headline=headline,
        description=text,
        text=text,
        authors=(Author(author, address),),
        keywords=(keyword,),
        in_language=keyword,
        url=f"https://tide.example/{address}",
        embeds=(Embed("x", f"https://x.example/{address}", author),),
    )
    made = replace(feed(subject), title=headline or "x", address=f"https://news.example/feeds/all?q={address}")
    for form in (atom, rss):
        body = form(made)
        root = etree.fromstring(body)
        assert len(root.findall(f".//{A}entry") or root.findall(".//item")) == 1
        assert not feedparser.parse(body).bozo
    values = json.loads(json_feed(made).decode("utf-8"))
    assert len(values["items"]) == 1
    [html] = texts(json_feed, made)
    assert not re.search(r"<(?!/?(p|br|a|strong)\b)[a-z!/]", html)


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x onerror=alert(1)>",
        '<a href="data:text/html,x">x</a>',
        "<svg onload=alert(1)>",
        "<style>p { color: red }</style>",
        '<p style="position: fixed">x</p>',
        "<iframe src='https://x.example/'></iframe>",
    ],
)
def test_elements_of_others_do_not_get_through(html: str) -> None:
    assert not re.search(r"<(img|svg|style|iframe)|style=|data:|onload", cleaned(html))
