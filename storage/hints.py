"""What a source said about a link, as it is kept while the link waits."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from newsreel.items import Link


def hint_of(link: Link) -> dict[str, Any]:
    """Give what a source said about a link as plain values, empty ones left out."""
    result = {k: v for k, v in asdict(link).items() if v not in (None, ()) and k != "url"}
    for name in ("published", "updated"):
        if name in result:
            result[name] = result[name].isoformat()
    return result


def hint_after(hint: dict[str, Any] | None, link: Link) -> dict[str, Any]:
    """Give what is kept of a link that another door names: all that was said, but for what this one says.

    The text may be in the feed alone. Which door it was and its GUID are this one's.
    """
    return {name: value for name, value in (hint or {}).items() if name not in ("door", "guid")} | hint_of(link)


def link_from(url: str, hint: dict[str, Any] | None) -> Link:
    """Read back what `hint_of` gave."""
    values: dict[str, Any] = {"via": "feed"} | (hint or {})
    for name in ("published", "updated"):
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    for name in ("authors", "keywords"):
        values[name] = tuple(values.get(name, ()))
    return Link(url=url, **values)
