"""Text to the words that are indexed and searched for: one way for all databases, for articles and for queries.

Words are runs of letters and digits without case; accents on Latin, Greek and Cyrillic letters make no difference. In
scripts that put no spaces between words each letter is a word, and a word of them is found as a phrase.

Articles are taken out of the index by the words that they were put in with: whoever changes what this module gives
must have all articles indexed again.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Longer runs are no words; they are cut into pieces, and are still found as a phrase.
LONGEST = 100

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_NO_WORD = re.compile(r"[\W_]+")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u0370-\u052f\u1e00-\u1fff]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Thai, Lao, Myanmar, Khmer, Japanese, Hangul syllables, and what China, Japan and Korea share.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Bytes are much faster to translate than characters; those above ASCII stand for themselves.
_ASCII = bytes(n if n > 0x7F else ord(chr(n).lower()) if chr(n).isalnum() else 0x20 for n in range(256))
_SIGN = "¤"


def fold(text: str) -> str:
    """Give a text's words with a space between each two.

    >>> fold("The “Résumé” of Beyoncé’s 新作")
    'the resume of beyonce s 新 作'
    """
    if not text.isascii():
        text = _FOREIGN.sub(lambda run: _foreign(run[0]), text)
    words = text.encode().translate(_ASCII).decode().split()
    if max(map(len, words), default=0) > LONGEST:
        words = [word[n : n + LONGEST] for word in words for n in range(0, len(word), LONGEST)]
    return " ".join(words)


@lru_cache(8192)
def _foreign(run: str) -> str:
    """Fold a run without ASCII; what stands beside it may belong to the same word."""
    run = unicodedata.normalize("NFKC", run).casefold()
    run = _ACCENTED.sub(lambda part: _ACCENTS.sub("", unicodedata.normalize("NFD", part[0])), run)
    return " ".join(_UNSPACED.split(_NO_WORD.sub(" ", run)))


def mark(kind: str, value: str = "") -> str:
    """Give the word that stands for a property of an article; no text that is folded holds such a word.

    >>> mark("source", "the-wrap")
    '¤source¤the¤2d¤wrap'
    """
    plain = "".join(char if char.isascii() and char.isalnum() else f"{_SIGN}{ord(char):x}{_SIGN}" for char in value)
    return f"{_SIGN}{kind}{_SIGN}{plain}"


EVERY = mark("every")
SPONSORED = mark("sponsored")
