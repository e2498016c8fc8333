"""A page of a review site: schema.org Review, a score box, a side column of verdicts."""

from __future__ import annotations

from typing import Any

from newsreel.demo.shells.furniture import Sheet, comments, fill, links, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json


def page(sheet: Sheet) -> str:
    """Return the page of a story."""
    return fill(
        "reviews",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(_schema(sheet)),
        byline=links(sheet.story.authors, "/critics/", 'rel="author"', ", "),
        comment_list=comments(sheet, 2, _comment),
        latest=teasers(
            sheet, 5, lambda path, headline, _: f'<div class="views-row"><a href="{path}">{headline}</a></div>'
        ),
    )


def _schema(sheet: Sheet) -> dict[str, Any]:
    """Return the story's JSON-LD; a review says what it is about, and its score where that is on a scale."""
    found = news_article(sheet)
    verdict = sheet.story.review
    if verdict is None:
        return found
    found["@type"] = "Review"
    found["itemReviewed"] = {"@type": verdict.item_type or "CreativeWork", "name": verdict.item_name}
    if verdict.best:
        found["reviewRating"] = {"@type": "Rating", "ratingValue": verdict.value, "bestRating": verdict.best}
    return found


def _comment(name: str, text: str) -> str:
    """Write one reader's comment."""
    return (
        f'<article class="comment"><h3>{name}</h3><div class="field--name-comment-body"><p>{text}</p></div></article>\n'
    )
