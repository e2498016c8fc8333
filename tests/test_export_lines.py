"""Articles as JSON objects, JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from newsreel.export import article_json, csv_lines, json_lines
from newsreel.items import (
    Article,
    Author,
    Block,
    Embed,
    Image,
    ListItem,
    LiveUpdate,
    Removal,
    Review,
    Slide,
)

PLAIN = Article(
    url="https://tide.example/echo",
    source_id="tide",
    source_name="The Tide",
    headline="Echo returns",
    blocks=(Block("p", "It opened on Friday."), Block("li", "Ada Moss", level=1, marker="1.")),
    canonical_url="https://tide.example/echo",
    requested_url="https://tide.example/echo?from=feed",
    date_downloaded=datetime(2026, 5, 2, 8, 30, tzinfo=UTC),
)
FULL = replace(
    PLAIN,
    alternative_headline="Echo",
    description="A film.",
    section="Film",
    authors=(Author("Ada Moss", "https://tide.example/ada"), Author("Bo")),
    date_published=datetime(2026, 5, 1, 22, 0, tzinfo=timezone(timedelta(hours=-7))),
    date_modified=datetime(2026, 5, 2),  # noqa: DTZ001 (a day alone has no zone)
    date_published_raw="May 1, 2026 10 p.m. PDT",
    date_source="json-ld",
    in_language="en-US",
    keywords=("film", "echo"),
    main_image=Image("https://tide.example/1.jpg", "At sea", "Bo"),
    images=(Image("https://tide.example/1.jpg", "At sea", "Bo"), Image("https://tide.example/2.jpg")),
    videos=(Embed("youtube", "https://video.example/1"), Embed("own")),
    audios=(Embed("spotify", "https://audio.example/1"),),
    embeds=(Embed("instagram", "https://gram.example/p/1", "ada", "Hi"), Embed("x")),
    is_accessible_for_free=False,
    access_signal="json-ld",
    flags=("paywalled", "spoiler"),
    kind="review",
    review=Review("4.5", "4½ stars", "5", "Echo", "Movie"),
    slides=(Slide("One", None, "https://tide.example/s.jpg"),),
    list_items=(ListItem("1.", "Ada Moss"), ListItem(None, "Bo")),
    live_updates=(LiveUpdate(datetime(2026, 5, 1, 20, tzinfo=UTC), "Doors open.", "Doors"), LiveUpdate(None, "End.")),
    story_id="s1",
    duplicate_of="7",
    word_count=7,
    content_hash="abc",
    version=2,
    removals=(Removal("ad-marker", "Advertisement", "block 2"),),
    extractor_version="1",
    rules_version="2",
    probability=0.75,
)


def test_every_field_of_an_article() -> None:
    assert article_json(FULL) == {
        "url": "https://tide.example/echo",
        "canonicalUrl": "https://tide.example/echo",
        "requestedUrl": "https://tide.example/echo?from=feed",
        "headline": "Echo returns",
        "alternativeHeadline": "Echo",
        "description": "A film.",
        "section": "Film",
        "authors": [{"name": "Ada Moss", "url": "https://tide.example/ada"}, {"name": "Bo"}],
        "datePublished": "2026-05-01T22:00:00-07:00",
        "dateModified": "2026-05-02",
        "datePublishedRaw": "May 1, 2026 10 p.m. PDT",
        "dateSource": "json-ld",
        "inLanguage": "en-US",
        "articleBody": "It opened on Friday.\n\n1. Ada Moss",
        "keywords": ["film", "echo"],
        "mainImage": {"url": "https://tide.example/1.jpg"},
        "images": [
            {"url": "https://tide.example/1.jpg", "caption": "At sea", "credit": "Bo"},
            {"url": "https://tide.example/2.jpg"},
        ],
        "videos": [{"url": "https://video.example/1"}],
        "audios": [{"url": "https://audio.example/1"}],
        "embeds": [
            {"provider": "instagram", "url": "https://gram.example/p/1", "author": "ada", "text": "Hi"},
            {"provider": "x"},
        ],
        "isAccessibleForFree": False,
        "accessSignal": "json-ld",
        "flags": ["paywalled", "spoiler"],
        "kind": "review",
        "review": {"value": "4.5", "best": "5", "raw": "4½ stars", "itemName": "Echo", "itemType": "Movie"},
        "slides": [{"title": "One", "image": "https://tide.example/s.jpg"}],
        "listItems": [{"number": "1.", "title": "Ada Moss"}, {"title": "Bo"}],
        "liveUpdates": [
            {"published": "2026-05-01T20:00:00+00:00", "headline": "Doors", "text": "Doors open."},
            {"text": "End."},
        ],
        "source": {"id": "tide", "name": "The Tide"},
        "storyId": "s1",
        "duplicateOf": "7",
        "wordCount": 7,
        "contentHash": "abc",
        "version": 2,
        "removals": [{"rule": "ad-marker", "text": "Advertisement", "where": "block 2"}],
        "metadata": {
            "dateDownloaded": "2026-05-02T08:30:00+00:00",
            "extractor": "newsreel",
            "extractorVersion": "1",
            "rulesVersion": "2",
            "probability": 0.75,
        },
    }


def test_unknown_fields_are_null_or_empty() -> None:
    plain, full = article_json(PLAIN), article_json(FULL)
    assert list(plain) == list(full)
    assert {name for name, value in plain.items() if value is None} == {
        "alternativeHeadline",
        "description",
        "section",
        "datePublished",
        "dateModified",
        "datePublishedRaw",
        "dateSource",
        "inLanguage",
        "mainImage",
        "isAccessibleForFree",
        "accessSignal",
        "review",
        "storyId",
        "duplicateOf",
    }


def test_other_forms_of_the_body_come_on_request() -> None:
    assert not {"articleBodyHtml", "articleBodyMarkdown"} & set(article_json(FULL))
    both = article_json(PLAIN, html=True, markdown=True)
    assert both["articleBodyHtml"] == '<p>It opened on Friday.</p>\n<ol><li value="1">Ada Moss</li></ol>'
    assert both["articleBodyMarkdown"] == "It opened on Friday.\n\n1. Ada Moss"


@pytest.mark.parametrize("text", ["a\u2028b\u2029c\x85d", "a\nb\r\nc", 'say "hi" \\ é 😀', "\x00\x1c\x0b\x0c"])
def test_json_line_is_one_line_for_every_reader(text: str) -> None:
    article = replace(PLAIN, headline=text)
    (line,) = json_lines([article])
    assert line.splitlines() == [line.removesuffix("\n")]
    assert json.loads(line)["headline"] == text


def test_json_lines_are_utf8_whatever_the_page_held() -> None:
    (line,) = json_lines([replace(PLAIN, headline="half \ud83d pair é")])
    assert json.loads(line.encode())["headline"] == "half \ud83d pair é"
    assert "é" in line


def read_csv(articles: list[Article]) -> list[dict[str, str]]:
    """What a reader of the CSV form sees."""
    return list(csv.DictReader(io.StringIO("".join(csv_lines(articles)), newline="")))


def test_csv_columns() -> None:
    (row,) = read_csv([FULL])
    assert row == {
        "url": "https://tide.example/echo",
        "canonicalUrl": "https://tide.example/echo",
        "source": "tide",
        "sourceName": "The Tide",
        "headline": "Echo returns",
        "alternativeHeadline": "Echo",
        "description": "A film.",
        "section": "Film",
        "authors": "Ada Moss; Bo",
        "datePublished": "2026-05-01T22:00:00-07:00",
        "dateModified": "2026-05-02",
        "inLanguage": "en-US",
        "kind": "review",
        "flags": "paywalled spoiler",
        "keywords": "film; echo",
        "mainImage": "https://tide.example/1.jpg",
        "review": "4½ stars",
        "isAccessibleForFree": "false",
        "storyId": "s1",
        "duplicateOf": "7",
        "wordCount": "7",
        "version": "2",
        "contentHash": "abc",
        "dateDownloaded": "2026-05-02T08:30:00+00:00",
        "articleBody": "It opened on Friday.\n\n1. Ada Moss",
    }


def test_csv_records_end_as_the_rfc_says() -> None:
    header, record = csv_lines([replace(PLAIN, headline='A "B", c')])
    assert header.startswith("url,canonicalUrl,")
    assert header.endswith("\r\n")
    assert record.endswith('\n\n1. Ada Moss"\r\n')
    assert ',"A ""B"", c",' in record


def test_csv_without_articles_is_the_header() -> None:
    assert len(list(csv_lines([]))) == 1


@pytest.mark.parametrize(
    ("headline", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),
        ("1=1", "1=1"),
        ("a-b", "a-b"),
        ("half \ud83d pair", "half ? pair"),
    ],
)
def test_csv_holds_no_formula(headline: str, cell: str) -> None:
    (row,) = read_csv([replace(PLAIN, headline=headline, blocks=(Block("p", headline),), authors=(Author(headline),))])
    assert (row["headline"], row["articleBody"], row["authors"]) == (cell, cell, cell)
