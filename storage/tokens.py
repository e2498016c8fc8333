"""Tokens of programs: shown once, kept as hashes, for reading or for writing too, until they are revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from storage import schema
from storage.database import reading, writing

# So that people and scanners know one when they see it.
PREFIX = "newsreel_"
# Noting each use would make every read a write.
NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    id: int
    name: str
    may_write: bool
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def new_secret() -> str:
    """Give a secret that nobody guesses, of 43 characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Give the hash under which a random secret is kept; it needs no salt and no slowness, unlike a password."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create(engine: Engine, name: str, may_write: bool, now: datetime) -> str:
    """Make a token and give it; it cannot be read again."""
    secret = PREFIX + new_secret()
    row = {"name": name, "token_hash": digest(secret), "may_write": may_write, "created_at": now}
    with writing(engine, f"make the token {name}") as connection:
        connection.execute(insert(schema.tokens).values(row))
    return secret


def check(engine: Engine, secret: str) -> Token | None:
    """Give the token that a secret belongs to, if it is not revoked."""
    t = schema.tokens.c
    with reading(engine, "look up a token") as connection:
        row = connection.execute(
            select(*_COLUMNS).where(t.token_hash == digest(secret), t.revoked_at.is_(None))
        ).first()
    return None if row is None else Token(*row)


def listed(engine: Engine) -> list[Token]:
    """Give all tokens, revoked ones too, newest first."""
    with reading(engine, "list tokens") as connection:
        return [Token(*row) for row in connection.execute(select(*_COLUMNS).order_by(schema.tokens.c.id.desc()))]


def revoke(engine: Engine, number: int, now: datetime) -> bool:
    """Revoke a token; tell whether there was one that was not."""
    t = schema.tokens
    with writing(engine, f"revoke token {number}") as connection:
        statement = update(t).where(t.c.id == number, t.c.revoked_at.is_(None)).values(revoked_at=now)
        return connection.execute(statement).rowcount > 0


def needs_note(token: Token, now: datetime) -> bool:
    """Tell whether a use of a token is to be noted."""
    return token.used_at is None or now - token.used_at >= NOTED_EVERY


def note_use(engine: Engine, number: int, now: datetime) -> None:
    """Note that a token was used."""
    t = schema.tokens
    with writing(engine, f"note the use of token {number}") as connection:
        connection.execute(update(t).where(t.c.id == number).values(used_at=now))


_t = schema.tokens.c
_COLUMNS = (_t.id, _t.name, _t.may_write, _t.created_at, _t.used_at, _t.revoked_at)
