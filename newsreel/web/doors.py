"""What the application is built from: the database, who may ask for what, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from fastapi import Request
from sqlalchemy import Engine

from newsreel.configuration import Configuration

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Doors:
    """What the application is built from.

    `host` is the address that it is bound to; `trusted_proxies` are addresses or networks whose X-Forwarded headers
    count; `zone` is the time zone of the pages (None: the machine's); `configuration` gives the one in force to pages
    that need it.
    """

    engine: Engine
    host_names: tuple[str, ...] = LOCAL_NAMES
    metrics_token: str | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    host: str = "127.0.0.1"
    trusted_proxies: tuple[str, ...] = ()
    zone: tzinfo | None = None
    configuration: Callable[[], Configuration] | None = None


def doors_of(request: Request) -> Doors:
    """Give what the application of a request was built from."""
    doors: Doors = request.app.state.doors
    return doors
