"""The names of people and desks in a byline, told from roles, dates, places, links and the outlet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsreel import dates
from newsreel.extraction.outlet import Outlet, squash

MOST_LINE = 400
MOST_CHARACTERS = 60
MOST_WORDS = 6

# What leads in: "By", "Words by", "Ein Beitrag von", "Autor:".
BY = re.compile(
    r"^[\W_]*(?:(?:(?:written|words|story|text|posted|published|created|submitted|reported|review(?:ed)?|article|photos?|"
    r"words\s+and\s+photos|photography|edited|interview|recap|column|analysis|opinion|guest\s+post|contributed|authored|"
    r"(?:\w+\s+){0,3}(?:eingestellt|gepostet|geschrieben|verfasst|erstellt|beitr[aä]ge?|gastbeitrag|artikel|kommentar)|"
    r"escrito|publié|publicado|scritto|rédigé)\s+)?"
    r"(?:by|von|vom|par|por|door|av|af|przez|από|(?:a|à)\s+cura\s+di|di)(?=\W)[\s:]*"
    r"|(?:authors?|aut[oe]r(?:in|en|es|a|e|i)?|auteur(?:e|s)?|autrice|redakteur(?:in)?|redaktion|textes?|protokoll|"
    r"interview|writers?|byline|about\s+the\s+author|über\s+den\s+autor|redactor(?:a)?|redazione|quelle|著者|文|作者|"
    r"记者|記者)\s*[:●：]\s*|(?-i:By(?=[A-Z]))|authors?\s+)+",
    re.IGNORECASE,
)
# A piece of a byline that leads to the next one: "Posted by", "Ein Beitrag von".
LEADS_ON = re.compile(r"(?:[^\W\d]+\s+){0,4}(?:by|von|par|por|di|durch|door|av|af|przez|από)\W*", re.IGNORECASE)

# What ends a byline: the rest is a role, a date, a place, a hint.
_END = re.compile(
    r"\s*(?:[|•♦►·»]|\s[-–—]\s|\n|(?-i:\s(?:in|on|at|for|from|für|im|am|um|aus)\s(?=[A-Z\d]))|"
    r"(?<!\w)(?:updated?|published|posted|publi[ée]|publicado|actualizado|aktualisiert|veröffentlicht|stand|"
    r"last\s+modified|modified|edited|pubblicato|aggiornato|atualizado|read\s+more|view|get|more\s+(?:by|from)|"
    r"see\s+(?:all|more)|contact|follow|fact[- ]checked|tested\s+by|reviewed\s+by|medically|photos?\s+by|"
    r"reading\s+time|lesezeit|mehr|with\s+(?:agenc|material))\b|"
    r"@\w|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d|\b\d{1,4}[\s./:,-])",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s+(?:and|und|&|en|og|och|και)\s+|\s+(?:et|y|e|i)\s+(?=\S+\s+\S)|\s*[;/]\s*|\s+with\s+(?=[A-Z]\w+\s+[A-Z])"
    r"|、|，|\s*\n\s*"
)
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?\s?d|esq|m\.?sc?|mba|ma|ba|bs|rdn?|rn|dds|dvm|cfp|cpa|jd|llm|mph|psyd|edd)\.?[®™]?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:|www\.)\S+|\S+@\S+")

_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|contributor|columnist|critic|journalist|producer|director|manager|officer|"
    r"founder|president|intern|freelancer?|author|blogger|analyst|strategist|specialist|professor|chief|head|ceo|cto|cmo|"
    r"attorney|expert|advisor|consultant|redakteur(?:in)?|korrespondent(?:in)?|reporterin|journalistin?|kolumnistin?|"
    r"chefredakteur|redactora?|periodista|corresponsal|colaboradora?|rédact(?:eur|rice)|journaliste|correspondante?|"
    r"giornalista|redattore|corrispondente|redatora?|jornalista|repórter|colunista|"
    r"profile|archive|biography|bio|edition|post|article)s?\b",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"\b(?:staff|team|desk|newsroom|editors|editorial|redaktion|redacción|rédaction|redazione|redação|newsdesk|bureau|"
    r"news\s+service|reporters?|writers?)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:gmbh|e\.?\s?v\.?|ag|kg|inc|llc|ltd|corp|s\.?p\.?a|stiftung|verband|verlag|universit\w+|ministeri\w+|"
    r"copyright|developer)\W*$|©|\ball\s+rights\b",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"[@{}<>=\\#%$*\[\]?]|\.(?:com|org|net|html?|[a-z]{2})\b|\d{3,}|\d[:.]\d\d|!$|^\W*$|^[a-z]+(?:-[a-z]+)+$|: "
    r"|^\d+\s+min"
)
_DAY_WORDS = "|".join(sorted(dates.MONTH_NAMES, key=len, reverse=True))
_NOT_A_NAME = re.compile(
    r"(?:in|see|fact|sponsored|privacy|cookies?|home|startseite|zur|guides|posted|published|updated|created|filed|written|"
    r"last|more|all|categor\w+|tags?|veröffentlicht|gepostet|eingestellt|erstellt|abgelegt|weitere|mehr|alle|kategorien?|"
    r"artikel|rezept|publié|publicado|pubblicato|zuletzt|lesezeit|reading|super|photos?|illustrations?|images?|sources?|"
    r"credit|vor|vom|autoren\w*|creative|we.re|übersetzung)\b"
    r"|.*\b(?:from|about|über|bis|sie|zum|your|our|you|my|make|this|that|how|what)\b"
    rf"|\W*(?:(?:\d+|{_DAY_WORDS}|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\b\W*)+$",
    re.IGNORECASE,
)
# Squashed to letters, as they come in name fields of accounts that nobody filled in.
_NOBODY_WORDS = """
    admin administrator adminn wordpressadmin webmaster editor editors staff author authors guest anonymous unknown
    null undefined none noauthor user root test team desk by von par por contributor contributors writer reporter
    correspondent journalist online web theeditors oureditors staffwriter staffreporter staffwriters guestauthor
    guestcontributor guestwriter newsdesk editorialteam editorialstaff editorialdesk webdesk newsstaff newsteam
    agencies agenturen agencia redaktion redacción redaccion redaction redazione redação redacao equipe autor autore
    auteur default red superuser siteadmin moderator home share follow facebook twitter instagram youtube linkedin
    email rss comments comment print subscribe advertisement und and et with uncategorized
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())
_AGENCY_WORDS = "ap afp dpa apa ani pti ians upi efe sid sda ansa reuters lusa ntb tt tass"
_AGENCIES = frozenset(_AGENCY_WORDS.split())
_PARTICLE_WORDS = "van von der den de del della di da dos das do du la le el al bin ibn ben zu zur ten ter of the and"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


