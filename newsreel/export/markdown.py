"""Bodies and articles as CommonMark with GitHub's tables; whatever could be read as markup is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from newsreel.dates import iso
from newsreel.export.lists import cells, depths, marked, number
from newsreel.export.text import encodable
from newsreel.items import Article, Block

_MARKUP = re.compile(r"([\\`*_\[\]<>~|]|&(?=#?\w+;))")
_LINE_START = re.compile(r"^([#+\-=]|\d{1,9}(?=[.)]))", re.MULTILINE)
_NOT_IN_ADDRESS = re.compile(r"[<>\\\s]")
_CLOSING = re.compile(r"(?<= )#+$")
_BACKTICKS = re.compile(r"`+")


def article_markdown(article: Article) -> str:
    """Give an article as a Markdown document: headline, a line with authors, date and source, and the body."""
    source = f"[{_one_line(article.source_name)}](<{_NOT_IN_ADDRESS.sub('', article.url)}>)"
    facts = [_one_line(", ".join(author.name for author in article.authors))] if article.authors else []
    facts += [iso(article.date_published)] if article.date_published else []
    headline = f"# {_one_line(article.headline)}" if article.headline.strip() else ""
    parts = [headline, " · ".join([*facts, source]), body_markdown(article.blocks)]
    return encodable("\n\n".join(part for part in parts if part) + "\n")


def body_markdown(blocks: Iterable[Block]) -> str:
    r"""Give blocks as Markdown, without a line end at the end.

    A numbered list whose numbers do not go up by one is written as paragraphs, since readers of Markdown count
    lists themselves and would turn a countdown round.

    >>> body_markdown([Block("heading", "*Echo* returns", level=2), Block("p", "3. was the charm")])
    '## \\*Echo\\* returns\n\n3\\. was the charm'
    """
    return "\n\n".join(_group(kind, list(group)) for kind, group in groupby(blocks, key=lambda block: block.kind))


def _escape(text: str) -> str:
    lines = "\n".join(line.strip() for line in text.replace("\r", "\n").strip().split("\n"))
    escaped = _MARKUP.sub(r"\\\1", lines)
    return _LINE_START.sub(lambda match: match[1] + "\\" if match[1].isdecimal() else "\\" + match[1], escaped)


def _one_line(text: str) -> str:
    # Number signs at the end of a heading would be taken for its end.
    return _CLOSING.sub(r"\\\g<0>", _escape(" ".join(text.split())))


def _paragraph(block: Block) -> str:
    return _lines(marked(block))


def _lines(text: str) -> str:
    return _escape(text).replace("\n", "\\\n")


def _group(kind: str, blocks: list[Block]) -> str:
    match kind:
        case "li":
            return _items(blocks)
        case "quote":
            return _indent("\n\n".join(map(_paragraph, blocks)), "> ")
        case "row":
            return _table(blocks)
        case "pre":
            return "\n\n".join(map(_fenced, blocks))
        case "caption":
            return "\n\n".join(f"*{_paragraph(block)}*" for block in blocks)
        case "heading":
            return "\n\n".join(map(_heading, blocks))
    return "\n\n".join(map(_paragraph, blocks))


def _indent(text: str, margin: str) -> str:
    return "\n".join((margin + line).rstrip() for line in text.split("\n"))


def _heading(block: Block) -> str:
    return f"{'#' * min(block.level or 2, 6)} {_one_line(marked(block))}"


def _fenced(block: Block) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in _BACKTICKS.findall(block.text))])
    return f"{fence}\n{block.text}\n{fence}"


def _table(blocks: list[Block]) -> str:
    rows = [[_one_line(cell) for cell in cells(block)] for block in blocks]
    width = max(map(len, rows))
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _items(blocks: list[Block]) -> str:
    """Give list items as a nested list, or as paragraphs where a list would change their numbers."""
    if not _counts_up(blocks):
        return "\n\n".join(map(_paragraph, blocks))
    lines = []
    margins = [""]
    for block, depth in zip(blocks, depths(blocks), strict=True):
        counted = number(block) is not None
        sign = f"{block.marker} " if counted else "- "
        margins[depth + 1 :] = [margins[depth] + " " * len(sign)]
        text = _lines(block.text) if counted else _paragraph(block)
        lines.append(margins[depth] + sign + _indent(text, margins[-1]).lstrip())
    return "\n".join(lines)


def _counts_up(blocks: list[Block]) -> bool:
    """Tell whether every numbered item is one more than the item before it in its list."""
    last: list[int | None] = []
    for block, depth in zip(blocks, depths(blocks), strict=True):
        value = number(block)
        before = last[depth] if depth < len(last) else None
        if value is not None and before is not None and value != before + 1:
            return False
        last[depth:] = [value]
    return True
