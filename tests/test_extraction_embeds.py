"""Foreign posts and players are read from addresses, tags and pasted quotations, and leave the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.extraction import embeds, extract
from newsreel.items import Embed, Page

SENTENCE = "The crowd waited in the rain for hours before the doors of the old theatre opened, and nobody complained. "


@pytest.mark.parametrize(
    ("address", "provider", "url"),
    [
        (
            "https://www.youtube.com/embed/abcdefgh123?autoplay=1",
            "youtube",
            "https://www.youtube.com/watch?v=abcdefgh123",
        ),
        ("//www.youtube-nocookie.com/embed/abcdefgh123", "youtube", "https://www.youtube.com/watch?v=abcdefgh123"),
        ("https://player.vimeo.com/video/12345", "vimeo", "https://player.vimeo.com/video/12345"),
        ("https://open.spotify.com/embed/track/xyz", "spotify", "https://open.spotify.com/embed/track/xyz"),
        ("https://www.instagram.com/p/AbC/embed/captioned/", "instagram", "https://www.instagram.com/p/AbC/"),
        (
            "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fposts%2F1",
            "facebook",
            "https://www.facebook.com/a/posts/1",
        ),
        ("https://embed.bsky.app/embed/did/app", "bluesky", "https://embed.bsky.app/embed/did/app"),
        (
            "https://www.redditmedia.com/r/films/comments/1/",
            "reddit",
            "https://www.redditmedia.com/r/films/comments/1/",
        ),
    ],
)
def test_addresses(address: str, provider: str, url: str) -> None:
    assert embeds.from_address(address, "https://reel.example/a") == Embed(provider, url)


@pytest.mark.parametrize(
    "address",
    [
        "https://ads.example/frame",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://[broken",
        "https://www.facebook.com/plugins/page.php?href=x",
        "",
    ],
)
def test_other_frames_are_no_embeds(address: str) -> None:
    assert embeds.from_address(address, "https://reel.example/a") is None


@pytest.mark.parametrize(
    ("tag", "attributes", "expected"),
    [
        ("amp-youtube", {"data-videoid": "abc"}, Embed("youtube", "https://www.youtube.com/watch?v=abc")),
        ("amp-instagram", {"data-shortcode": "AbC"}, Embed("instagram", "https://www.instagram.com/p/AbC/")),
        ("iframe", {"src": "about:blank", "data-src": "https://player.vimeo.com/video/1"}, None),
        (
            "iframe",
            {"data-src": "https://player.vimeo.com/video/1"},
            Embed("vimeo", "https://player.vimeo.com/video/1"),
        ),
        ("video", {"src": "/clip.mp4"}, Embed("video", "https://reel.example/clip.mp4")),
    ],
)
def test_tags(tag: str, attributes: dict[str, str], expected: Embed | None) -> None:
    assert embeds.from_tag(tag, attributes, "https://reel.example/a") == expected


def test_posts_leave_the_text() -> None:
    html = f"""<html><head><title>Doors open</title></head><body><article><h1>Doors open</h1><p>{SENTENCE * 3}</p>
      <blockquote class="twitter-tweet"><p>What a night!</p>&mdash; Some Star (@somestar)
        <a href="https://twitter.com/somestar/status/12?ref=x">May 1, 2026</a></blockquote>
      <blockquote><p>No class here.</p><a href="https://x.com/other/status/13">May 2</a></blockquote>
      <blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/AbC/?utm=1">
        <a href="https://www.instagram.com/p/AbC/">View this post on Instagram</a></blockquote>
      <iframe data-src="https://www.youtube.com/embed/abcdefgh123"></iframe>
      <iframe src="https://open.spotify.com/embed/track/xyz"></iframe>
      <iframe src="https://ads.example/"></iframe>
      <blockquote><p>“We never left,” she said to the hall.</p></blockquote>
      <p>{SENTENCE * 3}</p></article></body></html>"""
    url = "https://reel.example/2026/05/01/doors-open"
    candidate = extract(Page(url, url, 200, {}, html.encode(), datetime(2026, 5, 2, tzinfo=UTC)))
    assert [block.kind for block in candidate.blocks] == ["p", "quote", "p"]
    assert [(post.provider, post.url, post.author) for post in candidate.embeds] == [
        ("x", "https://twitter.com/somestar/status/12", "@somestar"),
        ("x", "https://x.com/other/status/13", None),
        ("instagram", "https://www.instagram.com/p/AbC/", None),
    ]
    assert candidate.embeds[0].text == "What a night!"
    assert [video.url for video in candidate.videos] == ["https://www.youtube.com/watch?v=abcdefgh123"]
    assert [audio.provider for audio in candidate.audios] == ["spotify"]
