"""Reads the corpora of the extraction benchmark: pages, and what a person says that each of them yields."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from benchmarks.scoring import Gold, names, readings
from newsreel.demo.outlets import expected
from newsreel.demo.server import Newsroom
from newsreel.errors import InputError
from newsreel.items import Page
from newsreel.urls import host_of

NEWSROOM = "newsroom"


@dataclass(frozen=True, slots=True)
class Example:
    """A page of a corpus with its gold."""

    corpus: str
    id: str
    publisher: str
    is_entertainment: bool
    page: Page
    gold: Gold


def read_corpus(folder: Path, most: int | None = None) -> list[Example]:
    """Read a directory with gold.jsonl and <id>.html.gz; `most`: a sample of so many pages, always the same.

    A row of gold has id and url, and may have publisher, entertainment, text, title, authors, date or date_alts, and
    paragraphs, of which those with `opt` may be left out. Rows with a page_type are no articles and not read. Raises
    InputError that names the file and the line.
    """
    examples = []
    for place, row in _rows(folder / "gold.jsonl"):
        if row.get("page_type"):
            continue
        try:
            body = gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())
            examples.append(_example(folder.resolve().name, row, body))
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{place}: the page of {row['id']!r} cannot be read: {error}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{place}: not an object with id and url, and gold of the known form: {error}") from error
    if most is not None and len(examples) > most:
        kept = set(sorted((example.id for example in examples), key=lambda name: zlib.crc32(name.encode()))[:most])
        examples = [example for example in examples if example.id in kept]
    return examples


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: cannot be read, so its directory is no corpus: {error.strerror}") from error
    # Lines end with a line feed only: texts hold other separators.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{file}, line {number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{place}: this is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InputError(f"{place}: this is not an object")
            yield place, row


def _example(corpus: str, row: dict[str, Any], body: bytes) -> Example:
    url = row.get("url") or ""
    texts = None
    if row.get("paragraphs"):
        texts = readings([(paragraph["t"], bool(paragraph["opt"])) for paragraph in row["paragraphs"]])
    elif row.get("text"):
        texts = (row["text"],)
    dates = row.get("date_alts") or ([row["date"]] if row.get("date") else None)
    gold = Gold(
        texts,
        row.get("title") or None,
        names(row["authors"]) if row.get("authors") else None,
        tuple(dates) if dates else None,
    )
    publisher = row.get("publisher") or host_of(url)
    return Example(corpus, row["id"], publisher, bool(row.get("entertainment")), page_of(url, body), gold)


def read_newsroom() -> list[Example]:
    """Take the pages of the sample newsroom over a socket, and what was worked out for them by hand."""
    # Without proxies: the newsroom is on this machine, whatever the environment says.
    opener = build_opener(ProxyHandler({}))
    examples = []
    with Newsroom(port=0, edition=2) as newsroom:
        for slug, wanted in expected(2).items():
            for story in wanted.articles:
                # One page alone has not the whole text, or is refused and stands in the feed.
                if story.parts or story.feed_only:
                    continue
                url = newsroom.base(slug) + story.path
                with opener.open(url) as answer:
                    page = page_of(url, answer.read(), answer.headers.get("content-type"))
                gold = Gold((story.text,), story.headline, names(story.authors), (story.published.date().isoformat(),))
                examples.append(Example(NEWSROOM, f"{slug}{story.path}", slug, True, page, gold))
    return examples


def page_of(url: str, body: bytes, content_type: str | None = None) -> Page:
    """Make a page of a file, as if it had been fetched now."""
    return Page(url, url, 200, {"content-type": content_type} if content_type else {}, body, datetime.now(UTC))
