"""`newsreel reclean`: today's rules on what is stored."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import Annotated

import typer
from rich.progress import track

from newsreel.cli.articles import SourceName, wanted
from newsreel.cli.options import DataDir, LogFormat, Since, SourcesFile, catalogue, configure, database
from newsreel.cli.output import errors, say
from newsreel.items import Article, body_text

# So many articles are tried for the preview, and so many of their changes are shown.
PREVIEW = 200
SHOWN = 5


def reclean(
    source: SourceName = None,
    since: Since = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    log_format: LogFormat = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
) -> None:
    """Clean stored articles again, from their raw pages, with today's extractor, rules and memory."""
    from newsreel.crawling.reclean import Recleaned, Recleaner, summary

    configuration = configure(data_dir, sources, log_format=log_format)
    worker = Recleaner(database(configuration), {s.id: s for s in catalogue(configuration)})
    chosen = wanted(source, None, since)
    shown = 0

    def show(result: Recleaned) -> None:
        nonlocal shown
        if result.changed and result.article is not None and shown < SHOWN:
            shown += 1
            _print_change(result.stored.id, result.stored.article, result.article)

    preview = worker.run(chosen)
    tried, changed, left = summary(preview if dry_run else islice(preview, PREVIEW), show)
    say(f"{tried} articles tried: {changed} texts change{_left(left)}")
    if dry_run or not tried:
        return
    bar = track(worker.run(chosen), "cleaning", console=errors(), disable=errors().quiet or not errors().is_terminal)
    seen, changed, left = summary(iter(bar), worker.write)
    say(f"{seen} articles cleaned again: {changed} texts changed, the earlier ones are kept as revisions{_left(left)}")


def _print_change(number: int, old: Article, new: Article) -> None:
    say(f"article {number}: {new.headline}")
    before = [old.headline, *body_text(old.blocks).split("\n\n")]
    after = [new.headline, *body_text(new.blocks).split("\n\n")]
    for line in difflib.unified_diff(before, after, lineterm="", n=0):
        if line[:3] not in ("---", "+++") and not line.startswith("@@"):
            say(f"  {line[:160]}")


def _left(left: dict[str, int]) -> str:
    return "".join(f", {n} left alone ({reason})" for reason, n in sorted(left.items()))
