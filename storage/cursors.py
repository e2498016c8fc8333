"""Where the next page of a search begins, as a text that is checked when it comes back."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from newsreel.errors import QueryError

_DIGEST = 6
# As much as an address may carry; a page of results is never that long.
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Newest first: the place that the next page lies below.

    By rank: the lowest and highest place of the matches that are ranked, the last article that was stored when the
    first page was made, and the articles that were shown; so nothing comes twice and nothing is left out.
    """

    below: int = 0
    low: int = 0
    high: int = 0
    last: int = 0
    shown: tuple[int, ...] = ()


def encode(cursor: Cursor, search: str) -> str:
    """Give a cursor as text that fits `search` only, the words for all that was asked."""
    values = [cursor.below, cursor.low, cursor.high, cursor.last]
    shown = sorted(cursor.shown)
    values += [after - before for before, after in zip([0, *shown], shown, strict=False)]
    packed = b"".join(_varint(value) for value in values)
    return base64.urlsafe_b64encode(_digest(packed, search) + packed).decode().rstrip("=")


def decode(text: str, search: str) -> Cursor:
    """Read a cursor back; QueryError for one that is damaged or belongs to another search."""
    try:
        if len(text) > _LONGEST:
            raise ValueError(f"{len(text)} characters")
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        packed = data[_DIGEST:]
        if data[:_DIGEST] != _digest(packed, search):
            raise ValueError("another search")
        below, low, high, last, *steps = _values(packed)
    except (ValueError, binascii.Error) as error:
        raise QueryError(
            f"the cursor {text[:40]!r} is damaged or belongs to another search: ask for the first page, without it"
        ) from error
    shown, number = [], 0
    for step in steps:
        number += step
        shown.append(number)
    return Cursor(below, low, high, last, tuple(shown))


def _digest(packed: bytes, search: str) -> bytes:
    return hashlib.sha256(search.encode("utf-8", "replace") + b"\0" + packed).digest()[:_DIGEST]


def _varint(value: int) -> bytes:
    """Give a whole number in as few bytes as it needs; the sign is the lowest bit."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _values(packed: bytes) -> list[int]:
    values, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value >> 1 if not value & 1 else -((value + 1) >> 1))
            value = shift = 0
    if shift or any(abs(value) >= 1 << 62 for value in values):
        raise ValueError("no cursor's numbers")
    return values
