"""The signs by which a page is told to be an article or something else: its statements, its address, its shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction.blocks import Cut
from newsreel.extraction.body import Found
from newsreel.extraction.metadata import Metadata
from newsreel.extraction.structured import Structured
from newsreel.items import Block

_LANGUAGE_PATH = re.compile(r"/[a-z]{2}(?:-[a-z]{2})?/?", re.I)
_LISTING_PATH = re.compile(
    r"/(?:tags?|category|categories|topics?|authors?|search|archives?|page/\d+|shop|products?|collections?"
    r"|store|cart|account|login|signin|sitemap|contact(?:-us)?|about(?:-us)?|privacy[\w-]*|terms[\w-]*"
    r"|services?|pricing|events?|careers?|faqs?|directory|browse|catalog|listing|gallery|rubrik|thema"
    r"|themen|kategorie|etiqueta|sezione)(?:/|$|\.)",
    re.I,
)
_STORY_PATH = re.compile(
    r"/(?:19|20)\d\d/\d{1,2}(?:/|-)|/\d{4}-\d\d-\d\d|[/-]\d{5,}(?:[./]|$)|(?:[a-z0-9]+-){3,}[a-z0-9]+"
    r"|(?:[a-z0-9]+_){3,}[a-z0-9]+|\.(?:s?html?|php|aspx?)$|/story/|/article|/news/.+|/p/\w+",
    re.I,
)
_STORY_SECTION = re.compile(
    r"/(?:blogs?|articles?|artikel|news|stor(?:y|ies)|posts?|magazine|magazin|opinion|features?|reviews?|interviews?"
    r"|noticias?|actualites?|nachrichten|guides?|resources|learn)/.",
    re.I,
)
_THING_SECTION = re.compile(
    r"/(?:products?|shop|store|services?|collections?|category|categories|c|dp|itm|item|app|catalog|departments?"
    r"|pricing|solutions?|tools?|courses?|programs?|locations?|list)(?:/|$)",
    re.I,
)
_DATED_PATH = re.compile(r"/(?:19|20)\d\d/|(?:19|20)\d\d-\d\d-\d\d|\d{6,}")
_SLUG_WORD = re.compile(r"[a-z0-9]+", re.I)
_ARTICLE_SCHEMAS = re.compile(
    r"^(?:(?:\w*News|Blog|Tech|Scholarly|Opinion|Analysis|Reportage|Review|Satirical|Background)?Article"
    r"|BlogPosting|LiveBlogPosting|\w*Review|SocialMediaPosting|Report|Recipe|HowTo|PodcastEpisode"
    r"|ImageGallery|ClaimReview|Posting)$"
)
_NEWS_WORDS = """
    NewsArticle ReportageNewsArticle AnalysisNewsArticle OpinionNewsArticle ReviewNewsArticle LiveBlogPosting
    BlogPosting
"""
_NEWS_SCHEMAS = frozenset(_NEWS_WORDS.split())
_THING_WORDS = """
    Product ProductGroup IndividualProduct Offer AggregateOffer ItemList CollectionPage SearchResultsPage ProfilePage
    Store LocalBusiness Service JobPosting Event RealEstateListing Apartment Hotel Restaurant FAQPage ContactPage
    AboutPage CheckoutPage SoftwareApplication Course Vehicle Car OfferCatalog OnlineStore MusicEvent
"""
_THING_SCHEMAS = frozenset(_THING_WORDS.split())
_OFFERS = frozenset({"Offer", "AggregateOffer", "MerchantReturnPolicy"})
_NO_STORY = frozenset({"Review", "CriticReview", "Recipe", "DiscussionForumPosting"})
_SECTION_METAS = ("article:section", "article:tag", "news_keywords", "parsely-section", "sailthru.tags")
_POST_CLASSES = frozenset({"single-post"})
_SHOP_BODY_CLASSES = frozenset({"single-product", "woocommerce"})
_PAGE_CLASSES = frozenset({"page", "page-template", "page-template-default"})
_SHOP_CLASS = re.compile(
    r"\b(?:swatch(?:es)?|sku|in ?stock|wish ?list|qty|quantity|add ?to ?cart|mini ?cart|prices?|pdp|plp)\b"
)
_STORY_CLASS = re.compile(
    r"\b(?:byline|author|article (?:body|content)|entry (?:content|date)|post (?:content|author|date)|comments area"
    r"|comment respond|toc)\b"
)
_SHOP_TITLE = re.compile(r"\b(?:buy|shop|for sale|price|services?|near me|online store|store)\b", re.I)
_GUIDE_TITLE = re.compile(r"\b(?:how|why|what|when|vs|tips|ways|guide|best|top)\b|\?", re.I)
_PRICE = re.compile(r"[$€£]\s?\d")
_SHOP = re.compile(
    r"\b(?:add to (?:cart|bag|basket)|in stock|out of stock|free shipping|free returns|checkout|sku"
    r"|warenkorb|ajouter au panier|wishlist)\b",
    re.I,
)
# One of these stands in whatever _SHOP matches.
_SHOP_WORDS = (
    *("cart", "bag", "basket", "stock", "shipping", "returns", "checkout", "sku", "wishlist"),
    *("warenkorb", "panier"),
)
_OFFER = re.compile(
    r"\b(?:our (?:services|team|clients|customers|experts|products|solutions|mission|programs?|experience)"
    r"|we (?:offer|provide|help|deliver|specialize|work with)|contact us|get (?:started|a quote|in touch)"
    r"|request a (?:quote|demo)|book (?:a|your|now)|schedule (?:a|your)|free (?:consultation|quote"
    r"|estimate|trial)|call (?:us|now|today))\b",
    re.I,
)
_ENGLISH = frozenset({"the", "of", "and", "to", "for", "with"})
_WORD = re.compile(r"[a-zà-ÿ']+")
_ADDRESSING = frozenset({"you", "your", "yours", "our", "ours", "we", "us"})
_TELLING_WORDS = """
    said was were had but because who his her he she they been would could told says since though although
