"""Pages that are no articles are told apart and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.extraction import extract
from newsreel.items import Page

PROSE = "<p>The band played for three hours in the rain, and at the end nobody wanted to leave the field behind the mill.</p>"
GERMAN = "<p>Die Band spielte drei Stunden lang im Regen, und am Ende wollte niemand das Feld hinter der Mühle verlassen.</p>"
OFFER = (
    "<p>Our team will build your stage: tell us what you need, and we deliver it to your door with your own crew.</p>"
)
DATED = (
    '<meta property="article:published_time" content="2026-05-01T10:00:00Z"><meta property="og:type" content="article">'
)
CARDS = "".join(
    f"<div class=card><h3><a href=/story-{i}>Story number {i} about a film</a></h3><p>A short teaser of story {i}, with a dot.</p></div>"
    for i in range(12)
)
PRODUCT = '<script type="application/ld+json">{"@type": "Product", "name": "Mug", "offers": {"@type": "Offer", "price": "9"}}</script>'


def judged(path: str, head: str, body: str) -> str | None:
    url = "https://reel.example" + path
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    return extract(Page(url, url, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC))).reject


@pytest.mark.parametrize(
    ("path", "head", "body", "code"),
    [
        (
            "/2026/05/01/band-plays-in-the-rain",
            f"<title>Band plays</title>{DATED}",
            f"<h1>Band plays</h1>{PROSE * 8}",
            None,
        ),
        (
            "/band-plays-in-the-rain-again",
            "<title>Band plays</title>",
            f"<article><h1>Band plays</h1>{PROSE * 8}</article>",
            None,
        ),
        (
            "/2026/05/01/short-brief-on-the-band",
            f"<title>Brief</title>{DATED}",
            f"<article><h1>Brief</h1>{PROSE}</article>",
            None,
        ),
        ("/", "<title>Reel</title>", CARDS, "not-article"),
        ("/tag/film/", "<title>Film</title>", f"<h1>Film</h1>{CARDS}", "not-article"),
        (
            "/shop/mug",
            f"<title>Mug</title>{PRODUCT}",
            "<h1>Mug</h1><p>Add to cart. In stock, with free shipping today.</p>",
            "not-article",
        ),
        (
            "/",
            f'<title>Band plays</title>{DATED}<link rel="canonical" href="https://reel.example/2026/05/01/band-plays">',
            f"<h1>Band plays in the rain</h1>{PROSE * 8}",
            None,
        ),
        (
            "/?p=4711",
            "<title>Band plays</title>",
            f"<article><h1>Band plays in the rain</h1><time datetime=2026-05-01>May 1, 2026</time>{PROSE * 8}</article>",
            None,
        ),
        ("/?utm_source=feed", f"<title>Reel</title>{DATED}", f"<h1>Reel</h1>{PROSE * 8}", "not-article"),
        (
            "/services/stage-building",
            "<title>Stage building services</title>",
            f"<h1>Stage building</h1>{OFFER * 8}<button>Get a quote</button>",
            "not-article",
        ),
        (
            "/shop/drums/snare",
            f"<title>Buy a snare</title>{PRODUCT}",
            "<h1>Snare</h1><div class=price>$90</div><div class='add-to-cart qty'>1</div><p>A snare of maple.</p>"
            "<div class=review><time datetime=2026-04-01>April 1, 2026</time><p>You will love your snare.</p></div>",
            "not-article",
        ),
        (
            "/news/films-of-the-year-by-price",
            f"<title>The best films by price</title>{DATED}",
            f"<h1>The best films by price</h1><div class=byline>By Jane Doe</div>{PROSE * 6}"
            "<p>One cost $5, one cost $7, and one, in stock at last, cost $9 because it was long.</p>",
            None,
        ),
        (
            "/kultur/band-spielt-lange-im-regen",
            "<title>Band spielt</title>",
            f"<article><h1>Die Band spielt lange im Regen</h1>{GERMAN * 8}</article>",
            None,
        ),
        (
            "/band-x-y-z",
            "<title>Just a moment...</title>",
            "<p>Checking your browser before you go on.</p>",
            "bot-wall",
        ),
        ("/band-x-y-z", "<title>reel.example</title>", "<p>Please verify you are a human to continue.</p>", "bot-wall"),
        (
            "/band-x-y-z",
            "<title>Page not found</title>",
            "<h1>Page not found</h1><p>Try the search, or the front page.</p>",
            "soft-404",
        ),
        (
            "/band-x-y-z",
            "<title>Sign in</title>",
            "<h1>Sign in</h1><form><p>Your name and password, please.</p></form>",
            "login",
        ),
        ("/2026/05/01/band-x-y-z-video", f"<title>Band</title>{DATED}", "<div><img src=a.jpg></div>", "no-text"),
    ],
)
def test_names_what_a_page_is(path: str, head: str, body: str, code: str | None) -> None:
    assert judged(path, head, body) == code


def test_an_article_may_speak_of_robots_and_missing_pages() -> None:
    body = f"<h1>Page not found: the play about a lost website</h1>{PROSE * 12}<p>Are you a robot? he asks her.</p>"
    assert (
        judged("/2026/05/01/page-not-found-the-play", f"<title>Page not found: the play</title>{DATED}", body) is None
    )
