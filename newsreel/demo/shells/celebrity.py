"""A page of a celebrity blog: a theme of its own, embed scripts, slots between everything, an endless river below."""

from __future__ import annotations

from newsreel.demo.shells.furniture import Sheet, comments, fill, links, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json


def page(sheet: Sheet) -> str:
    """Return the page of a story."""
    return fill(
        "celebrity",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(news_article(sheet)),
        tags=links(sheet.story.keywords, "/tag/", between=", "),
        comment_list=comments(sheet, 4, lambda name, text: f'<div class="comment"><b>{name}</b><p>{text}</p></div>\n'),
        river=teasers(sheet, 3, _teaser),
        hot=teasers(sheet, 4, lambda path, headline, _: f'<p><a href="{path}">{headline}</a></p>', skip=4),
    )


def _teaser(path: str, headline: str, description: str) -> str:
    """Write the beginning of another post, as an endless page shows it."""
    return (
        f'<div class="teaser"><h2><a href="{path}">{headline}</a></h2><p>{description}</p>'
        f'<a class="more" href="{path}">Read more</a></div>\n'
    )
