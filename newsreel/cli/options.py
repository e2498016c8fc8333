"""Options that several commands take, and what they mean together."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from newsreel import logs
from newsreel.configuration import Configuration, load_configuration, load_sources
from newsreel.dates import moment
from newsreel.errors import ConfigurationError, UnknownSource
from newsreel.sources import Source
from storage.database import open_database

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where everything is kept (default: your data directory).")
]
SourcesFile = Annotated[
    Path | None, typer.Option("--sources", help="A catalogue (TOML) that replaces the one in force.")
]
AllowNetwork = Annotated[
    list[str] | None,
    typer.Option("--allow-network", help="A local network that may be crawled, like 127.0.0.0/8; may be repeated."),
]
Since = Annotated[
    str | None, typer.Option("--since", help="Stored since: 7d, 24h, or a date like 2026-11-01.", show_default=False)
]


class Listing(StrEnum):
    """How a list is printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


class LogForm(StrEnum):
    """How log lines are written on stderr."""

    plain = "plain"
    json = "json"


class LogVolume(StrEnum):
    """From which level on log lines are written on stderr."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


LogFormat = Annotated[
    LogForm | None,
    typer.Option("--log-format", help="Messages on stderr: lines for people, or a JSON object each."),
]
LogLevel = Annotated[LogVolume | None, typer.Option("--log-level", help="Log from this level on.")]
Format = Annotated[Listing, typer.Option("--format", "-f", help="How to print the list.")]


def configure(
    data_dir: Path | None = None,
    sources: Path | None = None,
    allow_network: list[str] | None = None,
    *,
    usual_level: str = "warning",
    **others: object,
) -> Configuration:
    """Give the configuration with the command line's say over it, and log as it says, without what is secret in it.

    `usual_level` is the command's own, where nobody set a level.
    """
    try:
        configuration = load_configuration(
            {"data_dir": data_dir, "sources": sources, "allow_networks": allow_network or None, **others}
        )
    except ConfigurationError:
        if others.get("log_format") == LogForm.json and not logs.is_json():
            # The error too is to be an object then.
            logs.set_up("json", usual_level)
        raise
    logs.set_up(configuration.log_format, configuration.log_level or usual_level, configuration.secrets)
    return configuration


def database(configuration: Configuration) -> Engine:
    """Open the configuration's database, brought up to date."""
    return open_database(configuration.database_url)


def pick(sources: tuple[Source, ...], wanted: list[str]) -> list[Source]:
    """Give the wanted sources in the order asked for; UnknownSource names what the catalogue does not have."""
    known = {source.id: source for source in sources}
    missing = [name for name in wanted if name not in known]
    if missing:
        import difflib

        near = difflib.get_close_matches(missing[0], known, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "newsreel sources list shows all"
        raise UnknownSource(f"no source {', '.join(missing)} in the catalogue; {hint}")
    return [known[name] for name in dict.fromkeys(wanted)]


def since(value: str | None, now: datetime) -> datetime | None:
    """Read "7d", "24h", "90m" or a date or time; a day begins at midnight UTC.

    Raises typer.BadParameter for anything else.
    """
    if value is None:
        return None
    try:
        return moment(value, now)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def catalogue(configuration: Configuration) -> tuple[Source, ...]:
    """Give the sources in force."""
    return load_sources(configuration)
