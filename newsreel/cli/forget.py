"""`newsreel articles forget`, `forgotten` and `remember`: removes articles for good, and shows what keeps them away."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, Format, Listing, configure, database
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.errors import NewsreelError
from newsreel.urls import is_web
from storage.articles import Articles
from storage.forgetting import Holdings, Subject, holdings
from storage.forgetting import forget as forget_for_good
from storage.tombstones import remember as take_away
from storage.tombstones import tombstones
from storage.wiping import wipe

COLUMNS = ("id", "forgotten", "source", "addresses", "texts", "reason")


def forget(
    wanted: Annotated[str | None, typer.Argument(metavar="ID|URL", help="An article's number or address.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="All that is stored of this source.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the tombstone.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Remove an article, or a source's articles, for good: it cannot be undone, and it does not come back."""
    if (wanted is None) is (source is None):
        raise typer.BadParameter("give an article's number or address, or --source and a source")
    if not reason.strip():
        raise typer.BadParameter("say why with --reason: it is all that will be left")
    engine = database(configure(data_dir))
    subject = Subject(source=source) if wanted is None else _subject(Articles(engine), wanted)
    found = holdings(engine, subject)
    if found.nothing:
        raise NewsreelError(f"nothing is stored of {wanted or source}; newsreel articles list shows what is")
    for line in _told(found, source):
        say(line)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Forget this for good?", err=True)):
        raise NewsreelError("nothing was forgotten; give --yes to go ahead without being asked")
    count = forget_for_good(engine, subject, reason.strip(), datetime.now(UTC))
    wipe(engine)
    say(f"forgotten: {count}. Exports and backups that were written before still hold it: remove them yourself.")


def _subject(store: Articles, wanted: str) -> Subject:
    found = store.get(wanted)
    if found is not None:
        return Subject(article=found.id)
    return Subject(url=wanted) if is_web(wanted) else Subject(article=0)


def _told(found: Holdings, source: str | None) -> list[str]:
    lines = [f"“{found.headline}”"] if found.headline else [f"all of {source}"] if source else []
    parts = {"article": found.articles, "revision": found.revisions, "raw page": found.pages, "address": found.links}
    going = ", ".join(f"{n} {name}{_ending(name, n)}" for name, n in parts.items() if n)
    lines.append(f"goes for good: {going}; and what hangs on it in the search index, memory, groups and logs")
    if found.copies:
        numbers = ", ".join(map(str, found.copies[:20]))
        lines.append(f"stays: the same address or text is also stored as {numbers}")
    return lines


def _ending(name: str, n: int) -> str:
    return "" if n == 1 else "es" if name.endswith("s") else "s"


def forgotten(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List what was forgotten: when, why, and by how many addresses and texts it is known again."""
    rows = (
        {
            "id": stone.id,
            "forgotten": stone.forgotten_at,
            "source": stone.source,
            "addresses": stone.addresses,
            "texts": stone.texts,
            "reason": stone.reason,
        }
        for stone in tombstones(database(configure(data_dir)), limit)
    )
    print_list(rows, COLUMNS, form, right=("id", "addresses", "texts"))


def remember(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="A number that articles forgotten shows.")],
    data_dir: DataDir = None,
) -> None:
    """Take a tombstone away: what it stands for is not restored, but may be found and stored again."""
    if not take_away(database(configure(data_dir)), number):
        raise NewsreelError(f"there is no tombstone {number}; newsreel articles forgotten lists them")
    say("taken away: it is stored again when a source names it")
