"""`newsreel articles`: lists, shows and searches what is stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from newsreel.cli.options import DataDir, Format, Listing, Since, configure, database, since
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list
from newsreel.errors import NewsreelError, QueryError
from newsreel.export import article_json
from newsreel.items import KINDS, Article, body_text
from storage.articles import Appearance, Articles, Filter, Stored
from storage.searching import MOST, Order
from storage.searching import search as find

app = typer.Typer(help="Stored articles: list, show, search.", no_args_is_help=True)

SourceName = Annotated[str | None, typer.Option("--source", help="Only this source.")]
Kind = Annotated[str | None, typer.Option("--kind", help=f"Only this kind: {', '.join(KINDS)}.")]
COLUMNS = ("id", "stored", "source", "kind", "words", "headline")


def wanted(
    source: str | None,
    kind: str | None,
    since_text: str | None,
    published: str | None = None,
    *,
    sponsored: bool = True,
) -> Filter:
    """Build the filter that the options describe; typer.BadParameter for a kind that there is not."""
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"no kind {kind!r}; there are {', '.join(KINDS)}")
    now = datetime.now(UTC)
    return Filter(source, kind, since(since_text, now), since(published, now), sponsored)


def rows(stored: Iterable[Stored]) -> Iterable[dict[str, Any]]:
    """Give articles as rows of a list."""
    for item in stored:
        article = item.article
        yield {
            "id": item.id,
            "stored": item.stored_at,
            "source": article.source_id,
            "kind": article.kind,
            "words": article.word_count,
            "headline": article.headline,
            "authors": [author.name for author in article.authors],
            "published": article.date_published,
            "url": article.url,
            "flags": list(article.flags),
        }


@app.command("list")
def list_(
    source: SourceName = None,
    kind: Kind = None,
    since_: Since = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List the newest articles."""
    store = Articles(database(configure(data_dir)))
    print_list(rows(store.newest(wanted(source, kind, since_), limit)), COLUMNS, form, right=("id", "words"))


@app.command()
def search(
    query: Annotated[
        str,
        typer.Argument(
            help='Words, "a phrase", beginn*, -without, source:, author:, kind:, before:, after: (a date, or 7d).'
        ),
    ] = "",
    source: SourceName = None,
    kind: Kind = None,
    since_: Since = None,
    order: Annotated[
        Order, typer.Option("--order", help="The newest first, or those that match best among the newest matches.")
    ] = Order.newest,
    cursor: Annotated[
        str | None, typer.Option("--cursor", help="The next page of the same search, as the page before it says.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many.")] = 20,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Find articles by their words, newest first."""
    engine = database(configure(data_dir))
    try:
        found = find(engine, query, wanted(source, kind, since_), order, cursor, limit)
    except QueryError as error:
        raise typer.BadParameter(str(error)) from error
    print_list(rows(found.articles), COLUMNS, form, right=("id", "words"))
    if found.cursor is not None:
        say(f"there are more: the same search with --cursor={found.cursor}")


def raw_and_clean(article: Article) -> Iterable[dict[str, Any]]:
    """Give the lines of the body as found on the page, each beside what cleaning made of it: the same, or a rule."""
    cuts = {int(cut.where.partition("/")[0]): cut for cut in article.removals if cut.where[:1].isdecimal()}
    kept = iter(article.blocks)
    for place in range(1, len(article.blocks) + len(cuts) + 1):
        if place in cuts:
            yield {"raw": cuts[place].text, "clean": f"[{cuts[place].rule}]"}
        elif (block := next(kept, None)) is not None:
            text = body_text([block])
            yield {"raw": text, "clean": text}


def _place(place: Appearance) -> str:
    """Say where an article was seen: the way there, the address, and by which door and GUID it was named."""
    more = [f"door {place.door}"] * bool(place.door) + [f"GUID {place.guid}"] * bool(place.guid)
    return f"seen by {place.via} at {place.url}" + (f" ({', '.join(more)})" if more else "")


def _place_json(place: Appearance) -> dict[str, Any]:
    return {
        "url": place.url,
        "via": place.via,
        "door": place.door,
        "guid": place.guid,
        "seenAt": place.seen_at.isoformat(),
    }


@app.command()
def show(
    wanted_id: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's number or address.")],
    removed: Annotated[bool, typer.Option("--removed", help="Also what cleaning took out, and by which rule.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All fields as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show one article: its text, where it was seen, and what was removed."""
    store = Articles(database(configure(data_dir)))
    found = store.get(wanted_id)
    if found is None:
        raise NewsreelError(f"no article {wanted_id} is stored; newsreel articles list shows what is")
    article = found.article
    if as_json:
        places = [_place_json(place) for place in store.appearances(found.id)]
        told = {"id": found.id, **article_json(article), "appearances": places}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    byline = ", ".join(author.name for author in article.authors)
    published = article.date_published.isoformat(" ") if article.date_published else "no date"
    lines = [
        article.headline,
        "=" * min(len(article.headline), 78),
        " · ".join(part for part in (byline, published, article.source_name, article.kind, *article.flags) if part),
        article.url,
        "",
        body_text(article.blocks),
        "",
        f"{article.word_count} words, version {article.version}, stored {found.stored_at:%Y-%m-%d %H:%M} UTC",
    ]
    lines += [_place(place) for place in store.appearances(found.id)]
    if removed:
        lines += ["", f"removed: {len(article.removals)}"]
        lines += [f"  [{cut.rule}] {cut.where}: {cut.text}" for cut in article.removals]
    sys.stdout.write("\n".join(lines) + "\n")
    if removed:
        print_list(raw_and_clean(article), ("raw", "clean"), Listing.table)
