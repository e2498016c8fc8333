"""An address of every page over the sample newsroom, for what is asked of them all."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

SOURCE = "demo-kulisse"


def number(sample: Path, condition: str, table: str = "articles") -> int:
    """Give the number of the first article of the sample newsroom that is so, or of another table's first row."""
    with closing(sqlite3.connect(f"file:{sample / 'newsreel.db'}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f"SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT 1").fetchone()[0])


def with_removals(sample: Path) -> int:
    """Give the number of the article that lost most lines to cleaning."""
    return number(sample, "id = (SELECT article_id FROM removals GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)")


def pages(sample: Path) -> list[str]:
    """Give the addresses."""
    kinds = ("article", "review", "gallery", "listicle", "live-blog", "box-office", "podcast", "interview")
    run = number(sample, f"source = '{SOURCE}'", "runs")
    changed, cut = number(sample, "version > 1"), with_removals(sample)
    return [
        *("/", "/latest?source=demo-kulisse&unread=1", "/kind/review", "/author/nobody", "/tag/nothing", "/starred"),
        *("/search?q=the", "/search?q=nowheretobefound", "/search?q=after:someday", "/search"),
        *(f"/article/{number(sample, f'kind = {kind!r}')}" for kind in kinds),
        *(f"/article/{cut}/removals", f"/article/{changed}/changes", "/settings", "/nowhere", "/api"),
        *(
            "/sources",
            "/sources/compare?a=demo-kulisse&b=demo-long-read",
            "/sources?range=24h&sort=-removed",
            f"/source/{SOURCE}",
            f"/source/{SOURCE}?range=90d",
        ),
        *(f"/source/{SOURCE}/runs", f"/source/{SOURCE}/run/{run}", "/source/nobody"),
        *("/sources/add", "/sources/import", f"/source/{SOURCE}/progress", "/source/variety/edit"),
        *("/source/variety/changed?what=saved", "/login"),
    ]


def routes(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Give every route of an application with its whole path, those of included routers too."""
    yield from _walk("", app.routes)


def _walk(prefix: str, found: Iterable[object]) -> Iterator[tuple[str, APIRoute]]:
    for route in found:
        if isinstance(route, APIRoute):
            yield prefix + route.path, route
        else:
            # A router that was included; anything else, like a mounted application, would be outside the tables.
            yield from _walk(prefix + route.include_context.prefix, route.original_router.routes)  # type: ignore[attr-defined]


# What is read by programs, or asked for by pages.
_NO_PAGES = re.compile(
    r"/(api/v1|feeds|static|picture)/.*|.*\.(csv|json|atom|opml|\{form.*)|/(healthz|readyz|metrics)|.*/\{look\}/progress"
)


def missing(app: FastAPI, addresses: Iterable[str]) -> set[str]:
    """Give the pages of an application that none of these addresses leads to."""
    paths = [address.partition("?")[0] for address in addresses]
    return {
        path
        for path, route in routes(app)
        if "GET" in route.methods
        and not _NO_PAGES.fullmatch(path)
        and not any(route.path_regex.fullmatch(each) for each in paths)
    }
