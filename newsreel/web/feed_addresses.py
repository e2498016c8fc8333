"""The addresses of feeds: what a feed has is in its path and query, its format behind a dot, its secret in `key`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlencode

FORMS = ("atom", "rss", "json")


@dataclass(frozen=True, slots=True)
class FeedOf:
    """What a feed has; what is empty does not narrow it down."""

    source: str = ""
    kind: str = ""
    author: str = ""
    keyword: str = ""
    q: str = ""
    starred: bool = False
    unread: bool = False
    sponsored: bool = False
    limit: int = 0

    @property
    def name(self) -> str:
        """The address without form and key, by which a key knows its feed.

        >>> FeedOf().name, FeedOf(source="tide").name, FeedOf(source="tide", q="red moon").name
        ('/feeds/all', '/feeds/source/tide', '/feeds/search?q=red+moon&source=tide')
        """
        stem, rest = "/feeds/all", self
        if self.q:
            stem = "/feeds/search"
        elif self.source:
            stem, rest = f"/feeds/source/{quote(self.source, safe='')}", replace(self, source="")
        elif self.kind:
            stem, rest = f"/feeds/kind/{quote(self.kind, safe='')}", replace(self, kind="")
        texts = {name: str(getattr(rest, name)) for name in ("author", "keyword", "kind", "q", "source")}
        flags = {name: "1" for name in ("sponsored", "starred", "unread") if getattr(rest, name)}
        asked = {name: value for name, value in texts.items() if value} | flags
        asked |= {"limit": str(self.limit)} if self.limit else {}
        return stem + (f"?{urlencode(sorted(asked.items()))}" if asked else "")

    def address(self, form: str, key: str = "") -> str:
        """Give the address in a form, from the path on.

        >>> FeedOf(source="tide", author="Ada Moss").address("atom", "s3cret")
        '/feeds/source/tide.atom?author=Ada+Moss&key=s3cret'
        """
        return in_form(self.name, form, key)


def in_form(name: str, form: str, key: str = "") -> str:
    """Give the address of a feed's name in a form, with its key."""
    stem, _, query = name.partition("?")
    pairs = parse_qsl(query) + ([("key", key)] if key else [])
    return f"{stem}.{form}" + (f"?{urlencode(pairs)}" if pairs else "")
