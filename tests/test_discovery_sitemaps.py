"""Sitemaps of every make, cut and broken ones too, become links or further files."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.discovery import MOST_LINKS, Discovery
from newsreel.discovery.sitemaps import MOST_ENTRIES, read_sitemap
from newsreel.items import Link
from newsreel.urls import is_web

URL = "https://gazette.example/sitemaps/news.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(entries: str, spaces: str = SPACES) -> bytes:
    """A sitemap with these entries."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>{entries}</urlset>'.encode()


def addresses(found: Discovery) -> list[str]:
    """The addresses of the links."""
    return [link.url for link in found.links]


def test_news_sitemap() -> None:
    body = urlset("""
      <url><loc> https://gazette.example/a?b=1&amp;c=2 </loc><lastmod>2026-06-02</lastmod>
        <news:news>
        <news:publication><news:name>The Gazette</news:name><news:language>en</news:language></news:publication>
        <news:publication_date>2026-06-01T10:00:00-04:00</news:publication_date>
        <news:title><![CDATA[Tom & Ann]]></news:title><news:keywords>Film,  Cinema , </news:keywords></news:news>
        <image:image><image:loc>https://gazette.example/picture.jpg</image:loc><image:title>No</image:title></image:image>
      </url>
      <url><image:image><image:loc>https://gazette.example/first.jpg</image:loc></image:image><loc>/b</loc></url>""")
    assert read_sitemap(body, URL, "application/xml") == Discovery(
        title="The Gazette",
        links=(
            Link(
                url="https://gazette.example/a?b=1&c=2",
                via="sitemap",
                door=URL,
                headline="Tom & Ann",
                published=datetime(2026, 6, 1, 14, tzinfo=UTC),
                updated=datetime(2026, 6, 2, tzinfo=UTC),
                keywords=("Film", "Cinema"),
                language="en",
            ),
            Link(url="https://gazette.example/b", via="sitemap", door=URL),
        ),
    )


def test_index_names_its_newest_files_first() -> None:
    body = f"""<sitemapindex {SPACES}>
      <sitemap><loc>https://gazette.example/undated.xml</loc></sitemap>
      <sitemap><loc>https://gazette.example/1.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
      <sitemap><loc>/2.xml.gz</loc><lastmod>2026-06-01T10:00:00Z</lastmod></sitemap>
      <sitemap><loc>{URL}</loc><lastmod>2026-06-01</lastmod></sitemap>
      <sitemap><loc>file:///etc/passwd</loc></sitemap>
      <sitemap><loc>https://gazette.example/1.xml</loc><lastmod>2020-01-01</lastmod></sitemap></sitemapindex>"""
    found = read_sitemap(body.encode(), URL, None)
    assert found.more == tuple(f"https://gazette.example/{name}" for name in ("2.xml.gz", "1.xml", "undated.xml"))
    assert (found.links, found.problem) == ((), None)


def packed(body: bytes, level: int = 9) -> bytes:
    """Pack without the time, which would differ from one process that names these tests to the next."""
    return gzip.compress(body, level, mtime=0)


@pytest.mark.parametrize(
    "body",
    [
        b'<urlset xmlns="http://wrong.example/"><url><loc>https://gazette.example/a</loc></url></urlset>',
        b"<urlset><url><loc>https://gazette.example/a</loc></url></urlset>",
        b'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>/a</s:loc></s:url></s:urlset>',
        b"\n\n<?xml version='1.0'?><!-- by a plug-in --><urlset><url><loc>/a</loc></url></urlset><!-- 0.2 s -->",
        urlset("<url><loc>/a</loc></url>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        packed(urlset("<url><loc>/a</loc></url>")),
        packed(packed(urlset("<url><loc>/a</loc></url>"))),
        packed(b"<urlset><url><loc>/a</loc>") + packed(b"</url></urlset>"),
        b"https://gazette.example/a\n",
        b"\xef\xbb\xbf\r\nhttps://gazette.example/a\r\n\r\nnot an address\r\nftp://gazette.example/b\r\n",
    ],
)
def test_forms_of_a_sitemap(body: bytes) -> None:
    found = read_sitemap(body, URL, "text/html; charset=iso-8859-1")
    assert (addresses(found), found.problem) == (["https://gazette.example/a"], None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (urlset("<url><loc>/a?b=1&copy=2</loc></url>"), ["/a?b=1&copy=2"]),
        (urlset("<url><loc>/a</loc><news:news><news:title>A <b> c</news:title></news:news></url>"), ["/a"]),
        (urlset("<url><loc>/a</loc><x:y>1</x:y></url><url><loc>/b</loc></url>"), ["/a", "/b"]),
        (urlset("<url><loc>/a</loc></url><url><loc>/b</loc></url>")[:-11], ["/a"]),
        (urlset("<url><loc>/a</loc></url><url><loc>/bcdef</loc></url>")[:-26], ["/a"]),
        (urlset("<url><loc>/abcdef</loc></url>")[:-26], []),
        (urlset("<url><loc>/a</loc></url></urlset>"), ["/a"]),
        (packed(urlset("<url><loc>/a</loc></url>" * 9), level=0)[:-60], ["/a"]),
    ],
)
def test_broken_sitemap_is_recovered(body: bytes, expected: list[str]) -> None:
    found = read_sitemap(body, URL, None)
    assert addresses(found) == [f"https://gazette.example{path}" for path in expected]
    assert "broken XML" in (found.problem or "")


