"""Tells data tables from tables that only lay a page out, and reads the rows of the former."""

from __future__ import annotations

from lxml.html import HtmlElement

_LAYOUT_CELL = 350
_BLOCKS = ("p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "section", "article", "blockquote")


def data_rows(table: HtmlElement) -> list[str]:
    """Read a data table's rows, cells joined by " | "; an empty list means that the table lays out other content."""
    if table.get("role") in ("presentation", "none") or next(table.iterdescendants("table"), None) is not None:
        return []
    rows = []
    single = 0
    for row in table.iter("tr"):
        cells = []
        for cell in row.iterchildren("td", "th"):
            text = " ".join(cell.text_content().split())
            if len(text) > _LAYOUT_CELL or sum(1 for _ in cell.iterdescendants(*_BLOCKS)) > 3:
                return []
            if text:
                cells.append(text)
        if cells:
            rows.append(" | ".join(cells))
            single += len(cells) == 1
    # One column or one row is an arrangement, not a table.
    return [] if len(rows) < 2 or single > len(rows) // 2 else rows
