"""Reads the `[alerts]` table of the owner's file: where messages go, and when the digest is due."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from email.utils import parseaddr
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsreel.errors import ConfigurationError

LEAST_SECRET = 16
_SECURITIES = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_KINDS: dict[str, type[Any]] = {
    "mail_to": list,
    "mail_from": str,
    "smtp_host": str,
    "smtp_port": int,
    "smtp_user": str,
    "smtp_password": str,
    "smtp_security": str,
    "webhook_url": str,
    "webhook_secret": str,
    "digest": str,
    "timezone": str,
}


@dataclass(frozen=True, slots=True)
class Mail:
    """Where e-mail goes, and the server that takes it."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """The address that messages are posted to, and the secret that signs them."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """How the owner is told; without mail and webhook nobody is. `digest` is a time of day in `timezone`."""

    mail: Mail | None = None
    webhook: Webhook | None = None
    digest: time | None = None
    timezone: str = "UTC"

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the ways that are set up."""
        return tuple(name for name in ("mail", "webhook") if getattr(self, name) is not None)


def read_alerts(table: Mapping[str, Any], where: str) -> AlertSettings:
    """Read the table; ConfigurationError says what is wrong with which key. `where` names the file for messages."""
    for name, value in table.items():
        if name not in _KINDS:
            near = difflib.get_close_matches(name, _KINDS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(_KINDS)}"
            raise ConfigurationError(f"{where}: [alerts]: unknown key {name!r}; {hint}")
        if not isinstance(value, _KINDS[name]) or isinstance(value, bool):
            raise ConfigurationError(f"{where}: [alerts]: {name} = {value!r}: expected {_KINDS[name].__name__}")
    digest = table.get("digest")
    if digest is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", digest):
        raise ConfigurationError(f"{where}: [alerts]: digest = {digest!r}: give a time of day like 07:30")
    zone = table.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"{where}: [alerts]: timezone = {zone!r}: no such zone; give one like Europe/Berlin"
        ) from error
    return AlertSettings(
        _mail(table, where), _webhook(table, where), time.fromisoformat(digest) if digest else None, zone
    )


def _mail(table: Mapping[str, Any], where: str) -> Mail | None:
    given = [name for name in table if name.startswith(("mail_", "smtp_"))]
    if not given:
        return None
    for name in ("mail_to", "mail_from", "smtp_host"):
        if not table.get(name):
            raise ConfigurationError(f"{where}: [alerts]: {given[0]} is set, but {name} is missing; e-mail needs it")
    addresses = [*table["mail_to"], table["mail_from"]]
    for address in addresses:
        if not isinstance(address, str) or "@" not in parseaddr(address)[1] or re.search(r"[\r\n]", address):
            raise ConfigurationError(f"{where}: [alerts]: {address!r} is no e-mail address")
    security = table.get("smtp_security", "starttls")
    if security not in _SECURITIES:
        raise ConfigurationError(
            f"{where}: [alerts]: smtp_security = {security!r}: give one of {', '.join(_SECURITIES)}"
        )
    port = table.get("smtp_port", _PORTS[security])
    if not 1 <= port <= 65535:
        raise ConfigurationError(f"{where}: [alerts]: smtp_port = {port}: expected 1 to 65535")
    if ("smtp_user" in table) != ("smtp_password" in table):
        raise ConfigurationError(f"{where}: [alerts]: smtp_user and smtp_password belong together; one is missing")
    return Mail(
        tuple(table["mail_to"]),
        table["mail_from"],
        table["smtp_host"],
        port,
        security,
        table.get("smtp_user"),
        table.get("smtp_password"),
    )


def _webhook(table: Mapping[str, Any], where: str) -> Webhook | None:
    url, secret = table.get("webhook_url"), table.get("webhook_secret")
    if url is None and secret is None:
        return None
    if url is None or secret is None or len(secret) < LEAST_SECRET:
        raise ConfigurationError(
            f"{where}: [alerts]: webhook_url and webhook_secret belong together, the secret with {LEAST_SECRET} "
            f"characters or more"
        )
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise ConfigurationError(f"{where}: [alerts]: webhook_url is no http or https address")
    return Webhook(url, secret)
