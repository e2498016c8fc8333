"""The language of a text, as a BCP 47 tag, from what the page declares or else from the words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from newsreel.extraction.structured import Structured, plain

SAMPLE = 800
FEWEST_LETTERS = 60

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_.@].*)?", re.IGNORECASE)
_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "italiano": "it",
    "portuguese": "pt",
    "português": "pt",
}


def tag(text: str) -> str | None:
    """A language tag in its usual spelling; None for what is none.

    >>> tag("en_us"), tag("zh-hant-TW"), tag("x-default")
    ('en-US', 'zh-Hant-TW', None)
    """
    text = text.strip()
    text = _NAMES.get(text.lower(), text)
    match = _TAG.fullmatch(text)
    if match is None or match[1].lower() in ("und", "mul", "zxx"):
        return None
    parts = [match[1].lower()]
    if match[2]:
        parts.append(match[2].title())
    if match[3]:
        parts.append(match[3].upper())
    return "-".join(parts)


def text_language(text: str, default: str | None = None) -> str | None:
    """The language of a text: the default where one is known, else judged by the first 800 characters.

    None where there is neither a default nor enough text to judge.
    """
    known = tag(default) if default else None
    return known or _judged(text)


def read(tree: HtmlElement, structured: Structured) -> str | None:
    """The language that the page declares; where its declarations differ, the one that the paragraphs are in."""
    declared = [found for value in _declared(structured) if (found := tag(value))]
    if not declared:
        return None
    primaries = {name.split("-")[0] for name in declared}
    primary = declared[0].split("-")[0]
    if len(primaries) > 1:
        judged = _judged(_sample(tree))
        primary = judged if judged in primaries else primary
    return max((name for name in declared if name.split("-")[0] == primary), key=lambda name: name.count("-"))


def _declared(structured: Structured) -> Iterable[str]:
    yield structured.html_lang
    for value in structured.in_article("inLanguage"):
        first = value[0] if isinstance(value, list) else value
        yield plain(first.get("name") if isinstance(first, dict) else first)
    yield structured.first("og:locale")
    yield structured.first("content-language", "language", "dc.language", "dcterms.language")


def _sample(tree: HtmlElement) -> str:
    sample = ""
    for paragraph in tree.iter("p"):
        text = paragraph.text_content().strip()
        if len(text) > 40:
            sample = f"{sample} {text}"
        if len(sample) >= SAMPLE:
            break
    return sample


def _judged(text: str) -> str | None:
    sample = text[:SAMPLE]
    if sum(sign.isalpha() for sign in sample) < FEWEST_LETTERS:
        return None
    # Its model takes a third of a second to import and longer to load: most pages name their language.
    import py3langid

    return str(py3langid.classify(sample)[0])
