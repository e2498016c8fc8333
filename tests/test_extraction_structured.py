"""JSON-LD, meta elements, links and microdata as pages write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from newsreel.extraction import jsonld, structured
from newsreel.extraction.structured import Structured

URL = "https://news.example/film/a-star-returns"


def read(html: str) -> Structured:
    return structured.read(document_fromstring(html), URL)


def block(text: str) -> str:
    return f'<html><head><script type="application/ld+json">{text}</script></head><body><p>x</p></body></html>'


BROKEN = [
    ("trailing comma", '{"@type": "NewsArticle", "headline": "A Star Returns",}'),
    ("raw line feed", '{"@type": "NewsArticle", "headline": "A Star\nReturns"}'),
    ("control character", '{"@type": "NewsArticle", "headline": "A Star\x02 Returns"}'),
    ("comment", '<!-- {"@type": "NewsArticle", "headline": "A Star Returns"} -->'),
    ("character data", '//<![CDATA[\n{"@type": "NewsArticle", "headline": "A Star Returns"}\n//]]>'),
    ("semicolon", '{"@type": "NewsArticle", "headline": "A Star Returns"};'),
    ("entities", "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;A Star Returns&quot;}"),
    ("bad escape", '{"@type": "NewsArticle", "headline": "A Star\\xReturns", "alternateName": "It\\\'s"}'),
    ("bare quotation marks", '{"@type": "NewsArticle", "headline": "A "Star" Returns", "author": "Ann Lee"}'),
    ("cut off", '{"@type": "NewsArticle", "author": {"name": "Ann Lee"}, "headline": "A Star Returns and th'),
    (
        "two in one block",
        '{"@type": "WebSite", "name": "News"}\n{"@type": "NewsArticle", "headline": "A Star Returns"}',
    ),
    ("graph", '{"@graph": [{"@type": "WebPage"}, {"@type": ["Thing", "NewsArticle"], "headline": "A Star Returns"}]}'),
    ("list", '[[{"@type": "http://schema.org/NewsArticle", "headline": "A Star Returns"}]]'),
    ("nested", '{"@type": "WebPage", "mainEntity": {"@type": "schema:NewsArticle", "headline": "A Star Returns"}}'),
]


@pytest.mark.parametrize("text", [text for _, text in BROKEN], ids=[name for name, _ in BROKEN])
def test_a_broken_block_is_recovered(text: str) -> None:
    article = read(block(text)).article
    assert article is not None
    assert structured.plain(article.data["headline"]).startswith("A ")


def test_what_cannot_be_recovered_costs_its_block_only() -> None:
    told = read(
        "<html><head>"
        '<script type="application/ld+json">{"@type": function() { return 1 }}</script>'
        '<script type="APPLICATION/LD+JSON">{"@type": "Article", "headline": "A Star Returns"}</script>'
        '<script>{"@type": "Article", "headline": "No markup"}</script>'
        "</head><body></body></html>"
    )
    assert [node.data["headline"] for node in told.nodes] == ["A Star Returns"]


def test_deep_and_huge_blocks_are_bounded() -> None:
    deep = '{"@type": "A", "b": ' * 3000 + "1" + "}" * 3000
    wide = json.dumps([{"@type": "Thing"}] * (jsonld.MOST_NODES + 500))
    assert len(jsonld.read([deep, wide])) <= jsonld.MOST_NODES
    assert jsonld.read(['{"@type": "A", "text": "' + "x" * jsonld.MOST_CHARACTERS + '"}']) == ()


def test_references_are_resolved() -> None:
    told = read(
        block(
            '{"@graph": [{"@type": "Article", "author": {"@id": "#ann"}},'
            ' {"@type": "Person", "@id": "#ann", "name": "Ann Lee"}]}'
        )
    )
    author = told.resolve(next(told.in_article("author")))
    assert isinstance(author, dict)
    assert author["name"] == "Ann Lee"
    assert told.resolve({"@id": "#nobody"}) == {"@id": "#nobody"}


def test_the_article_is_the_one_that_the_page_is_about() -> None:
    told = read(
        "<html><head><title>A Star Returns - News</title>"
        '<script type="application/ld+json">[{"@type": "ItemList", "itemListElement":'
        ' [{"@type": "NewsArticle", "headline": "Another Story"}]},'
        ' {"@type": "NewsArticle", "headline": "Yet Another", "url": "https://news.example/other"},'
        f' {{"@type": "NewsArticle", "headline": "A Star Returns", "mainEntityOfPage": {{"@id": "{URL}/"}}}}]'
        "</script></head><body></body></html>"
    )
    assert told.article is not None
    assert told.article.data["headline"] == "A Star Returns"


def test_a_list_of_stories_is_no_story() -> None:
    text = '{"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "One"}]}'
    assert read(block(text)).article is None


def test_meta_links_and_language_are_read() -> None:
    told = read(
        '<html lang="en-GB"><head><title> A  Star </title>'
        '<meta property="OG:Title" content="A &amp;amp; B"><meta name="og:title" value="second">'
        '<meta name="empty" content=""><link rel="amphtml canonical" href=" /a ">'
        '<link rel="stylesheet" href="/x.css"><link rel="next" href="?page=2">'
        "</head><body><svg><title>icon</title></svg></body></html>"
    )
    assert told.meta["og:title"] == ("A & B", "second")
    assert told.first("empty", "og:title") == "A & B"
    assert told.first("missing") == ""
    assert told.links == {"amphtml": ("/a",), "canonical": ("/a",), "next": ("?page=2",)}
    assert (told.title, told.html_lang) == ("A Star", "en-GB")


def test_microdata_of_comments_and_products_is_left_out() -> None:
    told = read(
        '<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">A Star</h1>'
        '<time itemprop="datePublished" datetime="2024-05-17">May</time></div>'
        '<div itemscope itemtype="https://schema.org/Comment"><time itemprop="datePublished">2020-01-01</time></div>'
    )
    assert told.items == {"headline": ("A Star",), "datepublished": ("2024-05-17",)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  It&amp;#8217;s \u200b here ", "It’s here"),
        ("<i>Dune</i>: Part <b>Two</b>", "Dune: Part Two"),
        ("First<br>Second</p><p>Third", "First Second Third"),
        ("a < b and c > d", "a < b and c > d"),
        ("Welt\xadraum", "Weltraum"),
        (4.5, "4.5"),
        (True, ""),
        (None, ""),
        ({"name": "x"}, ""),
    ],
)
def test_plain_text(value: object, expected: str) -> None:
    assert structured.plain(value) == expected


@settings(max_examples=200)
@given(st.text(alphabet='{}[]",:\\@typeAricl1 \n<!-/', max_size=200))
def test_any_block_is_read_or_skipped(text: str) -> None:
    assert isinstance(jsonld.read([text, '{"@type": "A"}'])[-1].types, tuple)
