"""`newsreel alerts`: tries the ways messages go, and shows what was sent."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer

from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.delivery import senders
from newsreel.errors import DeliveryFailed
from newsreel.telling import atom, trial_message
from storage import outbox
from storage.database import reading

app = typer.Typer(help="Alerts: try them, list what was sent, the feed of changes.", no_args_is_help=True)


@app.command("test")
def try_out(data_dir: DataDir = None) -> None:
    """Send a trial message over every channel that [alerts] sets up; status 1 if one fails."""
    configuration = configure(data_dir)
    ways = senders(configuration.alerts)
    if not ways:
        say(f"no alerts are set up: add mail_to, mail_from, smtp_host or webhook_url, webhook_secret to [alerts] in "
            f"{configuration.file}")  # fmt: skip
        raise typer.Exit(1)
    now = datetime.now(UTC)
    failed = False
    for channel, send in ways.items():
        try:
            send(trial_message(now), f"trial-{uuid4().hex}", now)
        except DeliveryFailed as error:
            failed = True
            say(f"✗ {channel}: {error}")
        else:
            say(f"✓ {channel}: sent")
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List the latest messages: waiting, sent or given up, and what kept them."""
    rows = (
        {
            "created": letter.created_at,
            "channel": letter.channel,
            "subject": letter.message.subject,
            "state": letter.state,
            "attempts": letter.attempts,
            "next try": letter.next_try_at,
            "problem": letter.problem,
        }
        for letter in outbox.newest(database(configure(data_dir)), limit)
    )
    print_list(rows, ("created", "channel", "subject", "state", "attempts", "next try", "problem"), form)


@app.command("feed")
def feed(data_dir: DataDir = None) -> None:
    """Print the changes of the sources' states as an Atom feed."""
    now = datetime.now(UTC)
    with reading(database(configure(data_dir)), "read the changes of state") as connection:
        text = atom(outbox.told_changes(connection, now - outbox.IN_FEED, outbox.MOST_IN_FEED), now)
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
