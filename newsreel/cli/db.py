"""`newsreel db`: brings the database up to date, looks through it, backs it up, restores it, gives space back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from newsreel.cli.options import DataDir, Format, Listing, configure
from newsreel.cli.options import database as opened
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration
from newsreel.errors import StorageError
from storage import backup as backups
from storage.checks import Checked
from storage.checks import check as check_all
from storage.database import connect
from storage.mending import mend as mend_it
from storage.restoring import restore as put_back
from storage.upgrading import upgrade as bring_up
from storage.vacuuming import vacuum as without_gaps

app = typer.Typer(help="The database: upgrade, check, back up, restore, vacuum.", no_args_is_help=True)


@app.command("upgrade")
def upgrade(form: Format = Listing.table, data_dir: DataDir = None) -> None:
    """Bring the schema up to date; a SQLite database is backed up before."""
    engine = connect(configure(data_dir).database_url)
    done = bring_up(engine, _now)
    engine.dispose()
    if done.before == done.after:
        say(f"the schema is {done.after}, as it should be")
    _print({"before": done.before, "after": done.after, "backup": _path(done.backup)}, form)


@app.command("check")
def check(
    mend: Annotated[
        bool, typer.Option("--mend", help="Mend what follows from the articles: statistics, index, groups, links.")
    ] = False,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Look through the whole database; status 1 if something is wrong, with what mends it."""
    engine = connect(_there(configure(data_dir)))
    rows = []
    for each in _mended(engine) if mend else check_all(engine):
        found = "; ".join(each.problems) or "ok"
        row: dict[str, Any] = {"check": each.name, "ok": not each.problems, "found": found}
        rows.append(row | {"mend": each.mend if each.problems else "", "seconds": round(each.seconds, 2)})
    engine.dispose()
    print_list(rows, ("check", "ok", "found", "mend", "seconds"), form, right=("seconds",))
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _mended(engine: Engine) -> Iterator[Checked]:
    """Look, mend, and look again at what was mended; nothing is mended in a database that is itself damaged."""
    damaged = False
    for each in check_all(engine):
        if each.problems and not damaged and each.check is not None and mend_it(engine, each.check, _now()):
            say(f"mended: {each.name}: {'; '.join(each.problems)}")
            yield from check_all(engine, [each.check])
        else:
            damaged = damaged or bool(each.problems)
            yield each


@app.command("backup")
def backup(
    out: Annotated[
        Path | None, typer.Option("--out", help="The file; compressed where its name ends in .zst.", show_default=False)
    ] = None,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Copy the database as it is at this moment, also while a crawl writes; the file is checked and complete."""
    configuration = configure(data_dir)
    file = _file(configuration, "back it up with pg_dump --format=custom")
    now = _now()
    target = out or backups.folder_of(file) / backups.name_of(file, "manual", now, ".db.zst")
    began = time.monotonic()
    size = backups.back_up(file, target.absolute())
    row = {
        "file": str(target),
        "bytes": size,
        "of": backups.size_of(file),
        "seconds": round(time.monotonic() - began, 2),
    }
    _print(row, form)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="A backup that newsreel made.")],
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Put a backup in the database's place; the database that was there is kept among the backups."""
    configuration = configure(data_dir)
    target = _file(configuration, "restore it with pg_restore")
    done = put_back(file, target, _now)
    if done.replaced is not None:
        say(f"the database of before is {done.replaced}; remove it when you do not need it any more")
    if done.forgotten:
        say("what was forgotten after the backup was made stays forgotten; the backup itself holds it still")
    _print(
        {
            "database": str(target),
            "articles": done.articles,
            "schema": done.schema,
            "upgraded to": done.upgraded_to,
            "replaced": _path(done.replaced),
        },
        form,
    )


@app.command("backups")
def list_(form: Format = Listing.table, data_dir: DataDir = None) -> None:
    """List the backups beside the database, newest first."""
    file = _file(configure(data_dir), "its backups are where you put them")
    rows = [
        {"made": each.made_at, "kind": each.kind, "bytes": each.size, "file": str(each.file)}
        for each in backups.backups_of(file)
    ]
    print_list(rows, ("made", "kind", "bytes", "file"), form, right=("bytes",))


@app.command("vacuum")
def vacuum(form: Format = Listing.table, data_dir: DataDir = None) -> None:
    """Write the database anew without the gaps of what was removed, and say how much the disk got back."""
    configuration = configure(data_dir)
    _there(configuration)
    engine = opened(configuration)
    began = time.monotonic()
    done = without_gaps(engine)
    engine.dispose()
    seconds = round(time.monotonic() - began, 2)
    _print({"before": done.before, "after": done.after, "won": done.won, "seconds": seconds}, form)


def _now() -> datetime:
    return datetime.now(UTC)


def _path(file: Path | None) -> str | None:
    return None if file is None else str(file)


def _print(row: Mapping[str, Any], form: Listing) -> None:
    numbers = [name for name, value in row.items() if isinstance(value, int | float)]
    print_list([row], tuple(row), form, right=numbers)


def _sqlite_file(configuration: Configuration) -> Path | None:
    engine = connect(configuration.database_url)
    engine.dispose()
    return Path(str(make_url(configuration.database_url).database)) if engine.dialect.name == "sqlite" else None


def _file(configuration: Configuration, otherwise: str) -> Path:
    """Give the SQLite file; StorageError says what is done instead where the database is on a server."""
    file = _sqlite_file(configuration)
    if file is None:
        raise StorageError(f"the database is on a PostgreSQL server: {otherwise}; docs/storage.md says how")
    return file.absolute()


def _there(configuration: Configuration) -> str:
    """Give the database's address; StorageError where there is none yet, since looking must not make one."""
    file = _sqlite_file(configuration)
    if file is not None and not file.is_file():
        raise StorageError(f"there is no database {file} yet; newsreel crawl makes it")
    return configuration.database_url
