"""Writes sources as a catalogue file, from which they are read back as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any

from newsreel.sources.lengths import FOR_EVER
from newsreel.sources.values import Quiet, Source


def catalogue_text(sources: Iterable[Source]) -> str:
    """Write sources as the tables of a catalogue; what has its default is left out."""
    return "\n".join(_table(source) for source in sources)


def table_entries(source: Source) -> dict[str, str]:
    """Give the keys of a source's table with their values as TOML, on one line each; what has its default is left out.

    >>> table_entries(Source("tide", "Tide", "https://tide.example/", delay=4.0))
    {'name': '"Tide"', 'home': '"https://tide.example/"', 'delay': '4.0'}
    """
    plain = Source(source.id, source.name, source.home)
    entries = {"name": _value(source.name), "home": _value(source.home)}
    for field in fields(source):
        value = getattr(source, field.name)
        if value != getattr(plain, field.name):
            entries[field.name] = _value(value)
    return entries


def _table(source: Source) -> str:
    lines = [f"[outlet.{source.id}]", *(f"{key} = {value}" for key, value in table_entries(source).items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """Write a value as TOML; strings are as JSON writes them, tables go on one line."""
    match value:
        case timedelta() if value == FOR_EVER:
            return '"all"'
        case timedelta():
            return f'"{value.days}d{value.seconds}s"'
        case Quiet():
            return f'"{value.start:%H:%M}-{value.end:%H:%M}"'
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case bool() | int() | float():
            return json.dumps(value)
        case tuple():
            return "[" + ", ".join(_value(entry) for entry in value) + "]"
    entries = {key: entry for key, entry in asdict(value).items() if entry not in (None, ())}
    return "{" + ", ".join(f"{key} = {_value(entry)}" for key, entry in entries.items()) + "}"
