"""The names an outlet goes by on its own pages, so that they can be told from headlines and people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsreel.extraction.structured import Structured, plain

_DOMAIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)+(?:com|org|net|co|tv|info|news|[a-z]{2})(?:\.[a-z]{2})?/?", re.IGNORECASE)
_SECOND_LEVEL = frozenset("co com org net ac gov edu or ne go".split())
_PUBLISHERS = frozenset("Organization NewsMediaOrganization WebSite Corporation LocalBusiness".split())
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
    return re.sub(r"[\W_]+", "", text.casefold())


def host_label(url: str) -> str:
    """The registered word of an address's host: "example" of www.example.co.uk."""
    labels = [label for label in (urlsplit(url).hostname or "").split(".") if label]
    if len(labels) > 2 and labels[-2] in _SECOND_LEVEL:
        labels.pop()
    return labels[-2] if len(labels) > 1 else "".join(labels)


def read(structured: Structured) -> Outlet:
    """Gather the outlet's names from the page's statements and its host."""
    shown = structured.first("og:site_name", "application-name", "apple-mobile-web-app-title", "cre", "al:ios:app_name")
    names = [shown, structured.first("twitter:site"), structured.first("al:ios:app_name"), structured.first("copyright")]
    names += [structured.first(key) for key in ("publisher", "dc.publisher", "article:publisher", "application-name")]
    for value in structured.in_article("publisher", "sourceOrganization", "copyrightHolder"):
        value = structured.resolve(value)
        name = plain(value.get("name")) if isinstance(value, dict) else plain(value)
        names.append(name)
        shown = shown or name
    for node in structured.nodes:
        if _PUBLISHERS.intersection(node.types) and node.under in ("", "publisher", "isPartOf", "mainEntity"):
            names += [plain(node.data.get("name")), plain(node.data.get("alternateName"))]
    label = host_label(structured.url)
    keys = set()
    for name in (*names, label, urlsplit(structured.url).hostname or ""):
        if len(name) <= 60 and "/" not in name:
            key = squash(name)
            keys |= {key, squash(_DECORATION.sub(" ", name.casefold())), key.removeprefix("www")}
    return Outlet(shown or None, frozenset(key for key in keys if len(key) > 1), squash(label))
