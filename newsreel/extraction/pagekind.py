"""Judges whether a page is an article at all, and names what it is where it is none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from newsreel.extraction.pagesigns import Evidence, has_article_markup, signs
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


def judge(evidence: Evidence, blocks: Sequence[Block]) -> str | None:
    """Name the page code of a page that is no article, or None for an article."""
    text = " ".join(block.text for block in blocks[:40])
    title = f"{evidence.statements.title} {evidence.facts.headline}"
    prose, has_date = evidence.found.prose, evidence.facts.date_published is not None
    small = prose < 700
    if small and (_BOT_WALL.search(title) or (len(text) < 1500 and _BOT_WALL.search(text))):
        return "bot-wall"
    if _MISSING.search(title) and prose < 1200 and not has_article_markup(evidence):
        return "soft-404"
    if small and not has_date and re.fullmatch(r".{0,30}" + _LOGIN.pattern + r".{0,40}", title.strip(), re.I):
        return "login"
    if points(signs(evidence, blocks)) < 0:
        return "not-article"
    return None if text.strip() else "no-text"


def points(shown: frozenset[str]) -> float:
    """Sum up what speaks for (above 0) and against an article."""
    weights = _weights()
    return weights["any"] + sum(weights.get(sign, 0.0) for sign in shown)


@cache
def _weights() -> Mapping[str, float]:
    source = resources.files("newsreel.extraction").joinpath("pagekind.toml").read_text(encoding="utf-8")
    return {str(name): float(weight) for name, weight in tomllib.loads(source)["weights"].items()}