def people(text: str, outlet: Outlet) -> Iterator[str]:
    """The people and named desks of one byline or name field, in its order.

    Cuts what leads in ("By", "Text von"), stops at roles, dates and links, and splits lists; Jr. and Sr. stay with
    their name. Yields nothing for the outlet's own name.

    >>> list(people("By Ann Lee, Bo Chan Jr. and Cy Poe | Updated May 3", Outlet(None, frozenset(), "")))
    ['Ann Lee', 'Bo Chan Jr.', 'Cy Poe']
    """
    text = BY.sub("", _ADDRESS.sub(" ", text[:MOST_LINE]).strip(), count=1).strip()
    if outlet.is_named(text):
        return
    ending = _END.search(text)
    if ending and ending.start() > 0:
        text = text[: ending.start()]
    halves = [half.strip() for half in text.split(",")]
    if len(halves) == 2 and all(half.isalpha() and half.istitle() for half in halves):
        # "Lee, Ann": one word on either side of a comma are no two people.
        text = f"{halves[1]} {halves[0]}"
    for part in _AND.split(text):
        yield from (name for name in map(_clean, _listed(part)) if is_name(name, outlet))


def is_name(name: str, outlet: Outlet) -> bool:
    """Tell whether a text can be the name of a person or of a named desk."""
    words = name.split()
    if not 1 < len(name) <= MOST_CHARACTERS or len(words) > MOST_WORDS:
        return False
    if name.lower() in _AGENCIES:
        return True
    key = squash(name)
    if key in _NOBODY or (len(key) < 3 and name.isascii()):
        return False
    if _JUNK.search(name) or _NOT_A_NAME.match(name) or _COMPANY.search(name) or dates.parse(name):
        return False
    if outlet.is_named(name):
        return False
    if _DESK.search(name):
        # A desk needs a name, be it the outlet's: "Example Staff" tells more than "Staff".
        return bool(squash(_ROLE.sub("", _DESK.sub("", name))))
    if _ROLE.search(name) or (len(words) > 1 and outlet.is_named(words[0])):
        return False
    lower = [word[0].islower() and word not in _PARTICLES for word in words]
    # The names of accounts have one or two words, all in lower case.
    return (all(lower) and len(words) <= 2) if lower[0] else sum(lower) <= 1


def _listed(part: str) -> list[str]:
    """The names of a list with commas, without the degrees and the places between them."""
    names: list[str] = []
    for piece in (piece.strip() for piece in part.split(",")):
        if names and _SUFFIX.fullmatch(piece):
            names[-1] += f", {piece}" if piece.lower().startswith(("jr", "sr")) else ""
        elif piece and not (names and " " in names[-1] and piece.istitle() and piece.isalpha()):
            # A single word after a full name is where it was written.
            names.append(piece)
    return names


def _clean(name: str) -> str:
    name = BY.sub("", name).strip(" \t\n,:;-–—|/()*\"“”„'’·•")
    name = re.sub(r"\s*\((?:[^)]*@[^)]*|[a-z]{2,4})\)?$", "", name)
    return re.sub(r"\s+", " ", name if re.search(r"\b(?:[JS]r|[A-Z])\.$", name) else name.rstrip(". "))
