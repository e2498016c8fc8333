"""What a feed of articles holds, and the text of its entries; the three formats are made from it.

Bodies are our own elements around escaped text; all the same they go through one list of what may stand in them, since
feed readers show them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import nh3

from newsreel.dates import in_utc
from newsreel.export.hypertext import body_html
from newsreel.items import Article, Embed
from newsreel.urls import host_of, resolve

GENERATOR = "Newsreel"
UNTITLED = "Without a headline"
# XML 1.0 has no other characters, not even as references.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_TAGS = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "p", "ol", "ul", "li", "blockquote", "table", "tbody", "tr", "td")
)
_TAGS |= {"pre", "figure", "figcaption", "br", "a", "strong"}
_ATTRIBUTES = {"a": {"href"}, "li": {"value"}}


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed: its permanent id, when it was stored, and when its text last changed."""

    id: str
    article: Article
    stored_at: datetime
    changed_at: datetime

    @property
    def title(self) -> str:
        """The headline on one line."""
        return " ".join(self.article.headline.split()) or UNTITLED

    @property
    def link(self) -> str | None:
        """The original's address, where it is one of the web."""
        return resolve(self.article.url, self.article.url)

    @property
    def published(self) -> datetime:
        """When it was published, as far as that is known, else when it was stored; never later than that."""
        own = self.article.date_published
        return self.stored_at if own is None else min(in_utc(own), self.stored_at)

    @property
    def updated(self) -> datetime:
        """When its text last changed here."""
        return max(self.changed_at, self.published)

    @property
    def language(self) -> str | None:
        """The language of its text, where it is written as feeds have it."""
        said = self.article.in_language
        return said if said and _LANGUAGE.fullmatch(said) else None

    @property
    def authors(self) -> list[tuple[str, str | None]]:
        """Names and addresses of who wrote it; the outlet where nobody is named."""
        named = [
            (name, author.url and resolve(self.article.url, author.url))
            for author in self.article.authors
            if (name := " ".join(author.name.split()))
        ]
        return named or [(self.article.source_name or self.article.source_id, None)]

    @property
    def html(self) -> str:
        """The full text, with the rating above it and links to what is shown in it from elsewhere below."""
        article = self.article
        rating = [f"<p><strong>{escape(article.review.raw)}</strong></p>"] if article.review else []
        parts = [*rating, body_html(article.blocks), *_links(article)]
        return cleaned("\n".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its permanent id, its own address and that of the page it belongs to; `updated` when nothing is in it."""

    id: str
    title: str
    address: str
    home: str
    begun_at: datetime
    entries: Sequence[Entry] = ()

    @property
    def updated(self) -> datetime:
        """When an entry last came or changed."""
        return max((entry.updated for entry in self.entries), default=self.begun_at)

    @property
    def language(self) -> str | None:
        """The language of all entries, where they have one in common."""
        found = {entry.language for entry in self.entries}
        return found.pop() if len(found) == 1 else None


def cleaned(html: str) -> str:
    """Give HTML with nothing in it but elements that a text needs, and links to the web.

    >>> cleaned('<p onclick="x()">Reel <script>x()</script><a href="javascript:x()">two</a></p>')
    '<p>Reel <a rel="noreferrer">two</a></p>'
    """
    return nh3.clean(
        xml_text(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noreferrer",
    )


def xml_text(text: str) -> str:
    """Give a text that XML can hold: a character that it has no place for becomes U+FFFD.

    >>> xml_text("one" + chr(0) + chr(0xD800) + "two")
    'one��two'
    """
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def rfc3339(at: datetime) -> str:
    """Give a time in UTC as Atom and JSON Feed write it.

    >>> rfc3339(datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    '2026-11-20T09:05:00Z'
    """
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _links(article: Article) -> Iterable[str]:
    """Give a line for each player and post of others that the article shows, without those that are shown twice."""
    seen = set()
    for kind, embeds in (("Video", article.videos), ("Audio", article.audios), ("Post", article.embeds)):
        for embed in embeds:
            address = resolve(article.url, embed.url) if embed.url else None
            if address and address not in seen:
                seen.add(address)
                yield f'<p><a href="{escape(address)}">{_words(kind, embed, address)}</a></p>'


def _words(kind: str, embed: Embed, address: str) -> str:
    who = f" by {embed.author}" if embed.author else ""
    return escape(f"{kind}{who} at {host_of(address)}")
