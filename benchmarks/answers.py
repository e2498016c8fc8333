"""Keeps answers as JSON Lines: what an extractor made of each page of a corpus, to be scored later, or elsewhere.

The form is that of `newsreel clean DIR... --format jsonl --out ANSWERS`: one <corpus>.jsonl for each corpus, one object
a line with id and articleBody, and where they are known headline, authors and datePublished. A field that no line of a
directory has counts as one that the extractor does not give; a page without a line has an empty answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scoring import Answer
from newsreel.errors import InputError


@dataclass(frozen=True, slots=True)
class Kept:
    """The answers of one directory by corpus and page, and the answer of a page that is not among them."""

    of: Mapping[tuple[str, str], Answer]
    nothing: Answer


def write_answers(folder: Path, answers: Iterable[tuple[str, str, Answer]]) -> None:
    """Write answers, each with its corpus and the id of its page, as <corpus>.jsonl."""
    files: dict[str, list[str]] = {}
    for corpus, page, answer in answers:
        row: dict[str, Any] = {"id": page, "articleBody": answer.text}
        if answer.title is not None:
            row["headline"] = answer.title
        if answer.authors is not None:
            row["authors"] = list(answer.authors)
        if answer.date is not None:
            row["datePublished"] = answer.date or None
        files.setdefault(corpus, []).append(json.dumps(row, ensure_ascii=False) + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for corpus, lines in files.items():
        (folder / f"{corpus}.jsonl").write_text("".join(lines), encoding="utf-8", errors="replace", newline="\n")


def read_answers(folder: Path, corpora: Iterable[str]) -> Kept:
    """Read the answers to these corpora; InputError where a corpus has no file, or a line is not an answer."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for corpus in corpora:
        file = folder / f"{corpus}.jsonl"
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"{file}: there are no answers to the corpus {corpus}: {error.strerror}") from error
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                rows[corpus, row["id"]] = row
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{file}, line {number}: not an object with an id") from error
    given = {key for row in rows.values() for key in row}
    nothing = Answer(
        "",
        "" if "headline" in given else None,
        () if "authors" in given else None,
        "" if "datePublished" in given else None,
    )
    return Kept({key: _answer(row, nothing) for key, row in rows.items()}, nothing)


def _answer(row: dict[str, Any], nothing: Answer) -> Answer:
    authors = row.get("authors") or ()
    return Answer(
        row.get("articleBody") or "",
        row.get("headline") or nothing.title,
        tuple(a["name"] if isinstance(a, dict) else a for a in authors) or nothing.authors,
        row.get("datePublished") or nothing.date,
    )
