"""All metadata of a page, from markup to values."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml.html import document_fromstring

from newsreel.extraction import metadata, structured
from newsreel.extraction.metadata import Metadata
from newsreel.items import Author, Image, Page, Review

URL = "https://www.dailyexample.test/film/a-star-returns?utm_source=x"
ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "A Star Returns to the Stage",
    "alternativeHeadline": "Back at Last",
    "description": "After ten years the actor is back.",
    "articleSection": ["Theatre", "Film"],
    "author": {"@type": "Person", "name": "Ann Lee", "url": "/author/ann"},
    "datePublished": "2024-05-17T10:30:00-04:00",
    "dateModified": "2024-05-18T08:00:00-04:00",
    "inLanguage": "en-US",
    "keywords": ["theatre", "comeback", "Theatre"],
    "image": {"@type": "ImageObject", "url": "/i/star.jpg", "caption": "The star.", "creditText": "Pip Photo"},
    "publisher": {"@type": "Organization", "name": "Daily Example"},
    "isAccessibleForFree": False,
    "articleBody": "After ten years\nthe actor is back.",
}


def read(html: str, url: str = URL) -> Metadata:
    page = Page(url, url, 200, {}, html.encode(), datetime(2024, 6, 1, tzinfo=UTC))
    tree = document_fromstring(html)
    return metadata.read(tree, structured.read(tree, url), page)


def with_ld(node: object, rest: str = "") -> str:
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    return f"<html><head>{script}{rest}</head><body><h1>A Star Returns to the Stage</h1></body></html>"


def test_a_page_with_everything() -> None:
    told = read(with_ld(ARTICLE, '<link rel="canonical" href="/film/a-star-returns">'))
    offset = timezone(timedelta(hours=-4))
    assert told == Metadata(
        headline="A Star Returns to the Stage",
        alternative_headline="Back at Last",
        description="After ten years the actor is back.",
        section="Theatre",
        authors=(Author("Ann Lee", "https://www.dailyexample.test/author/ann"),),
        date_published=datetime(2024, 5, 17, 10, 30, tzinfo=offset),
        date_modified=datetime(2024, 5, 18, 8, 0, tzinfo=offset),
        date_published_raw="2024-05-17T10:30:00-04:00",
        date_source="json-ld",
        in_language="en-US",
        keywords=("theatre", "comeback"),
        main_image=Image("https://www.dailyexample.test/i/star.jpg", "The star.", "Pip Photo"),
        site_name="Daily Example",
        canonical_url="https://www.dailyexample.test/film/a-star-returns",
        is_accessible_for_free=False,
        access_signal="json-ld:isAccessibleForFree",
        schema_types=("NewsArticle",),
        signals=("paywalled", "schema:NewsArticle"),
        review=None,
        article_body="After ten years\nthe actor is back.",
    )


def test_a_page_with_nothing() -> None:
    told = read("<p></p>")
    assert told.headline == ""
    assert told.authors == told.keywords == told.signals == told.schema_types == ()
    assert (told.date_published, told.date_source, told.in_language, told.main_image) == (None, None, None, None)
    assert (told.canonical_url, told.description, told.section, told.review) == (None, None, None, None)


def test_meta_elements_stand_in_for_json_ld() -> None:
    told = read(
        '<html lang="en"><head><meta property="og:description" content="A Star Returns to the Stage">'
        '<meta name="description" content="After ten years."><meta property="article:section" content="Theatre">'
        '<meta property="article:tag" content="theatre"><meta name="keywords" content="theatre, comeback;actors">'
        '<meta property="og:image" content="/i/logo.png"><meta name="twitter:image" content="//cdn.test/star.jpg">'
        '<meta property="og:url" content="https://www.dailyexample.test/canonical"></head>'
        "<body><h1>A Star Returns to the Stage</h1></body></html>"
    )
    assert told.section == "Theatre"
    assert told.keywords == ("theatre", "comeback", "actors")
    assert told.main_image == Image("https://cdn.test/star.jpg")
    assert told.canonical_url == "https://www.dailyexample.test/canonical"
    assert told.description is None


@pytest.mark.parametrize(
    ("url", "lang", "expected"),
    [
        ("https://news.example.com/a", "en-US", datetime(2024, 3, 4)),  # noqa: DTZ001
        ("https://news.example.co.uk/a", "en-US", datetime(2024, 4, 3)),  # noqa: DTZ001
        ("https://news.example.com/a", "fr", datetime(2024, 4, 3)),  # noqa: DTZ001
    ],
)
def test_the_country_of_the_domain_orders_day_and_month(url: str, lang: str, expected: datetime) -> None:
    html = f'<html lang="{lang}"><h1>A Star Returns</h1><p class="date">03/04/2024</p></html>'
    assert read(html, url).date_published == expected


REVIEWS = [
    (
        {
            "@type": "Review",
            "reviewRating": {"ratingValue": 4.5, "bestRating": "5"},
            "itemReviewed": {"@type": "Movie", "name": "Star"},
        },
        Review("4.5", "4.5", "5", "Star", "Movie"),
    ),
    ({"@type": "CriticReview", "reviewRating": {"ratingValue": "3 out of 4"}}, Review("3", "3 out of 4", "4")),
    ({"@type": "Review", "reviewRating": {"ratingValue": "B+"}}, Review("B+", "B+")),
    ({"@type": "NewsArticle", "review": {"@type": "Review", "reviewRating": {"ratingValue": "7"}}}, Review("7", "7")),
    ({"@type": "Product", "aggregateRating": {"@type": "AggregateRating", "ratingValue": "4"}}, None),
    ({"@type": "Review", "reviewRating": {"@type": "AggregateRating", "ratingValue": "4"}}, None),
    ({"@type": "Review", "reviewRating": {"ratingValue": ""}}, None),
    ({"@type": "ItemList", "itemListElement": [{"@type": "Review", "reviewRating": {"ratingValue": "4"}}]}, None),
]


@pytest.mark.parametrize(("node", "expected"), REVIEWS)
def test_the_rating_of_a_review(node: object, expected: Review | None) -> None:
    assert read(with_ld(node)).review == expected


def rated(*values: str, kind: str = "Rating", name: str = "reviewRating") -> str:
    marks = "".join(f'<meta itemprop="ratingValue" content="{value}">' for value in values)
    rating = f'<i itemprop="{name}" itemscope itemtype="https://schema.org/{kind}">{marks}<meta itemprop="bestRating" content="5"></i>'
    return f'<html><article itemscope itemtype="https://schema.org/Review"><h1>Star</h1>{rating}</article></html>'


MARKED = [
    (rated("3,5"), Review("3.5", "3,5", "5")),
    (rated("4", "2"), None),
    (rated("4", kind="AggregateRating", name="aggregateRating"), None),
    (rated("good"), None),
]


@pytest.mark.parametrize(("html", "expected"), MARKED)
def test_the_rating_in_microdata(html: str, expected: Review | None) -> None:
    assert read(html).review == expected


PICTURES = [
    ("/i/star.jpg", "https://www.dailyexample.test/i/star.jpg"),
    (["", "https://cdn.test/a.jpg", "https://cdn.test/b.jpg"], "https://cdn.test/a.jpg"),
    ([{"contentUrl": "https://cdn.test/a.jpg"}], "https://cdn.test/a.jpg"),
    ({"url": ["https://cdn.test/a.jpg"]}, "https://cdn.test/a.jpg"),
    ("data:image/png;base64,AAAA", None),
    ("https://cdn.test/default-image.png", None),
    ("https://cdn.test/logos-of-hollywood.jpg", "https://cdn.test/logos-of-hollywood.jpg"),
    ("https://cdn.test/img/logo.png", None),
    ("https://cdn.test/sites/default/files/a.jpg", "https://cdn.test/sites/default/files/a.jpg"),
    ("http://[broken", None),
]


@pytest.mark.parametrize(("image", "expected"), PICTURES)
def test_the_main_image(image: object, expected: str | None) -> None:
    found = read(with_ld({"@type": "NewsArticle", "image": image})).main_image
    assert (found.url if found else None) == expected


def test_an_image_by_reference() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "image": {"@id": "#primary"}},
            {"@type": "ImageObject", "@id": "#primary", "url": "https://cdn.test/a.jpg", "author": {"name": "Pip"}},
        ]
    }
    assert read(with_ld(graph)).main_image == Image("https://cdn.test/a.jpg", None, "Pip")


def test_a_broken_address_is_left_out() -> None:
    told = read('<html><link rel="canonical" href="http://[broken"><link rel="canonical" href="mailto:x"></html>')
    assert told.canonical_url is None
