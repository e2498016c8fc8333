"""What the database has to do with the visits of a batch, read at once: most have nothing to do with what is stored.

A visit is *new* if it brought an article and neither what is stored nor an earlier visit of the batch shares an
address, a telling headline or a text with it: it is no article that is known. It is *plain* if it brought none, and no
earlier visit of the batch was of the same link or may change the article whose age says when it is looked at again.
These can be recorded together, each kind of row in one statement; the others are looked at one by one, after these and
in their order, since what they share comes from visits before them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, String, bindparam, literal, select, union_all

from newsreel.items import Article, Visit
from storage import revisits, schema
from storage.addresses import Addresses, addresses_of
from storage.columns import storable
from storage.stumbling import PARSE_ERROR
from storage.tombstones import Graveyard
from storage.twins import is_telling
from storage.values import headline_key

_CHUNK = 400
# An outlet, or "" for all; what kind of thing it is; the thing.
Mark = tuple[str, str, str]

# Built once: that takes longer than running them.
_L, _A, _SEEN = schema.links.c, schema.articles.c, schema.appearances.c
_LINKS = select(_L.id, _L.url_key, _L.attempts, _L.article_id, _L.first_seen_at, _L.revisit_at).where(
    _L.source == bindparam("its_source"), _L.url_key.in_(bindparam("its_keys", expanding=True))
)
_TEXTS = select(_A.content_hash).where(_A.content_hash.in_(bindparam("its_texts", expanding=True))).distinct()


def _held(kind: str, column: Any) -> Any:
    source = column.table.c.source
    wanted = column.in_(bindparam(f"its_{kind}", expanding=True))
    return select(literal(kind, String).label("kind"), column.label("key")).where(
        source == bindparam("its_source"), wanted
    )


# What an outlet holds: each is found by an index over outlet and key.
_HELD = union_all(_held("address", _A.url_key), _held("headline", _A.headline_key))
# What is found by the address alone. With the outlet as a condition SQLite would read all articles of the outlet.
_KEYS: Any = bindparam("its_keys", expanding=True)
_LED_TO = union_all(
    select(_A.source.label("source"), _A.canonical_key.label("key")).where(_A.canonical_key.in_(_KEYS)).distinct(),
    select(_SEEN.source, _SEEN.url_key).where(_SEEN.url_key.in_(_KEYS)).distinct(),
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new visit: its number in the batch, its link's row and its addresses."""

    number: int
    visit: Visit
    article: Article
    link: Any
    addresses: Addresses


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain visit: its number in the batch and its link's row."""

    number: int
    visit: Visit
    outcome: str
    link: Any


@dataclass(slots=True)
class Survey:
    """The visits of a batch by how they are recorded; `others` are their numbers in the batch."""

    new: list[Newcomer] = field(default_factory=list)
    plain: list[Plain] = field(default_factory=list)
    others: list[int] = field(default_factory=list)


def survey(connection: Connection, visits: Sequence[Visit], graveyard: Graveyard) -> Survey:
    """Look up what a batch has to do with what is stored, and sort it."""
    found = Survey()
    links = _links(connection, visits)
    addresses = [None if visit.article is None else addresses_of(visit, visit.article) for visit in visits]
    marks = [_marks(visit, each) for visit, each in zip(visits, addresses, strict=True)]
    taken = _taken(connection, set().union(*marks)) | _forgotten(graveyard, marks)
    changing: set[str] = set()
    for number, (visit, each, mine) in enumerate(zip(visits, addresses, marks, strict=True)):
        link = links.get((visit.source_id, storable(visit.url_key)))
        itself = (visit.source_id, "link", storable(visit.url_key))
        is_moving = visit.source_id in changing and _is_followed(visit, link)
        if link is None or itself in taken or is_moving or visit.outcome == PARSE_ERROR:
            found.others.append(number)
        elif visit.outcome is not None:
            found.plain.append(Plain(number, visit, visit.outcome, link))
        elif visit.article is None or each is None or taken & mine:
            found.others.append(number)
        else:
            found.new.append(Newcomer(number, visit, visit.article, link, each))
        if visit.article is not None and found.others[-1:] == [number]:
            changing.add(visit.source_id)
        taken |= mine
        taken.add(itself)
    return found


def _is_followed(visit: Visit, link: Any) -> bool:
    """Tell whether a visit without an article has its next look reckoned from what is stored."""
    if visit.outcome is None or link is None or link.article_id is None:
        return False
    return revisits.is_followed(link, visit.outcome, visit.revisits)


def _marks(visit: Visit, addresses: Addresses | None) -> set[Mark]:
    """Give all by which a visit's article may be known as another, or another as it."""
    article = visit.article
    if article is None or addresses is None or visit.outcome is not None:
        return set()
    marks = {(visit.source_id, "address", key) for key in addresses.every}
    marks.add(("", "text", article.content_hash))
    headline = headline_key(article.headline)
    if is_telling(headline):
        marks.add((visit.source_id, "headline", storable(headline)))
    return marks


def _links(connection: Connection, visits: Iterable[Visit]) -> dict[tuple[str, str], Any]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for visit in visits:
        wanted[visit.source_id].add(storable(visit.url_key))
    found: dict[tuple[str, str], Any] = {}
    for source, keys in wanted.items():
        for some in _chunks(keys):
            rows = connection.execute(_LINKS, {"its_source": source, "its_keys": some})
            found |= {(source, row.url_key): row for row in rows}
    return found


def _taken(connection: Connection, marks: Collection[Mark]) -> set[Mark]:
    """Give those of the marks that something stored has."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for source, kind, key in marks:
        wanted[source][kind].add(key)
    texts = wanted.pop("", {}).get("text", set())
    found: set[Mark] = set()
    for some in _chunks(texts):
        found.update(("", "text", text) for text in connection.execute(_TEXTS, {"its_texts": some}).scalars())
    for some in _chunks({key for kinds in wanted.values() for key in kinds["address"]}):
        found.update((row.source, "address", row.key) for row in connection.execute(_LED_TO, {"its_keys": some}))
    for source, kinds in wanted.items():
        mine = {"its_source": source, "its_address": list(kinds["address"]), "its_headline": list(kinds["headline"])}
        found.update((source, row.kind, row.key) for row in connection.execute(_HELD, mine))
    return found


def _forgotten(graveyard: Graveyard, marks: Sequence[set[Mark]]) -> set[Mark]:
    """Give those of the marks that something forgotten had."""
    if graveyard.empty:
        return set()
    every = {mark for mine in marks for mark in mine}
    addresses = graveyard.addresses(key for _, kind, key in every if kind == "address")
    texts = graveyard.texts(key for _, kind, key in every if kind == "text")
    return {mark for mark in every if mark[2] in (addresses if mark[1] == "address" else texts)}


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(keys)
    return (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
