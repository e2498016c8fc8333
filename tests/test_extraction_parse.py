"""Pages are decoded by what they are, parsed once, and rejected by name when they cannot be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.errors import PageRejected
from newsreel.extraction.parse import decode, parse
from newsreel.items import Page


def page(body: bytes, content_type: str = "text/html") -> Page:
    url = "https://reel.example/story"
    return Page(url, url, 200, {"content-type": content_type}, body, datetime(2026, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("<p>Beyoncé – “live”</p>".encode(), "text/html", "Beyoncé – “live”"),
        ("<p>Beyoncé</p>".encode(), "text/html; charset=iso-8859-1", "Beyoncé"),
        ("<p>Beyoncé “live”</p>".encode("windows-1252"), "text/html", "Beyoncé “live”"),
        ("<p>Beyoncé “live”</p>".encode("windows-1252"), "text/html; charset=iso-8859-1", "Beyoncé “live”"),
        ("<p>Żółw</p>".encode("iso-8859-2"), "text/html; charset=iso-8859-2", "Żółw"),
        ('<meta charset="shift_jis"><p>映画の話</p>'.encode("shift_jis"), "text/html", "映画の話"),
        ("<meta charset=iso-2022-jp><p>映画</p>".encode("iso-2022-jp"), "text/html", "映画"),
        ("\ufeff<p>Beyoncé</p>".encode("utf-16-le"), "text/html; charset=utf-8", "Beyoncé"),
        ("<p>„Beyoncé“ – live</p>".encode() * 3 + b"\xe2\x80", "text/html", "Beyoncé"),
        ("<p>Beyoncé</p>".encode(), "text/html; charset=no-such-charset", "Beyoncé"),
    ],
)
def test_decodes_what_the_bytes_are(body: bytes, content_type: str, expected: str) -> None:
    assert expected in decode(page(body, content_type))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "text/html"),
        (b"   \n ", "text/html"),
        (b"%PDF-1.7 <html>", "text/html"),
        (b"\x89PNG\r\n", "text/html"),
        (b"<html><p>x</p></html>", "image/jpeg"),
        (b'{"title": "A story"}', "application/json"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', "text/html"),
        (b"just words and no tag at all", "text/plain"),
    ],
)
def test_rejects_what_is_no_page(body: bytes, content_type: str) -> None:
    with pytest.raises(PageRejected) as error:
        parse(page(body, content_type))
    assert error.value.code == "not-html"


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>" + b"<span>" * 5000 + b"text" + b"</span>" * 5000,
        b"<html><body><p " + b" ".join(b'a%d="1"' % i for i in range(2500)) + b">text</p>",
        b"<html><body><p " + b" ".join(b"a%d" % i for i in range(60_000)) + b">text</p>",
    ],
)
def test_rejects_what_would_take_too_much(body: bytes) -> None:
    with pytest.raises(PageRejected) as error:
        parse(page(body))
    assert error.value.code == "parse-memory"


def test_keeps_text_below_the_parsers_own_limit_of_depth() -> None:
    tree = parse(page(b"<html><body>" + b"<div>" * 600 + b"deep text" + b"</div>" * 600 + b"<p>after</p>"))
    assert "deep text" in tree.text_content()
    assert "after" in tree.text_content()


def test_long_attributes_are_no_many_attributes() -> None:
    body = b'<html><body><p style="' + b"a b " * 5000 + b'">text</p>'
    assert parse(page(body)).text_content().strip() == "text"
