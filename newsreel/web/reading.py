"""What readers see of an article beside its text: whether it was read, who else has it, where its links lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Engine

from storage import marks
from storage.company import Copy, copies
from storage.listing import Listed


@dataclass(frozen=True, slots=True)
class Row:
    """An article in a list; `company` says which outlets have the same text."""

    article: Listed
    read: bool
    starred: bool
    company: str


def rows_for(engine: Engine, articles: Sequence[Listed]) -> list[Row]:
    """Give articles as rows of a list."""
    marked = marks.marks_of(engine, [article.id for article in articles])
    others = copies(engine, {article.group for article in articles})
    return [
        Row(
            article,
            (mark := marked.get(article.id, marks.NONE)).read_at is not None,
            mark.starred_at is not None,
            company(article.source, others.get(article.group, ())),
        )
        for article in articles
    ]


def company(source: str, found: Sequence[Copy]) -> str:
    """Say which place an outlet has among those with the same text.

    >>> from datetime import UTC, datetime
    >>> ledger, post = (Copy(n, name, name.title(), "", datetime(2026, 11, n, tzinfo=UTC)) for n, name in
    ...                 ((1, "ledger"), (2, "post")))
    >>> company("ledger", (ledger, post)), company("post", (ledger, post)), company("ledger", (ledger,))
    ('first, 1 more', 'after Ledger', '')
    """
    outlets = list(dict.fromkeys(copy.source for copy in found))
    if source not in outlets or len(outlets) < 2:
        return ""
    if outlets[0] == source:
        return f"first, {len(outlets) - 1} more"
    others = len(outlets) - 2
    return f"after {found[0].source_name}" + (f" and {others} more" if others else "")


def outward(address: str | None) -> str | None:
    """Give an address as a link may carry it; None for what no page is at.

    >>> outward("https://tide.example/a"), outward("javascript:alert(1)"), outward(None)
    ('https://tide.example/a', None, None)
    """
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def host_of(address: str | None) -> str:
    """Give the host that an address names, or an empty text.

    >>> host_of("https://www.tide.example:8443/a")
    'tide.example'
    """
    link = outward(address)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""
