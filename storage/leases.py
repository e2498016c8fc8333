"""Leases: one crawl a source, and one process a host, at a time; a dead holder's lease is free."""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from newsreel.errors import SourceBusy
from storage import schema

# A holder on another machine counts as dead after this long without a sign of life.
SILENCE = timedelta(minutes=3)
# Asked all the time: to put a statement together takes longer than to run it.
_HOLDER = select(schema.leases).where(schema.leases.c.source == bindparam("name"))
_HELD = select(schema.leases, schema.held_hosts.c.host.label("name")).outerjoin(
    schema.held_hosts, schema.held_hosts.c.run_id == schema.leases.c.run_id
)


def process_started(pid: int) -> str | None:
    """Give the start time of a process as the system counts it, None where it does not run or cannot be asked.

    A process number alone may have been handed to somebody else since.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = status.rpartition(")")[2].split()
    # One that ended and only waits for its parent to notice is dead.
    return None if fields[0] in "ZX" else fields[19]


def lives(host: str, pid: int, started: str | None) -> bool | None:
    """Tell whether a process still runs; None where it is another machine's."""
    if host != socket.gethostname():
        return None
    if started is not None:
        return process_started(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def take(connection: Connection, source: str, run_id: int, now: datetime) -> None:
    """Take the lease of a source for a run; SourceBusy where a living process holds it."""
    table = schema.leases
    holder = connection.execute(_HOLDER, {"name": source}).first()
    if holder is not None and alive(holder, now):
        raise SourceBusy(
            f"{source} is being crawled: run {holder.run_id} by process {holder.pid} on {holder.host}; "
            f"wait until it ends (newsreel runs list), or stop that process"
        )
    connection.execute(delete(table).where(table.c.source == source))
    pid = os.getpid()
    connection.execute(
        insert(table).values(
            source=source,
            run_id=run_id,
            host=socket.gethostname(),
            pid=pid,
            process_started=process_started(pid),
            heartbeat_at=now,
        )
    )


def take_hosts(connection: Connection, source: str, hosts: Collection[str], run_id: int, now: datetime) -> None:
    """Take hosts for a run; SourceBusy where another living process crawls one of them.

    Within a process sources share a host: its requests take turns there.
    """
    held, lease = schema.held_hosts, schema.leases
    query = select(held.c.host.label("name"), lease).join(lease, lease.c.run_id == held.c.run_id)
    pid = os.getpid()
    us = (socket.gethostname(), pid, process_started(pid))
    for holder in connection.execute(query.where(held.c.host.in_(hosts))).all():
        if (holder.host, holder.pid, holder.process_started) != us and alive(holder, now):
            raise SourceBusy(
                f"{source} is on {holder.name}, where {holder.source} is being crawled: run {holder.run_id} by process "
                f"{holder.pid} on {holder.host}; wait until it ends (newsreel runs list), or stop that process"
            )
    for name in sorted(hosts):
        connection.execute(insert(held).values(host=name, run_id=run_id))


def alive(holder: Any, now: datetime) -> bool:
    """Tell whether the process that holds a lease still lives."""
    known = lives(holder.host, holder.pid, holder.process_started)
    return bool(now - holder.heartbeat_at < SILENCE) if known is None else known


def held(connection: Connection, now: datetime) -> dict[str, frozenset[str]]:
    """Give the sources that a living process is crawling, with the hosts that it holds for each."""
    hosts: dict[str, set[str]] = defaultdict(set)
    for holder in connection.execute(_HELD).all():
        if alive(holder, now):
            hosts[holder.source].update({holder.name} - {None})
    return {source: frozenset(names) for source, names in hosts.items()}


def is_held(connection: Connection, source: str, now: datetime) -> bool:
    """Tell whether a living process is crawling a source."""
    holder = connection.execute(_HOLDER, {"name": source}).first()
    return holder is not None and alive(holder, now)


def beat(connection: Connection, run_ids: list[int], now: datetime) -> None:
    """Give a sign of life for runs."""
    table = schema.leases
    connection.execute(update(table).where(table.c.run_id.in_(run_ids)).values(heartbeat_at=now))


def release(connection: Connection, run_id: int) -> None:
    """Give a run's lease and hosts back."""
    connection.execute(delete(schema.held_hosts).where(schema.held_hosts.c.run_id == run_id))
    connection.execute(delete(schema.leases).where(schema.leases.c.run_id == run_id))
