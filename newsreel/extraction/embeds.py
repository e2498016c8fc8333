"""Recognises foreign posts and players inside a page or a feed's text."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from newsreel.items import Embed

VIDEO = frozenset({"youtube", "vimeo", "dailymotion", "jwplayer", "brightcove", "video", "twitch", "streamable", "ted"})
AUDIO = frozenset(
    {"spotify", "soundcloud", "apple-podcasts", "apple-music", "audio", "megaphone", "acast", "bandcamp", "deezer"}
)

_HOSTS = {
    "instagram.com": "instagram",
    "twitter.com": "x",
    "x.com": "x",
    "tiktok.com": "tiktok",
    "youtube.com": "youtube",
    "youtube-nocookie.com": "youtube",
    "youtu.be": "youtube",
    "facebook.com": "facebook",
    "fb.watch": "facebook",
    "threads.net": "threads",
    "threads.com": "threads",
    "bsky.app": "bluesky",
    "reddit.com": "reddit",
    "redditmedia.com": "reddit",
    "spotify.com": "spotify",
    "vimeo.com": "vimeo",
    "dailymotion.com": "dailymotion",
    "soundcloud.com": "soundcloud",
    "podcasts.apple.com": "apple-podcasts",
    "music.apple.com": "apple-music",
    "jwplayer.com": "jwplayer",
    "jwplatform.com": "jwplayer",
    "brightcove.net": "brightcove",
    "twitch.tv": "twitch",
    "streamable.com": "streamable",
    "megaphone.fm": "megaphone",
    "acast.com": "acast",
    "bandcamp.com": "bandcamp",
    "deezer.com": "deezer",
    "pinterest.com": "pinterest",
    "imgur.com": "imgur",
    "giphy.com": "giphy",
    "tumblr.com": "tumblr",
    "linkedin.com": "linkedin",
    "mastodon.social": "mastodon",
    "t.me": "telegram",
    "datawrapper.de": "datawrapper",
    "dwcdn.net": "datawrapper",
    "flourish.studio": "flourish",
    "documentcloud.org": "documentcloud",
    "ted.com": "ted",
}
# Class words of the quotations that social networks give out to be pasted into pages.
_CLASSES = {
    "twitter-tweet": "x",
    "twitter-video": "x",
    "twitter-tweet-rendered": "x",
    "instagram-media": "instagram",
    "tiktok-embed": "tiktok",
    "fb-post": "facebook",
    "fb-video": "facebook",
    "text-post-media": "threads",
    "bluesky-embed": "bluesky",
    "reddit-card": "reddit",
    "reddit-embed-bq": "reddit",
    "imgur-embed-pub": "imgur",
    "mastodon-embed": "mastodon",
    "tumblr-post": "tumblr",
}
_AMP = {
    "amp-youtube": ("youtube", "data-videoid", "https://www.youtube.com/watch?v={}"),
    "amp-instagram": ("instagram", "data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-twitter": ("x", "data-tweetid", "https://x.com/i/status/{}"),
    "amp-tiktok": ("tiktok", "data-src", "{}"),
    "amp-vimeo": ("vimeo", "data-videoid", "https://vimeo.com/{}"),
    "amp-facebook": ("facebook", "data-href", "{}"),
    "amp-reddit": ("reddit", "data-src", "{}"),
    "amp-soundcloud": ("soundcloud", "data-trackid", "https://api.soundcloud.com/tracks/{}"),
    "amp-dailymotion": ("dailymotion", "data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-jwplayer": ("jwplayer", "data-media-id", "https://content.jwplatform.com/players/{}.html"),
    "amp-brightcove": ("brightcove", "data-video-id", None),
    "amp-iframe": (None, "src", "{}"),
    "amp-video": ("video", "src", "{}"),
    "amp-audio": ("audio", "src", "{}"),
}
EMBED_TAGS = frozenset({"iframe", "embed", "object", "video", "audio", *_AMP})
_POST = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:(?:twitter|x)\.com/\w+/status/\d+|instagram\.com/(?:p|reel|tv)/|tiktok\.com/@)",
    re.I,
)
_YOUTUBE_ID = re.compile(r"(?:/embed/|/shorts/|/v/|youtu\.be/)([\w-]{6,})")
_HANDLE = re.compile(r"\(@(\w[\w.]*)\)|(?<!\w)@(\w[\w.]+)")
_LAZY = (
    "src",
    "data-src",
    "data-lazy-src",
    "data-litespeed-src",
    "data-url",
    "data-href",
    "data-embed-url",
    "cite",
    "href",
)


def provider_of(url: str) -> str | None:
    """Name the network that an address belongs to, or None where it is none we know."""
    host = (urlsplit(url).hostname or "").lower()
    while host.count("."):
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return None


@lru_cache(maxsize=20_000)
def class_provider(class_names: str) -> str | None:
    """Name the network that a quotation's class attribute belongs to."""
    for name in class_names.split():
        if name in _CLASSES:
            return _CLASSES[name]
    return None


