"""Reads an article out of a feed's entry: its text as blocks, its metadata from the entry itself."""

from __future__ import annotations

import html
import re
from datetime import datetime

from bs4 import BeautifulSoup, Comment
from lxml.html import HTMLParser, document_fromstring

from newsreel.extraction import embeds, images
from newsreel.extraction.blocks import blocks_of, fold
from newsreel.extraction.cutting import cut
from newsreel.extraction.language import text_language
from newsreel.items import Author, Block, Candidate, Embed, Image, Link

_ENTITY_TAGS = re.compile(r"&lt;(?:p|div|br|a|img|strong|em|h\d|blockquote|figure)\b", re.I)
# The line that blog software adds to every entry of its feeds.
_APPENDED = re.compile(
    r"^(?:The post .{1,300} (?:appeared first|first appeared) on .{1,120}|(?:Continue"
    r"|Keep) reading.{0,200}|Read (?:more|the full).{0,120}|Source: .{0,80}|\[?(?:…|\.\.\.|&hellip;)\]?)$",
    re.I,
)


def tidy(fragment: str) -> str:
    """Repair a feed's HTML: text that was escaped twice, scripts, comments and tracking pixels."""
    if _ENTITY_TAGS.search(fragment) and "<p" not in fragment.lower():
        fragment = html.unescape(fragment)
    soup = BeautifulSoup(fragment, "lxml")
    for element in soup.find_all(["script", "style", "noscript"]):
        element.decompose()
    for comment in soup.find_all(string=lambda value: isinstance(value, Comment)):
        comment.extract()
    for image in soup.find_all("img"):
        if str(image.get("width", "")) in ("0", "1") or str(image.get("height", "")) in ("0", "1"):
            image.decompose()
    return str(soup)


def extract_feed_entry(link: Link, fetched_at: datetime, language: str | None = None) -> Candidate:
    """Build a candidate from a feed's entry; `language` is the outlet's, where the entry names none.

    The entry's full text counts, its summary where there is none; without either the candidate is `no-text`.
    A date later than `fetched_at` is left out.
    """
    fragment = link.content_html or link.summary_html or ""
    blocks: tuple[Block, ...] = ()
    pictures: tuple[Image, ...] = ()
    posts: tuple[Embed, ...] = ()
    if fragment.strip():
        parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        tree = document_fromstring(tidy(fragment).encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
        page = cut(tree, link.url)
        indexes = [index for index, line in enumerate(page.lines) if not _APPENDED.match(line.text)]
        blocks = blocks_of(page, 0, indexes)
        pictures = images.read(page.pictures, link.url)
        posts = tuple(post for _, post in page.posts)
    published = link.published if link.published and link.published <= fetched_at else None
    modified = link.updated if link.updated and link.updated <= fetched_at else None
    summary = fold(BeautifulSoup(link.summary_html, "lxml").get_text(" ")) if link.summary_html else None
    text = " ".join(block.text for block in blocks)
    return Candidate(
        url=link.url,
        canonical_url=link.url,
        headline=fold(BeautifulSoup(link.headline, "lxml").get_text())
        if link.headline and "<" in link.headline
        else fold(link.headline or ""),
        description=summary if link.content_html else None,
        authors=tuple(Author(name) for name in link.authors if name.strip()),
        date_published=published,
        date_modified=modified,
        date_published_raw=link.published.isoformat() if published and link.published else None,
        date_source="feed" if published else None,
        in_language=text_language(text, link.language or language),
        keywords=link.keywords,
        main_image=pictures[0] if pictures else None,
        images=pictures,
        videos=tuple(post for post in posts if post.provider in embeds.VIDEO),
        audios=tuple(post for post in posts if post.provider in embeds.AUDIO),
        embeds=tuple(post for post in posts if post.provider not in embeds.VIDEO | embeds.AUDIO),
        blocks=blocks,
        signals=("feed-only",),
        reject=None if blocks else "no-text",
    )
