"""`newsreel doctor`: is everything in place, and if not, which command mends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from newsreel.cli.health import judged, not_ok
from newsreel.cli.options import DataDir, Format, Listing, SourcesFile, catalogue, configure
from newsreel.cli.output import duration
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration
from newsreel.errors import NewsreelError
from newsreel.logs import clean
from storage.backup import backups_of
from storage.beats import SILENCE, last_beat
from storage.checks import quick_check
from storage.database import open_database
from storage.leases import lives
from storage.runs import bury_dead
from storage.translating import name_of
from storage.upgrading import schema_versions

SHOWN = 5
LOW_DISK = 500 * 1024 * 1024
# How many seconds the look through the database may take.
LOOK = 5.0
OLD_BACKUP = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str
    mend: str = ""


def doctor(form: Format = Listing.table, data_dir: DataDir = None, sources: SourcesFile = None) -> None:
    """Check configuration, catalogue, data directory and database; status 1 if something is wrong."""
    findings = list(_examine(data_dir, sources))
    rows = (
        {"": "✓" if f.ok else "✗", "check": f.what, "detail": clean(f.detail), "mend": f.mend}
        if form is Listing.table
        else {"check": f.what, "ok": f.ok, "detail": clean(f.detail), "mend": f.mend}
        for f in findings
    )
    columns = ("", "check", "detail", "mend") if form is Listing.table else ("check", "ok", "detail", "mend")
    print_list(rows, columns, form)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _examine(data_dir: object, sources: object) -> Iterator[Finding]:
    try:
        configuration = configure(data_dir, sources)  # type: ignore[arg-type]
    except NewsreelError as error:
        yield Finding("configuration", False, str(error), "mend what it names")
        return
    if configuration.configured:
        yield Finding("configuration", True, str(configuration.file))
    else:
        yield Finding("configuration", True, "none: defaults are in force", "newsreel init")
    yield Finding(
        "contact",
        configuration.contact is not None,
        configuration.contact or "not set: live outlets cannot be crawled",
        "" if configuration.contact else "newsreel init --contact you@example.org",
    )
    yield _tried("catalogue", lambda: _catalogue(configuration), "newsreel sources list")
    yield _tried("data directory", lambda: _directory(configuration), "make it writable, or use --data-dir")
    database = _tried("database", lambda: _database(configuration), "newsreel crawl makes it; see the message")
    yield database
    if database.ok:
        yield _tried(
            "backups", lambda: _backups(configuration), "newsreel db backup; the service's log says what it lacks"
        )
        yield _tried("sources", lambda: _sources(configuration), "newsreel sources health")
    yield _tried("service", lambda: _service(configuration), "newsreel run; its log says what it lacks")


def _tried(what: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(what, True, look())
    except (NewsreelError, OSError) as error:
        return Finding(what, False, str(error), mend)


def _catalogue(configuration: Configuration) -> str:
    known = catalogue(configuration)
    return f"{len(known)} outlets, {sum(source.enabled for source in known)} enabled"


def _directory(configuration: Configuration) -> str:
    folder = configuration.data_dir
    nearest = folder
    while not nearest.exists():
        nearest = nearest.parent
    if not os.access(nearest, os.W_OK):
        raise NewsreelError(f"{nearest} is not writable for this user")
    free = shutil.disk_usage(nearest).free
    if free < LOW_DISK:
        raise NewsreelError(f"{folder}: only {free // 1024 // 1024} MiB are free")
    return f"{folder}, {free / 1024**3:.1f} GiB free"


def _sources(configuration: Configuration) -> str:
    known = judged(open_database(configuration.database_url), configuration)
    enabled = [source.id for source in catalogue(configuration) if source.enabled]
    ill = [f"{each.source} {each.health.state}" for each in not_ok(known, enabled) if each.health.state != "paused"]
    if ill:
        raise NewsreelError(f"{len(ill)} not ok: {', '.join(ill[:SHOWN])}{', ...' if len(ill) > SHOWN else ''}")
    return f"{len(known)} judged, none of them ill"


def _database(configuration: Configuration) -> str:
    engine = open_database(configuration.database_url)
    version, _ = schema_versions(engine)
    whole = "integrity ok" if quick_check(engine, LOOK) else f"not looked through in {LOOK:.0f} s: newsreel db check"
    dead = bury_dead(engine, datetime.now(UTC))
    note = f"; {len(dead)} dead crawls marked" if dead else ""
    return f"{name_of(engine.url)}, schema {version}, {whole}{note}"


def _backups(configuration: Configuration) -> str:
    """Say how old the last backup is; that it is too old is a fault only while a service runs that should make them."""
    engine = open_database(configuration.database_url)
    if engine.dialect.name != "sqlite":
        return "PostgreSQL: yours to make, with pg_dump"
    known = backups_of(Path(str(engine.url.database)))
    if not known:
        return "none yet; newsreel db backup makes one, the service one a day"
    now = datetime.now(UTC)
    age = now - known[0].made_at
    beat = last_beat(engine)
    daily = configuration.backup_time is not None and beat is not None and now - beat.beat_at <= SILENCE
    told = f"the last of {len(known)} is {duration(age.total_seconds())} old: {known[0].file}"
    if daily and age > OLD_BACKUP:
        raise NewsreelError(told)
    return told


def _service(configuration: Configuration) -> str:
    """Say whether a service works; one that is not wanted is no fault, one that hangs is."""
    beat = last_beat(open_database(configuration.database_url))
    if beat is None:
        return "none has run yet; newsreel run starts it"
    age = datetime.now(UTC) - beat.beat_at
    if age <= SILENCE:
        return f"process {beat.pid} on {beat.host} works, with {beat.crawls} crawl processes"
    if lives(beat.host, beat.pid, beat.process_started):
        raise NewsreelError(f"process {beat.pid} lives, but has done nothing for {age.total_seconds():.0f} s")
    return f"not running; last seen at {beat.beat_at:%Y-%m-%d %H:%M} UTC"
