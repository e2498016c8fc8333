"""Signals: paywalls, sponsors, reservations and kinds of pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newsreel.extraction import signals, structured
from newsreel.extraction.signals import Access
from newsreel.items import Page

URL = "https://news.example/film/a-star-returns"


def page(headers: dict[str, str]) -> Page:
    return Page(URL, URL, 200, headers, b"", datetime(2024, 6, 1, tzinfo=UTC))


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {text}}}</script>'


def told(html: str) -> structured.Structured:
    return structured.read(document_fromstring(f"<html>{html}<p>x</p></html>"), URL)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", Access(None, None)),
        (ld('"isAccessibleForFree": true'), Access(True, "json-ld:isAccessibleForFree")),
        (ld('"isAccessibleForFree": "False"'), Access(False, "json-ld:isAccessibleForFree")),
        (ld('"isAccessibleForFree": "http://schema.org/False"'), Access(False, "json-ld:isAccessibleForFree")),
        (ld('"hasPart": {"isAccessibleForFree": "no"}'), Access(False, "json-ld:hasPart")),
        ('<meta name="article:content_tier" content="locked">', Access(False, "meta:article:content_tier=locked")),
        ('<meta name="article:content_tier" content="free">', Access(True, "meta:article:content_tier=free")),
        ('<meta name="article:content_tier" content="metered">', Access(None, "meta:article:content_tier=metered")),
        ('<meta name="article:content_tier" content="other">', Access(None, None)),
    ],
)
def test_access(html: str, expected: Access) -> None:
    assert signals.access(told(html)) == expected


@pytest.mark.parametrize(
    ("html", "headers", "section", "expected"),
    [
        ("", {}, None, ()),
        ('<meta name="robots" content="index, NOARCHIVE,max-image-preview:large">', {}, None, ("noarchive",)),
        ('<meta name="googlebot-news" content="nocache">', {}, None, ("noarchive",)),
        ("", {"x-robots-tag": "googlebot: noarchive, noai"}, None, ("noarchive", "noai")),
        ('<meta name="robots" content="noimageai">', {}, None, ("noai",)),
        ("", {"tdm-reservation": "1"}, None, ("tdm-reserved",)),
        ('<meta name="tdm-reservation" content="1">', {"tdm-reservation": "0"}, None, ("tdm-reserved",)),
        ('<meta name="tdm-reservation" content="0">', {}, None, ()),
        ("", {}, "Sponsored Content", ("sponsored",)),
        ("", {}, "Anzeige", ("sponsored",)),
        ("", {}, "Sponsors and festivals", ()),
        ('<meta name="sponsored" content="true">', {}, None, ("sponsored",)),
        ('<meta property="og:type" content="video.other">', {}, None, ("og:video",)),
        ('<meta property="og:type" content="article">', {}, None, ()),
        (
            '<script type="application/ld+json">[{"@type": "LiveBlogPosting", "sponsor": {"name": "A Brand"}},'
            ' {"@type": "BreadcrumbList"}]</script>',
            {},
            None,
            ("sponsored", "schema:LiveBlogPosting"),
        ),
        (
            '<script type="application/ld+json">{"@type": ["AdvertiserContentArticle", "NewsArticle"]}</script>',
            {},
            None,
            ("sponsored", "schema:AdvertiserContentArticle", "schema:NewsArticle"),
        ),
    ],
)
def test_signals(html: str, headers: dict[str, str], section: str | None, expected: tuple[str, ...]) -> None:
    assert signals.read(told(html), page(headers), section, None) == expected


def test_a_page_that_is_not_free_is_paywalled() -> None:
    assert signals.read(told(""), page({}), None, False) == ("paywalled",)
    assert signals.read(told(""), page({}), None, True) == ()
