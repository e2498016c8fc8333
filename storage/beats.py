"""Signs of life of services: each writes one when a round of its work is done, so that others see whether it works."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select

from storage import leases, schema
from storage.counting import upsert
from storage.database import reading

# A service gives one every five seconds; one that misses two does not work.
SILENCE = timedelta(seconds=10)
# A sign older than this is of a service that is gone.
FORGOTTEN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Beat:
    """A service's last sign of life; `crawls` are the crawl processes that it had under way."""

    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    crawls: int
    process_started: str | None


def beat(connection: Connection, started_at: datetime, now: datetime, crawls: int) -> None:
    """Write this process's sign of life."""
    t = schema.beats
    own = leases.process_started(os.getpid())
    values = {"started_at": started_at, "beat_at": now, "crawls": crawls, "process_started": own}
    statement = upsert(connection, t).values(host=socket.gethostname(), pid=os.getpid(), **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[t.c.host, t.c.pid], set_=values))
    connection.execute(delete(t).where(t.c.beat_at < now - FORGOTTEN))


def last_beat(engine: Engine) -> Beat | None:
    """Give the latest sign of life of any service; None where there never was one."""
    t = schema.beats.c
    columns = (t.host, t.pid, t.started_at, t.beat_at, t.crawls, t.process_started)
    query = select(*columns).order_by(t.beat_at.desc()).limit(1)
    with reading(engine, "look for a service's sign of life") as connection:
        row = connection.execute(query).first()
    return None if row is None else Beat(*row)