def from_address(url: str, base: str = "") -> Embed | None:
    """Read an embed from a player's address; None where it belongs to no network we know (an ad, a form).

    >>> from_address("https://www.youtube.com/embed/abcdefgh123?rel=0").url
    'https://www.youtube.com/watch?v=abcdefgh123'
    """
    try:
        address = urljoin(base, url.strip())
        provider = provider_of(address)
        parts = urlsplit(address)
    except ValueError:
        return None
    if provider is None or parts.scheme not in ("http", "https"):
        return None
    match = _YOUTUBE_ID.search(address)
    if provider == "youtube":
        if not match or "list" in parts.path:
            return Embed(provider, address) if "/embed" in parts.path or "watch" in parts.path else None
        return Embed(provider, f"https://www.youtube.com/watch?v={match[1]}")
    if provider == "facebook" and "/plugins/" in parts.path:
        target = parse_qs(parts.query).get("href")
        return Embed(provider, unquote(target[0])) if target and "/plugins/page" not in parts.path else None
    if provider == "instagram":
        return Embed(provider, address.partition("?")[0].removesuffix("captioned/").removesuffix("embed/"))
    return Embed(provider, address)


def from_tag(tag: str, attributes: dict[str, str], base: str = "") -> Embed | None:
    """Read an embed from the tag and attributes of a player: iframe, video, audio, amp-youtube and their like."""
    if tag in _AMP:
        provider, name, shape = _AMP[tag]
        value = attributes.get(name)
        if provider is None:
            return from_address(value, base) if value else None
        return Embed(provider, shape.format(value) if shape and value else None)
    address = next((attributes[name] for name in _LAZY if attributes.get(name, "").strip(" /#")), None)
    if address is None or address.startswith(("about:", "javascript:", "data:")):
        return Embed(tag, None) if tag in ("video", "audio") else None
    if tag in ("video", "audio"):
        return Embed(tag, urljoin(base, address) if not address.startswith("blob:") else None)
    return from_address(address, base)


def is_post(html_links: list[str]) -> bool:
    """Tell whether the last link of a quotation leads to a post on a social network."""
    return bool(html_links) and bool(_POST.match(html_links[-1]))


def from_fragment(html: str, provider: str | None = None, base: str = "") -> Embed | None:
    """Read a pasted quotation of a post (its HTML) into an embed with address, author and text."""
    soup = BeautifulSoup(html, "lxml")
    top = soup.find(True)
    links = [str(a["href"]) for a in soup.find_all("a", href=True)]
    address = None
    for element in soup.find_all(["blockquote", "div", "section", "figure"]):
        for name in (
            "data-instgrm-permalink",
            "data-text-post-permalink",
            "cite",
            "data-href",
            "data-bluesky-uri",
            "data-embed-url",
        ):
            value = element.get(name)
            if isinstance(value, str) and value.strip():
                address = value.strip()
                break
        if address:
            break
    if address is None and links:
        address = next((link for link in reversed(links) if _POST.match(link)), links[-1])
    provider = provider or (provider_of(address) if address else None)
    if provider is None or not isinstance(top, Tag):
        return None
    text = " ".join(" ".join(p.get_text(" ").split()) for p in soup.find_all("p")) or " ".join(
        soup.get_text(" ").split()
    )
    handle = _HANDLE.search(soup.get_text(" "))
    if address:
        address = (
            urljoin(base, address).partition("?")[0]
            if provider in ("x", "instagram", "tiktok")
            else urljoin(base, address)
        )
    return Embed(provider, address, "@" + (handle[1] or handle[2]) if handle else None, text or None)
