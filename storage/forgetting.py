"""Forgets articles for good: their texts, pages and addresses go, a tombstone keeps them from coming back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from newsreel.cleaning.memory import fingerprint
from newsreel.errors import StorageError
from newsreel.items import body_text
from newsreel.urls import url_key as key_of
from storage import leases, schema
from storage.columns import storable
from storage.database import reading, writing
from storage.memory import unlearn, unlearn_all
from storage.removing import AT_ONCE, remove_articles
from storage.tombstones import MIN_WORDS, Graveyard
from storage.traces import remove_links, remove_mentions
from storage.values import blocks_from


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be forgotten: one article, one address that has no article, or all that is stored of a source."""

    article: int | None = None
    url: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is stored of a subject. `copies` are other articles with its address or text: they are let be."""

    headline: str | None = None
    articles: int = 0
    revisions: int = 0
    pages: int = 0
    links: int = 0
    copies: tuple[int, ...] = ()

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to forget."""
        return not (self.articles or self.pages or self.links)


def holdings(engine: Engine, subject: Subject) -> Holdings:
    """Give what forgetting a subject would remove."""
    a, r, p, n = schema.articles.c, schema.revisions.c, schema.pages.c, schema.links.c
    with reading(engine, "look up what is to be forgotten") as connection:

        def count(column: object, where: object) -> int:
            return int(connection.execute(select(func.count()).select_from(column).where(where)).scalar_one())  # type: ignore[arg-type]

        if subject.source is not None:
            mine = select(a.id).where(a.source == subject.source)
            return Holdings(
                articles=count(schema.articles, a.source == subject.source),
                revisions=count(schema.revisions, r.article_id.in_(mine)),
                pages=count(schema.pages, p.source == subject.source),
                links=count(schema.links, n.source == subject.source),
            )
        if subject.article is None:
            links = _links_at(connection, subject)
            return Holdings(pages=count(schema.pages, p.link_id.in_(links)), links=len(links))
        row = connection.execute(select(schema.articles).where(a.id == subject.article)).first()
        if row is None:
            return Holdings()
        links = list(connection.execute(select(n.id).where(n.article_id == row.id)).scalars())
        same = (a.url_key == row.url_key) | (a.canonical_key == row.canonical_key)
        if row.word_count >= MIN_WORDS:
            same |= a.content_hash == row.content_hash
        copies = connection.execute(select(a.id).where(same, a.id != row.id).order_by(a.id)).scalars()
        return Holdings(
            row.headline,
            1,
            count(schema.revisions, r.article_id == row.id),
            count(schema.pages, (p.article_id == row.id) | p.link_id.in_(links)),
            len(links),
            tuple(copies),
        )


def forget(engine: Engine, subject: Subject, reason: str, now: datetime) -> int:
    """Remove what is stored of a subject and set up its tombstones; give their number.

    What is left in free space of the database's file goes with `storage.wiping.wipe`. Raises StorageError where a
    source is being crawled.
    """
    if subject.source is not None:
        return _forget_source(engine, subject.source, reason, now)
    with writing(engine, "forget an article") as connection:
        if subject.article is not None:
            return _forget(connection, [subject.article], reason, now)
        links = _links_at(connection, subject)
        if not links:
            return 0
        t = schema.links.c
        source, key = connection.execute(select(t.source, t.url_key).where(t.id == links[0])).one()
        Graveyard(connection).bury(source, reason, now, [key], ())
        remove_mentions(connection, remove_links(connection, links, now))
        return 1


def _links_at(connection: Connection, subject: Subject) -> list[int]:
    t = schema.links.c
    wanted = t.url_key == storable(key_of(subject.url or ""))
    return list(connection.execute(select(t.id).where(wanted, t.article_id.is_(None)).order_by(t.id)).scalars())


def _forget_source(engine: Engine, source: str, reason: str, now: datetime) -> int:
    """Forget a source's articles, in small transactions, then what is left of it."""
    a, t = schema.articles.c, schema.links.c
    done = 0
    while True:
        with writing(engine, f"forget articles of {source}") as connection:
            if leases.is_held(connection, source, now):
                raise StorageError(f"cannot forget {source} while it is being crawled; try again when the crawl ends")
            query = select(a.id).where(a.source == source).order_by(a.id).limit(AT_ONCE)
            numbers = connection.execute(query).scalars().all()
            done += _forget(connection, numbers, reason, now, memory=False)
            if numbers:
                continue
            rest = connection.execute(select(t.id).where(t.source == source).limit(AT_ONCE)).scalars().all()
            remove_mentions(connection, remove_links(connection, rest, now))
            if not rest:
                unlearn_all(connection, source)
                return done


def _forget(connection: Connection, numbers: Sequence[int], reason: str, now: datetime, *, memory: bool = True) -> int:
    """Forget articles; give how many there were."""
    graveyard = Graveyard(connection)
    rows = connection.execute(select(schema.articles).where(schema.articles.c.id.in_(numbers))).all()
    for row in rows:
        n, seen, old = schema.links.c, schema.appearances.c, schema.revisions.c
        keys = {row.url_key}
        keys |= set(connection.execute(select(n.url_key).where(n.article_id == row.id)).scalars())
        keys |= set(connection.execute(select(seen.url_key).where(seen.article_id == row.id)).scalars())
        if not _is_shared(connection, row.source, row.canonical_key, row.id):
            keys.add(row.canonical_key)
        texts = [(row.content_hash, row.blocks)]
        texts += map(tuple, connection.execute(select(old.content_hash, old.blocks).where(old.article_id == row.id)))
        known = [hashed for hashed, text in texts if len(body_text(blocks_from(text)).split()) >= MIN_WORDS]
        graveyard.bury(row.source, reason, now, sorted(keys), known)
        forget_rows(connection, row.id, now, memory=memory)
    return len(rows)


def forget_rows(connection: Connection, number: int, now: datetime, *, memory: bool = True) -> None:
    """Remove an article with its links, its share of the outlet's memory and its addresses in kept logs."""
    a, n, seen, old = schema.articles.c, schema.links.c, schema.appearances.c, schema.revisions.c
    row = connection.execute(select(schema.articles).where(a.id == number)).one()
    links = connection.execute(select(n.id).where(n.article_id == number)).scalars().all()
    if memory:
        texts = [row.blocks, *connection.execute(select(old.blocks).where(old.article_id == number)).scalars()]
        cuts = select(schema.removals.c.text).where(schema.removals.c.article_id == number)
        lines = [block.text for text in texts for block in blocks_from(text)]
        lines += connection.execute(cuts).scalars()
        unlearn(connection, row.source, {mark for mark in map(fingerprint, lines) if mark})
    addresses = {row.url, row.canonical_url, row.fields.get("requested_url")}
    addresses |= set(connection.execute(select(seen.url).where(seen.article_id == number)).scalars())
    addresses |= remove_links(connection, links, now)
    remove_articles(connection, [number], now)
    remove_mentions(connection, {address for address in addresses if address})


def _is_shared(connection: Connection, source: str, canonical_key: str, number: int) -> bool:
    """Tell whether other articles claim the same canonical address: some outlets name one on all pages of a section."""
    a = schema.articles.c
    query = select(a.id).where(a.source == source, a.canonical_key == canonical_key, a.id != number).limit(1)
    return connection.execute(query).first() is not None
