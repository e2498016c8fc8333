"""A page of a gallery and listicle site: slots, a carousel, a poll, a consent dialog around many pictures."""

from __future__ import annotations

from html import escape

from newsreel.demo.shells.furniture import Sheet, fill, links, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json


def page(sheet: Sheet) -> str:
    """Return the page of a story."""
    story = sheet.story
    return fill(
        "gallery",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(news_article(sheet)),
        byline=", ".join(f'<span class="byline__name">{escape(author)}</span>' for author in story.authors),
        tags=links(story.keywords, "/tags/", 'class="tag"'),
        cards=teasers(sheet, 6, _card),
        latest=teasers(sheet, 5, lambda path, headline, _: f'<li><a href="{path}">{headline}</a></li>', skip=3),
    )


def _card(path: str, headline: str, _: str) -> str:
    """Write one card of the carousel."""
    return (
        f'<a class="card" href="{path}"><img src="/images/card.jpg" alt="">'
        f'<span class="card__headline">{headline}</span>'
        '<span class="card__more">View gallery</span></a>'
    )
