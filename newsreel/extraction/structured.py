"""What a page says about itself in markup made for machines: JSON-LD, meta elements, links, microdata."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from newsreel.extraction import jsonld
from newsreel.extraction.jsonld import Node, Value

_ARTICLE_WORDS = """
    Article NewsArticle BlogPosting ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle ReviewNewsArticle
    BackgroundNewsArticle AskPublicNewsArticle AdvertiserContentArticle SatiricalArticle LiveBlogPosting Report Review
    CriticReview MediaReview ClaimReview TechArticle ScholarlyArticle SocialMediaPosting DiscussionForumPosting
    Recipe HowTo Blog PressRelease
"""
ARTICLES = frozenset(_ARTICLE_WORDS.split())
PAGES = frozenset({"WebPage", "ItemPage", "AboutPage", "VideoObject", "PodcastEpisode", "QAPage", "ImageGallery"})
# Objects below these are other articles, or parts of this one.
_FOREIGN_WORDS = "itemListElement hasPart isPartOf mentions citation comment liveBlogUpdate isBasedOn blogPost about"
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
MOST_MARKED = 5_000
MOST_ITEMS = 20
_META_KEYS = ("property", "name", "http-equiv")
_WANTED_ITEMS = frozenset({"headline", "datepublished", "datemodified", "articlesection", "ratingvalue", "bestrating"})
# By way of the attributes is several times as fast as a condition on every element.
_ITEMS = XPath("descendant::*/@itemprop/..")
# The joiner and the non-joiner stay: they are part of words and of emoji.
_INVISIBLE = re.compile(r"[\xad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]+")
_CONTROLS = re.compile(r"[\u2028\u2029\x00-\x08\x0e-\x1b\x7f]+")
_WORD = re.compile(r"\w+")
_BREAK = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|blockquote|figcaption)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")


@dataclass(frozen=True, slots=True)
class Structured:
    """The machine-readable statements of one page.

    `meta` and `items` have lower-case names, `links` holds the addresses of link elements by lower-case rel; all
    values stand in page order and are as written but for entities and white space. `article` is the JSON-LD object
    that describes this page's story and `web_page` the one that describes the page around it.
    """

    url: str
    nodes: tuple[Node, ...]
    by_id: Mapping[str, Mapping[str, Value]]
    article: Node | None
    web_page: Node | None
    meta: Mapping[str, tuple[str, ...]]
    items: Mapping[str, tuple[str, ...]]
    links: Mapping[str, tuple[str, ...]]
    title: str
    html_lang: str

    def first(self, *names: str) -> str:
        """The first meta value that is not empty, in the order of the names; "" without one."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    def resolve(self, value: Value) -> Value:
        """The object that a bare {"@id": ...} points to, or the value itself."""
        if isinstance(value, dict) and len(value) <= 2 and isinstance(name := value.get("@id"), str):
            return dict(self.by_id.get(name, value))
        return value

    def in_article(self, *keys: str) -> Iterator[Value]:
        """What the story's JSON-LD object has under the keys, then what the page's object has."""
        for node in (self.article, self.web_page):
            for key in keys:
                if node is not None and (value := node.data.get(key)) not in (None, "", [], {}):
                    yield value


def read(tree: HtmlElement, url: str) -> Structured:
    """Collect everything machine-readable from a page's tree; `url` is where the page was found."""
    meta: dict[str, list[str]] = {}
    items: dict[str, list[str]] = {}
    links: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        attributes = dict(element.items())
        content = attributes.get("content") or attributes.get("value")
        if content:
            text = plain(content)
            for key in _META_KEYS:
                if key in attributes:
                    meta.setdefault(attributes[key].strip().lower(), []).append(text)
    for element in tree.iter("link"):
        rels, href = element.get("rel"), element.get("href")
        # Most name style sheets.
        if rels and href and rels != "stylesheet":
            for rel in rels.lower().split():
                links.setdefault(rel, []).append(href.strip())
    marked = (element for element in tree.iter("script") if "ld+json" in (element.get("type") or "").lower())
    blocks = [text for element in marked if (text := element.text)]
    title = next((text for element in tree.iter("title") if (text := plain(element.text_content()))), "")
    for element in cast("list[HtmlElement]", _ITEMS(tree))[:MOST_MARKED]:
        for name in (element.get("itemprop") or "").lower().split():
            if name in _WANTED_ITEMS and len(items.get(name, ())) < MOST_ITEMS and _of_the_story(element):
                value = element.get("content") or element.get("datetime") or element.text_content()
                items.setdefault(name, []).append(plain(value[:2000]))
    nodes = jsonld.read(blocks)
    canonical = (links.get("canonical") or meta.get("og:url") or [""])[0]
    return Structured(
        url=url,
        nodes=nodes,
        by_id=jsonld.index(nodes),
        article=_best(nodes, ARTICLES, (url, canonical), title),
        web_page=_best(nodes, PAGES, (url, canonical), title),
        meta={name: tuple(values) for name, values in meta.items()},
        items={name: tuple(values) for name, values in items.items()},
        links={name: tuple(values) for name, values in links.items()},
        title=title,
        html_lang=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip(),
    )


def plain(value: object) -> str:
    """Text without tags, entities, control characters and surplus white space; "" for what is no text."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
    text = value
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if not text.isascii() or not text.isprintable():
        text = _CONTROLS.sub(" ", _INVISIBLE.sub("", text))
    return " ".join(text.split())


def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, for comparing titles."""
    return frozenset(_WORD.findall(text.casefold()))


def likeness(one: str, other: str) -> float:
    """How many of the words of the shorter text the other has too, 0 to 1."""
    first, second = words(one), words(other)
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _of_the_story(element: HtmlElement) -> bool:
    """Tell whether the nearest microdata object around an element is an article or its verdict, or there is none."""
    for above in element.iterancestors():
        if above.get("itemscope") is not None and above.get("itemprop") != "reviewRating":
            kind = (above.get("itemtype") or "").rsplit("/", 1)[-1]
            return not kind or kind in ARTICLES or kind in PAGES
    return True


def _place(url: str) -> str:
    """Host and path of an address, for comparing; "" for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.netloc.removeprefix("www.") + parts.path).rstrip("/").lower()


def _best(nodes: tuple[Node, ...], kinds: frozenset[str], urls: tuple[str, ...], title: str) -> Node | None:
    """The object of these kinds that speaks of this page rather than of another."""
    places = {_place(url) for url in urls} - {""}
    best, best_score = None, 0.0
    for node in nodes:
        if not kinds.intersection(node.types):
            continue
        score = 1.0 - 0.5 * (node.under in _FOREIGN) - 0.1 * min(node.level, 4)
        page = node.data.get("mainEntityOfPage")
        own = [node.data.get("url"), node.data.get("@id"), page.get("@id") if isinstance(page, dict) else page]
        if any(isinstance(value, str) and _place(value) in places for value in own):
            score += 1
        headline = plain(node.data.get("headline") or node.data.get("name"))
        if headline and title:
            score += likeness(headline, title)
        if node.under in _FOREIGN and score < 2:
            continue
        if score > best_score:
            best, best_score = node, score
    return best
