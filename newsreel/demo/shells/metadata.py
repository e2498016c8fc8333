"""The metadata of a page as content systems write it: meta elements, OpenGraph, schema.org in JSON-LD."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from newsreel.demo.shells.furniture import Sheet

_LOCALES = {"en": "en_US", "es": "es_ES", "fr": "fr_FR", "de": "de_DE"}


def open_graph(sheet: Sheet) -> str:
    """Return the meta elements that most content systems write: description, robots, OpenGraph, Twitter card."""
    story, base = sheet.story, sheet.edition.base
    pairs: list[tuple[str, str, str | None]] = [
        ("name", "description", story.description),
        ("name", "robots", story.robots_meta),
        ("property", "og:type", "article"),
        ("property", "og:site_name", sheet.edition.outlet.name),
        ("property", "og:locale", _LOCALES.get(story.language)),
        ("property", "og:title", story.headline),
        ("property", "og:description", story.description),
        ("property", "og:url", base + story.path),
        ("property", "og:image", base + story.image.url if story.image else None),
        ("property", "article:published_time", story.published.isoformat()),
        ("property", "article:modified_time", story.updated.isoformat() if story.updated else None),
        ("property", "article:section", story.section),
        *(("property", "article:tag", word) for word in story.keywords),
        ("name", "twitter:card", "summary_large_image"),
    ]
    return "\n".join(f'<meta {kind}="{name}" content="{escape(value)}">' for kind, name, value in pairs if value)


def news_article(sheet: Sheet) -> dict[str, Any]:
    """Return a story as schema.org describes it."""
    story, base = sheet.story, sheet.edition.base
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": story.schema,
        "mainEntityOfPage": {"@type": "WebPage", "@id": base + story.path},
        "headline": story.headline,
        "description": story.description,
        "datePublished": story.published.isoformat(),
        "dateModified": (story.updated or story.published).isoformat(),
        "author": [{"@type": "Person", "name": author} for author in story.authors],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": sheet.edition.outlet.name,
            "logo": {"@type": "ImageObject", "url": base + "/images/logo.png"},
        },
        "articleSection": story.section,
        "keywords": list(story.keywords),
        "inLanguage": story.language,
    }
    if story.image:
        found["image"] = [{"@type": "ImageObject", "url": base + story.image.url, "width": 1280, "height": 720}]
    return {key: value for key, value in found.items() if value not in (None, [])}


def script_json(value: Any) -> str:
    """Write a value as JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
