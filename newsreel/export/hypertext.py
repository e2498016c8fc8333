"""Bodies as HTML: our own elements around escaped text, so that nothing of a foreign page gets through."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from newsreel.export.lists import cells, depths, marked, number
from newsreel.items import Block


def body_html(blocks: Iterable[Block]) -> str:
    """Give blocks as HTML, one element a line; list items, quotations and table rows that follow each other are joined.

    >>> body_html([Block("heading", "Cast & crew", level=3), Block("li", "Ada Moss", level=1, marker="2.")])
    '<h3>Cast &amp; crew</h3>\\n<ol><li value="2">Ada Moss</li></ol>'
    """
    return "\n".join(_group(kind, list(group)) for kind, group in groupby(blocks, key=lambda block: block.kind))


def _group(kind: str, blocks: list[Block]) -> str:
    match kind:
        case "li":
            return _items(blocks)
        case "quote":
            return f"<blockquote>{''.join(f'<p>{_text(block)}</p>' for block in blocks)}</blockquote>"
        case "row":
            return f"<table>{''.join(map(_row, blocks))}</table>"
        case "pre":
            return "\n".join(f"<pre>{escape(block.text, quote=False)}</pre>" for block in blocks)
        case "caption":
            return "\n".join(f"<figure><figcaption>{_text(block)}</figcaption></figure>" for block in blocks)
        case "heading":
            return "\n".join(_heading(block) for block in blocks)
    return "\n".join(f"<p>{_text(block)}</p>" for block in blocks)


def _text(block: Block) -> str:
    return _escape(marked(block))


def _escape(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _heading(block: Block) -> str:
    tag = f"h{min(block.level or 2, 6)}"
    return f"<{tag}>{_text(block)}</{tag}>"


def _row(block: Block) -> str:
    return f"<tr>{''.join(f'<td>{_escape(cell)}</td>' for cell in cells(block))}</tr>"


def _items(blocks: list[Block]) -> str:
    """Give list items as nested lists; a number as printed becomes the item's value, so that countdowns stay so."""
    parts: list[str] = []
    open_lists: list[str] = []
    for block, depth in zip(blocks, depths(blocks), strict=True):
        value = number(block)
        tag = "ul" if value is None else "ol"
        while len(open_lists) > depth + 1:
            parts.append(f"</li></{open_lists.pop()}>")
        if len(open_lists) == depth:
            open_lists.append(tag)
            parts.append(f"<{tag}>")
        elif open_lists[-1] == tag:
            parts.append("</li>")
        else:
            parts.append(f"</li></{open_lists.pop()}><{tag}>")
            open_lists.append(tag)
        parts.append(f"<li>{_text(block)}" if value is None else f'<li value="{value}">{_escape(block.text)}')
    parts.extend(f"</li></{tag}>" for tag in reversed(open_lists))
    return "".join(parts)