"""
_TELLING = frozenset(_TELLING_WORDS.split())
_MOST_CHARACTERS = 9000
_LEAST_WORDS = 60

_COUNTED = {
    "buttons": ("button", (4, 16, 48)),
    "paragraphs": ("p", (4, 10, 30)),
    "pictures": ("img", (30, 100)),
    "links": ("a", (500, 1000)),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a judgement stands on: the page's tree and own statements, its lines, and the body found among them."""

    tree: HtmlElement
    statements: Structured
    facts: Metadata
    lines: Cut
    found: Found


def has_article_markup(evidence: Evidence) -> bool:
    """Tell whether the page calls itself an article."""
    is_typed = any(_ARTICLE_SCHEMAS.match(name) for name in evidence.facts.schema_types)
    return is_typed or evidence.statements.first("og:type").lower() == "article"


def signs(evidence: Evidence, blocks: Sequence[Block]) -> frozenset[str]:
    """Name the signs that a page shows, each a key of the weights; sizes as `name<limit` or `name>=limit`."""
    return frozenset(
        sign
        for part in (_statements(evidence), _address(evidence), _page(evidence), _body(evidence, blocks))
        for sign in part
    )


def _statements(evidence: Evidence) -> Iterator[str]:
    """What the page says about itself in markup: schemas, Open Graph, where its date comes from."""
    statements, facts = evidence.statements, evidence.facts
    schemas = frozenset(facts.schema_types)
    if schemas & _NEWS_SCHEMAS:
        yield "news-schema"
    elif any(_ARTICLE_SCHEMAS.match(name) for name in schemas):
        yield "article-schema"
    if schemas & _THING_SCHEMAS:
        yield "thing-schema"
    types = {name for node in statements.nodes for name in node.types}
    if types & _OFFERS:
        yield "offer-schema"
    if "AggregateRating" in types:
        yield "rating-schema"
    if "FAQPage" in schemas:
        yield "faq-schema"
    kind = statements.first("og:type").lower()
    if kind:
        known = "product" if "product" in kind else kind
        yield f"og-{known}" if known in ("article", "website", "product") else "og-other"
    if "headline" in statements.items and "datepublished" in statements.items:
        yield "items-of-article"
    if any(name in statements.meta for name in _SECTION_METAS):
        yield "section-named"
    if any(name.startswith(("product:", "og:price")) for name in statements.meta):
        yield "price-named"
    if "amphtml" in statements.links:
        yield "amp"
    yield _date(evidence)


def _date(evidence: Evidence) -> str:
    source = evidence.facts.date_source or ""
    article = evidence.statements.article
    if source.startswith("meta"):
        return "date-meta"
    if source == "json-ld":
        # Publishing software dates every page in its JSON-LD, but only stories as articles.
        is_article = article is not None and not set(article.types) <= _NO_STORY
        return "date-json-ld" if is_article else "date-json-ld-page"
    return "date-shown" if source in ("itemprop", "time", "text", "url") else "date-none"


def _address(evidence: Evidence) -> Iterator[str]:
    path = urlsplit(evidence.statements.url).path
    if _is_home(evidence.statements.url, evidence.facts.canonical_url or evidence.statements.first("og:url")):
        yield "home"
    for sign, pattern in (
        ("listing-path", _LISTING_PATH),
        ("story-path", _STORY_PATH),
        ("story-section", _STORY_SECTION),
        ("thing-section", _THING_SECTION),
        ("dated-path", _DATED_PATH),
    ):
        if pattern.search(path):
            yield sign
    yield _size("slug", len(_SLUG_WORD.findall(path.rstrip("/").rpartition("/")[2])), (2, 3, 5, 7))


