"""What `newsreel clean` says of one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from newsreel.dates import iso
from newsreel.items import Article, Removal


@dataclass(frozen=True, slots=True)
class Answer:
    """The clean text of a page; `rejected` where it is no article is its outcome code; `error`: it is unreadable."""

    id: str
    url: str
    group: str = ""
    text: str = ""
    article: Article | None = None
    removals: tuple[Removal, ...] = ()
    rejected: str | None = None
    error: str | None = None


def answer_json(answer: Answer) -> dict[str, Any]:
    """Give an answer as one JSON object."""
    row: dict[str, Any] = {"id": answer.id, "url": answer.url}
    if answer.error is not None:
        return row | {"error": answer.error}
    article = answer.article
    published = article.date_published if article else None
    row |= {
        "headline": article.headline if article else "",
        "authors": [author.name for author in article.authors] if article else [],
        "datePublished": iso(published) if published else None,
        "articleBody": answer.text,
        "kind": article.kind if article else "article",
        "flags": list(article.flags) if article else [],
        "removals": [{"rule": r.rule, "text": r.text, "where": r.where} for r in answer.removals],
    }
    if answer.rejected is not None:
        row["rejected"] = answer.rejected
    return row
