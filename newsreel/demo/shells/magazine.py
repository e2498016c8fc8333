"""A page of a long-read magazine: few ornaments, stories over several pages with rel=next and page numbers."""

from __future__ import annotations

from html import escape

from newsreel.demo.shells.furniture import Sheet, fill, part_path, teasers
from newsreel.demo.shells.metadata import news_article, open_graph, script_json


def page(sheet: Sheet) -> str:
    """Return one page of a story."""
    return fill(
        "magazine",
        sheet,
        metadata=open_graph(sheet),
        schema=script_json(news_article(sheet)),
        page_suffix=f" - Page {sheet.part}" if sheet.part > 1 else "",
        page_address=sheet.edition.base + part_path(sheet.story, sheet.part),
        neighbours=_neighbours(sheet),
        page_numbers=_page_numbers(sheet),
        tags=", ".join(escape(word) for word in sheet.story.keywords),
        further=teasers(sheet, 3, lambda path, headline, _: f'<li><a href="{path}">{headline}</a></li>'),
    )


def _neighbours(sheet: Sheet) -> str:
    """Return the link elements to the pages before and after this one."""
    near = {"prev": sheet.part - 1, "next": sheet.part + 1}
    return "\n".join(
        f'<link rel="{relation}" href="{sheet.edition.base}{part_path(sheet.story, part)}">'
        for relation, part in near.items()
        if 1 <= part <= len(sheet.story.parts) + 1
    )


def _page_numbers(sheet: Sheet) -> str:
    """Return the row of page numbers under a story of several pages."""
    parts = len(sheet.story.parts) + 1
    if parts == 1:
        return ""
    row = [
        f'<span class="current">{part}</span>'
        if part == sheet.part
        else f'<a href="{part_path(sheet.story, part)}">{part}</a>'
        for part in range(1, parts + 1)
    ]
    if sheet.part < parts:
        row.append(f'<a class="next" rel="next" href="{part_path(sheet.story, sheet.part + 1)}">Next page</a>')
    return f'<nav class="pages" aria-label="Pages">Page {" ".join(row)}</nav>'