def test_cut_gzip_is_named() -> None:
    found = read_sitemap(packed(urlset("<url><loc>/a</loc></url>"))[:-20], URL, None)
    assert (found.problem or "").startswith("gzip that is cut off")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "an empty answer instead of a sitemap"),
        (b"<!doctype html><title>Not found</title>", "an HTML page instead of a sitemap"),
        (b"Not found", "neither an XML sitemap nor a list of addresses"),
        (b'{"error": 1}', "neither an XML sitemap nor a list of addresses"),
        (b"<Error><Code>AccessDenied</Code></Error>", "XML, but no sitemap"),
        (b"<", "XML, but no sitemap"),
        (urlset(""), "no entries"),
        (urlset("<url><loc>javascript:alert(1)</loc></url><url/>"), "no entry has a web address"),
        (b"\x1f\x8b\x08", "gzip that is cut off"),
        (b"\x1f\x8b\xff" + bytes(20), "broken gzip"),
    ],
)
def test_answer_that_is_no_sitemap(body: bytes, problem: str) -> None:
    found = read_sitemap(body, URL, "application/xml")
    assert (found.links, found.more) == ((), ())
    assert (found.problem or "").startswith(problem)


@pytest.mark.parametrize("wrap", [bytes, packed])
def test_feed_given_as_a_sitemap(wrap: type[bytes]) -> None:
    body = b"<rss version='2.0'><channel><item><link>/a</link><title>A</title></item></channel></rss>"
    (link,) = read_sitemap(wrap(body), URL, None).links
    assert (link.url, link.headline, link.via) == ("https://gazette.example/a", "A", "feed")


def test_the_newest_are_taken_where_there_are_too_many() -> None:
    entries = [
        f"<url><loc>/{year}</loc><lastmod>{year}-01-01</lastmod></url>" for year in range(1000, 1010 + MOST_LINKS)
    ]
    found = read_sitemap(urlset("<url><loc>/undated</loc></url>" + "".join(entries)), URL, None)
    assert (len(found.links), found.dropped) == (MOST_LINKS, 11)
    assert found.links[0].url == f"https://gazette.example/{1009 + MOST_LINKS}"
    assert found.links[-1].url == "https://gazette.example/1010"


def test_what_is_beyond_the_protocol_is_counted() -> None:
    found = read_sitemap(urlset("<url><loc>/a</loc></url>" * (MOST_ENTRIES + 5)), URL, None)
    assert (len(found.links), found.dropped) == (1, MOST_ENTRIES + 5 - MOST_LINKS)
    found = read_sitemap(b"https://gazette.example/a\n" * (MOST_LINKS + 5), URL, None)
    assert (len(found.links), found.dropped) == (1, 5)


def test_no_file_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://gazette.example/secret", encoding="utf-8")
    for entity in (f'<!ENTITY x SYSTEM "file://{secret}">', f'<!ENTITY % y SYSTEM "file://{secret}"> %y;'):
        body = f"<!DOCTYPE urlset [{entity}]><urlset><url><loc>&x;</loc></url><url><loc>/b</loc></url></urlset>"
        assert "secret" not in repr(read_sitemap(body.encode(), URL, None).links)


def test_entity_bomb_stays_small() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 10))
    body = f'<!DOCTYPE urlset [<!ENTITY e0 "haha">{entities}]><urlset><url><loc>/a&e9;</loc></url></urlset>'
    began = time.process_time()
    found = read_sitemap(body.encode(), URL, None)
    assert time.process_time() - began < 5
    assert all(len(link.url) < 200 for link in found.links)


# fmt: off
PIECES = st.sampled_from([
    "<url>", "</url>", "<loc>", "</loc>", "/a", "<sitemap>", "</sitemap>", "</urlset>", "<news:news>", "</news:news>",
    "<news:title>", "<lastmod>", "2026", "&amp;", "&x;", "&", "<", ">", "<!--", "-->", "<![CDATA[", "]]>", "<?x ",
    "<!DOCTYPE a [<!ENTITY x '1'>]>", "\x00",
])
# fmt: on


@given(st.lists(PIECES, max_size=30))
def test_hostile_elements_raise_nothing(pieces: list[str]) -> None:
    found = read_sitemap(urlset("".join(pieces)), URL, None)
    assert all(is_web(link.url) for link in found.links)
    assert found.links or found.more or found.problem


@given(st.binary(max_size=200))
def test_noise_raises_nothing(body: bytes) -> None:
    assert read_sitemap(body, URL, None).links == ()
