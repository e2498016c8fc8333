"""`newsreel feeds`: makes, lists and revokes the secret addresses of feeds."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from newsreel.cli.articles import Kind
from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration
from newsreel.errors import ConfigurationError, UnknownSource
from newsreel.items import KINDS
from newsreel.web.feed_addresses import FORMS, FeedOf
from storage import feed_keys
from storage.company import source_names

app = typer.Typer(help="Secret addresses of feeds: make, list, revoke.", no_args_is_help=True)
COLUMNS = ("id", "feed", "created")


@app.command("create")
def create(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    kind: Kind = None,
    query: Annotated[str | None, typer.Option("--search", help="Only what this search finds.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Where readers reach the page, like https://news.example.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make a secret address of a feed and print it in its three forms, this once."""
    configuration = configure(data_dir)
    engine = database(configuration)
    if source is not None and source not in source_names(engine):
        raise UnknownSource(f"no article is from a source {source}; newsreel articles list shows what is stored")
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"no kind {kind!r}; there are {', '.join(KINDS)}")
    if at is not None and not at.startswith(("http://", "https://")):
        raise typer.BadParameter(f"--at {at}: give an address like https://news.example")
    feed = FeedOf(source or "", kind or "", q=(query or "").strip())
    key = feed_keys.create(engine, feed.name, datetime.now(UTC))
    say("the address is shown this once; whoever has it can read the feed, until newsreel feeds revoke")
    origin = (at or _origin(configuration)).rstrip("/")
    sys.stdout.write("".join(f"{origin}{feed.address(form, key)}\n" for form in FORMS))


@app.command("list")
def list_(form: Format = Listing.table, data_dir: DataDir = None) -> None:
    """List the secret addresses in force, without their keys."""
    found = feed_keys.listed(database(configure(data_dir)))
    print_list(({"id": key.id, "feed": key.feed, "created": key.created_at} for key in found), COLUMNS, form, ("id",))


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.")], data_dir: DataDir = None
) -> None:
    """Revoke a secret address; readers that use it get nothing any more."""
    if not feed_keys.revoke(database(configure(data_dir)), number, datetime.now(UTC)):
        raise ConfigurationError(f"there is no address {number} in force; newsreel feeds list shows all")
    say(f"address {number} is revoked")


def _origin(configuration: Configuration) -> str:
    host = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
    return f"http://{host}:{configuration.port}"
