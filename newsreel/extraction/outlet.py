"""The names an outlet goes by on its own pages, so that they can be told from headlines and people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction.structured import Structured, plain

_DOMAIN = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)+(?:com|org|net|co|tv|info|news|[a-z]{2})(?:\.[a-z]{2})?/?", re.IGNORECASE
)
_NO_LETTER = re.compile(r"[\W_]+")
_PUBLISHERS = frozenset({"Organization", "NewsMediaOrganization", "WebSite", "Corporation", "LocalBusiness"})
_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name")
_MORE_NAMES = ("twitter:site", "copyright", "publisher", "dc.publisher", "article:publisher")
_HOME = frozenset({"home", "homepage", "startseite", "accueil", "inicio", "início", "zurück"})
_DECORATION = re.compile(r"\b(?:the|a|der|die|das|le|la|el|il|online|news|com|de|magazine|magazin)\b")


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: the name to show, and its names squashed to letters and digits for comparing."""

    name: str | None
    keys: frozenset[str]
    label: str

    def is_named(self, text: str) -> bool:
        """Tell whether a text is nothing but a name of the outlet, or an address.

        >>> Outlet("The Example", frozenset({"theexample"}), "example").is_named("Example.com")
        True
        """
        key = squash(text)
        if not key:
            return False
        bare = squash(_DECORATION.sub(" ", text.casefold()))
        return key in self.keys or bool(bare and bare in self.keys) or bool(_DOMAIN.fullmatch(text.strip()))


def squash(text: str) -> str:
    """Letters and digits only, in lower case."""
    return _NO_LETTER.sub("", text.casefold())


def host_label(url: str) -> str:
    """The registered word of an address's host: "example" of www.example.co.uk."""
    return _label(urls.host_of(url))


@lru_cache(maxsize=1024)
def _label(host: str) -> str:
    return urls.site_of(f"https://{host}/").removeprefix("www.").partition(".")[0]


def read(structured: Structured, tree: HtmlElement) -> Outlet:
    """Gather the outlet's names from the page's statements, its host, and the links that lead home."""
    names = [structured.first(name) for name in _NAMES]
    for value in structured.in_article("publisher", "sourceOrganization", "copyrightHolder"):
        owner = structured.resolve(value)
        names.append(plain(owner.get("name")) if isinstance(owner, dict) else plain(owner))
    shown = next((name for name in names if squash(name) and "://" not in name), None)
    names += [structured.first(name) for name in _MORE_NAMES]
    for node in structured.nodes:
        if _PUBLISHERS.intersection(node.types) and node.under in ("", "publisher", "isPartOf", "mainEntity"):
            names += [plain(node.data.get("name")), plain(node.data.get("alternateName"))]
    names += _at_home_links(structured, tree)
    label = host_label(structured.url)
    keys = set()
    for name in (*names, label, urls.host_of(structured.url)):
        if len(name) <= 60 and "/" not in name:
            key = squash(name)
            keys |= {key, squash(_DECORATION.sub(" ", name.casefold())), key.removeprefix("www")}
    return Outlet(shown, frozenset(key for key in keys if len(key) > 1), squash(label))


def _at_home_links(structured: Structured, tree: HtmlElement) -> Iterator[str]:
    """The texts of links to the front page with which the title element begins or ends."""
    title = squash(structured.title)
    root = re.match(r"https?://[^/]+", structured.url)
    homes = {"/", "./", *((root[0], f"{root[0]}/") if root else ())}
    for link in tree.iter("a"):
        if link.get("href") in homes:
            name = plain(link.text_content())
            key = squash(name)
            if key and key not in _HOME and key != title and (title.startswith(key) or title.endswith(key)):
                yield name
