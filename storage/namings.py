"""Every way in which doors name a link: which door, in which spelling of the address, under which GUID.

The first way stands in the link's hint while it waits, and with the article's appearance at the link afterwards. The
others are kept here, so that an article's record has all of its feeds, sitemaps, listings, spellings and GUIDs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from newsreel.items import Link, Visit
from storage import schema
from storage.columns import storable

# Some outlets put a new parameter or GUID on a link each time that it is asked for.
MOST_OF_A_LINK = 20
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Naming:
    """How a door named a link."""

    via: str
    door: str | None
    url: str
    guid: str | None

    @property
    def digest(self) -> str:
        """What tells it from others."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:32]


def naming_of(link: Link) -> Naming:
    """Give how a door named a link."""
    return _naming(link.via, link.door, link.url, link.guid)


def note(connection: Connection, rows: Mapping[str, Any], named: Iterable[tuple[str, Link]], now: datetime) -> None:
    """Keep the ways in which known links are named now and were not before; `rows` are the links' rows by their keys.

    A link that brought no article and waits for nothing has no record that these would belong to.
    """
    wanted = [(rows[key], naming_of(link)) for key, link in named if key in rows]
    wanted = [(row, naming) for row, naming in wanted if row.hint is not None or row.article_id is not None]
    first = _first(connection, [row for row, _ in wanted])
    fresh: dict[int, dict[str, Naming]] = {}
    for row, naming in wanted:
        if naming != first.get(row.id):
            fresh.setdefault(row.id, {})[naming.digest] = naming
    _keep(connection, fresh, now)


def keep_first(connection: Connection, row: Any, link: Link, now: datetime) -> None:
    """Keep how a waiting link was named first, before what is said of it now takes its place."""
    if row.hint is not None and (naming := _from_hint(row)) != naming_of(link):
        _keep(connection, {row.id: {naming.digest: naming}}, now)


def note_beside(connection: Connection, link: int, visit: Visit, article: int, now: datetime) -> None:
    """Keep how a link was named at whose address its article was seen before, as where another request was led."""
    t = schema.appearances.c
    place = (t.article_id == article, t.source == visit.source_id, t.url_key == visit.url_key)
    row = connection.execute(select(t.via, t.door, t.url, t.guid).where(*place)).first()
    naming = naming_of(visit.link)
    if row is not None and _naming(*row) != naming:
        _keep(connection, {link: {naming.digest: naming}}, now)


def further(connection: Connection, article: int) -> list[tuple[str, Naming, datetime]]:
    """Give the ways in which doors named an article's links that its appearances do not tell, with source and time."""
    n, t = schema.links.c, schema.namings.c
    query = select(n.source, t.via, t.door, t.url, t.guid, t.seen_at).join_from(
        schema.links, schema.namings, t.link_id == n.id
    )
    query = query.where(n.article_id == article).order_by(t.seen_at, t.link_id, t.digest)
    return [(source, _naming(*parts), seen_at) for source, *parts, seen_at in connection.execute(query)]


def forget_namings(connection: Connection, links: Sequence[int]) -> set[str]:
    """Remove the namings of links; give their addresses."""
    t = schema.namings
    addresses: set[str] = set()
    for start in range(0, len(links), _CHUNK):
        mine = t.c.link_id.in_(links[start : start + _CHUNK])
        addresses.update(connection.execute(select(t.c.url).where(mine)).scalars())
        connection.execute(delete(t).where(mine))
    return addresses


def _first(connection: Connection, rows: Iterable[Any]) -> dict[int, Naming]:
    """Give how links were named first, by their numbers."""
    found = {row.id: _from_hint(row) for row in rows if row.hint is not None}
    known = {(row.article_id, row.source, row.url_key): row.id for row in rows if row.id not in found}
    t, numbers = schema.appearances.c, sorted({article for article, _, _ in known})
    columns = (t.article_id, t.source, t.url_key, t.via, t.door, t.url, t.guid)
    for start in range(0, len(numbers), _CHUNK):
        query = select(*columns).where(t.article_id.in_(numbers[start : start + _CHUNK]))
        for article, source, key, *parts in connection.execute(query):
            if (number := known.get((article, source, key))) is not None:
                found[number] = _naming(*parts)
    return found


def _keep(connection: Connection, fresh: Mapping[int, Mapping[str, Naming]], now: datetime) -> None:
    t, numbers = schema.namings, sorted(fresh)
    rows: list[dict[str, Any]] = []
    for start in range(0, len(numbers), _CHUNK):
        some = numbers[start : start + _CHUNK]
        kept: dict[int, set[str]] = {number: set() for number in some}
        for number, digest in connection.execute(select(t.c.link_id, t.c.digest).where(t.c.link_id.in_(some))):
            kept[number].add(digest)
        for number, mine in kept.items():
            new = [digest for digest in fresh[number] if digest not in mine][: max(0, MOST_OF_A_LINK - len(mine))]
            rows += [
                {"link_id": number, "digest": digest, "seen_at": now} | asdict(fresh[number][digest]) for digest in new
            ]
    if rows:
        connection.execute(insert(t), rows)


def _from_hint(row: Any) -> Naming:
    return _naming(row.hint.get("via", "feed"), row.hint.get("door"), row.url, row.hint.get("guid"))


def _naming(via: str, door: str | None, url: str, guid: str | None) -> Naming:
    """Give a naming as it comes back from the database."""
    return Naming(via, door and storable(door), storable(url), guid and storable(guid))
