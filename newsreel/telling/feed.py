"""Writes changes of state as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from lxml import etree

from newsreel.telling.messages import Told, state_message

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(changes: Sequence[tuple[int, Told]], now: datetime) -> bytes:
    """Give the feed of these changes, each with its number, newest first."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]
    latest = max((told.at or told.since for _, told in changes), default=now)
    _add(feed, "id", "urn:newsreel:changes")
    _add(feed, "title", "Newsreel: how the sources are doing")
    _add(feed, "updated", latest.astimezone(UTC).isoformat())
    _add(etree.SubElement(feed, f"{{{_ATOM}}}author"), "name", "Newsreel")
    for number, told in changes:
        message = state_message(told)
        entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"urn:newsreel:change:{number}:{_stamp(told)}")
        _add(entry, "title", f"{told.source} is {told.state}")
        _add(entry, "updated", (told.at or told.since).astimezone(UTC).isoformat())
        _add(entry, "content", message.text).set("type", "text")
        etree.SubElement(entry, f"{{{_ATOM}}}category", term=told.state)
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8"))


def _stamp(told: Told) -> int:
    """Tell a change from one of the same number in a database that was begun anew."""
    return int((told.at or told.since).timestamp())


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    child.text = _NOT_IN_XML.sub("�", text)
    return child
