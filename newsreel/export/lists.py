"""What the forms of a body need to know about list items and table rows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsreel.items import Block

CELL_BORDER = " | "
# Nine digits are the most that CommonMark takes for a number.
_NUMBER = re.compile(r"([0-9]{1,9})[.)]")


def cells(block: Block) -> list[str]:
    """Give the cells of a table row."""
    return block.text.split(CELL_BORDER)


def number(block: Block) -> int | None:
    """Give the number of a list item, where it is printed in the way that lists count ("3." or "3)")."""
    match = _NUMBER.fullmatch(block.marker or "")
    return int(match[1]) if match else None


def marked(block: Block) -> str:
    """Give a block's text with its number or other mark in front."""
    return f"{block.marker} {block.text}" if block.marker else block.text


def depths(items: Iterable[Block]) -> list[int]:
    """Give how many of the list items before it each one stands in.

    >>> depths([Block("li", "a", level=2), Block("li", "b", level=1), Block("li", "c", level=3)])
    [0, 0, 1]
    """
    result = []
    open_levels: list[int] = []
    for item in items:
        while open_levels and open_levels[-1] >= item.level:
            open_levels.pop()
        result.append(len(open_levels))
        open_levels.append(item.level)
    return result
