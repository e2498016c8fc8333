"""When a story was published: markup, address, what readers see; never the future, never invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newsreel import dates
from newsreel.extraction import headline, published, structured
from newsreel.extraction.visible import Dated, Layout

NOW = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
URL = "https://news.example/film/a-star-returns"
HEADING = "<h1>A Star Returns to the Stage</h1>"


def both(html: str, url: str = URL, language: str = "en") -> tuple[Dated | None, Dated | None]:
    tree = document_fromstring(f"<html>{html}</html>")
    layout = Layout(tree, headline.heading_of(tree, "A Star Returns to the Stage"), language)
    return published.read(layout, structured.read(tree, url), NOW)


def read(html: str, url: str = URL, language: str = "en") -> tuple[str, str] | None:
    found = both(html, url, language)[0]
    return (dates.iso(found.value), found.source) if found else None


def ld(**values: str) -> str:
    pairs = "".join(f', "{key}": "{value}"' for key, value in values.items())
    return f'<script type="application/ld+json">{{"@type": "NewsArticle"{pairs}}}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


CASES = [
    ("JSON-LD", ld(datePublished="2024-05-17T10:30:00-04:00"), ("2024-05-17T10:30:00-04:00", "json-ld")),
    (
        "meta element",
        meta("article:published_time", "2024-05-17T10:30:00+0200"),
        ("2024-05-17T10:30:00+02:00", "meta:article:published_time"),
    ),
    ("a meta element named alike", meta("published_on", "2024-05-17"), ("2024-05-17", "meta:published_on")),
    ("not one that says expires", meta("published_expires", "2024-05-17"), None),
    (
        "microdata",
        '<time itemprop="datePublished" datetime="2024-05-17T10:30">today</time>',
        ("2024-05-17T10:30:00", "itemprop"),
    ),
    (
        "the fuller of two for one day",
        ld(datePublished="2024-05-17") + meta("article:published_time", "2024-05-17T10:30:00Z"),
        ("2024-05-17T10:30:00+00:00", "meta:article:published_time"),
    ),
    (
        "the same moment with the offset of the place",
        ld(datePublished="2024-05-18T02:30:10Z") + meta("article:published_time", "2024-05-17T22:30:10-04:00"),
        ("2024-05-17T22:30:10-04:00", "meta:article:published_time"),
    ),
    (
        "the offset from a time element without a zone",
        ld(datePublished="2024-05-18T02:31:10Z") + HEADING + '<time datetime="2024-05-17T22:31:10">May 17</time>',
        ("2024-05-17T22:31:10-04:00", "json-ld"),
    ),
    (
        "no offset from a time that fits by chance",
        ld(datePublished="2024-05-18T02:30:00Z") + HEADING + '<time datetime="2024-05-17T20:00:00">event</time>',
        ("2024-05-18T02:30:00+00:00", "json-ld"),
    ),
    (
        "JSON-LD and meta differ: what readers see",
        ld(datePublished="2024-05-10T08:00:00Z")
        + meta("article:published_time", "2024-05-17T08:00:00Z")
        + HEADING
        + '<p class="date">May 17, 2024</p>',
        ("2024-05-17T08:00:00+00:00", "meta:article:published_time"),
    ),
    (
        "JSON-LD and meta differ: not the last change",
        ld(datePublished="2024-05-17T08:00:00Z", dateModified="2024-05-17T08:00:00Z")
        + meta("article:published_time", "2024-05-10T08:00:00Z"),
        ("2024-05-10T08:00:00+00:00", "meta:article:published_time"),
    ),
    (
        "midnight of the place, in UTC",
        meta("article:published_time", "2024-05-16T22:00:00Z") + HEADING + '<p class="date">17. Mai 2024</p>',
        ("2024-05-17", "meta:article:published_time"),
    ),
    (
        "a time element",
        HEADING + '<time datetime="2024-05-17T10:30:00Z">x</time>',
        ("2024-05-17T10:30:00+00:00", "time"),
    ),
    ("a line", HEADING + "<p>Published May 17, 2024 at 10:30 am ET</p>", ("2024-05-17T10:30:00-04:00", "text")),
    ("a line above the headline", "<p class='meta'>17 May 2024</p>" + HEADING, ("2024-05-17", "text")),
    (
        "published rather than updated",
        HEADING + "<p>Updated May 20, 2024</p><p>Published May 17, 2024</p>",
        ("2024-05-17", "text"),
    ),
    (
        "not the date of another story, of a comment or of an event",
        HEADING
        + '<div class="related-posts"><time datetime="2024-05-01">1 May</time></div>'
        + '<div class="comments"><p class="date">May 30, 2024</p></div>'
        + "<p class='entry-date'>May 17, 2024</p>",
        ("2024-05-17", "text"),
    ),
    ("a year is no date", HEADING + "<p>The best films of 2024</p>", None),
    ("how long ago is no date", HEADING + '<time class="date">2 hours ago</time>', None),
    ("the future", ld(datePublished="2031-01-01"), None),
    (
        "the future gives way",
        ld(datePublished="2031-01-01") + meta("article:published_time", "2024-05-17"),
        ("2024-05-17", "meta:article:published_time"),
    ),
    ("an unwritten date", ld(datePublished="") + meta("article:published_time", "0000-00-00"), None),
    (
        "a script, at last",
        '<script>var page = {"publishedAt":"2024-05-17T10:30:00Z"}</script>',
        ("2024-05-17T10:30:00+00:00", "script"),
    ),
]


@pytest.mark.parametrize(("html", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_date(html: str, expected: tuple[str, str] | None) -> None:
    assert read(html) == expected


def test_the_address_names_the_day() -> None:
    url = "https://news.example/2024/05/17/a-star-returns"
    assert read(HEADING, url) == ("2024-05-17", "url")
    assert read(HEADING + '<time datetime="2024-05-17T23:30:00-04:00">x</time>', url) == (
        "2024-05-17T23:30:00-04:00",
        "time",
    )
    assert read(HEADING + '<time datetime="2023-01-01">x</time>', url) == ("2024-05-17", "url")


def test_the_language_orders_day_and_month() -> None:
    line = HEADING + '<p class="date">03/04/2024</p>'
    assert read(line, language="en-US") == ("2024-03-04", "text")
    assert read(line, language="en-GB") == ("2024-04-03", "text")


def test_a_language_without_months_of_our_own() -> None:
    assert read(HEADING + '<p class="date">17. toukokuuta 2024</p>', language="fi") == ("2024-05-17", "text")
    assert read(HEADING + '<p class="date">17. toukokuuta 2024</p>', language="xx") is None


def test_the_raw_text_and_the_last_change_are_kept() -> None:
    first, last = both(ld(datePublished="17 May 2024", dateModified="2024-05-18T09:00:00Z"))
    assert first == Dated(datetime(2024, 5, 17), "17 May 2024", "json-ld")  # noqa: DTZ001
    assert last is not None
    assert dates.iso(last.value) == "2024-05-18T09:00:00+00:00"
    assert both(meta("og:updated_time", "1715941800"))[1] == Dated(
        datetime(2024, 5, 17, 10, 30, tzinfo=UTC), "1715941800", "meta:og:updated_time"
    )
