"""Feeds of every make, well-formed or not, become links."""

from __future__ import annotations

import doctest
import gzip
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.discovery import MOST_LINKS, Discovery, bodies, snippets
from newsreel.discovery.bodies import MOST_UNPACKED
from newsreel.discovery.feeds import read_feed
from newsreel.items import Link
from newsreel.urls import is_web

URL = "https://gazette.example/film/feed/"
SUITE = Path(__file__).parents[2] / "shared" / "suites" / "feedparser.tar.gz"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Gazette &amp; Film</title><link>https://gazette.example/</link><language>en_GB</language>
{items}
</channel></rss>"""

ITEM = """<item>
<title>Two &amp;amp; &lt;i&gt;three&lt;/i&gt; films</title>
<link>/2026/two?a=1&amp;b=2</link><guid isPermaLink="false">g-17</guid>
<dc:creator>Ann Ames</dc:creator><author>desk@gazette.example (Bo Burr)</author>
<pubDate>Mon, 01 Jun 2026 10:00:00 -0400</pubDate><atom:updated>2026-06-01T16:30:00Z</atom:updated>
<category>Film</category><category>Reviews</category><category>Film</category>
<description>Short.</description><content:encoded><![CDATA[<p>Long & <img src="/a.jpg"> full.</p>]]></content:encoded>
</item>"""


def rss(items: str) -> bytes:
    """An RSS feed with these items."""
    return RSS.format(items=items).encode()


def addresses(found: Discovery) -> list[str]:
    """The addresses of the links."""
    return [link.url for link in found.links]


def test_rss() -> None:
    found = read_feed(rss(ITEM), URL, "application/rss+xml")
    assert found == Discovery(
        title="Gazette & Film",
        links=(
            Link(
                url="https://gazette.example/2026/two?a=1&b=2",
                via="feed",
                door=URL,
                guid="g-17",
                headline="Two & three films",
                authors=("Ann Ames", "Bo Burr"),
                published=datetime(2026, 6, 1, 14, tzinfo=UTC),
                updated=datetime(2026, 6, 1, 16, 30, tzinfo=UTC),
                keywords=("Film", "Reviews"),
                language="en-GB",
                summary_html="Short.",
                content_html='<p>Long & <img src="/a.jpg"> full.</p>',
            ),
        ),
    )


def test_atom() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
      <title type="html">Der &lt;b&gt;Bote&lt;/b&gt;</title>
      <entry xml:lang="fr"><id>tag:gazette.example,2026:1</id><title>A &lt; B</title>
        <link rel="self" href="/self"/><link rel="enclosure" href="/sound.mp3"/><link href="story"/>
        <published>2026-06-01T10:00:00+02:00</published><updated>2026-06-02T10:00:00+02:00</updated>
        <author><name>Ann Ames</name><uri>/ann</uri></author><category term="film" label="Film"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>All of <em>it</em>.</p></div></content>
      </entry></feed>"""
    (link,) = read_feed(feed.encode(), URL, "text/plain").links
    assert link == Link(
        url="https://gazette.example/film/feed/story",
        via="feed",
        door=URL,
        guid="tag:gazette.example,2026:1",
        headline="A < B",
        authors=("Ann Ames",),
        published=datetime(2026, 6, 1, 8, tzinfo=UTC),
        updated=datetime(2026, 6, 2, 8, tzinfo=UTC),
        keywords=("Film",),
        language="fr",
        content_html="<p>All of <em>it</em>.</p>",
    )


