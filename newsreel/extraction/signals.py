"""What a page says about itself as a whole: access, sponsorship, reservations, and what kind of thing it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsreel.extraction.jsonld import Value
from newsreel.extraction.structured import Structured, plain
from newsreel.items import Page

_ROBOTS = ("robots", "googlebot", "googlebot-news", "bingbot")
_ROBOT_WORDS = {"noarchive": "noarchive", "nocache": "noarchive", "noai": "noai", "noimageai": "noai"}
_LABELS = ("article:content_type", "content_type", "content-type-label", "article:section", "parsely-section")
_FLAGS = ("sponsored", "is_sponsored", "article:sponsored", "native-ad", "advertorial")
_TIERS = ("article:content_tier", "content_tier", "og:content_tier", "content-tier")
_TIER_FREE = {"free": True, "metered": None, "locked": False, "paid": False, "premium": False, "subscriber": False}
_SPONSORED = re.compile(
    r"\b(?:sponsored|sponsor\s+content|advertorial|paid\s+(?:post|content|partnership)|brand(?:ed)?\s+content|partner\s+content|"
    r"promoted|anzeige|publireportage|contenu\s+sponsorisé|publirreportaje|contenido\s+patrocinado|patrocinado|"
    r"contenuto\s+sponsorizzato|conteúdo\s+patrocinado)\b",
    re.IGNORECASE,
)
_KIND_WORDS = """
    Article NewsArticle BlogPosting ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle ReviewNewsArticle
    AdvertiserContentArticle SatiricalArticle LiveBlogPosting Review CriticReview Recipe HowTo ImageGallery VideoObject
    PodcastEpisode ItemList QAPage FAQPage Product Event ProfilePage CollectionPage SearchResultsPage AboutPage
    ContactPage DiscussionForumPosting JobPosting Movie TVSeries
"""
_KINDS = frozenset(_KIND_WORDS.split())


@dataclass(frozen=True, slots=True)
class Access:
    """Whether the whole text is free to read, and the statement that says so."""

    is_free: bool | None
    signal: str | None


def access(structured: Structured) -> Access:
    """Read whether the text is free: JSON-LD first, then the content tier."""
    for value in structured.in_article("isAccessibleForFree"):
        free = _truth(value)
        if free is not None:
            return Access(free, "json-ld:isAccessibleForFree")
    for value in structured.in_article("hasPart"):
        parts = value if isinstance(value, list) else [value]
        if any(isinstance(part, dict) and _truth(part.get("isAccessibleForFree")) is False for part in parts):
            return Access(False, "json-ld:hasPart")
    for name in _TIERS:
        tier = structured.first(name).lower()
        if tier in _TIER_FREE:
            return Access(_TIER_FREE[tier], f"meta:{name}={tier}")
    return Access(None, None)


def read(structured: Structured, page: Page, section: str | None, free: bool | None) -> tuple[str, ...]:
    """The short words about a page, each once."""
    found = ["paywalled"] if free is False else []
    if _is_sponsored(structured, section):
        found.append("sponsored")
    found.extend(_reservations(structured, page))
    found.extend(f"schema:{kind}" for kind in schema_types(structured) if kind in _KINDS)
    kind = structured.first("og:type").lower()
    if kind.startswith(("video", "music", "profile")):
        found.append(f"og:{kind.split('.')[0]}")
    return tuple(dict.fromkeys(found))


def schema_types(structured: Structured) -> tuple[str, ...]:
    """The types of the story's and the page's JSON-LD objects and of all that stand at the top, each once."""
    nodes = [node for node in (structured.article, structured.web_page) if node is not None]
    nodes += [node for node in structured.nodes if node.level == 0]
    return tuple(dict.fromkeys(kind for node in nodes for kind in node.types))


def _is_sponsored(structured: Structured, section: str | None) -> bool:
    if structured.article is not None and "AdvertiserContentArticle" in structured.article.types:
        return True
    if structured.article is not None and structured.article.data.get("sponsor"):
        return True
    told = [section or "", *(structured.first(name) for name in _LABELS)]
    return any(len(text) <= 60 and _SPONSORED.search(text) for text in told) or any(
        _truth(structured.first(name)) for name in _FLAGS
    )


def _reservations(structured: Structured, page: Page) -> Iterator[str]:
    told = [value for name in _ROBOTS for value in structured.meta.get(name, ())]
    told.append(page.headers.get("x-robots-tag", ""))
    words = _words(told)
    yield from dict.fromkeys(signal for word, signal in _ROBOT_WORDS.items() if word in words)
    for value in (page.headers.get("tdm-reservation", ""), structured.first("tdm-reservation")):
        if value.strip() == "1":
            yield "tdm-reserved"


def _words(told: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in told for word in re.split(r"[\s,:;]+", text.lower()))


def _truth(value: Value) -> bool | None:
    """A statement of yes or no, however it is written."""
    if isinstance(value, bool):
        return value
    word = plain(value).rsplit("/", 1)[-1].lower()
    return True if word in ("true", "yes", "1") else False if word in ("false", "no", "0") else None
