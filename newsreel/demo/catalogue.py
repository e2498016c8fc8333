"""Writes the sample outlets as tables of a Newsreel catalogue."""

from __future__ import annotations

import json
from typing import Any

from newsreel.demo.outlets import Outlet


def catalogue_table(outlet: Outlet, base: str) -> str:
    """Write one outlet's table of the catalogue."""
    lines = [f"[outlet.{outlet.slug}]"]

    def put(key: str, value: Any) -> None:
        lines.append(f"{key} = {_toml(value)}")

    put("name", outlet.name)
    put("home", base + "/")
    if outlet.feeds:
        put("feeds", [base + door.path for door in outlet.feeds])
    if outlet.sitemaps:
        put("sitemaps", [base + door.path for door in outlet.sitemaps])
    if outlet.listings:
        put(
            "listings",
            [
                {"url": base + door.path, "links": door.links} | ({"next": door.next} if door.next else {})
                for door in outlet.listings
            ],
        )
    put("language", outlet.language)
    put("interval", outlet.interval)
    put("delay", 0)
    put("body", outlet.body)
    if outlet.rules:
        put("rules", outlet.rules)
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """Write a value as TOML; strings are as JSON writes them, tables go on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
