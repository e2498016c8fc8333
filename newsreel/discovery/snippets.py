"""Short texts of feeds: from markup to plain words, and from plain text to markup."""

from __future__ import annotations

import re
from html import escape, unescape

_TAG = re.compile(r"<(?:!--[^>]*--|/?[A-Za-z][^<>]*|![^<>]*)>")
_SPACE = re.compile(r"\s+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


def plain(markup: str) -> str:
    """The words of a piece of markup on one line.

    >>> plain("Tom &amp; <em>Jerry</em>")
    'Tom & Jerry'
    """
    return one_line(unescape(_TAG.sub("", markup)))


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return _SPACE.sub(" ", text).strip()


def paragraphs(text: str) -> str:
    """Plain text as markup; an empty line ends a paragraph."""
    parts = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{escape(part.strip(), quote=False)}</p>" for part in parts if part.strip())


def language_tag(text: str) -> str | None:
    """A language in BCP 47 form with hyphens; None if the text is none.

    >>> language_tag("en_US"), language_tag("English (US)")
    ('en-US', None)
    """
    text = text.strip()
    return text.replace("_", "-") if _LANGUAGE.fullmatch(text) else None
