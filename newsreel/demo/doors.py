"""Writes the doors through which a sample outlet is entered: feeds, sitemaps, listing pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime
from html import escape

from newsreel.demo.editions import Edition
from newsreel.demo.outlets import Feed, ListingPages, Sitemap
from newsreel.demo.stories import Story

MEDIA_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)


def feed(edition: Edition, door: Feed) -> str:
    """Write a feed in the door's format."""
    write = {"rss": _rss, "atom": _atom, "json": _json_feed}[door.format]
    return write(edition, door, edition.named(door.path))


def _rss(edition: Edition, door: Feed, stories: Sequence[Story]) -> str:
    """Write RSS 2.0; a broken one has bare ampersands, HTML entities and an element that is never closed."""
    quoted = _careless if door.broken else escape
    outlet = edition.outlet
    items = []
    for number, story in enumerate(stories):
        link = edition.base + story.path
        lines = [
            f"<title>{quoted(story.headline)}</title>",
            f"<link>{link}</link>",
            f'<guid isPermaLink="false">{outlet.slug}-{story.published:%Y%m%d%H%M}</guid>',
            f"<pubDate>{format_datetime(story.published)}</pubDate>",
            *(f"<dc:creator>{quoted(author)}</dc:creator>" for author in story.authors),
            *(f"<category>{quoted(word)}</category>" for word in story.keywords),
        ]
        if updated := edition.updated(story):
            lines.append(f"<atom:updated>{updated.isoformat()}</atom:updated>")
        if story.description:
            unclosed = door.broken and number == 1
            lines.append(f"<description>{quoted(story.description)}" + ("<br>" if unclosed else "") + "</description>")
        if door.full_text:
            lines.append(f"<content:encoded><![CDATA[{edition.filled(story.body)}]]></content:encoded>")
        items.append("<item>\n" + "\n".join(lines) + "\n</item>")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_NAMESPACES}>\n<channel>\n'
        f"<title>{quoted(outlet.name)}</title>\n<link>{edition.base}/</link>\n"
        f"<description>{quoted(outlet.tagline)}</description>\n<language>{outlet.language}</language>\n"
        f"<lastBuildDate>{format_datetime(edition.moment)}</lastBuildDate>\n"
        + "\n".join(items)
        + "\n</channel>\n</rss>\n"
    )


def _careless(text: str) -> str:
    """Write text into XML as a careless template does: nothing is escaped, and dashes become HTML entities."""
    return text.replace("—", "&mdash;").replace("’", "&rsquo;")


def _atom(edition: Edition, door: Feed, stories: Sequence[Story]) -> str:
    """Write an Atom feed."""
    entries = []
    for story in stories:
        link = edition.base + story.path
        updated = edition.updated(story) or story.published
        lines = [
            f"<title>{escape(story.headline)}</title>",
            f'<link rel="alternate" type="text/html" href="{link}"/>',
            f"<id>{link}</id>",
            f"<published>{story.published.isoformat()}</published>",
            f"<updated>{updated.isoformat()}</updated>",
            *(f"<author><name>{escape(author)}</name></author>" for author in story.authors),
            *(f'<category term="{escape(word)}"/>' for word in story.keywords),
            f"<summary>{escape(story.description or '')}</summary>",
        ]
        if door.full_text:
            lines.append(f'<content type="html">{escape(edition.filled(story.body))}</content>')
        entries.append("<entry>\n" + "\n".join(lines) + "\n</entry>")
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{edition.outlet.language}">\n<title>{escape(edition.outlet.name)}</title>\n'
        f'<id>{edition.base}/</id>\n<link rel="self" href="{edition.base}{door.path}"/>\n'
        f"<updated>{edition.moment.isoformat()}</updated>\n" + "\n".join(entries) + "\n</feed>\n"
    )


def _json_feed(edition: Edition, door: Feed, stories: Sequence[Story]) -> str:
    """Write a JSON Feed 1.1; the extension `_edition` makes each edition a document of its own."""
    items = []
    for story in stories:
        link = edition.base + story.path
        item: dict[str, object] = {"id": link, "url": link, "title": story.headline, "summary": story.description}
        item["date_published"] = story.published.isoformat()
        if updated := edition.updated(story):
            item["date_modified"] = updated.isoformat()
        item["authors"] = [{"name": author} for author in story.authors]
        item["tags"] = list(story.keywords)
        if story.image:
            item["image"] = edition.base + story.image.url
        item["content_html" if door.full_text else "content_text"] = (
            edition.filled(story.body) if door.full_text else story.description or ""
        )
        items.append(item)
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": edition.outlet.name,
        "home_page_url": edition.base + "/",
        "feed_url": edition.base + door.path,
        "language": edition.outlet.language,
        "_edition": {"number": edition.number, "published": edition.moment.isoformat()},
    }
    return json.dumps({**head, "items": items}, ensure_ascii=False, indent=1)


def sitemap(edition: Edition, door: Sitemap) -> str:
    """Write a sitemap with the news extension, or the index that names it."""
    opening = '<?xml version="1.0" encoding="UTF-8"?>\n'
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    moment = edition.moment.astimezone(UTC).isoformat()
    if door.child:
        child = f"<sitemap><loc>{edition.base}{door.child}</loc><lastmod>{moment}</lastmod></sitemap>"
        return f'{opening}<sitemapindex xmlns="{schema}">\n{child}\n</sitemapindex>\n'
    urls = []
    for story in edition.named(door.path):
        updated = edition.updated(story)
        urls.append(
            f"<url><loc>{edition.base}{story.path}</loc>"
            + (f"<lastmod>{updated.isoformat()}</lastmod>" if updated else "")
            + f"<news:news><news:publication><news:name>{escape(edition.outlet.name)}</news:name>"
            f"<news:language>{story.language}</news:language></news:publication>"
            f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
            f"<news:title>{escape(story.headline)}</news:title></news:news></url>"
        )
    return (
        f'{opening}<urlset xmlns="{schema}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
        f"<!-- {moment} -->\n" + "\n".join(urls) + "\n</urlset>\n"
    )


def listing(edition: Edition, door: ListingPages, page: int) -> str | None:
    """Write one page of a listing (from 1) in the manner of an old site, None past the last."""
    stories = edition.named(door.path)
    rest = stories[(page - 1) * door.size :]
    if not rest:
        return None
    rows = "\n".join(
        f'<tr><td width="90"><font size="1">{story.published:%b %d}</font></td>'
        f'<td class="story"><a href="{story.path}">{escape(story.headline)}</a></td></tr>'
        for story in rest[: door.size]
    )
    older = f'<a class="older" href="{door.path}{page + 1}/">Older stories</a>' if len(rest) > door.size else ""
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head>'
        f'<meta http-equiv="Content-Type" content="text/html; charset={edition.outlet.encoding}">'
        f"<title>{escape(edition.outlet.name)}: all stories</title></head>\n<!-- {edition.moment.isoformat()} -->\n"
        '<body bgcolor="#ffffff"><table width="760" align="center">\n'
        f'<tr><td colspan="2"><a href="/"><b>{escape(edition.outlet.name)}</b></a></td></tr>\n'
        f'{rows}\n</table>\n<p align="center">{older}</p></body></html>\n'
    )
