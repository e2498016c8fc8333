"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from newsreel import dates
from newsreel.discovery import MOST_LINKS, Discovery, distinct
from newsreel.discovery.snippets import language_tag, one_line, paragraphs, plain
from newsreel.items import Link
from newsreel.urls import resolve


def read_json_feed(text: str, url: str) -> Discovery:
    """The items of a JSON Feed as links, in its order."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Discovery(problem=f"broken JSON ({error})")
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or not ("version" in feed or "title" in feed):
        return Discovery(problem="JSON, but no JSON Feed")
    taken = items[:MOST_LINKS]
    found = [link for item in taken if isinstance(item, dict) and (link := _link(item, feed, url))]
    missing = len(taken) - len(found)
    problem = f"{missing} of {len(taken)} entries have no web address" if missing else None
    return Discovery(
        links=distinct(found),
        title=one_line(_text(feed, "title")) or None,
        problem=problem if items else "no entries",
        dropped=len(items) - len(taken),
    )


def _link(item: dict[str, Any], feed: dict[str, Any], url: str) -> Link | None:
    address = resolve(url, _text(item, "url")) or resolve(url, _text(item, "external_url"))
    if address is None:
        return None
    summary = paragraphs(_text(item, "summary"))
    content = _text(item, "content_html") or paragraphs(_text(item, "content_text"))
    authors = item.get("authors") or [item.get("author")]
    names = [_text(author, "name") for author in (authors if isinstance(authors, list) else [])]
    tags = item.get("tags")
    published, updated = dates.parse(_text(item, "date_published")), dates.parse(_text(item, "date_modified"))
    return Link(
        url=address,
        via="feed",
        door=url,
        guid=_text(item, "id") or None,
        headline=one_line(_text(item, "title")) or None,
        authors=tuple(dict.fromkeys(filter(None, map(one_line, names)))),
        published=dates.in_utc(published) if published else None,
        updated=dates.in_utc(updated) if updated else None,
        keywords=tuple(tag for tag in tags if isinstance(tag, str) and tag) if isinstance(tags, list) else (),
        language=language_tag(_text(item, "language") or _text(feed, "language")),
        summary_html=summary or None,
        content_html=content if len(plain(content)) > len(plain(summary)) else None,
    )


def _text(values: Any, name: str) -> str:
    """A text of an object; a number, which identifiers often are, as its digits; "" for all else."""
    value = values.get(name) if isinstance(values, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() if isinstance(value, str) else ""
