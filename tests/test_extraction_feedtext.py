"""A feed's entry becomes a candidate: its text as blocks, its metadata from the entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from newsreel.extraction import extract_feed_entry
from newsreel.items import Author, Link

NOW = datetime(2026, 5, 2, tzinfo=UTC)
LINK = Link(
    url="https://reel.example/a",
    via="feed",
    headline="Band &amp; brass".replace("&amp;", "&"),
    authors=("Jane Roe",),
    published=datetime(2026, 5, 1, 10, tzinfo=UTC),
    keywords=("music",),
    language="en-GB",
    summary_html="<p>A short summary.</p>",
    content_html=(
        "<p>The band plays on.</p><h3>Brass</h3><ol><li>Tuba</li></ol><img src='https://stats.example/p.gif' width='1'>"
        "<img src='/tuba.jpg'><iframe src='https://www.youtube.com/embed/abcdefgh123'></iframe><script>x()</script>"
        "<p>The post <a href=x>Band</a> appeared first on <a href=y>Reel</a>.</p>"
    ),
)


def test_full_text() -> None:
    candidate = extract_feed_entry(LINK, NOW)
    assert [(block.kind, block.text, block.marker) for block in candidate.blocks] == [
        ("p", "The band plays on.", None),
        ("heading", "Brass", None),
        ("li", "Tuba", "1."),
    ]
    assert candidate.headline == "Band & brass"
    assert candidate.authors == (Author("Jane Roe"),)
    assert candidate.date_published == LINK.published
    assert candidate.date_source == "feed"
    assert candidate.description == "A short summary."
    assert candidate.in_language == "en-GB"
    assert [image.url for image in candidate.images] == ["https://reel.example/tuba.jpg"]
    assert [video.url for video in candidate.videos] == ["https://www.youtube.com/watch?v=abcdefgh123"]
    assert "feed-only" in candidate.signals
    assert candidate.reject is None


def test_text_that_was_escaped_twice() -> None:
    candidate = extract_feed_entry(replace(LINK, content_html="&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"), NOW)
    assert [block.text for block in candidate.blocks] == ["One.", "Two."]


def test_summary_where_there_is_no_text() -> None:
    assert [block.text for block in extract_feed_entry(replace(LINK, content_html=None), NOW).blocks] == [
        "A short summary."
    ]


def test_nothing_at_all() -> None:
    candidate = extract_feed_entry(replace(LINK, content_html=" ", summary_html=None), NOW)
    assert (candidate.blocks, candidate.reject) == ((), "no-text")


def test_a_date_in_the_future_is_no_date() -> None:
    candidate = extract_feed_entry(replace(LINK, published=datetime(2027, 1, 1, tzinfo=UTC)), NOW)
    assert (candidate.date_published, candidate.date_published_raw, candidate.date_source) == (None, None, None)
