"""A WordPress-like page: entry-content, sharing buttons, related posts, author box, tags, comments, widgets."""

from __future__ import annotations

from html import escape
from typing import Any

from newsreel.demo.shells.furniture import Sheet, comments, fill, links, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json

_MENU = ("Film", "TV", "Music", "Theatre", "Awards", "People")


def page(sheet: Sheet) -> str:
    """Return the page of a story."""
    story = sheet.story
    day = story.updated
    return fill(
        "wordpress",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(_graph(sheet)),
        menu=links(_MENU, "/category/", between=" "),
        byline=links(story.authors, "/author/", 'class="url fn n" rel="author"', " and "),
        updated=f'<time class="updated" datetime="{day.isoformat()}">Updated {day:%B} {day.day}</time>' if day else "",
        sponsor_badge='<div class="sponsored-label">Sponsored Content</div>' if "sponsored" in story.flags else "",
        thumbnail=_thumbnail(sheet),
        related=teasers(sheet, 3, _related_post),
        tags=links(story.keywords, "/tag/", 'rel="tag"', ", "),
        biography=_biography(sheet),
        neighbour=teasers(sheet, 1, _previous_post, skip=3),
        comment_list=comments(sheet, 3, _comment),
        recent=teasers(sheet, 5, lambda path, headline, _: f'<li><a href="{path}">{headline}</a></li>', skip=1),
    )


def _graph(sheet: Sheet) -> dict[str, Any]:
    """Return the graph of schema.org things that a search plug-in writes."""
    article = news_article(sheet)
    article.pop("@context")
    home = {"@type": "WebSite", "@id": sheet.edition.base + "/#website", "name": sheet.edition.outlet.name}
    crumbs = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Home"}]}
    return {"@context": "https://schema.org", "@graph": [article, home, crumbs]}


def _thumbnail(sheet: Sheet) -> str:
    """Return the main picture with its caption and credit."""
    picture = sheet.story.image
    if picture is None:
        return ""
    credit = f' <span class="wp-media-credit">{escape(picture.credit)}</span>' if picture.credit else ""
    return (
        f'<figure class="post-thumbnail wp-caption"><img width="1280" height="720" src="{picture.url}" '
        'class="attachment-post-thumbnail wp-post-image" alt=""><figcaption class="wp-caption-text">'
        f"{escape(picture.caption or '')}{credit}</figcaption></figure>"
    )


def _related_post(path: str, headline: str, description: str) -> str:
    """Write one of the related posts."""
    return (
        '<div class="jp-relatedposts-post"><h4 class="jp-relatedposts-post-title">'
        f'<a href="{path}">{headline}</a></h4><p class="jp-relatedposts-post-excerpt">{description}</p></div>\n'
    )


def _biography(sheet: Sheet) -> str:
    """Return what the outlet says about the writer."""
    author = escape(" and ".join(sheet.story.authors) or "The newsroom")
    return (
        f"{author} has covered the entertainment business for {escape(sheet.edition.outlet.name)} since 2019. Before "
        "that came a decade of night shifts at a regional paper, a brief career as an extra and one very short tour."
    )


def _previous_post(path: str, headline: str, _: str) -> str:
    """Write the link to the previous post."""
    return (
        f'<div class="nav-previous"><a href="{path}" rel="prev"><span class="nav-subtitle">Previous:</span> '
        f'<span class="nav-title">{headline}</span></a></div>'
    )


def _comment(name: str, text: str) -> str:
    """Write one reader's comment."""
    return (
        '<li class="comment even depth-1"><article class="comment-body"><footer class="comment-meta">'
        f'<b class="fn">{name}</b> <span class="says">says:</span></footer><div class="comment-content"><p>{text}</p>'
        '</div><div class="reply"><a href="#respond">Reply</a></div></article></li>\n'
    )
