"""`newsreel articles expire`: removes what is older than the catalogue wants it kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, Format, Listing, SourcesFile, catalogue, configure, database, pick
from newsreel.cli.output import say, show
from storage.retention import expire as remove
from storage.retention import expired

COLUMNS = ("source", "articles", "revisions", "pages")


def expire(
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    sources: SourcesFile = None,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Remove raw pages, revisions and articles that are older than keep_pages, keep_revisions and keep_articles say.

    The service does it every day.
    """
    configuration = configure(data_dir, sources)
    known = catalogue(configuration)
    wanted = pick(known, source) if source else list(known)
    found = (expired if dry_run else remove)(database(configuration), wanted, datetime.now(UTC))
    rows = [{"source": e.source, "articles": e.articles, "revisions": e.revisions, "pages": e.pages} for e in found]
    if rows:
        show(rows, COLUMNS, form, right=COLUMNS[1:])
    elif form is not Listing.table:
        show(rows, COLUMNS, form)
    else:
        say("nothing is older than it is kept for")
