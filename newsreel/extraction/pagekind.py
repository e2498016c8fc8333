"""Judges whether a page is an article at all, and names what it is where it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsreel.extraction.body import Found
from newsreel.items import Block

_BOT_WALL = re.compile(
    r"\b(?:verify(?:ing)? (?:that )?you are (?:a )?human|are you a (?:robot|human)|just a moment\W|checking your browser|attention required|access (?:to this page has been )?denied"
    r"|unusual (?:traffic|activity)|press (?:&|and) hold|enable (?:javascript|js) and cookies|pardon our interruption|ddos protection|request (?:blocked|unsuccessful)"
    r"|complete the captcha|security check|human verification|bot detection|you have been blocked|please enable cookies)\b|captcha",
    re.I,
)
_LOGIN = re.compile(r"\b(?:log ?in|sign ?in|anmelden|einloggen|connexion|se connecter|iniciar sesión|accedi|entrar|create (?:an )?account)\b", re.I)
_MISSING = re.compile(
    r"\b(?:page (?:not found|cannot be found|can't be found|isn't available|no longer (?:exists|available)|does ?n[o']t exist)|(?:404|410)(?: error| not found|\W|$)|not found|error 404|seite nicht gefunden"
    r"|nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|no encontrad[ao]|pagina non trovata|página não encontrada"
    r"|(?:couldn't|could not|can't|cannot) find (?:the|that|this|what)|(?:something|this) (?:page|link|story|article) (?:went|has|is) (?:wrong|moved|expired|missing|gone))\b",
    re.I,
)
_LISTING_PATH = re.compile(
    r"/(?:tags?|category|categories|topics?|authors?|search|archives?|page/\d+|shop|products?|collections?|store|cart|account|login|signin|sitemap|contact(?:-us)?|about(?:-us)?|privacy[\w-]*|terms[\w-]*"
    r"|services?|pricing|events?|careers?|faqs?|directory|browse|catalog|listing|gallery|rubrik|thema|themen|kategorie|etiqueta|sezione)(?:/|$|\.)",
    re.I,
)
_STORY_PATH = re.compile(r"/(?:19|20)\d\d/\d{1,2}(?:/|-)|/\d{4}-\d\d-\d\d|[/-]\d{5,}(?:[./]|$)|(?:[a-z0-9]+-){3,}[a-z0-9]+|(?:[a-z0-9]+_){3,}[a-z0-9]+|\.(?:s?html?|php|aspx?)$|/story/|/article|/news/.+|/p/\w+", re.I)
_ARTICLE_SCHEMAS = re.compile(r"^(?:(?:\w*News|Blog|Tech|Scholarly|Opinion|Analysis|Reportage|Review|Satirical|Background)?Article|BlogPosting|LiveBlogPosting|\w*Review|SocialMediaPosting|Report|Recipe|HowTo|PodcastEpisode|ImageGallery|ClaimReview|Posting)$")
_THING_SCHEMAS = frozenset(
    "Product ProductGroup IndividualProduct Offer AggregateOffer ItemList CollectionPage SearchResultsPage ProfilePage Store LocalBusiness Service JobPosting Event RealEstateListing Apartment Hotel Restaurant FAQPage ContactPage AboutPage CheckoutPage SoftwareApplication Course Vehicle Car OfferCatalog OnlineStore MusicEvent".split()
)
_LEAST_PROSE = 250


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
    path = urlsplit(evidence.url).path
    points = 0.5
    if any(_ARTICLE_SCHEMAS.match(name) for name in evidence.schema_types):
        points += 2.0
    if evidence.og_type == "article":
        points += 1.0
    elif evidence.og_type in ("website", "product", "og:product", "product.item", "profile", "product.group"):
        points -= 1.0 if evidence.og_type == "website" else 2.5
    if evidence.schema_types & _THING_SCHEMAS:
        points -= 1.5
    points += 1.0 if evidence.has_date else -0.8
    points += 0.5 if evidence.has_author else -0.2
    if path.strip("/") == "" or re.fullmatch(r"/(?:index|home|default)\.\w+|/[a-z]{2}(?:-[a-z]{2})?/?", path, re.I):
        points -= 4.0
    elif _LISTING_PATH.search(path):
        points -= 1.5
    if _STORY_PATH.search(path):
        points += 0.7
    prose = evidence.found.prose
    if prose < _LEAST_PROSE:
        points -= 1.5
    elif prose > 1500:
        points += 0.7
    if prose > 4000:
        points += 0.5
    longest = max((len(block.text) for block in blocks if block.link_share < 0.3), default=0)
    points += 0.3 if longest > 300 else -0.3 if longest < 150 else 0.0
    if evidence.found.probability < 0.4:
        points -= 0.7
    linked = sum(1 for block in blocks if block.link_share > 0.8)
    if blocks and linked > 0.4 * len(blocks):
        points -= 1.0
    return points
