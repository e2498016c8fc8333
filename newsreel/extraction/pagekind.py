"""Judges whether a page is an article at all, and names what it is where it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsreel.extraction.body import Found
from newsreel.items import Block

_BOT_WALL = re.compile(
    r"\b(?:verify(?:ing)? (?:that )?you are (?:a )?human|are you a (?:robot|human)|just a moment\W"
    r"|checking your browser|attention required|access (?:to this page has been )?denied"
    r"|unusual (?:traffic|activity)|press (?:&|and) hold|enable (?:javascript|js) and cookies"
    r"|pardon our interruption|ddos protection|request (?:blocked|unsuccessful)"
    r"|complete the captcha|security check|human verification|bot detection|you have been blocked"
    r"|please enable cookies)\b|captcha",
    re.I,
)
_LOGIN = re.compile(
    r"\b(?:log ?in|sign ?in|anmelden|einloggen|connexion|se connecter|iniciar sesión|accedi|entrar"
    r"|create (?:an )?account)\b",
    re.I,
)
_MISSING = re.compile(
    r"\b(?:page (?:not found|cannot be found|can't be found|isn't available|no longer (?:exists|available)"
    r"|does ?n[o']t exist)|(?:404|410)(?: error| not found|\W|$)|not found|error 404|seite nicht gefunden"
    r"|nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|no encontrad[ao]"
    r"|pagina non trovata|página não encontrada"
    r"|(?:couldn't|could not|can't|cannot) find (?:the|that|this|what)|(?:something|this) (?:page|link"
    r"|story|article) (?:went|has|is) (?:wrong|moved|expired|missing|gone))\b",
    re.I,
)
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
_ARTICLE_SCHEMAS = re.compile(
    r"^(?:(?:\w*News|Blog|Tech|Scholarly|Opinion|Analysis|Reportage|Review|Satirical|Background)?Article"
    r"|BlogPosting|LiveBlogPosting|\w*Review|SocialMediaPosting|Report|Recipe|HowTo|PodcastEpisode"
    r"|ImageGallery|ClaimReview|Posting)$"
)
_THING_SCHEMAS = frozenset(
    [
        "Product",
        "ProductGroup",
        "IndividualProduct",
        "Offer",
        "AggregateOffer",
        "ItemList",
        "CollectionPage",
        "SearchResultsPage",
        "ProfilePage",
        "Store",
        "LocalBusiness",
        "Service",
        "JobPosting",
        "Event",
        "RealEstateListing",
        "Apartment",
        "Hotel",
        "Restaurant",
        "FAQPage",
        "ContactPage",
        "AboutPage",
        "CheckoutPage",
        "SoftwareApplication",
        "Course",
        "Vehicle",
        "Car",
        "OfferCatalog",
        "OnlineStore",
        "MusicEvent",
    ]
)
_NEWS_SCHEMAS = frozenset(
    {
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "ReviewNewsArticle",
        "LiveBlogPosting",
        "BlogPosting",
    }
)
_HOME_PATH = re.compile(r"/?|/(?:index|home|default)\.\w+|/[a-z]{2}(?:-[a-z]{2})?/?", re.I)
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
# Fitted by logistic regression over articles and other pages of many publishers, cross-validated by publisher, then
# rounded; "any" is the intercept, set so that hardly an article is lost. The home page's weight is a decision.
_WEIGHTS = {
    "any": 0.5,
    "news-schema": 1.8,
    "article-schema": 0.6,
    "thing-schema": -2.2,
    "og-article": 0.7,
    "og-website": -0.8,
    "og-product": -2.9,
    "og-other": 0.6,
    "date": 1.8,
    "author": 0.7,
    "home-path": -6.0,
    "listing-path": -2.1,
    "story-path": 1.3,
    "long-slug": 0.9,
    "prose-none": -0.4,
    "prose-little": -0.3,
    "prose-some": 0.0,
    "prose-much": 0.3,
    "prose-scattered": -0.8,
    "lines-short": -0.6,
    "lines-middling": -0.5,
    "lines-long": 0.8,
    "headings-many": -0.4,
    "items-many": -0.8,
    "teasers-over-prose": -0.5,
    "shop": -0.9,
    "offer": -1.4,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the judgement stands on: the page's own statements, the shape of the page and of its body."""

    url: str
    title: str
    headline: str
    schema_types: frozenset[str]
    og_type: str
    has_date: bool
    has_author: bool
    found: Found


