"""Prints lists as tables, JSON or CSV: data on stdout, everything else on stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from newsreel import logs
from newsreel.cli.options import Listing

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def errors() -> Console:
    """Give the console for progress and messages."""
    # Bars and spinners have no place among JSON lines.
    return Console(stderr=True, highlight=False, quiet=logs.is_json())


def say(message: str) -> None:
    """Write a message for people on stderr."""
    logs.say(message)


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: Listing, right: Sequence[str] = ()) -> None:
    """Print rows; `columns` are those of the table and the CSV, JSON has every key; `right` are set flush right."""
    if form is Listing.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
    elif form is Listing.json:
        sys.stdout.write(json.dumps(list(rows), ensure_ascii=False, indent=2, default=_plain) + "\n")
    elif form is Listing.csv:
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in columns])
    else:
        table(rows, columns, right)


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], right: Sequence[str] = ()) -> None:
    """Print rows as a table as wide as the terminal; piped it is as wide as it needs to be."""
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_text(row.get(column))) for column in columns))
    console.print(grid)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"cannot print {type(value).__name__} as JSON")


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _cell(value: Any) -> str:
    """Give a CSV cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = _text(value)
    return "'" + text if text.startswith(_FORMULA) and not isinstance(value, int | float) else text


def duration(seconds: float | None) -> str:
    """Give a length of time in one or two units."""
    if seconds is None:
        return "–"
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def share(value: float | None) -> str:
    """Give a share in percent."""
    return "–" if value is None else f"{value * 100:.0f}%"
