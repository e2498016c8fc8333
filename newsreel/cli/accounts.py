"""`newsreel password`: sets the password of the web page."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, configure, database
from newsreel.cli.output import say
from newsreel.errors import ConfigurationError
from storage import accounts


def password(
    remove: Annotated[bool, typer.Option("--remove", help="Remove it: then only this machine may look.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Set the web page's password, asked for or read from stdin, and end all sessions."""
    from newsreel.web import passwords

    engine = database(configure(data_dir))
    if remove:
        say("the password is removed" if accounts.remove_password(engine) else "no password was set")
        return
    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
    else:
        given = sys.stdin.readline(passwords.LONGEST + 2).rstrip("\r\n")
        if not given:
            raise ConfigurationError("no password on stdin: give one line, or run this at a terminal to be asked")
    accounts.set_password(engine, passwords.hashed(given), datetime.now(UTC))
    say("the password is set; whoever was logged in must log in again")
