"""`newsreel sources discover|add|import|export`: new sources from an address or from another reader's list."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from newsreel.cli.options import (
    AllowNetwork,
    DataDir,
    Format,
    Listing,
    LogFormat,
    SourcesFile,
    configure,
    database,
    pick,
)
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration, written_sources
from newsreel.curation import opml, own, pauses, proposals, saying
from newsreel.curation.addresses import to_try
from newsreel.discovery.findings import Findings, findings_json
from newsreel.errors import InputError, NewsreelError
from newsreel.logs import clean
from newsreel.sources import Source
from newsreel.sources.writing import catalogue_text

Paused = Annotated[bool, typer.Option("--paused", help="Leave them alone until they are resumed.")]


class ListForm(StrEnum):
    """How a list of sources is written to a file."""

    opml = "opml"
    toml = "toml"


def discover(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Any address of the site, or of a feed.")],
    form: Format = Listing.table,
    log_format: LogFormat = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Look where a site lists its articles, and read and clean three of them; nothing is stored."""
    configuration = configure(data_dir, sources, allow_network, log_format=log_format)
    if form is Listing.jsonl:

        def tell(line: str) -> None:
            _line({"step": line})

        try:
            _line({"findings": findings_json(_look(address, configuration, tell))})
        except NewsreelError as error:
            _line({"error": str(error)})
            raise
        return
    findings = _look(address, configuration, lambda line: say(clean(line)))
    if form is Listing.table:
        _report(findings, configuration)
    else:
        print_list([findings_json(findings)], tuple(findings_json(findings)), form)
    if findings.problem is not None:
        raise typer.Exit(1)


def add(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Any address of the site, or of a feed.")],
    paused: Paused = False,
    name: Annotated[str | None, typer.Option(help="Its name, instead of the one that was found.")] = None,
    log_format: LogFormat = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Add a source: look at its site as `discover` does, and write it into your own catalogue."""
    configuration = configure(data_dir, sources, allow_network, log_format=log_format)
    known = written_sources(configuration)
    findings = _look(address, configuration, lambda line: say(clean(line)))
    if findings.problem is not None:
        raise InputError(f"{saying.problem_of(findings)} Nothing was saved.")
    _report(findings, configuration)
    draft = proposals.draft(findings, {source.id for source in known})
    if (twin := proposals.same_outlet(known, (*draft.feeds, *draft.sitemaps))) is not None:
        raise InputError(f"{twin.name} has these feeds already: newsreel sources show {twin.id}. Nothing was saved.")
    if name:
        draft = replace(draft, name=name.strip())
    _save([draft], configuration, paused=paused)
    say(f"{draft.id} is in {own.target(configuration)}; {_next(paused)}")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file; - is stdin.")],
    paused: Paused = False,
    over: Annotated[bool, typer.Option("--replace", help="Change sources that the list has other values for.")] = False,
    form: Format = Listing.table,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Add the sources of an OPML file; those that are there stay as they are. Status 3 if some cannot be used."""
    configuration = configure(data_dir, sources)
    try:
        body = sys.stdin.buffer.read(opml.MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
    entries = opml.read_opml(body, written_sources(configuration))
    wanted = [
        entry.source for entry in entries if entry.source is not None and (entry.is_new or (over and entry.differs))
    ]
    if wanted:
        _save(wanted, configuration, paused=paused)
    rows = [_row(entry, over=over) for entry in entries]
    print_list(rows, ("entry", "source", "result"), form)
    failed = sum(entry.problem is not None for entry in entries)
    say(f"{len(wanted)} written into {own.target(configuration)}, {failed} cannot be used")
    if failed:
        raise typer.Exit(3)


def export(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Only these.")] = None,
    form: Annotated[ListForm, typer.Option("--format", "-f", help="The kind of list.")] = ListForm.opml,
    out: Annotated[str, typer.Option("--out", help="The file; - is stdout.")] = "-",
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Write sources as OPML, for other readers and for another Newsreel, or as a catalogue."""
    known = written_sources(configure(data_dir, sources))
    chosen = pick(known, names) if names else list(known)
    text = catalogue_text(chosen) if form is ListForm.toml else opml.write_opml(chosen, datetime.now(UTC))
    if out == "-":
        sys.stdout.write(text)
        return
    try:
        Path(out).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise NewsreelError(f"{out}: cannot be written: {error.strerror or error}") from error
    say(f"{len(chosen)} sources written to {out}")


def _look(address: str, configuration: Configuration, tell: Any) -> Findings:
    # Scrapy takes a second to import; a command line that is wrong should not wait for it.
    addresses = to_try(address)
    from newsreel.crawling.probing import probe

    return probe(addresses, configuration, tell)


def _report(findings: Findings, configuration: Configuration) -> None:
    """Print what was found, in the sentences of the web page."""
    if findings.problem is not None:
        say(clean(saying.problem_of(findings)))
        return
    now = datetime.now(UTC)
    say(clean(f"We found {findings.name}."))
    neighbours = proposals.neighbours(written_sources(configuration), findings.home)
    for remark in saying.remarks(findings, now, neighbours):
        say(clean(f"{remark.state}: {remark.text}"))
    rows: list[dict[str, Any]] = [
        {"kind": door.kind, "address": clean(door.url), "read": door.chosen, "holds": saying.door_words(door, now)}
        for door in findings.doors
    ]
    rows += [
        {
            "kind": "article",
            "address": clean(sample.url),
            "read": sample.outcome is None,
            "holds": clean(
                sample.outcome or f"{sample.headline} ({sample.words} words, {len(sample.removed)} removed)"
            ),
        }
        for sample in findings.samples
    ]
    print_list(rows, ("kind", "read", "address", "holds"), Listing.table)


def _save(wanted: list[Source], configuration: Configuration, *, paused: bool) -> None:
    """Write sources into the owner's file; paused ones are so before the service can see them.

    The pause of one that is in the catalogue already stays, unless all are to be paused.
    """
    known = {source.id for source in written_sources(configuration)}
    placed = wanted if paused else [source for source in wanted if source.id not in known]
    with pauses.placed(database(configuration), placed, datetime.now(UTC), paused=paused):
        own.put(configuration, wanted)


def _next(paused: bool) -> str:
    return "paused until newsreel sources resume" if paused else "the running service crawls it within seconds"


def _row(entry: opml.Entry, *, over: bool) -> dict[str, Any]:
    source = entry.source
    if entry.problem is not None:
        result = f"cannot be used: {entry.problem}"
    elif entry.known is not None:
        result = "there already"
        if entry.differs:
            result = "changed" if over else "there with other values; --replace changes it"
    else:
        result = "added"
    return {
        "entry": clean(entry.name),
        "source": entry.known or (source.id if source else None),
        "result": clean(result),
    }


def _line(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")
    sys.stdout.flush()
