"""`newsreel crawl`: crawls sources now, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from newsreel.cli.options import (
    AllowNetwork,
    DataDir,
    LogFormat,
    LogLevel,
    SourcesFile,
    catalogue,
    configure,
    pick,
)
from newsreel.cli.output import errors, say
from newsreel.configuration import Configuration, check_contact
from newsreel.crawling.orders import Order, Result
from newsreel.crawling.orders import Progress as State
from newsreel.errors import InputError
from newsreel.items import ARTICLE_CODES, FETCH_CODES, PAGE_CODES
from newsreel.sources import Source


def crawl(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Sources of the catalogue.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All enabled sources.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, help="Articles per source.")] = None,
    from_warc: Annotated[Path | None, typer.Option(help="Read pages from this WARC file, not the network.")] = None,
    at_once: Annotated[int | None, typer.Option(min=1, max=256, help="Sources crawled at once (default: 8).")] = None,
    delay: Annotated[float | None, typer.Option(min=0, help="Seconds between two requests to a host.")] = None,
    due: Annotated[list[str] | None, typer.Option(hidden=True, help="SOURCE=TIME that it was due.")] = None,
    trigger: Annotated[str, typer.Option(hidden=True)] = "manual",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log each page on stderr (level info).")] = False,
    log_format: LogFormat = None,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Crawl sources now: find their new articles, fetch, clean and store them."""
    level = "info" if verbose else log_level
    configuration = configure(
        data_dir, sources, allow_network, at_once=at_once, delay=delay, log_format=log_format, log_level=level
    )
    chosen = choose(catalogue(configuration), names or [], everything=all_ or (from_warc is not None and not names))
    if from_warc is None:
        check_contact(configuration, tuple(chosen))
    elif not from_warc.is_file():
        raise InputError(f"{from_warc}: no such file")
    elif not names:
        chosen = _in_archive(from_warc, chosen)
    dues = dict(pair.split("=", 1) for pair in due or [])
    result = crawl_with_progress(Order(chosen, limit, from_warc, trigger, dues), configuration)
    raise typer.Exit(result.status)


def choose(sources: tuple[Source, ...], names: list[str], *, everything: bool) -> list[Source]:
    """Give the sources that were named, or all that are enabled."""
    if names and everything:
        raise typer.BadParameter("name sources or say --all, not both")
    if names:
        return pick(sources, names)
    if not everything:
        raise typer.BadParameter("name a source, or say --all; newsreel sources list shows them")
    return [source for source in sources if source.enabled]


def _in_archive(warc: Path, sources: list[Source]) -> list[Source]:
    """Give the sources that the file has pages of, and say which sites have none."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    from newsreel.urls import site_of

    sites: dict[str, int] = {}
    try:
        with warc.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response":
                    site = site_of(record.rec_headers.get_header("WARC-Target-URI") or "")
                    sites[site] = sites.get(site, 0) + 1
    except (ArchiveLoadFailed, EOFError, OSError) as error:
        if not sites:
            raise InputError(f"{warc}: not a WARC file ({error})") from error
    chosen = [source for source in sources if site_of(source.home) in sites]
    known = {site_of(source.home) for source in chosen}
    strangers = {site: n for site, n in sites.items() if site not in known}
    if strangers:
        names = ", ".join(sorted(strangers)[:5])
        say(f"{warc}: {sum(strangers.values())} pages are of no outlet in the catalogue ({names}) and are passed over")
    if not chosen:
        raise InputError(f"{warc}: has no page of any outlet in the catalogue")
    return chosen


def crawl_with_progress(order: Order, configuration: Configuration) -> Result:
    """Crawl, with a progress bar where there is a terminal, and say in the end what came of it."""
    # Scrapy takes a second to import; a command line that is wrong should not wait for it.
    from newsreel.crawling.batch import run_batch

    console = errors()
    state = State(len(order.sources))

    def keep(now: State) -> None:
        nonlocal state
        state = now

    if console.is_terminal and not console.quiet and configuration.log_level not in ("info", "debug"):
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
        ) as bar:
            task = bar.add_task("sources", total=len(order.sources), note="")

            def watch(now: State) -> None:
                keep(now)
                done = sum(now.outcomes.values())
                note = f"{done}/{now.queued} pages, {now.outcomes['new']} new"
                bar.update(task, completed=now.sources_done, note=note)

            result = run_batch(order, configuration, watch)
    else:
        result = run_batch(order, configuration, keep)
    _report(state, result)
    return result


def _report(state: State, result: Result) -> None:
    outcomes = state.outcomes
    stored = ", ".join(f"{outcomes[code]} {code}" for code in ARTICLE_CODES if outcomes[code]) or "nothing new"
    refused = sum(outcomes[code] for code in PAGE_CODES)
    failed = sum(outcomes[code] for code in FETCH_CODES)
    say(f"{len(result.outcomes)} sources crawled: {stored}; {refused} pages rejected, {failed} failed")
    for name, reason in result.refused.items():
        say(f"{name}: {reason}")
    for word in ("partial", "failed"):
        names = sorted(name for name, outcome in result.outcomes.items() if outcome == word)
        if names:
            say(f"{word}: {', '.join(names[:8])}{' ...' if len(names) > 8 else ''} (newsreel runs list shows why)")
