"""Tells a line of advertising, promotion or page furniture: what must not be left over in a clean text.

These patterns measure; the program does not know them. What it takes out is in newsreel/cleaning/rules.toml.
"""

from __future__ import annotations

import re

# A longer line is a paragraph, whatever it says.
LONGEST = 250

# A line that says nothing else.
_ALONE = frozenset((
    "ad", "advert", "adverts", "advertisement", "advertisements", "advertising", "advertorial", "advertorials",
    "sponsored", "sponsored content", "promoted", "anzeige", "werbung", "publicité", "publicite", "publicidad",
    "pubblicità", "pubblicita", "newsletter", "newsletters", "share", "tweet", "pin it", "print", "email", "e-mail",
    "copy link", "facebook", "twitter", "whatsapp", "comment", "comments", "leave a comment", "leave a reply",
))  # fmt: skip
_COUNTED = re.compile(r"\d+ comments?")

# How a line begins that leads to other articles; a heading or a link, so no more than these characters follow.
_LEADS = (
    "read more", "read also", "read next", "related", "see also", "more stories", "more from", "more on this",
    "recommended", "trending", "most read", "most popular", "you may also like", "you might also like",
)  # fmt: skip
_LEAD = re.compile(rf"(?:{'|'.join(_LEADS)})\b.{{0,80}}", re.IGNORECASE)

# Who made a picture: what the line names is followed by a sign that no sentence has there.
_CREDIT = re.compile(
    r"(?:photos?|images?|pictures?|credits?|foto|bild|instagram)\s*(?:credits?|by|courtesy)?\s*[:/|©@].{0,120}",
    re.IGNORECASE,
)

# What gives a line away wherever it stands in it.
_TELLING = (
    r"\b(?:story|article|content) continues (?:below|after)\b",
    r"\bscroll (?:down )?to continue\b",
    r"\bsign up (?:for|to)\b.{0,40}\b(?:newsletter|alert|e-?mail)s?\b",
    r"\bsubscribe to (?:our|the)\b",
    r"\bto your inbox\b",
    r"\bfollow (?:us|me|@\w+)\b",
    r"\bview this post on\b",
    r"\ba post shared by\b",
    r"\bbrowser does not support\b",
    r"\bloading the player\b",
    r"\bpic\.twitter\.com/",
    r"\bgetty images\b.{0,20}$",
    r"\bcommission\b.{0,60}\blinks?\b",
    r"\blinks?\b.{0,60}\bcommission\b",
    r"\ball rights reserved\b",
    r"\bcookie (?:policy|settings)\b",
    r"^©",
    r"^shop now\b",
    r"^(?:tags?|topics?|filed under)\s*:",
)
_TELLS = re.compile("|".join(_TELLING), re.IGNORECASE)


def is_furniture(line: str) -> bool:
    """Tell whether a line of a text is page furniture, going by its words alone.

    >>> [is_furniture(line) for line in ("— Advertisement —", "Related: Ten more", "The advertisement ran for years.")]
    [True, True, False]
    """
    if len(line) > LONGEST:
        return False
    line = line.strip()
    core = re.sub(r"^[\W_]+|[\W_]+$", "", line)
    opened = re.sub(r"^[\W_]+", "", line)
    return bool(
        core.casefold() in _ALONE
        or _COUNTED.fullmatch(core.casefold())
        or _LEAD.fullmatch(opened)
        or _CREDIT.fullmatch(opened)
        or _TELLS.search(line)
    )
