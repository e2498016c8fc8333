"""Tells a change of the words from a change of their dress."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = "'\"`´‘’‚‛“”„‟‹›«»′″ʼ＂＇「」『』"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_DRESS = str.maketrans({**dict.fromkeys(_QUOTES, "'"), **dict.fromkeys(_DASHES, "-"), "…": "...", "\u00a0": " "})
_REPEATED = re.compile(r"'{2,}|-{2,}")
# White space beside a mark is the typesetter's: "well , said", "1900 - 1910". Between two words or numbers it counts.
_SPACE = re.compile(r"\s*([^\w\s])\s*|\s+")


def essence(text: str) -> str:
    """Reduce a text to what is left when case, white space, invisible signs and kinds of quotes and dashes are gone.

    Every letter, digit and other mark stays: a comma may turn a sentence round, and "1.5" is not "15".

    >>> essence("“It’s over” – she said ,\\u200b twice")
    "'it's over'-she said,twice"
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    # A text of thousands of signs has a hundred different ones.
    unseen = {
        ord(sign): None for sign in set(plain) if unicodedata.category(sign) in ("Cf", "Cc") and not sign.isspace()
    }
    plain = plain.translate(unseen) if unseen else plain
    plain = _REPEATED.sub(lambda run: run[0][0], unicodedata.normalize("NFC", plain).translate(_DRESS))
    plain = _REPEATED.sub(lambda run: run[0][0], _SPACE.sub(lambda found: found[1] or " ", plain).strip())
    # Without the space before it, an accent may have joined a letter.
    return unicodedata.normalize("NFC", plain)


def is_cosmetic(before: str, after: str) -> bool:
    """Tell whether two texts say the same in the same words.

    >>> is_cosmetic("The Crew's Night Out", "The crew’s night  out"), is_cosmetic("3 weeks", "4 weeks")
    (True, False)
    """
    return before == after or essence(before) == essence(after)
