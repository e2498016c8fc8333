"""A page of a script-built site: hashed class names, nested divs without an article element, JSON-LD, page data."""

from __future__ import annotations

from html import escape
from typing import Any

from newsreel.demo.shells.furniture import Sheet, fill, links, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json


def page(sheet: Sheet) -> str:
    """Return the page of a story."""
    story = sheet.story
    return fill(
        "nextjs",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(_schema(sheet)),
        page_data=script_json(_page_data(sheet)),
        byline=links(story.authors, "/people/", 'class="Byline_author__4e0c2"', " and "),
        ticker=teasers(sheet, 3, lambda path, headline, _: f'<a href="{path}">{headline}</a>', skip=5),
        hero_picture=_hero_picture(sheet),
        gate=_gate(sheet),
        tags=links(story.keywords, "/topic/"),
        most_read=teasers(
            sheet, 4, lambda path, headline, _: f'<div class="Rail_row__a41d9"><a href="{path}">{headline}</a></div>', 2
        ),
        river=teasers(sheet, 4, _card),
    )


def _schema(sheet: Sheet) -> dict[str, Any]:
    """Return the story's JSON-LD, with its updates if it is a live-blog and the wall's selector if it has one."""
    story = sheet.story
    found = news_article(sheet)
    free = "paywalled" not in story.flags
    found["isAccessibleForFree"] = free
    if not free:
        found["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".regwall"}
    if story.live_updates:
        found["coverageStartTime"] = story.published.isoformat()
        found["liveBlogUpdate"] = [
            {
                "@type": "BlogPosting",
                "headline": entry.headline,
                "datePublished": entry.published.isoformat(),
                "articleBody": entry.text,
            }
            for entry in story.live_updates
        ]
    return found


def _page_data(sheet: Sheet) -> dict[str, Any]:
    """Return the data from which the site's scripts would build the page again."""
    story = sheet.story
    head = {
        "id": sheet.number,
        "title": story.headline,
        "dek": story.description,
        "premium": "paywalled" in story.flags,
    }
    return {
        "props": {"pageProps": {"story": head, "topics": list(story.keywords)}, "__N_SSG": True},
        "page": "/[section]/[slug]",
        "query": {"slug": story.path.strip("/").split("/")[-1]},
        "buildId": "kx7Vq2bT0mZr1sWc9",
    }


def _hero_picture(sheet: Sheet) -> str:
    """Return the main picture with its caption and credit, in divs."""
    picture = sheet.story.image
    if picture is None:
        return ""
    credit = f'<span class="Hero_credit__0b7f3">{escape(picture.credit)}</span>' if picture.credit else ""
    return (
        f'<div class="Hero_media__d22a1"><img src="{picture.url}" alt="" loading="eager" width="1280" height="720"/>'
        f'<div class="Hero_caption__7c9e0">{escape(picture.caption or "")} {credit}</div></div>'
    )


def _gate(sheet: Sheet) -> str:
    """Return the wall below the teaser of a story for subscribers."""
    if "paywalled" not in sheet.story.flags:
        return ""
    return (
        '<div class="regwall Gate_wall__e83b5"><div>Subscribe to keep reading</div><div>This story is for members. Get '
        "unlimited access to reporting, data and the daily grid for $9 a month. Cancel at any time.</div>"
        '<button type="button">See the plans</button><div>Already a member? <a href="/login">Sign in</a></div></div>'
    )


def _card(path: str, headline: str, description: str) -> str:
    """Write one of the cards below a story."""
    return (
        f'<div class="Card_box__19ac4"><a href="{path}"><div class="Card_title__f0d17">{headline}</div></a>'
        f'<div class="Card_deck__55b2e">{description}</div></div>'
    )
