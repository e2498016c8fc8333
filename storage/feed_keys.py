"""Secret addresses of feeds: a key opens one feed, for readers that cannot log in, until it is revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from storage import schema
from storage.database import reading, writing
from storage.tokens import digest, new_secret


@dataclass(frozen=True, slots=True)
class FeedKey:
    """A key without its secret; `feed` names what it opens, as `newsreel.web.access.feed_of` gives it."""

    id: int
    feed: str
    created_at: datetime
    revoked_at: datetime | None


def create(engine: Engine, feed: str, now: datetime) -> str:
    """Make a key for a feed and give it; it cannot be read again."""
    secret = new_secret()
    with writing(engine, f"make an address for the feed {feed}") as connection:
        connection.execute(insert(schema.feed_keys).values(feed=feed, key_hash=digest(secret), created_at=now))
    return secret


def opens(engine: Engine, secret: str, feed: str) -> bool:
    """Tell whether a key opens a feed."""
    t = schema.feed_keys.c
    query = select(t.id).where(t.key_hash == digest(secret), t.feed == feed, t.revoked_at.is_(None))
    with reading(engine, "look up a feed's key") as connection:
        return connection.execute(query).first() is not None


def listed(engine: Engine) -> list[FeedKey]:
    """Give the keys that are not revoked, newest first."""
    t = schema.feed_keys.c
    query = select(t.id, t.feed, t.created_at, t.revoked_at).where(t.revoked_at.is_(None)).order_by(t.id.desc())
    with reading(engine, "list the feeds' keys") as connection:
        return [FeedKey(*row) for row in connection.execute(query)]


def revoke(engine: Engine, number: int, now: datetime) -> bool:
    """Revoke a key; tell whether there was one that was not."""
    t = schema.feed_keys
    with writing(engine, f"revoke the feed's key {number}") as connection:
        statement = update(t).where(t.c.id == number, t.c.revoked_at.is_(None)).values(revoked_at=now)
        return connection.execute(statement).rowcount > 0
