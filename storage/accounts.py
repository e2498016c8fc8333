"""The owner's password, as its hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from storage import schema
from storage.counting import upsert
from storage.database import reading, writing

# There is one account; the table holds more when there are more readers.
OWNER = "owner"


def password_hash(engine: Engine) -> str | None:
    """Give the hash of the owner's password; None where none is set."""
    with reading(engine, "read the password's hash") as connection:
        return find_hash(connection)


def find_hash(connection: Connection) -> str | None:
    """Give the hash of the owner's password within a transaction."""
    t = schema.accounts.c
    return connection.execute(select(t.password_hash).where(t.name == OWNER)).scalar_one_or_none()


def set_password(engine: Engine, hashed: str, now: datetime) -> None:
    """Put a password's hash in the place of the one before, and end all sessions."""
    values = {"password_hash": hashed, "changed_at": now}
    with writing(engine, "set the password") as connection:
        statement = upsert(connection, schema.accounts).values(name=OWNER, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
        connection.execute(delete(schema.sessions))


def refresh_hash(engine: Engine, old: str, hashed: str) -> None:
    """Put a stronger hash of the same password in the place of `old`, unless it was changed meanwhile."""
    t = schema.accounts
    with writing(engine, "renew the password's hash") as connection:
        connection.execute(t.update().where(t.c.name == OWNER, t.c.password_hash == old).values(password_hash=hashed))


def remove_password(engine: Engine) -> bool:
    """Remove the password and end all sessions; tell whether there was one."""
    with writing(engine, "remove the password") as connection:
        connection.execute(delete(schema.sessions))
        return connection.execute(delete(schema.accounts).where(schema.accounts.c.name == OWNER)).rowcount > 0
