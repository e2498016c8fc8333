"""The configuration: flag, then environment, then `newsreel.toml` in the data directory, then default."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import platformdirs

from newsreel.errors import ConfigurationError
from newsreel.logs import FORMATS, LEVELS
from newsreel.redaction import secrets_in
from newsreel.sources import Source, keeping, keeping_problem, load_catalogue, shipped_catalogue
from newsreel.telling import AlertSettings, read_alerts
from newsreel.urls import host_of
from storage.database import sqlite_url

FILE_NAME = "newsreel.toml"
SOURCES_NAME = "sources.toml"
LEAST_TOKEN = 16
# Set by the service for its crawl processes: they go by what it read, also while the owner's file is broken.
NO_FILE = "NEWSREEL_NO_FILE"


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything the owner can set. `configured` tells whether there is a file; `delay` is in seconds."""

    data_dir: Path
    configured: bool = False
    contact: str | None = None
    sources: Path | None = None
    allow_networks: tuple[str, ...] = ()
    database: str | None = None
    delay: float = 2.0
    at_once: int = 8
    host: str = "127.0.0.1"
    port: int = 8470
    host_names: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str | None = None
    log_format: str = "plain"
    log_level: str | None = None
    keep_logs_days: int = 90
    keep_logs_runs: int = 500
    backup_at: str = "04:00"
    keep_backups: int = 3
    keep_pages: str = "all"
    keep_articles: str = "all"
    keep_revisions: str = "all"
    alerts: AlertSettings = field(default_factory=AlertSettings)

    @property
    def file(self) -> Path:
        """Where the configuration lies, or would lie."""
        return self.data_dir / FILE_NAME

    @property
    def database_url(self) -> str:
        """The database's address: the configured one, or a SQLite file in the data directory."""
        return self.database or sqlite_url(self.data_dir / "newsreel.db")

    @property
    def backup_time(self) -> time | None:
        """When the day's backup is made, in UTC; None where none is."""
        return None if self.backup_at == "never" else time.fromisoformat(self.backup_at)

    @property
    def own_sources(self) -> Path:
        """The user's own catalogue beside the configuration."""
        return self.data_dir / SOURCES_NAME

    @property
    def secrets(self) -> frozenset[str]:
        """What must not leave the program: passwords in addresses, and settings of names that say they are secret."""
        of_alerts = {self.alerts.mail and self.alerts.mail.password, self.alerts.webhook and self.alerts.webhook.secret}
        named = (secrets_in(each.name, getattr(self, each.name)) for each in fields(self) if each.name != "alerts")
        return frozenset(secret for secret in of_alerts if secret).union(*named)


_KINDS: dict[str, tuple[type[Any], ...]] = {
    "contact": (str,),
    "sources": (str,),
    "allow_networks": (list,),
    "database": (str,),
    "delay": (int, float),
    "at_once": (int,),
    "host": (str,),
    "port": (int,),
    "host_names": (list,),
    "trusted_proxies": (list,),
    "metrics_token": (str,),
    "log_format": (str,),
    "log_level": (str,),
    "keep_logs_days": (int,),
    "keep_logs_runs": (int,),
    "backup_at": (str,),
    "keep_backups": (int,),
    "keep_pages": (str,),
    "keep_articles": (str,),
    "keep_revisions": (str,),
}
# For how long; an outlet of the catalogue may say otherwise.
KEPT = ("keep_pages", "keep_articles", "keep_revisions")
_CHOICES = {"log_format": FORMATS, "log_level": LEVELS}
_BOUNDS = {
    "delay": (0, 3600),
    "at_once": (1, 256),
    "port": (0, 65535),
    "keep_logs_days": (1, 36500),
    "keep_logs_runs": (1, 1_000_000),
    "keep_backups": (1, 1000),
}