def _is_home(url: str, canonical: str) -> bool:
    """Tell whether a page is a front page by its address, and its canonical address says no other."""
    parts = urlsplit(url)
    if "/" in parts.path.strip("/"):
        return False
    if not urls.is_home(url) and (parts.query or not _LANGUAGE_PATH.fullmatch(parts.path)):
        return False
    return not canonical or not urls.same_site(canonical, url) or urls.is_home(canonical)


def _page(evidence: Evidence) -> Iterator[str]:
    """What the page's titles, classes and counts of elements tell."""
    title, headline = evidence.statements.title, evidence.facts.headline
    words = len(headline.split())
    # Some scripts have no spaces between words.
    yield _size("headline", 8 if words < 3 and len(headline) > 14 and not headline.isascii() else words, (3, 5, 7, 10))
    if _SHOP_TITLE.search(title):
        yield "shop-title"
    if _GUIDE_TITLE.search(title):
        yield "guide-title"
    body = evidence.tree.find("body")
    own = frozenset(((body.get("class") or "") if body is not None else "").lower().split())
    if own & _POST_CLASSES or (any(name.startswith("postid-") for name in own) and not own & _SHOP_BODY_CLASSES):
        yield "post-class"
    elif own & _PAGE_CLASSES or any(name.startswith("page-id-") for name in own):
        yield "page-class"
    marks = [_class_marks(words) for words in set(evidence.lines.words)]
    yield _size("shop-classes", sum(shop for shop, _ in marks), (1, 3, 8))
    yield _size("story-classes", sum(story for _, story in marks), (1, 3, 8))
    for name, (tag, limits) in _COUNTED.items():
        yield _size(name, sum(1 for _ in evidence.tree.iter(tag)), limits)
    lengths = [(len(line.text), line.link_share) for line in evidence.lines.lines]
    linked = sum(length * share for length, share in lengths) / max(1, sum(length for length, _ in lengths))
    yield _size("linked-share", linked, (0.2, 0.5, 0.7))


@lru_cache(20_000)
def _class_marks(words: str) -> tuple[bool, bool]:
    """Tell whether class words are those of a shop, and those of a story."""
    return _SHOP_CLASS.search(words) is not None, _STORY_CLASS.search(words) is not None


def _body(evidence: Evidence, blocks: Sequence[Block]) -> Iterator[str]:
    """What the found body is like: how much prose in what lines, and the words of those who sell or tell."""
    found = evidence.found
    yield _size("prose", found.prose, (250, 800, 2500, 6000))
    if found.probability < 0.4:
        yield "prose-scattered"
    texts = [block for block in blocks if block.kind in ("p", "quote") and block.link_share < 0.5]
    lengths = sorted(len(block.text) for block in texts)
    yield _size("line", lengths[len(lengths) // 2] if lengths else 0, (80, 181))
    if blocks and sum(1 for block in blocks if block.kind == "heading") > 0.3 * len(blocks):
        yield "headings-many"
    if blocks and sum(1 for block in blocks if block.kind in ("li", "row")) > 0.6 * len(blocks):
        yield "items-many"
    if found.linked > 5 and found.prose < 300 * found.linked:
        yield "teasers-over-prose"
    text = " ".join(block.text for block in blocks[:80])[:_MOST_CHARACTERS]
    lowered = text.lower()
    if len(_PRICE.findall(text)) > 2 or (any(word in lowered for word in _SHOP_WORDS) and _SHOP.search(text)):
        yield "shop"
    if _OFFER.search(text[:1500]):
        yield "offer"
    prose = " ".join(block.text for block in blocks if block.kind in ("p", "quote", "li"))
    words = _WORD.findall(prose[:_MOST_CHARACTERS].lower())
    times = Counter(words)
    if len(words) > _LEAST_WORDS and sum(times[word] for word in _ENGLISH) > 0.03 * len(words):
        yield _size("addressing", 1000 * sum(times[word] for word in _ADDRESSING) / len(words), (5, 15, 30, 50))
        yield _size("telling", 1000 * sum(times[word] for word in _TELLING) / len(words), (5, 12, 25, 45))


def _size(name: str, value: float, limits: tuple[float, ...]) -> str:
    """Name a size by the first limit that it stays below.

    >>> _size("slug", 4, (2, 3, 5)), _size("slug", 5, (2, 3, 5))
    ('slug<5', 'slug>=5')
    """
    return next((f"{name}<{limit}" for limit in limits if value < limit), f"{name}>={limits[-1]}")
