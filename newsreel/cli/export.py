"""`newsreel export`: clean text into files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newsreel.cli.articles import Kind, SourceName, wanted
from newsreel.cli.options import DataDir, Since, configure, database
from newsreel.cli.output import say
from newsreel.export import article_markdown, article_text, csv_lines, json_lines, write_csv, write_jsonl, write_tree
from storage.articles import Articles


class Form(StrEnum):
    """What an export is made of."""

    jsonl = "jsonl"
    csv = "csv"
    md = "md"
    txt = "txt"


def export(
    form: Annotated[Form, typer.Option("--format", "-f", help="jsonl and csv: one file; md and txt: a file each.")],
    out: Annotated[str, typer.Option("--out", "-o", help="A file, a directory for md and txt, or - for stdout.")],
    source: SourceName = None,
    since: Since = None,
    published_since: Annotated[str | None, typer.Option(help="Published since, in the same forms.")] = None,
    kind: Kind = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Articles per source, newest first.")] = None,
    sponsored: Annotated[bool, typer.Option("--sponsored", help="Sponsored posts too.")] = False,
    html: Annotated[bool, typer.Option("--html", help="jsonl: with articleBodyHtml.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="jsonl: with articleBodyMarkdown.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Write the clean articles to files; sponsored posts only if asked for."""
    configuration = configure(data_dir)
    store = Articles(database(configuration))
    chosen = wanted(source, kind, since, published_since, sponsored=sponsored)
    articles = (stored.article for stored in store.each(chosen, limit))
    if out == "-":
        if form is Form.jsonl:
            lines = json_lines(articles, html=html, markdown=markdown)
        elif form is Form.csv:
            lines = csv_lines(articles)
        else:
            write = article_text if form is Form.txt else article_markdown
            lines = (write(article) + "\n" for article in articles)
        # Text files end their lines with a line feed; Python would translate it on some systems.
        for line in lines:
            sys.stdout.buffer.write(line.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    target = Path(out)
    if form is Form.jsonl:
        n = write_jsonl(articles, target, html=html, markdown=markdown)
    elif form is Form.csv:
        n = write_csv(articles, target)
    else:
        n = write_tree(articles, target, "txt" if form is Form.txt else "md")
    say(f"{n} articles written to {target}")
