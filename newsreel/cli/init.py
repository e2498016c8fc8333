"""`newsreel init`: writes the configuration, asking for what cannot be guessed."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, configure
from newsreel.cli.output import say
from newsreel.configuration import load_configuration
from newsreel.errors import ConfigurationError

TEMPLATE = """\
# Newsreel's configuration; docs/configuration.md describes every key.

# Whom an outlet can write to about this crawler; it is part of the user agent.
contact = {contact}

# A catalogue of your own in the place of the shipped one; sources.toml beside this file adds to it without a word here.
# sources = "my-outlets.toml"

# Local networks that may be crawled.
# allow_networks = ["127.0.0.0/8"]

# delay = 2.0
# at_once = 8
# host = "127.0.0.1"
# port = 8470
# log_format = "json"
# keep_logs_days = 90

# When the service makes the day's backup of the database (UTC), and how many of them it keeps; backup_at = "never".
# backup_at = "04:00"
# keep_backups = 3
"""


def init(
    contact: Annotated[str | None, typer.Option(help="An e-mail or web address where outlets reach you.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a configuration that is there.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write the configuration, so that the live catalogue can be crawled."""
    configuration = configure(data_dir)
    file = configuration.file
    if configuration.configured and not force:
        raise ConfigurationError(f"{file} is there already; edit it, or say --force to replace it")
    if contact is None:
        if not sys.stdin.isatty():
            raise ConfigurationError("give --contact: an e-mail or web address where the outlets' owners reach you")
        contact = typer.prompt("A contact for the outlets you crawl (e-mail or web address)", err=True)
    load_configuration({"data_dir": configuration.data_dir, "contact": contact})
    text = TEMPLATE.format(contact=json.dumps(contact, ensure_ascii=False))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".toml.new")
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, file)
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from error
    say(f"wrote {file}")
    say("next: newsreel sources list, newsreel crawl SOURCE to try one, newsreel run to crawl all from now on")
