"""What the walk through a page needs to know of tags and attributes: what is left out, inline, hidden."""

from __future__ import annotations

import re
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
        "button",
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
# Hardly ever part of a story; only where nothing else is found may a page have its story in there.
SKIPPED_AT_FIRST = SKIPPED | {"nav", "footer"}
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


@lru_cache(maxsize=20_000)
def class_words(names: str) -> str:
    """Split class and id names into lower-case words.

    >>> class_words("articleBody related-posts_3x")
    'article body related posts 3 x'
    """
    return " ".join(_WORD.findall(_CAMEL.sub(" ", names).lower()))


def is_hidden(names: str, attributes: dict[str, str]) -> bool:
    """Tell whether attributes hide an element, or make it a navigation, dialog or the like."""
    if attributes.get("role") in _ROLES or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if style and HIDDEN_STYLE.search(style):
        return True
    return names_hidden(names)


@lru_cache(maxsize=20_000)
def names_hidden(names: str) -> bool:
    return bool(_HIDDEN_CLASS.search(names))
