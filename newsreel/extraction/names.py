"""The names of people and desks in a byline, told from roles, dates, links and the outlet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsreel import dates
from newsreel.extraction.outlet import Outlet, squash

MOST_CHARACTERS = 60
MOST_WORDS = 6

# What leads in: "By", "Words by", "Ein Beitrag von", "Autor:", and whatever a German page says before "von".
BY = re.compile(
    r"^[\W_]*(?:(?:(?:written|words|story|text|posted|published|created|submitted|reported|review(?:ed)?|article|photos?|"
    r"words\s+and\s+photos|photography|edited|interview|recap|column|analysis|opinion|guest\s+post|contributed|authored|"
    r"(?:\w+\s+){0,3}(?:eingestellt|gepostet|geschrieben|verfasst|erstellt|beitr[aä]ge?|gastbeitrag|artikel|kommentar)|"
    r"escrito|publié|publicado|scritto|rédigé)\s+)?(?:by|von|vom|par|por|door|av|af|przez|από|(?:a|à)\s+cura\s+di|di)(?=\W)[\s:]*"
    r"|(?:authors?|aut[oe]r(?:in|en|es|a|e|i)?|auteur(?:e|s)?|autrice|redakteur(?:in)?|redaktion|textes?|protokoll|interview|"
    r"writers?|byline|about\s+the\s+author|über\s+den\s+autor|redactor(?:a)?|redazione|quelle|著者|文|作者|记者|記者)\s*[:●：]\s*"
    r"|by(?=[A-Z])|authors?\s+)+",
    re.IGNORECASE,
)
# What ends a byline; the rest is a role, a date, a place, a hint.
_END = re.compile(
    r"\s*(?:[|•♦►·»]|\s[-–—]\s|\n|\s(?:in|on|at|for|from|für|im|am|um|aus|mit|à|le|el|il|with\s+(?:agenc|material))\s(?=[A-Z\d])|"
    r"(?<!\w)(?:updated?|published|posted|publi[ée]|publicado|actualizado|aktualisiert|veröffentlicht|stand|last\s+modified|"
    r"modified|edited|pubblicato|aggiornato|atualizado|read\s+more|view|get|more\s+(?:by|from)|see\s+(?:all|more)|contact|"
    r"follow|fact[- ]checked|tested\s+by|reviewed\s+by|medically|photos?\s+by|reading\s+time|lesezeit|mehr)\b|"
    r"@\w|https?:|www\.|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d|\b\d{1,4}[\s./:,-])",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?\s?d|esq|m\.?sc?|mba|ma|ba|bs|rdn?|rn|dds|dvm|cfp|cpa|jd|llm|mph|psyd|edd|do|np)\.?[®™]?",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s+(?:and|und|&|en|og|och|και)\s+|\s+(?:et|y|e|i)\s+(?=\S+\s+\S)|\s*[;/]\s*|\s+with\s+(?=[A-Z]\w+\s+[A-Z])|、|，|\s*\n\s*"
)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|contributor|columnist|critic|journalist|producer|director|manager|officer|"
    r"founder|president|intern|freelancer?|author|blogger|analyst|strategist|specialist|professor|chief|head|ceo|cto|cmo|"
    r"redakteur(?:in)?|korrespondent(?:in)?|reporterin|journalistin?|kolumnistin?|chefredakteur|redactora?|periodista|"
    r"corresponsal|colaboradora?|rédact(?:eur|rice)|journaliste|correspondante?|giornalista|redattore|corrispondente|redatora?|"
    r"jornalista|repórter|colunista|attorney|expert|advisor|consultant|"
    r"profile|archive|biography|bio|edition|post|article)s?\b",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"\b(?:staff|team|desk|newsroom|editors|editorial|redaktion|redacción|rédaction|redazione|redação|newsdesk|news\s+service|"
    r"bureau|reporters|writers?|reporter)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:gmbh|e\.?\s?v\.?|ag|kg|inc|llc|ltd|corp|s\.?p\.?a|stiftung|verband|verlag|universit\w+|ministeri\w+|copyright|developer)\W*$"
    r"|©|\ball\s+rights\b",
    re.IGNORECASE,
)
_NOBODY = frozenset(
    """admin administrator adminn wordpressadmin webmaster editor editors staff author authors guest anonymous unknown null
    undefined none noauthor user root test team desk by von par por contributor contributors writer reporter correspondent
    journalist online web theeditors oureditors staffwriter staffreporter staffwriters guestauthor guestcontributor
    guestwriter newsdesk editorialteam editorialstaff editorialdesk webdesk newsstaff newsteam agencies agenturen agencia
    redaktion redacción redaccion redaction redazione redação redacao equipe autor autore auteur default red superuser siteadmin
    moderator home share follow facebook twitter instagram youtube linkedin email rss comments comment print subscribe
    advertisement und and et with""".split()
)
_AGENCIES = frozenset("ap afp dpa apa ani pti ians upi efe sid sda ansa bbc reuters lusa ntb tt tass".split())
_JUNK = re.compile(r"https?:|www\.|@|\.(?:com|org|net|html?|[a-z]{2})\b|[{}<>=\\#%$*\[\]]|\d{3,}|\?|!$|^\W*$|^[a-z]+(?:-[a-z]+)+$|: ")
# A piece of a byline that leads to the next: "Posted by", "Ein Beitrag von".
LEADS_ON = re.compile(r"(?:[^\W\d]+\s+){0,4}(?:by|von|par|por|di|durch|door|av|af|przez|από)\W*", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:in|see|fact|sponsored|privacy|cookies?|home|startseite|zur|guides|posted|published|updated|created|filed|written|last|more|all|categor\w+|tags?|veröffentlicht|gepostet|eingestellt|erstellt|"
    r"abgelegt|weitere|mehr|alle|kategorien?|artikel|rezept|publié|publicado|pubblicato|zuletzt|lesezeit|reading|super|photos?|"
    r"illustrations?|image|images|sources?|credit|vor|vom|autoren\w*|creative|we.re)\b|.*\d\d?[:.]\d\d|(?:\W*(?:\d+|"
    + "|".join(sorted(dates.MONTH_NAMES, key=len, reverse=True))
    + r"|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\b\W*)+$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:|www\.)\S+|\S+@\S+")
_PARTICLES = frozenset("van von der den de del della di da dos das do du la le el al bin ibn ben zu zur ten ter of the and".split())


def people(text: str, outlet: Outlet) -> Iterator[str]:
    """The people and named desks of one byline or name field, in its order.

    Cuts what leads in ("By", "Text von"), stops at roles, dates and links, and splits lists; suffixes such as Jr.
    stay with their name. Yields nothing for the outlet's own name.
    """
    text = BY.sub("", _ADDRESS.sub(" ", text).strip(), count=1).strip()
    if outlet.is_named(text):
        return
    ending = _END.search(text)
    if ending and ending.start() > 0:
        text = text[: ending.start()]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 2 and all(part.isalpha() and part.istitle() for part in parts):
        text = f"{parts[1]} {parts[0]}"
    for part in _AND.split(text):
        names: list[str] = []
        for piece in (piece.strip() for piece in part.split(",")):
            if names and _SUFFIX.fullmatch(piece):
                names[-1] += f", {piece}" if piece.lower().startswith(("jr", "sr")) else ""
            elif piece:
                names.append(piece)
        yield from (name for name in map(_clean, names) if is_name(name, outlet))


def is_name(name: str, outlet: Outlet) -> bool:
    """Tell whether a text can be the name of a person or of a named desk."""
    words = name.split()
    if not 1 < len(name) <= MOST_CHARACTERS or len(words) > MOST_WORDS or _JUNK.search(name) or _COMPANY.search(name):
        return False
    if _NO_NAME.match(name) or (len(squash(name)) < 3 and name.isascii()):
        return name.lower() in _AGENCIES
    if squash(name) in _NOBODY or outlet.is_named(name) or dates.parse(name):
        return False
    if name.lower() in _AGENCIES:
        return True
    if _DESK.search(name):
        # A desk needs a name, be it the outlet's: "Example Staff" tells more than "Staff".
        return bool(squash(_ROLE.sub("", _DESK.sub("", name))))
    if _ROLE.search(name) or (len(words) > 1 and outlet.is_named(words[0])):
        return False
    return sum(word[0].islower() and word not in _PARTICLES for word in words) <= (len(words) == 1) + (len(words) == 2) * 2


def _clean(name: str) -> str:
    name = BY.sub("", name).strip(" \t\n.,:;-–—|/()*\"“”„'’·•")
    return re.sub(r"\s+", " ", re.sub(r"\s*\((?:[^)]*@[^)]*|[a-z]{2,4})\)?$", "", name))
