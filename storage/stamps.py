"""Whether articles are still as they were, from little more than their rows' heads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Text, select, type_coerce

from storage import schema
from storage.database import reading


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells articles from others and from what they were: a digest; `changed_at` is their last change."""

    digest: str
    changed_at: datetime | None


def stamp_of(engine: Engine, numbers: Sequence[int]) -> Stamp:
    """Give the stamp of articles in their order, made of all that is stored of them but their texts' own letters."""
    a = schema.articles.c
    # As the text that they are stored as: to decode them would take longer than all else.
    plain = [type_coerce(column, Text) for column in (a.fields, a.authors, a.flags)]
    heads = (a.id, a.stored_at, a.changed_at, a.version, a.content_hash, a.headline, a.kind, a.url, a.language)
    with reading(engine, "look whether articles changed") as connection:
        rows = connection.execute(select(*heads, *plain).where(a.id.in_(numbers))).all() if numbers else []
    found = {row.id: row for row in rows}
    digest = hashlib.sha256()
    for number in numbers:
        digest.update(repr(tuple(found[number]) if number in found else None).encode("utf-8", "replace"))
    return Stamp(digest.hexdigest()[:24], max((row.changed_at for row in rows), default=None))
