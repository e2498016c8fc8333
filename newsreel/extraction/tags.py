"""What the walk through a page needs to know of tags and attributes: what is left out, inline, hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from newsreel.extraction import embeds

SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "canvas",
        "head",
        "select",
        "option",
        "textarea",
        "input",
        "datalist",
        "map",
        "area",
        "link",
        "meta",
        "title",
        "base",
        "frame",
        "frameset",
        "noframes",
        "applet",
        "progress",
        "meter",
        "rp",
        "rt",
        "dialog",
        "audio-player",
        "amp-ad",
        "amp-embed",
        "amp-sidebar",
        "amp-consent",
        "amp-analytics",
        "amp-list",
        "amp-pixel",
        "amp-sticky-ad",
        "amp-auto-ads",
    ]
)
# Hardly ever part of a story; only where nothing else is found may a page have its story in there. A button that is
# never closed holds all that follows it.
SKIPPED_AT_FIRST = SKIPPED | {"nav", "footer", "button"}
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "ruby",
        "rb",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "g",
        "amp-timeago",
    ]
)
FURNITURE = frozenset({"nav", "footer", "form", "aside", "menu"})
# Text in a figure is its caption, whatever holds it; quotations and tables in a figure set their own kind.
CAPTIONS = ("figure", "figcaption", "caption")
LISTS = ("ul", "ol", "menu", "dir")
CELLS = ("td", "th", "dd", "dt", "summary")
MAY_BE_FOREIGN = embeds.EMBED_TAGS | {"blockquote", "div", "section"}
BOLD = frozenset({"b", "strong"})
ITALIC = frozenset({"i", "em", "cite"})
HEADINGS = {f"h{level}": level for level in range(1, 7)}
STYLED = BOLD | ITALIC | {"a"}
# Containers that say what their lines are, and those that never do.
SET_KIND = frozenset({*HEADINGS, "li", "blockquote", *CAPTIONS, "pre", *CELLS})
PLAIN = frozenset({"div", "p", "section", "article", "main", "header", "tr", "tbody", "thead", "address", "center"})

_ROLES = frozenset(
    ["navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "menu", "menubar", "tablist"]
)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_HIDDEN_CLASS = re.compile(
    r"(?:^|[\s_-])(?:sr-only|screen-?reader|visually-?hidden|assistive-text|a11y-hidden|offscreen|tooltip"
    r"|rollover-\w+-block|popover)",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+")


def class_words(names: str) -> str:
    """Split class and id names into lower-case words.

    >>> class_words("articleBody related-posts_3x")
    'article body related posts 3 x'
    """
    return " ".join(_WORD.findall(_CAMEL.sub(" ", names).lower()))


@dataclass(frozen=True, slots=True)
class Names:
    """What an element's class and id say: their words, whether they hide it, the network whose post it is."""

    words: str
    is_hidden: bool
    provider: str | None


NO_NAMES = Names("", False, None)


@lru_cache(maxsize=20_000)
def read_names(names: str) -> Names:
    """Read the text of an element's class and id attributes, joined by a space."""
    return Names(class_words(names), names_hidden(names), embeds.class_provider(names))


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Tell whether attributes other than class and id hide an element, or make it a navigation, dialog or the like."""
    if attributes.get("role") in _ROLES or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style) and HIDDEN_STYLE.search(style or "") is not None


@lru_cache(maxsize=20_000)
def names_hidden(names: str) -> bool:
    return bool(_HIDDEN_CLASS.search(names))
