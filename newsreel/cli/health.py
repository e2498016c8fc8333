"""`newsreel sources health|pause|resume`: which sources are not well, why and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from newsreel.cli.options import DataDir, Format, Listing, SourcesFile, catalogue, configure, database, pick
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration
from newsreel.health import STATES
from storage import health as store
from storage.health import SourceHealth

UNKNOWN = "not judged yet"
COLUMNS = ("source", "health", "since", "reason", "notes")


def judged(engine: Engine, configuration: Configuration) -> dict[str, SourceHealth]:
    """Judge the enabled sources as of now, and give what is known of each; the database stays as it is."""
    enabled = {source.id for source in catalogue(configuration) if source.enabled}
    return store.states_now(engine, enabled, datetime.now(UTC))


def facts(known: SourceHealth | None) -> dict[str, Any]:
    """Give the lines about a source's health that lists and `sources show` print."""
    if known is None:
        return {"health": UNKNOWN, "health since": None, "reason": None, "notes": []}
    health = known.health
    return {"health": health.state, "health since": health.since, "reason": health.reason, "notes": list(health.notes)}


def not_ok(known: Mapping[str, SourceHealth], sources: Iterable[str]) -> list[SourceHealth]:
    """Give those of the sources that are not ok, the gravest first."""
    found = [known[source] for source in sources if source in known and known[source].health.state != "ok"]
    return sorted(found, key=lambda each: (-STATES.index(each.health.state), each.source))


def health(
    all_: Annotated[bool, typer.Option("--all", help="Those that are well, too.")] = False,
    form: Format = Listing.table,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """List the sources that are not ok, the gravest first, with the reason and since when."""
    configuration = configure(data_dir, sources)
    known = judged(database(configuration), configuration)
    enabled = [source.id for source in catalogue(configuration) if source.enabled]
    found = not_ok(known, enabled)
    well = [known[source] for source in enabled if source in known and known[source].health.state == "ok"]
    rows = [
        {
            "source": each.source,
            "health": each.health.state,
            "since": each.health.since,
            "reason": each.health.reason,
            "notes": list(each.health.notes),
            "signals": list(each.health.signals),
            "judged": each.judged_at,
        }
        for each in (*found, *(well if all_ else ()))
    ]
    if rows or form is not Listing.table:
        print_list(rows, COLUMNS, form)
    say(f"{len(found)} not ok, {len(well)} ok, {len(enabled) - len(found) - len(well)} not judged yet")


def pause(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source.")],
    note: Annotated[str | None, typer.Option(help="Why, in a few words.")] = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Let the service leave a source alone until it is resumed; newsreel crawl still crawls it."""
    engine = _engine_for(name, data_dir, sources)
    changed = store.pause(engine, name, datetime.now(UTC), note)
    say(f"{name} is paused" if changed else f"{name} was paused already")


def resume(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source.")],
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Let the service crawl a paused source again."""
    engine = _engine_for(name, data_dir, sources)
    changed = store.resume(engine, name, datetime.now(UTC))
    say(f"{name} is crawled again when it is due" if changed else f"{name} was not paused")


def _engine_for(name: str, data_dir: Any, sources: Any) -> Engine:
    configuration = configure(data_dir, sources)
    pick(catalogue(configuration), [name])
    return database(configuration)
