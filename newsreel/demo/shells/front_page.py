"""The front page of every sample outlet: its stories, newest first, and where its feeds are."""

from __future__ import annotations

from html import escape

from newsreel.demo.editions import Edition
from newsreel.demo.shells.furniture import template

_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def page(edition: Edition) -> str:
    """Return the front page."""
    outlet = edition.outlet
    feeds = "\n".join(
        f'<link rel="alternate" type="{_TYPES[door.format]}" title="{escape(outlet.name)}" href="{door.path}">'
        for door in outlet.feeds
    )
    teasers = "\n".join(
        f'<li><h3><a href="{story.path}">{escape(story.headline)}</a></h3><p>{escape(story.description or "")}</p></li>'
        for story in edition.stories
    )
    return template("front_page").substitute(
        name=escape(outlet.name),
        tagline=escape(outlet.tagline),
        language=outlet.language,
        encoding=outlet.encoding,
        feeds=feeds,
        teasers=teasers,
    )
