"""Near-duplicates: texts are signed, found by the bands of their signatures, and put into groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from newsreel.items import Article, body_text
from newsreel.stories import ALIKE, bands, shares, signature
from storage import banding, groups, schema
from storage.counting import Book
from storage.handing import hand_over
from storage.values import blocks_from

# So many articles from before there were signatures are signed with each batch that a crawl writes.
CATCH_UP = 50
_CHUNK = 400
# No article has so high a number.
_ABOVE_ALL = 2**62
_EQUAL = (
    select(schema.articles.c.id)
    .where(schema.articles.c.content_hash == bindparam("its_hash"), schema.articles.c.id != bindparam("its_number"))
    .order_by(schema.articles.c.id.desc())
    .limit(banding.MOST_OF_A_BAND)
)
_CAUGHT_UP = delete(schema.unsigned).where(schema.unsigned.c.article_id == bindparam("its_number"))
_INSERT = insert(schema.signatures)
_SIGNATURES = select(schema.signatures.c.article_id, schema.signatures.c.signature)


def enter(connection: Connection, number: int, article: Article, book: Book) -> None:
    """Sign an article that was stored just now, and put it into the group of the texts that it is alike."""
    signed = signature(body_text(article.blocks))
    heads = _heads(connection, number, signed, article.content_hash)
    _sign(connection, number, signed)
    if heads:
        groups.join(connection, number, heads, book)


def enter_all(connection: Connection, articles: Iterable[tuple[int, Article]], book: Book) -> None:
    """Sign articles that were stored just now, by their numbers, none of which has an equal text; and put them into
    groups.
    """
    signed = [(number, mine) for number, article in articles if (mine := signature(body_text(article.blocks)))]
    seen = set(banding.known(connection, [band for _, mine in signed for band in bands(mine)]))
    sharing: list[tuple[int, bytes]] = []
    for number, mine in signed:
        if not seen.isdisjoint(bands(mine)):
            sharing.append((number, mine))
        seen.update(bands(mine))
    _sign_all(connection, signed)
    for number, mine in sharing:
        # The batch's later ones would crowd the earlier ones out of a band.
        if earlier := alike(connection, mine, number):
            groups.join(connection, number, groups.heads_of(connection, earlier), book)


def reenter(connection: Connection, number: int, article: Article, book: Book) -> None:
    """Sign an article again whose text may have changed; where it is alike to others now, its group changes."""
    signed = signature(body_text(article.blocks))
    known = connection.execute(_SIGNATURES.where(schema.signatures.c.article_id == number)).first()
    if known is not None and known.signature == signed:
        return
    _unsign(connection, [number])
    heads = _heads(connection, number, signed, article.content_hash)
    _sign(connection, number, signed)
    groups.move(connection, number, heads, book)


def withdraw(connection: Connection, numbers: Sequence[int], book: Book) -> None:
    """Take articles that are about to be deleted out of their groups, and what is kept of their texts here with them.

    The articles that remain stay in one group, under the next of them; the counters are those of what remains.
    """
    groups.leave(connection, numbers, book)
    _unsign(connection, numbers)


def catch_up(connection: Connection, book: Book, most: int = CATCH_UP) -> int:
    """Sign some of the articles from before there were signatures, the newest first; give how many were left to do."""
    u, a = schema.unsigned, schema.articles.c
    numbers = connection.execute(select(u.c.article_id).order_by(u.c.article_id.desc()).limit(most)).scalars().all()
    for number in numbers:
        row = connection.execute(select(a.blocks, a.content_hash).where(a.id == number)).one()
        signed = signature(body_text(blocks_from(row.blocks)))
        heads = _heads(connection, number, signed, row.content_hash)
        _sign(connection, number, signed)
        if heads:
            groups.join(connection, number, heads, book)
    return len(numbers)


def alike(connection: Connection, signed: bytes, below: int = _ABOVE_ALL) -> list[int]:
    """List the stored articles, of those with numbers below one, whose texts are alike to that with this signature."""
    if not signed:
        return []
    rows = banding.sharing(connection, signed, below)
    agreement = shares(signed, [row.signature for row in rows])
    return sorted(row.article_id for row, share in zip(rows, agreement, strict=True) if share >= ALIKE)


def _heads(connection: Connection, number: int, signed: bytes, content_hash: str) -> list[int]:
    """Give the first articles of the groups that a text belongs to; equal texts are looked for first."""
    if not signed:
        return []
    found = connection.execute(_EQUAL, {"its_hash": content_hash, "its_number": number}).scalars().all()
    # What is alike to an equal text is in its group already.
    found = found or [other for other in alike(connection, signed) if other != number]
    return groups.heads_of(connection, found) if found else []


def _sign(connection: Connection, number: int, signed: bytes) -> None:
    connection.execute(_CAUGHT_UP, {"its_number": number})
    _sign_all(connection, [(number, signed)] if signed else [])


def _sign_all(connection: Connection, signed: Sequence[tuple[int, bytes]]) -> None:
    if not signed:
        return
    hand_over(connection, _INSERT, [{"article_id": number, "signature": mine} for number, mine in signed])
    banding.add(connection, signed)


def _unsign(connection: Connection, numbers: Sequence[int]) -> None:
    s = schema.signatures
    for start in range(0, len(numbers), _CHUNK):
        some = s.c.article_id.in_(numbers[start : start + _CHUNK])
        for row in connection.execute(_SIGNATURES.where(some)).all():
            banding.remove(connection, row.article_id, row.signature)
        connection.execute(delete(s).where(some))
