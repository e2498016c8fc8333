"""Hosts: what they told every crawl to keep to: robots.txt, Retry-After, failures in a row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage import schema
from storage.counting import upsert


@dataclass(frozen=True, slots=True)
class HostState:
    """What is kept of a host (`host` is scheme://name:port). `robots_status`: ok, none, or unreachable."""

    host: str
    not_before: datetime | None = None
    crawl_delay: float | None = None
    failures: int = 0
    robots_status: str | None = None
    robots_body: str | None = None
    robots_at: datetime | None = None


def host_state(connection: Connection, host: str) -> HostState:
    """Give what is known of a host; an unknown one has said nothing."""
    t = schema.hosts.c
    columns = (t.host, t.not_before, t.crawl_delay, t.failures, t.robots_status, t.robots_body, t.robots_at)
    row = connection.execute(select(*columns).where(t.host == host)).first()
    return HostState(host) if row is None else HostState(*row)


def keep_host(connection: Connection, state: HostState) -> None:
    """Keep what is known of a host."""
    values: dict[str, Any] = asdict(state)
    statement = upsert(connection, schema.hosts).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[schema.hosts.c.host], set_={k: v for k, v in values.items() if k != "host"}
        )
    )
