"""The outbox: each message once for each channel, until it was sent or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from newsreel.telling import Message, Told, state_message
from storage import schema
from storage.counting import upsert
from storage.database import reading

# A change that could not be told for so long is not told any more, nor is one from before alerts were set up.
OLD_NEWS = timedelta(days=1)
KEPT = timedelta(days=30)
# How long to wait after each failure; after the last the message is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
# What a feed of changes goes back to.
IN_FEED, MOST_IN_FEED = timedelta(days=30), 200
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in the outbox: `state` is waiting, sent, or given-up; `problem` is what the last attempt met."""

    id: int
    name: str
    channel: str
    message: Message
    created_at: datetime
    attempts: int
    next_try_at: datetime | None
    sent_at: datetime | None
    problem: str | None

    @property
    def state(self) -> str:
        """Say how far it came."""
        return "sent" if self.sent_at else "waiting" if self.next_try_at else "given-up"


def told_changes(connection: Connection, since: datetime, limit: int) -> list[tuple[int, Told]]:
    """Give the latest changes of state with their numbers, newest first; a new source that is well is no change."""
    t = schema.health_changes.c
    query = select(t.id, t.source, t.state, t.reason, t.since, t.before, t.at).where(t.at >= since)
    rows = connection.execute(
        query.where((t.before.is_not(None)) | (t.state != "ok")).order_by(t.id.desc()).limit(limit)
    )
    return [(row.id, Told(row.source, row.state, row.reason, row.since, row.before, row.at)) for row in rows]


def untold(connection: Connection, channels: Sequence[str], now: datetime) -> list[tuple[str, str, Told]]:
    """Give the changes that a channel has not been told: the channel, the message's name, the change."""
    t = schema.outbox.c
    changes = told_changes(connection, now - OLD_NEWS, 1000)[::-1]
    names = [(f"change-{number}-{int((told.at or told.since).timestamp())}", told) for number, told in changes]
    known = connection.execute(select(t.channel, t.name).where(t.created_at >= now - OLD_NEWS - timedelta(hours=1)))
    seen = {(row.channel, row.name) for row in known}
    return [(channel, name, told) for name, told in names for channel in channels if (channel, name) not in seen]


def put_changes(connection: Connection, news: Sequence[tuple[str, str, Told]], now: datetime) -> None:
    """Put changes into the outbox; one that is in it stays as it is."""
    for channel, name, told in news:
        put(connection, (channel,), name, state_message(told), now)
    t = schema.outbox
    connection.execute(delete(t).where(t.c.created_at < now - KEPT))


def put(connection: Connection, channels: Sequence[str], name: str, message: Message, now: datetime) -> None:
    """Put a message into the outbox, once for each channel; one that is in it stays as it is."""
    for channel in channels:
        statement = upsert(connection, schema.outbox).values(
            name=name,
            channel=channel,
            kind=message.kind,
            subject=message.subject,
            text=message.text,
            payload=dict(message.payload),
            created_at=now,
            next_try_at=now,
            attempts=0,
        )
        connection.execute(statement.on_conflict_do_nothing())


def holds(connection: Connection, name: str) -> bool:
    """Tell whether a message of this name was put into the outbox."""
    t = schema.outbox.c
    return connection.execute(select(t.id).where(t.name == name).limit(1)).first() is not None


def waiting(connection: Connection, channels: Sequence[str], now: datetime) -> list[Letter]:
    """Give what is to be sent now, oldest first."""
    t = schema.outbox.c
    query = select(schema.outbox).where(t.channel.in_(channels), t.sent_at.is_(None), t.next_try_at <= now)
    return [_letter(row) for row in connection.execute(query.order_by(t.id).limit(_AT_ONCE))]


def mark(connection: Connection, letter: Letter, now: datetime, problem: str | None) -> None:
    """Note that a message was sent, or what kept it; after the last attempt it is given up."""
    values: dict[str, Any] = {"attempts": letter.attempts + 1, "problem": problem}
    if problem is None:
        values |= {"sent_at": now, "next_try_at": None}
    else:
        values["next_try_at"] = now + PAUSES[letter.attempts] if letter.attempts < len(PAUSES) else None
    t = schema.outbox
    connection.execute(update(t).where(t.c.id == letter.id).values(**values))


def newest(engine: Engine, limit: int) -> list[Letter]:
    """Give the latest messages, newest first."""
    t = schema.outbox
    with reading(engine, "list the outbox") as connection:
        return [_letter(row) for row in connection.execute(select(t).order_by(t.c.id.desc()).limit(limit))]


def _letter(row: Any) -> Letter:
    return Letter(
        row.id,
        row.name,
        row.channel,
        Message(row.kind, row.subject, row.text, row.payload),
        row.created_at,
        row.attempts,
        row.next_try_at,
        row.sent_at,
        row.problem,
    )
