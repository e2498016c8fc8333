"""How values are kept in columns: times in UTC, plain values as JSON text, words as text that UTF-8 can hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

# SQLite hands out row numbers only for a column that is declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


# Stands where a character stood that no database can hold.
REPLACED = "\N{REPLACEMENT CHARACTER}"
# Made once: json.dumps() makes an encoder each time that it is told to write as little as this.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Give a text that every database takes: a null character or half a surrogate pair becomes U+FFFD.

    Pages hold both now and then, as JSON escapes that no other program objects to.
    """
    # Most texts are ASCII, which costs nothing to ask.
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(REPLACED, text)


class Words(TypeDecorator[str]):
    """Text that comes from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; naive times are refused since nobody can tell what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """Plain values as compact JSON text that keeps letters as they are."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode."""
        return None if value is None else storable(_encode(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode."""
        return None if value is None else json.loads(value)
