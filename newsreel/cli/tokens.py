"""`newsreel tokens`: makes, lists and revokes the tokens of programs that use the API."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.errors import ConfigurationError
from storage import tokens

app = typer.Typer(help="Tokens for programs that use the API: make, list, revoke.", no_args_is_help=True)
COLUMNS = ("id", "name", "writes", "created", "used", "revoked")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Who uses it.")],
    write: Annotated[bool, typer.Option("--write", help="It may also run, pause and star.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Make a token and print it, this once."""
    if not name.strip():
        raise ConfigurationError("give the token a name: who uses it")
    secret = tokens.create(database(configure(data_dir)), name.strip(), write, datetime.now(UTC))
    say("the token is shown this once; programs send it as Authorization: Bearer TOKEN")
    sys.stdout.write(secret + "\n")


@app.command("list")
def list_(form: Format = Listing.table, data_dir: DataDir = None) -> None:
    """List the tokens, without their secrets."""
    rows = (
        {
            "id": token.id,
            "name": token.name,
            "writes": token.may_write,
            "created": token.created_at,
            "used": token.used_at,
            "revoked": token.revoked_at,
        }
        for token in tokens.listed(database(configure(data_dir)))
    )
    print_list(rows, COLUMNS, form, ("id",))


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")], data_dir: DataDir = None
) -> None:
    """Revoke a token; programs that use it are shut out at once."""
    if not tokens.revoke(database(configure(data_dir)), number, datetime.now(UTC)):
        raise ConfigurationError(f"there is no token {number} in force; newsreel tokens list shows all")
    say(f"token {number} is revoked")