def test_rdf_names_its_date_of_publication() -> None:
    feed = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://gazette.example/"><title>G</title></channel>
      <item rdf:about="https://gazette.example/1"><title>One</title><link>https://gazette.example/1</link>
      <dc:date>2026-06-01T10:00:00+02:00</dc:date></item></rdf:RDF>"""
    (link,) = read_feed(feed.encode(), URL, None).links
    assert (link.published, link.updated) == (datetime(2026, 6, 1, 8, tzinfo=UTC), None)


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Gazette",
        "language": "en",
        "items": [
            {
                "id": 7,
                "url": "/one",
                "title": " One\nfilm ",
                "summary": "Short.",
                "content_html": "<p>Long and full.</p>",
                "date_published": "2026-06-01T10:00:00-04:00",
                "date_modified": "2026-06-01T12:00:00-04:00",
                "authors": [{"name": "Ann Ames"}, {"url": "/bo"}, "odd"],
                "tags": ["Film", 3],
            },
            {
                "id": "8",
                "external_url": "https://other.example/two",
                "content_text": "First.\n\nA < B.",
                "language": "fr",
            },
            {"id": "9", "author": {"name": "Bo Burr"}, "url": "https://gazette.example/three", "authors": 4, "tags": 5},
            {"id": "10"},
            "odd",
        ],
    }
    found = read_feed(json.dumps(feed).encode(), URL, "text/html")
    assert found == Discovery(
        title="Gazette",
        problem="2 of 5 entries have no web address",
        links=(
            Link(
                url="https://gazette.example/one",
                via="feed",
                door=URL,
                guid="7",
                headline="One film",
                authors=("Ann Ames",),
                published=datetime(2026, 6, 1, 14, tzinfo=UTC),
                updated=datetime(2026, 6, 1, 16, tzinfo=UTC),
                keywords=("Film",),
                language="en",
                summary_html="<p>Short.</p>",
                content_html="<p>Long and full.</p>",
            ),
            Link(
                url="https://other.example/two",
                via="feed",
                door=URL,
                guid="8",
                language="fr",
                content_html="<p>First.</p><p>A &lt; B.</p>",
            ),
            Link(url="https://gazette.example/three", via="feed", door=URL, guid="9", language="en"),
        ),
    )


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>https://gazette.example/a</link>", "https://gazette.example/a"),
        ("<link><![CDATA[https://gazette.example/a?b=1&c=2]]></link>", "https://gazette.example/a?b=1&c=2"),
        ("<link>\n //gazette.example/a \n</link>", "https://gazette.example/a"),
        ("<guid>https://gazette.example/a</guid>", "https://gazette.example/a"),
        (
            "<link>https://feeds.example/r/1</link><feedburner:origLink>https://gazette.example/a</feedburner:origLink>",
            "https://gazette.example/a",
        ),
        ("<link>a?b=1&copy=2&amp;reg=3</link>", "https://gazette.example/film/feed/a?b=1&copy=2&reg=3"),
    ],
)
def test_address_of_an_item(item: str, url: str) -> None:
    assert addresses(read_feed(rss(f"<item><title>A</title>{item}</item>"), URL, None)) == [url]


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "ftp://gazette.example/a",
        "https://me@gazette.example/",
        "http://2130706433/",
        "mailto:a@b",
    ],
)
def test_item_without_a_web_address(link: str) -> None:
    found = read_feed(rss(f'<item><link>{link}</link><guid isPermaLink="false">1</guid></item>{ITEM}'), URL, None)
    assert len(found.links) == 1
    assert found.problem == "1 of 2 entries have no web address"


@pytest.mark.parametrize(
    ("parts", "summary", "content"),
    [
        ("<description>Some.</description>", "Some.", None),
        ("<content:encoded>&lt;p&gt;All.&lt;/p&gt;</content:encoded>", None, "<p>All.</p>"),
        ("<description>A teaser.</description><content:encoded>Less.</content:encoded>", "A teaser.", None),
        ("<description>Same.</description><content:encoded>&lt;p&gt;Same.&lt;/p&gt;</content:encoded>", "Same.", None),
        ("<content:encoded>All of it.</content:encoded><description>Some.</description>", "Some.", "All of it."),
        ("", None, None),
    ],
)
def test_summary_and_content(parts: str, summary: str | None, content: str | None) -> None:
    (link,) = read_feed(rss(f"<item><link>/a</link>{parts}</item>"), URL, None).links
    assert (link.summary_html, link.content_html) == (summary, content)


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Tom &amp; Ann", "Tom & Ann"),
        ("<![CDATA[Don&#8217;t &amp; won&rsquo;t]]>", "Don\u2019t & won\u2019t"),
        ("5 &lt; 6 &gt; 4", "5 < 6 > 4"),
        ("<![CDATA[<em>One</em>\n\t two]]>", "One two"),
        ("Caf&eacute; &nbsp;AT&T", "Caf\u00e9 AT&T"),
        ("One&#11; &#0;two&#x110000;&#99999999999; &#XE9;", "One two\ufffd \u00e9"),
        ("", None),
    ],
)
def test_headline(title: str, headline: str | None) -> None:
    (link,) = read_feed(rss(f"<item><title>{title}</title><link>/a</link></item>"), URL, None).links
    assert link.headline == headline


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("<author>Ann Ames</author>", ("Ann Ames",)),
        ("<author>desk@gazette.com (Ann Ames)</author>", ("Ann Ames",)),
        ("<author>desk@gazette.example (Ann Ames)</author>", ("Ann Ames",)),
        ("<author><![CDATA[desk@gazette.example (Ann Ames)]]></author>", ("Ann Ames",)),
        ("<author>desk@gazette.example</author>", ()),
        ("<dc:creator>Ann Ames</dc:creator><dc:creator>Bo &amp; Burr</dc:creator>", ("Ann Ames", "Bo & Burr")),
        ("<dc:creator><![CDATA[ Ann  Ames ]]></dc:creator>", ("Ann Ames",)),
        ("<author></author>", ()),
    ],
)
def test_authors(author: str, names: tuple[str, ...]) -> None:
    (link,) = read_feed(rss(f"<item><link>/a</link>{author}</item>"), URL, None).links
    assert link.authors == names


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Mon, 01 Jun 2026 10:00:00 GMT", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("Mon, 01 Jun 2026 10:00:00 EST", datetime(2026, 6, 1, 15, tzinfo=UTC)),
        ("2026-06-01T10:00:00.123+05:30", datetime(2026, 6, 1, 4, 30, tzinfo=UTC)),
        ("2026-06-01 10:00", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("1 juin 2026 10:00", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("Mon, 01 Jun 0026 10:00:00 GMT", None),
        ("yesterday", None),
        ("99999-99-99", None),
        ("", None),
    ],
)
def test_date(date: str, published: datetime | None) -> None:
    (link,) = read_feed(rss(f"<item><link>/a</link><pubDate>{date}</pubDate></item>"), URL, None).links
    assert link.published == published


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "an empty answer instead of a feed"),
        (b" \n", "an empty answer instead of a feed"),
        (b"<!DOCTYPE html><html><body>Sorry</body></html>", "an HTML page instead of a feed"),
        (b"<!-- x --><HTML><body>Sorry</body></html>", "an HTML page instead of a feed"),
        (
            b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss?a=1&amp;b=2"></head></html>',
            "an HTML page instead of a feed; it names https://gazette.example/rss?a=1&b=2 as its feed",
        ),
        (b"Forbidden", "neither RSS, Atom nor JSON Feed"),
        (b"<error>no</error>", "neither RSS, Atom nor JSON Feed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither RSS, Atom nor JSON Feed"),
        (b"{", "broken JSON"),
        (b'{"error": 1}', "JSON, but no JSON Feed"),
        (b"[" * 100_000, "broken JSON"),
        (b'{"version": "1", "items": []}', "no entries"),
        (rss(""), "no entries"),
    ],
)
def test_answer_that_is_no_feed(body: bytes, problem: str) -> None:
    found = read_feed(body, URL, "application/rss+xml; charset=utf-8")
    assert found.links == ()
    assert (found.problem or "").startswith(problem)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (rss(ITEM + "<item><link>/b</link><title>A & B</title></item>"), 2),
        (rss(ITEM + "<item><link>/b</link><title>A <br> B</title></item>"), 2),
        (rss(ITEM + "<item><link>/b</link><title>A</titel></item>"), 2),
        (b"<br /><b>Warning</b>: too many films\n" + rss(ITEM), 1),
    ],
)
def test_broken_xml_is_recovered(body: bytes, count: int) -> None:
    found = read_feed(body, URL, None)
    assert len(found.links) == count
    assert found.problem == f"broken XML, {count} entries recovered"


@pytest.mark.parametrize("cut", [len("</item></channel></rss>"), 40, 45, 60])
def test_cut_feed_names_no_part_of_an_address(cut: int) -> None:
    body = rss(ITEM + "<item><title>B</title><link>https://gazette.example/2026/the-second-story</link></item>").strip()
    whole = {"https://gazette.example/2026/two?a=1&b=2", "https://gazette.example/2026/the-second-story"}
    found = read_feed(body[:-cut], URL, None)
    assert set(addresses(found)) <= whole
    assert "broken XML" in (found.problem or "")


@pytest.mark.parametrize("junk", [b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b""])
def test_junk_that_is_harmless(junk: bytes) -> None:
    found = read_feed(junk + rss(ITEM.replace("Short.", "Sh\x0bort.")), URL, None)
    assert (len(found.links), found.problem) == (1, None)


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "UTF-8", "application/xml"),
        ("utf-8", "UTF-8", "text/xml; charset=iso-8859-1"),
        ("utf-8", "ISO-8859-1", None),
        ("cp1252", "windows-1252", "application/rss+xml"),
        ("cp1252", "ISO-8859-1", "text/html; charset=iso-8859-1"),
        ("utf-16", "UTF-16", "application/xml"),
        ("utf-16-le", "UTF-16", None),
    ],
)
def test_encoding(encoding: str, declared: str, content_type: str | None) -> None:
    feed = RSS.replace("UTF-8", declared).format(items="<item><title>Caf\u00e9 \u2019s</title><link>/a</link></item>")
    (link,) = read_feed(feed.encode(encoding), URL, content_type).links
    assert link.headline == "Caf\u00e9 \u2019s"


def test_one_wrong_byte_does_not_spoil_the_rest() -> None:
    feed = rss("<item><title>Caf\u00e9 X</title><link>/a</link></item>").replace(b"X", b"\xff")
    (link,) = read_feed(feed, URL, None).links
    assert link.headline == "Caf\u00e9 \ufffd"


def test_gzip_is_unpacked() -> None:
    assert len(read_feed(gzip.compress(rss(ITEM)), URL, "application/xml").links) == 1


def test_links_beyond_the_budget_are_counted() -> None:
    body = rss("".join(f"<item><link>/{number}</link></item>" for number in range(MOST_LINKS + 3)))
    found = read_feed(body, URL, None)
    assert (len(found.links), found.dropped, found.problem) == (MOST_LINKS, 3, None)
    entries = [{"url": f"/{number}"} for number in range(MOST_LINKS + 3)]
    found = read_feed(json.dumps({"version": "1", "items": entries}).encode(), URL, None)
    assert (len(found.links), found.dropped, found.problem) == (MOST_LINKS, 3, None)


def test_an_address_counts_once() -> None:
    assert len(read_feed(rss(ITEM * 3), URL, None).links) == 1


@pytest.mark.parametrize(
    "element",
    [
        '<itunes:new-feed-url xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">{}</itunes:new-feed-url>',
        "<newLocation>{}</newLocation>",
    ],
)
def test_feed_that_has_moved(element: str) -> None:
    assert read_feed(rss(element.format("/new")), URL, None).moved == "https://gazette.example/new"
    assert read_feed(rss(element.format(URL)), URL, None).moved is None
    assert read_feed(rss(element.format("file:///etc/passwd")), URL, None).moved is None


def test_no_file_and_no_entity_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss(ITEM))
    assert read_feed(str(secret).encode(), URL, None).links == ()
    feed = (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
        + RSS.format(items="<item><title>T &x;</title><link>/a</link></item>").partition("?>")[2]
    )
    assert [link.headline for link in read_feed(feed.encode(), URL, None).links] in (["T"], ["T &x;"])


def test_entity_bomb_stays_small() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 10))
    feed = (
        f'<!DOCTYPE rss [<!ENTITY e0 "haha">{entities}]>'
        + RSS.format(items="<item><title>&e9;</title><link>/a</link></item>").partition("?>")[2]
    )
    (link,) = read_feed(feed.encode(), URL, None).links
    assert len(link.headline or "") < 100


# fmt: off
NAMES = st.sampled_from([
    "item", "entry", "link", "links", "title", "title_detail", "guid", "id", "authors", "author", "tags", "category",
    "content", "content:encoded", "summary", "description", "published", "published_parsed", "updated", "pubDate",
    "language", "source", "image", "feedburner:origLink", "dc:date", "div", "svg", "rss", "feed", "channel",
])
TEXTS = st.sampled_from([
    "", "x", "/a", "https://gazette.example/a", "2026-06-01", "&amp;", "&#x110000;", "<![CDATA[", "]]>", "<",
])
ATTRIBUTES = st.sampled_from([
    "", ' href="/a"', ' type="xhtml"', ' type="html"', ' a="b"', ' isPermaLink="x"', ' mode="base64"', "/",
])
# fmt: on
ELEMENTS = st.recursive(
    TEXTS,
    lambda inner: st.builds(
        lambda name, attributes, parts: f"<{name}{attributes}>{''.join(parts)}</{name}>",
        NAMES,
        ATTRIBUTES,
        st.lists(inner, max_size=4),
    ),
)


@given(ELEMENTS)
def test_hostile_elements_raise_nothing(element: str) -> None:
    found = read_feed(rss(f"<item><link>/a</link>{element}</item>"), URL, None)
    assert all(is_web(link.url) for link in found.links)
    assert found.links or found.problem


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("https://gazette.example/a"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["url", "id", "title", "items", "authors", "author", "name", "tags", "content_text", "language"]
            ),
            inner,
        )
    ),
)


@given(JSON)
def test_hostile_json_raises_nothing(value: object) -> None:
    found = read_feed(json.dumps({"version": 1, "items": [value]}).encode(), URL, None)
    assert found.links or found.problem


@given(st.binary(max_size=200))
def test_noise_raises_nothing(body: bytes) -> None:
    assert read_feed(body, URL, None).links == ()


def test_bodies_beyond_the_cap_are_cut() -> None:
    body, problem = bodies.unpack(gzip.compress(bytes(MOST_UNPACKED + 1), compresslevel=1))
    assert (len(body), problem) == (MOST_UNPACKED, "larger than 50 MiB when unpacked")


@pytest.mark.parametrize("module", [bodies, snippets])
def test_docstring_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.shared
@pytest.mark.skipif(not SUITE.exists(), reason="needs suites/feedparser.tar.gz")
def test_feedparser_suite_raises_nothing() -> None:
    found = 0
    with tarfile.open(SUITE) as archive:
        for member in archive:
            if not member.name.endswith((".xml", ".json")):
                continue
            file = archive.extractfile(member)
            assert file is not None
            discovery = read_feed(file.read(), URL, "text/xml")
            assert "cannot read" not in (discovery.problem or ""), member.name
            assert discovery.links or discovery.problem, member.name
            assert all(is_web(link.url) for link in discovery.links), member.name
            found += len(discovery.links)
    assert found > 100