def judge(evidence: Evidence, blocks: Sequence[Block]) -> str | None:
    """Name the page code of a page that is no article, or None for an article."""
    text = " ".join(block.text for block in blocks[:40])
    title = f"{evidence.title} {evidence.headline}"
    small = evidence.found.prose < 700
    if small and (_BOT_WALL.search(title) or (len(text) < 1500 and _BOT_WALL.search(text))):
        return "bot-wall"
    if _MISSING.search(title) and evidence.found.prose < 1200 and not _has_article_markup(evidence):
        return "soft-404"
    if small and not evidence.has_date and re.fullmatch(r".{0,30}" + _LOGIN.pattern + r".{0,40}", title.strip(), re.I):
        return "login"
    if not text.strip():
        return "not-article" if _points(evidence, blocks) < 0 else "no-text"
    if _points(evidence, blocks) < 0:
        return "not-article"
    return None


def _has_article_markup(evidence: Evidence) -> bool:
    return any(_ARTICLE_SCHEMAS.match(name) for name in evidence.schema_types) or evidence.og_type == "article"


def _points(evidence: Evidence, blocks: Sequence[Block]) -> float:
    """Sum up what speaks for (above 0) and against an article."""
    return sum(_WEIGHTS[name] for name in signs(evidence, blocks))


def signs(evidence: Evidence, blocks: Sequence[Block]) -> list[str]:
    """Name the signs that a page shows, each a key of the weights."""
    found = ["any"]
    schemas = evidence.schema_types
    if schemas & _NEWS_SCHEMAS:
        found.append("news-schema")
    elif any(_ARTICLE_SCHEMAS.match(name) for name in schemas):
        found.append("article-schema")
    if schemas & _THING_SCHEMAS:
        found.append("thing-schema")
    if evidence.og_type in ("article", "website"):
        found.append(f"og-{evidence.og_type}")
    elif evidence.og_type:
        found.append("og-product" if "product" in evidence.og_type else "og-other")
    if evidence.has_date:
        found.append("date")
    if evidence.has_author:
        found.append("author")
    path = urlsplit(evidence.url).path
    if _HOME_PATH.fullmatch(path):
        found.append("home-path")
    if _LISTING_PATH.search(path):
        found.append("listing-path")
    if _STORY_PATH.search(path):
        found.append("story-path")
    if len(re.findall(r"[a-z0-9]+", path.rstrip("/").rpartition("/")[2], re.I)) >= 5:
        found.append("long-slug")
    prose = evidence.found.prose
    found.append(
        "prose-none"
        if prose < 250
        else "prose-little"
        if prose < 800
        else "prose-some"
        if prose < 2500
        else "prose-much"
    )
    if evidence.found.probability < 0.4:
        found.append("prose-scattered")
    texts = [block for block in blocks if block.kind in ("p", "quote") and block.link_share < 0.5]
    lengths = sorted(len(block.text) for block in texts)
    median = lengths[len(lengths) // 2] if lengths else 0
    found.append("lines-short" if median < 80 else "lines-long" if median > 180 else "lines-middling")
    if blocks and sum(1 for block in blocks if block.kind == "heading") > 0.3 * len(blocks):
        found.append("headings-many")
    if blocks and sum(1 for block in blocks if block.kind in ("li", "row")) > 0.6 * len(blocks):
        found.append("items-many")
    if evidence.found.linked > 5 and prose < 300 * evidence.found.linked:
        found.append("teasers-over-prose")
    text = " ".join(block.text for block in blocks[:80])
    lowered = text.lower()
    if len(_PRICE.findall(text)) > 2 or (any(word in lowered for word in _SHOP_WORDS) and _SHOP.search(text)):
        found.append("shop")
    if _OFFER.search(text[:1500]):
        found.append("offer")
    return found