def load_configuration(flags: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Configuration:
    """Read the configuration; `flags` are those given on the command line, None for those that were not.

    Raises ConfigurationError that names the file, variable or option, and what it takes.
    """
    env = os.environ if environment is None else environment
    given = flags.get("data_dir") or env.get("NEWSREEL_DATA_DIR")
    data_dir = Path(given).expanduser() if given else Path(platformdirs.user_data_path("newsreel"))
    configuration = Configuration(data_dir.absolute())
    file = configuration.file
    if file.is_file() and not env.get(NO_FILE):
        values = _read(file)
        table = values.pop("alerts", {})
        if not isinstance(table, dict):
            raise ConfigurationError(f"{file}: alerts is a table: begin it with [alerts]")
        alerts = read_alerts(table, str(file))
        configuration = replace(configuration, configured=True, alerts=alerts, **_checked(values, str(file), data_dir))
    variables = {name: env[key] for name in _KINDS if env.get(key := f"NEWSREEL_{name.upper()}")}
    configuration = replace(
        configuration, **{n: _from_text(n, v, f"the variable NEWSREEL_{n.upper()}") for n, v in variables.items()}
    )
    chosen = {name: value for name, value in flags.items() if name in _KINDS and value not in (None, (), [])}
    return replace(configuration, **_checked(chosen, "the command line", Path.cwd()))


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error


def _from_text(name: str, text: str, where: str) -> Any:
    kind = _KINDS[name]
    value: Any = text
    try:
        if kind == (list,):
            value = [part for part in text.replace(",", " ").split() if part]
        elif float in kind:
            value = float(text)
        elif kind == (int,):
            value = int(text)
    except ValueError as error:
        raise ConfigurationError(f"{where}: {text!r} is no number") from error
    return _checked({name: value}, where, Path.cwd())[name]


def _checked(values: Mapping[str, Any], where: str, beside: Path) -> dict[str, Any]:
    """Check the values of one place and give them in their final types."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        kinds = _KINDS.get(name)
        if kinds is None:
            near = difflib.get_close_matches(name, _KINDS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(_KINDS)}"
            raise ConfigurationError(f"{where}: unknown key {name!r}; {hint}")
        expected = " or ".join(kind.__name__ for kind in kinds)
        if name in ("allow_networks", "host_names", "trusted_proxies") and isinstance(value, tuple):
            value = list(value)  # noqa: PLW2901
        if name == "sources" and isinstance(value, Path):
            value = str(value)  # noqa: PLW2901
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise ConfigurationError(f"{where}: {name} = {value!r}: expected {expected}")
        result[name] = _final(name, value, where, beside)
    return result


def _final(name: str, value: Any, where: str, beside: Path) -> Any:
    if name == "sources":
        return (beside / Path(value).expanduser()).absolute()
    if name in ("allow_networks", "trusted_proxies"):
        for network in value:
            try:
                ip_network(str(network), strict=False)
            except ValueError as error:
                raise ConfigurationError(
                    f"{where}: {name}: {network!r} is no network; give one like 127.0.0.0/8"
                ) from error
        return tuple(str(network) for network in value)
    if name == "host_names":
        return tuple(str(host) for host in value)
    if name == "metrics_token" and len(value) < LEAST_TOKEN:
        raise ConfigurationError(f"{where}: metrics_token: give {LEAST_TOKEN} characters or more that nobody guesses")
    if name == "contact" and not ("@" in value or value.startswith(("http://", "https://"))):
        raise ConfigurationError(f"{where}: contact = {value!r}: give an e-mail address or a web address")
    if name == "backup_at" and value != "never" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ConfigurationError(f"{where}: backup_at = {value!r}: give a time of day in UTC like 04:00, or never")
    if name in KEPT and (problem := keeping_problem(value)):
        raise ConfigurationError(f"{where}: {name}: {problem}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ConfigurationError(f"{where}: {name} = {value!r}: expected {' or '.join(_CHOICES[name])}")
    if name in _BOUNDS and not _BOUNDS[name][0] <= value <= _BOUNDS[name][1]:
        raise ConfigurationError(f"{where}: {name} = {value}: expected {_BOUNDS[name][0]} to {_BOUNDS[name][1]}")
    return float(value) if name == "delay" else value


def load_sources(configuration: Configuration) -> tuple[Source, ...]:
    """Read the catalogue that is in force: the one named, or the shipped one with the user's own outlets over it.

    How long an outlet's things are kept is the configuration's to say where the outlet does not.
    """
    return tuple(_kept(source, configuration) for source in written_sources(configuration))


def written_sources(configuration: Configuration) -> tuple[Source, ...]:
    """Read the catalogue that is in force, each outlet as it is written there."""
    if configuration.sources is not None:
        return load_catalogue(configuration.sources)
    merged = {source.id: source for source in load_catalogue(shipped_catalogue())}
    if configuration.own_sources.is_file():
        merged |= {source.id: source for source in load_catalogue(configuration.own_sources)}
    return tuple(merged.values())


def _kept(source: Source, configuration: Configuration) -> Source:
    """Fill in how long things are kept, where the outlet does not say."""

    def age(own: timedelta | None, usual: str) -> timedelta | None:
        return own if own is not None or usual == "all" else keeping(usual)

    return replace(
        source,
        keep_pages=age(source.keep_pages, configuration.keep_pages),
        keep_articles=age(source.keep_articles, configuration.keep_articles),
        keep_revisions=age(source.keep_revisions, configuration.keep_revisions),
    )


def check_contact(configuration: Configuration, sources: tuple[Source, ...]) -> None:
    """Refuse to crawl the live web without a contact for the outlets' owners; local outlets need none."""
    live = [s.id for s in sources if not _is_local(host_of(s.home))]
    if live and not configuration.contact:
        names = ", ".join(live[:3]) + (", ..." if len(live) > 3 else "")
        raise ConfigurationError(
            f"crawling live outlets ({names}) needs a contact that their "
            f"owners can write to: run newsreel init, or set contact in {configuration.file}"
        )


def _is_local(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host in ("::1", "[::1]")


def option_names() -> tuple[str, ...]:
    """Give the names of the single values that can be set, for the documentation's test."""
    return tuple(item.name for item in fields(Configuration) if item.name not in ("configured", "alerts"))
