"""`newsreel articles diff`: what an outlet changed in an article after we stored it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer

from newsreel.cli.options import DataDir, configure, database
from newsreel.errors import NewsreelError
from newsreel.revisions import Line, Span
from storage.articles import Articles
from storage.revisions import Change, Version, change, versions

_SIGNS = {"same": " ", "changed": "~", "added": "+", "removed": "-"}


class DiffForm(StrEnum):
    """How a difference is printed."""

    txt = "txt"
    json = "json"


def diff(
    wanted: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's number or address.")],
    older: Annotated[
        int | None, typer.Option("--from", min=1, help="The version to begin with (default: the last but one).")
    ] = None,
    newer: Annotated[
        int | None, typer.Option("--to", min=1, help="The version to compare (default: the last).")
    ] = None,
    form: Annotated[DiffForm, typer.Option("--format", "-f", help="How to print it.")] = DiffForm.txt,
    data_dir: DataDir = None,
) -> None:
    """Show what changed between two versions of an article."""
    engine = database(configure(data_dir))
    found = Articles(engine).get(wanted)
    if found is None:
        raise NewsreelError(f"no article {wanted} is stored; newsreel articles list shows what is")
    kept = versions(engine, found.id)
    last = _pick(kept, newer if newer is not None else kept[-1].version, found.id)
    if older is None and not any(version.version < last.version for version in kept):
        raise NewsreelError(f"article {found.id} has no version before {last.version}: nothing changed, or it expired")
    first = _pick(kept, older if older is not None else _before(kept, last), found.id)
    told = change(first, last)
    if form is DiffForm.json:
        sys.stdout.write(json.dumps({"id": found.id, **_plain(told)}, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(found.id, told)) + "\n")


def _before(kept: Sequence[Version], last: Version) -> int:
    return max(version.version for version in kept if version.version < last.version)


def _pick(kept: Sequence[Version], number: int, article: int) -> Version:
    for version in kept:
        if version.version == number:
            return version
    there = ", ".join(str(version.version) for version in kept)
    raise NewsreelError(f"article {article} has no version {number}; kept are {there}")


def _plain(told: Change) -> dict[str, Any]:
    def version(of: Version) -> dict[str, Any]:
        return {"version": of.version, "since": of.since and of.since.isoformat()}

    return {
        "from": version(told.before),
        "to": version(told.after),
        "headline": [asdict(line) for line in told.headline],
        "lines": [asdict(line) for line in told.lines],
    }


def _text(article: int, told: Change) -> Iterable[str]:
    before, after = told.before, told.after
    yield f"article {article}: version {before.version} ({_time(before)}) to version {after.version} ({_time(after)})"
    yield ""
    yield from (_shown(line) for line in told.headline)
    yield ""
    same = 0
    for line in told.lines:
        if line.operation == "same":
            same += 1
            continue
        if same:
            yield _unchanged(same)
        same = 0
        yield _shown(line)
    if same:
        yield _unchanged(same)


def _unchanged(count: int) -> str:
    return f"  ({count} paragraph{'' if count == 1 else 's'} unchanged)"


def _shown(line: Line) -> str:
    text = "".join(map(_marked, line.spans)) if line.operation == "changed" else line.spans[0].text
    return f"{_SIGNS[line.operation]} {text}"


def _marked(span: Span) -> str:
    """Mark a piece as wdiff does."""
    return {"removed": f"[-{span.text}-]", "added": f"{{+{span.text}+}}"}.get(span.operation, span.text)


def _time(version: Version) -> str:
    return f"{version.since:%Y-%m-%d %H:%M} UTC" if version.since else "time unknown"
