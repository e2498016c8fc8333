"""`newsreel sources`: the catalogue, and whether its addresses answer today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from newsreel.cli import adding, health
from newsreel.cli.options import (
    AllowNetwork,
    DataDir,
    Format,
    Listing,
    LogFormat,
    SourcesFile,
    catalogue,
    configure,
    database,
    pick,
)
from newsreel.cli.output import duration, errors
from newsreel.cli.output import show as print_list
from newsreel.configuration import check_contact
from newsreel.logs import clean
from newsreel.schedule import describe, is_adaptive, quiet_words, rhythm_words
from newsreel.sources import Source
from storage.database import reading
from storage.rhythm import paces
from storage.runs import Runs
from storage.sources import SourceState, SourceStates

app = typer.Typer(help="The catalogue: list, show, check, add.", no_args_is_help=True)

app.command("health")(health.health)
app.command("pause")(health.pause)
app.command("resume")(health.resume)
app.command("discover")(adding.discover)
app.command("add")(adding.add)
app.command("import")(adding.import_)
app.command("export")(adding.export)

COLUMNS = ("source", "name", "enabled", "health", "doors", "schedule", "last", "next", "status")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Disabled ones too.")] = False,
    form: Format = Listing.table,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """List the sources of the catalogue."""
    configuration = configure(data_dir, sources)
    engine = database(configuration)
    states = SourceStates(engine).all()
    known = health.judged(engine, configuration)
    rows = []
    for source in catalogue(configuration):
        if not (source.enabled or all_):
            continue
        state = states.get(source.id)
        rows.append(
            {
                "source": source.id,
                "name": source.name,
                "home": source.home,
                "enabled": source.enabled,
                "doors": _doors(source),
                "schedule": _schedule(source, state),
                "last": state.last_outcome if state and state.last_outcome else "never run",
                "next": state.next_due_at if state else None,
                "why": state.plan if state else None,
                "status": source.status,
                "note": source.note,
            }
            | health.facts(known.get(source.id))
        )
    print_list(rows, COLUMNS, form)


def _doors(source: Source) -> str:
    counted = (("feed", source.feeds), ("sitemap", source.sitemaps), ("listing", source.listings))
    return ", ".join(f"{len(doors)} {name}{'s' * (len(doors) > 1)}" for name, doors in counted if doors)


def _schedule(source: Source, state: SourceState | None) -> str:
    """Give a schedule in words, for an adaptive one with the length that was chosen last."""
    chosen = (state.plan if state else None) or ""
    return chosen.partition(":")[0] if is_adaptive(source) and chosen.startswith("adaptive") else describe(source)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="The source.")],
    form: Format = Listing.table,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Show one source: what the catalogue says, when it is due and why, and its last crawls."""
    configuration = configure(data_dir, sources)
    [source] = pick(catalogue(configuration), [name])
    engine = database(configuration)
    state = SourceStates(engine).all().get(source.id)
    facts: dict[str, Any] = {
        "source": source.id,
        "name": source.name,
        "home": source.home,
        "enabled": source.enabled,
        "feeds": list(source.feeds),
        "sitemaps": list(source.sitemaps),
        "listings": [listing.url for listing in source.listings],
        "language": source.language,
        "body": source.body,
        "schedule": _schedule(source, state),
        "quiet": quiet_words(source).removeprefix(", quiet ") or None,
        "delay": source.delay,
        "status": source.status,
        "verified on": str(source.verified_on) if source.verified_on else None,
        "note": source.note,
        "last": state.last_outcome if state and state.last_outcome else "never run",
        "last success": state.last_success_at if state else None,
        "next": state.next_due_at if state else None,
        "why": state.plan if state else None,
    }
    if is_adaptive(source):
        with reading(engine, f"read the rhythm of {source.id}") as connection:
            pace = paces(connection, [source])[source.id]
        facts["rhythm"] = rhythm_words(pace)
        facts["known"] = None if pace.known is None else round(pace.known, 3)
        facts["worth a run"] = f"{pace.wanted:.2g} articles"
    facts |= health.facts(health.judged(engine, configuration).get(source.id))
    for run in Runs(engine).newest(source.id, 3):
        took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
        facts[f"run {run.id}"] = (
            f"{run.started_at:%Y-%m-%d %H:%M} {run.outcome or run.state}, {duration(took)}: "
            f"{run.counts.get('found', 0)} found, {run.counts.get('new', 0)} new"
        )
    if form is Listing.table:
        print_list(({"name": k, "value": v} for k, v in facts.items() if v not in (None, [])), ("name", "value"), form)
    else:
        print_list([facts], tuple(facts), form)


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Only these sources.")] = None,
    form: Format = Listing.table,
    log_format: LogFormat = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Test robots.txt, feeds, sitemaps and listings afresh; nothing is stored. Status 3 if a door fails."""
    from newsreel.crawling.check import check_sources

    configuration = configure(data_dir, sources, allow_network, log_format=log_format)
    known = catalogue(configuration)
    chosen = pick(known, names) if names else [source for source in known if source.enabled]
    check_contact(configuration, tuple(chosen))
    with errors().status(f"asking {len(chosen)} sources"):
        findings = check_sources(chosen, configuration)
    rows: Iterable[dict[str, Any]] = (
        {
            "source": found.source,
            "kind": found.kind,
            "result": "ok" if found.outcome == "read" else found.outcome,
            "links": found.found,
            "door": clean(found.url),
            "problem": found.problem and clean(found.problem),
            "checked": found.checked_at,
        }
        for found in findings
    )
    print_list(rows, ("source", "kind", "result", "links", "door", "problem"), form, right=("links",))
    if any(found.outcome != "read" for found in findings) or len({f.source for f in findings}) < len(chosen):
        raise typer.Exit(3)
