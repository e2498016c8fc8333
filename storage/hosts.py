"""Hosts: what every crawl keeps to: their pauses and failures, and what their robots.txt said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage import schema
from storage.counting import upsert


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host (scheme://name:port) is doing: `failures` in a row, `latency` in seconds.

    It is not to be asked before `not_before` (its own word, or its rest), nor before `free_at` (the pause between two
    requests).
    """

    host: str
    not_before: datetime | None = None
    failures: int = 0
    free_at: datetime | None = None
    latency: float | None = None


@dataclass(frozen=True, slots=True)
class RobotsState:
    """What is kept of a host's robots.txt.

    `robots_status` (ok, or none where the host has none), `robots_body` and `robots_at` are those of the last time it
    could be asked. Since then it could not `robots_failures` times, for the reason `robots_code` and `robots_problem`,
    and is not tried again before `robots_retry_at`.
    """

    host: str
    crawl_delay: float | None = None
    robots_status: str | None = None
    robots_body: str | None = None
    robots_at: datetime | None = None
    robots_failures: int | None = None
    robots_retry_at: datetime | None = None
    robots_code: str | None = None
    robots_problem: str | None = None


_HOST = tuple(HostState.__slots__)
_ROBOTS = tuple(RobotsState.__slots__)


def host_state(connection: Connection, host: str) -> HostState:
    """Give how a host is doing; of an unknown one nothing is known."""
    row = _row(connection, host, _HOST)
    return HostState(host) if row is None else HostState(**row)


def robots_state(connection: Connection, host: str) -> RobotsState:
    """Give what is kept of a host's robots.txt."""
    row = _row(connection, host, _ROBOTS)
    return RobotsState(host) if row is None else RobotsState(**row)


def keep_hosts(connection: Connection, states: Iterable[HostState]) -> None:
    """Keep how hosts are doing."""
    for state in states:
        _keep(connection, asdict(state))


def keep_robots(connection: Connection, state: RobotsState) -> None:
    """Keep what a host's robots.txt said, or that it could not be asked."""
    _keep(connection, asdict(state))


def _row(connection: Connection, host: str, names: Iterable[str]) -> Mapping[str, Any] | None:
    t = schema.hosts.c
    row = connection.execute(select(*(t[name] for name in names)).where(t.host == host)).first()
    return None if row is None else row._asdict()


def _keep(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write these columns of a host's row and leave the others, which somebody else keeps."""
    statement = upsert(connection, schema.hosts).values(**values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[schema.hosts.c.host], set_={k: v for k, v in values.items() if k != "host"}
        )
    )
