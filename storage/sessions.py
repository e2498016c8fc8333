"""Log-ins: each has a secret that only its browser holds, and ends by log-out, in time, or with the password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select

from storage import accounts, preferences, schema
from storage.database import reading, writing
from storage.preferences import Preferences
from storage.tokens import digest, new_secret

LASTS = timedelta(days=30)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in; `id` is the hash of its secret."""

    id: str
    begun_at: datetime
    ends_at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page needs to know of who asks, read at once: the session if it lives, and the reader's choices."""

    has_password: bool
    session: Session | None
    preferences: Preferences


def begin(engine: Engine, address: str, browser: str, now: datetime) -> str:
    """Begin a session and give its secret; sessions that are over are removed."""
    secret = new_secret()
    row = {
        "token_hash": digest(secret),
        "begun_at": now,
        "ends_at": now + LASTS,
        "address": address,
        "browser": browser[:_LONGEST],
    }
    with writing(engine, "begin a session") as connection:
        connection.execute(delete(schema.sessions).where(schema.sessions.c.ends_at <= now))
        connection.execute(insert(schema.sessions).values(row))
    return secret


def standing(engine: Engine, secret: str | None, now: datetime) -> Standing:
    """Tell what is known of who shows `secret`."""
    with reading(engine, "look up a session") as connection:
        has_password = accounts.find_hash(connection) is not None
        session = _find(connection, secret, now) if secret and has_password else None
        return Standing(has_password, session, preferences.find(connection))


def alive(engine: Engine, now: datetime) -> list[Session]:
    """Give the sessions that are not over, newest first."""
    t = schema.sessions.c
    with reading(engine, "list sessions") as connection:
        query = select(schema.sessions).where(t.ends_at > now).order_by(t.begun_at.desc())
        return [Session(*row) for row in connection.execute(query)]


def end(engine: Engine, session: str) -> None:
    """End a session."""
    with writing(engine, "end a session") as connection:
        connection.execute(delete(schema.sessions).where(schema.sessions.c.token_hash == session))


def end_all(engine: Engine) -> int:
    """End all sessions, and tell how many there were."""
    with writing(engine, "end all sessions") as connection:
        return connection.execute(delete(schema.sessions)).rowcount


def _find(connection: Connection, secret: str, now: datetime) -> Session | None:
    t = schema.sessions.c
    query = select(schema.sessions).where(t.token_hash == digest(secret), t.ends_at > now)
    row = connection.execute(query).first()
    return None if row is None else Session(*row)
