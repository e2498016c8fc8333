"""Attempts to log in, counted before the password is looked at, so that many at once count too."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import Connection, Engine, delete, insert, select

from storage import schema
from storage.database import writing

WINDOW = timedelta(minutes=15)
OF_ADDRESS = 5
IN_ALL = 50


def reserve(engine: Engine, address: str, now: datetime) -> datetime | None:
    """Count an attempt from an address. Give None if it may be made, else when the next one may be."""
    t, place = schema.login_attempts, place_of(address)
    with writing(engine, "count an attempt to log in") as connection:
        connection.execute(delete(t).where(t.c.tried_at <= now - WINDOW))
        waits = [_free_at(connection, place, OF_ADDRESS), _free_at(connection, None, IN_ALL)]
        if until := max((each for each in waits if each is not None), default=None):
            return until
        connection.execute(insert(t).values(address=place, tried_at=now))
    return None


def forgive(engine: Engine, address: str) -> None:
    """Forget the attempts from an address: its password was right."""
    t = schema.login_attempts
    with writing(engine, "forget attempts to log in") as connection:
        connection.execute(delete(t).where(t.c.address == place_of(address)))


def place_of(address: str) -> str:
    """Give what is counted as one address: of IPv6 the network that one household has.

    >>> place_of("192.0.2.7"), place_of("2001:db8:1:2:3:4:5:6"), place_of("unknown")
    ('192.0.2.7', '2001:db8:1:2::/64', 'unknown')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    return str(parsed) if parsed.version == 4 else str(ip_network((parsed, 64), strict=False))


def _free_at(connection: Connection, place: str | None, most: int) -> datetime | None:
    """Give when the newest `most` attempts are no longer all within the window; None where there are fewer."""
    t = schema.login_attempts.c
    query = select(t.tried_at).order_by(t.tried_at.desc()).offset(most - 1).limit(1)
    if place is not None:
        query = query.where(t.address == place)
    oldest = connection.execute(query).scalar_one_or_none()
    return None if oldest is None else oldest + WINDOW
