"""`newsreel stats`: how each source is doing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from newsreel.cli.health import facts, judged
from newsreel.cli.options import DataDir, Format, Listing, SourcesFile, catalogue, configure, database, since
from newsreel.cli.output import duration, say, share
from newsreel.cli.output import show as print_list
from newsreel.configuration import Configuration
from newsreel.errors import UnknownSource
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from storage.health import SourceHealth
from storage.holdings import COVERED
from storage.statistics import SourceStatistics, Statistics

COLUMNS = (
    "source",
    "health",
    "last",
    "found",
    "new",
    "updated",
    "unchanged",
    "duplicate",
    "rejected",
    "failed",
    "waiting",
    "words",
    "lag",
    "removed",
    *COVERED,
    "near-dup",
    "first",
    "next",
)


def stats(
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")] = None,
    since_: Annotated[str, typer.Option("--since", help="The window: 7d, 24h, or a date.")] = "7d",
    rules: Annotated[bool, typer.Option("--rules", help="What each cleaning rule took out, by source.")] = False,
    form: Format = Listing.table,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Show per-source figures of a window: what was found, what became of it, and how good the texts are."""
    configuration = configure(data_dir, sources)
    if rules:
        print_rules(configuration, since_, form, source)
    else:
        print_statistics(configuration, since_, form, source)


def print_rules(configuration: Configuration, window: str, form: Listing, wanted: Sequence[str] | None = None) -> None:
    """Print how often each rule took something out of a source's texts, and how much."""
    store = Statistics(database(configuration))
    start = since(window, datetime.now(UTC))
    assert start is not None
    rows = (
        {
            "source": figures.source,
            "rule": rule.rule,
            "cuts": rule.cuts,
            "share": f"{rule.share * 100:.2f}%" if form is Listing.table else round(rule.share, 6),
        }
        for figures in store.sources(list(wanted) if wanted else store.known(), start)
        for rule in figures.rules
    )
    print_list(rows, ("source", "rule", "cuts", "share"), form, right=("cuts", "share"))


def print_statistics(
    configuration: Configuration, window: str, form: Listing, wanted: Sequence[str] | None = None
) -> None:
    """Print the figures of the wanted sources, or of all that the catalogue or the database know."""
    engine = database(configuration)
    now = datetime.now(UTC)
    store = Statistics(engine)
    known = list(dict.fromkeys([*store.known(), *(s.id for s in catalogue(configuration) if s.enabled)]))
    if wanted and (missing := [name for name in wanted if name not in known]):
        raise UnknownSource(
            f"no source {', '.join(missing)} in the catalogue or the database; see newsreel sources list"
        )
    start = since(window, now)
    assert start is not None
    figures = store.sources(list(wanted) if wanted else sorted(known), start)
    if form is Listing.table and not wanted:
        idle = [figure for figure in figures if figure.last_outcome == "never run"]
        figures = [figure for figure in figures if figure.last_outcome != "never run"]
        if not figures:
            say("no source has been crawled yet; newsreel crawl --all does it now, newsreel run from now on")
            return
    else:
        idle = []
    health = judged(engine, configuration)
    print_list(_rows(figures, health, plain=form is not Listing.table), COLUMNS, form, right=COLUMNS[3:-1])
    if idle:
        say(f"{len(idle)} more sources of the catalogue have never run")


def _rows(
    figures: Iterable[SourceStatistics], known: Mapping[str, SourceHealth], *, plain: bool
) -> Iterable[dict[str, Any]]:
    for s in figures:
        codes = s.outcomes
        row: dict[str, Any] = {
            "source": s.source,
            "health": facts(known.get(s.source))["health"],
            "last": s.last_outcome,
            "found": s.found,
            "new": codes.get("new", 0),
            "updated": codes.get("updated", 0),
            "unchanged": codes.get("unchanged", 0),
            "duplicate": sum(codes.get(code, 0) for code in ARTICLE_CODES if code.startswith("dup-")),
            "rejected": sum(codes.get(code, 0) for code in PAGE_CODES),
            "failed": sum(codes.get(code, 0) for code in FETCH_CODES),
            "waiting": s.waiting,
        }
        if not plain:
            row |= {"words": None if s.words is None else f"{s.words:g}", "lag": duration(s.lag_seconds)}
            row |= {"removed": share(s.removed_share) if s.stored else "–", "next": s.next_due_at}
            row |= {name: share(s.coverage[name]) for name in COVERED}
            yield row | {"near-dup": s.near_dup, "first": s.first}
            continue
        row |= {"words": s.words, "lag": s.lag_seconds, "removed": round(s.removed_share, 4), "next": s.next_due_at}
        row |= {name: s.coverage[name] for name in COVERED} | {"near-dup": s.near_dup, "first": s.first}
        yield row | {
            "outcomes": dict(s.outcomes),
            "stored": s.stored,
            "bytes": s.bytes,
            "removedBy": {family: round(value, 4) for family, value in s.removed.items()},
            "lastSuccess": s.last_success_at,
            "reason": facts(known.get(s.source))["reason"],
        }
