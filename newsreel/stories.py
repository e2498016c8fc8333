"""Near-duplicates: texts as MinHash signatures, which are alike as far as the texts share runs of three words.

A. Broder, "On the resemblance and containment of documents" (1997), for the signature; the bands are those of
J. Leskovec, A. Rajaraman and J. Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS, BANDS = 64, 16
# What each of the positions keeps of its smallest hash; four of them make a band of 64 bits.
_KEPT = np.dtype("<u2")
SIGNATURE_SIZE = PERMUTATIONS * _KEPT.itemsize
# So many of the positions of two signatures are equal where one text is an edition of the other: measured by
# `python -m benchmarks.duplicates`.
ALIKE = 0.3
# Shorter texts ("Watch it above.") are shared by different stories.
FEWEST_WORDS = 20
# Of longer texts the beginning counts.
MOST_WORDS = 20_000
_RUN = 3
_CHUNK = 1024
# Written without spaces between words: each sign is a word. Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")
_SIGN = re.compile(f"[{_UNSPACED}]")
_MARKS = "’‘‚“”„«»‹›–—…·•¡¿´′″"
_ONLY_WORDS = bytes(ord(chr(n).lower()) if chr(n).isalnum() else 32 for n in range(128)) + bytes(range(128, 256))

Numbers = NDArray[np.uint64]


def _constants(name: str, count: int) -> Numbers:
    """Give odd numbers that are the same in every process and version."""
    digests = (hashlib.blake2b(f"{name} {n}".encode(), digest_size=8).digest() for n in range(count))
    return np.array([int.from_bytes(digest, "big") | 1 for digest in digests], np.uint64)


_FACTORS = _constants("factor", PERMUTATIONS).astype(np.uint32)[:, None]
_SALTS = _constants("band", BANDS)
_PLACES = _constants("place", _RUN)
_MIXERS = _constants("mixer", 2)


def words_of(text: str) -> list[bytes]:
    """List the words of a text for comparing: letters and digits, lower case; signs where no spaces are written.

    >>> [word.decode() for word in words_of("“Rocky” – 映画 2")]
    ['rocky', '映', '画', '2']
    """
    folded = text
    if not text.isascii():
        # To ask first takes a quarter of the time, and nearly every text is.
        is_plain = unicodedata.is_normalized("NFKC", text)
        folded = (text if is_plain else unicodedata.normalize("NFKC", text)).casefold()
        if _SIGN.search(folded):
            folded = " ".join(_WORD.findall(folded))
        for mark in _MARKS:
            folded = folded.replace(mark, " ")
    # The bytes of other letters stay as they are: to look at each would take ten times as long.
    return folded.encode("utf-8", "replace").translate(_ONLY_WORDS).split()


def signature(text: str) -> bytes:
    """Give the MinHash signature of a text: 64 positions of 2 bytes; b"" where there are too few words to tell.

    Two texts agree in about so many of their positions as they share of their runs of three words.
    """
    words = words_of(text)[:MOST_WORDS]
    if len(words) < FEWEST_WORDS:
        return b""
    runs = _runs(np.fromiter(map(crc32, words), np.uint64, len(words)))
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(runs), _CHUNK):
        # An odd factor puts the numbers of 32 bits in another order.
        np.minimum(least, (runs[None, start : start + _CHUNK] * _FACTORS).min(axis=1), out=least)
    # The upper bits of a minimum are mostly zero.
    return (least & np.uint32(0xFFFF)).astype(_KEPT).tobytes()


def _runs(words: Numbers) -> NDArray[np.uint32]:
    """Hash each run of three words to 32 well mixed bits."""
    size = len(words) - _RUN + 1
    mixed = np.zeros(size, np.uint64)
    for place in range(_RUN):
        mixed += words[place : place + size] * _PLACES[place]
        mixed ^= mixed >> np.uint64(29)
    for factor in _MIXERS:
        mixed *= factor
        mixed ^= mixed >> np.uint64(32)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def bands(signed: bytes) -> list[int]:
    """Give the 16 numbers of a signature, 64 bits with a sign, of which texts that are alike share at least one."""
    if not signed:
        return []
    found: list[int] = (np.frombuffer(signed, "<u8") ^ _SALTS).view(np.int64).tolist()
    return found


def shares(signed: bytes, others: Sequence[bytes]) -> list[float]:
    """Give for each other signature the share of its positions that are equal; 0 where one has none.

    >>> one = signature(" ".join(map(str, range(40))))
    >>> shares(one, [one, b""])
    [1.0, 0.0]
    """
    if not signed:
        return [0.0] * len(others)
    mine = np.frombuffer(signed, _KEPT)
    return [float(np.mean(mine == np.frombuffer(other, _KEPT))) if other else 0.0 for other in others]
