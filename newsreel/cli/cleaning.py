"""`newsreel clean`: cleans pages and texts from files, also those that others scraped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newsreel.cli.answers import Answer, answer_json
from newsreel.cli.inputs import open_inputs
from newsreel.cli.options import DataDir, configure
from newsreel.cli.output import errors, say
from newsreel.errors import InputError


class Form(StrEnum):
    """What is printed."""

    txt = "txt"
    json = "json"
    jsonl = "jsonl"


def clean(
    paths: Annotated[
        list[Path], typer.Argument(help="HTML or text files, or directories with pages.jsonl and <id>.html.gz.")
    ],
    url: Annotated[str | None, typer.Option(help="The address of the page in an HTML file.")] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="txt: the text alone; json, jsonl: with its fields.")] = (
        Form.txt
    ),
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file, or a directory for one <name>.jsonl per directory.")
    ] = None,
    memory: Annotated[bool, typer.Option(help="Use what other pages of the same host carry.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Parse workers (default: one a core).")] = None,
    data_dir: DataDir = None,
) -> None:
    """Clean pages and texts; what was removed by which rule goes to stderr, or into the JSON."""
    from newsreel.cli.washing import wash

    configure(data_dir)
    inputs = open_inputs(paths, url)
    groups = list(dict.fromkeys(item.group for item in inputs))
    if out is not None and len([g for g in groups if g]) > 1 and form is not Form.jsonl:
        raise typer.BadParameter("several directories are written as jsonl: say --format jsonl")
    with errors().status(f"cleaning {len(inputs)} pages"):
        answers = wash(inputs, use_memory=memory, workers=workers)
    if out is None:
        _print(answers, form)
    elif any(groups) and (len(groups) > 1 or out.is_dir() or not out.suffix):
        _write_groups(answers, out)
    else:
        text = "".join(_lines(answers, form))
        _write(out, text)
    broken = [answer for answer in answers if answer.error]
    for answer in broken:
        say(f"{answer.id}: {answer.error}")
    rejected = sum(1 for answer in answers if answer.rejected)
    if len(answers) > 1:
        good = len(answers) - rejected - len(broken)
        say(f"{len(answers)} pages: {good} clean, {rejected} rejected, {len(broken)} unreadable")
    if broken:
        raise typer.Exit(1 if len(broken) == len(answers) else 3)


def _print(answers: list[Answer], form: Form) -> None:
    for line in _lines(answers, form):
        sys.stdout.buffer.write(line.encode("utf-8", errors="replace"))
    sys.stdout.buffer.flush()
    if form is Form.txt:
        for answer in answers:
            for cut in answer.removals:
                say(
                    f"removed [{cut.rule}] {cut.where}: {' '.join(cut.text.split())[:120] or 'nothing but white space'}"
                )
            if answer.rejected:
                say(f"{answer.id}: rejected as {answer.rejected}; its best text is given all the same")


def _lines(answers: list[Answer], form: Form) -> Iterator[str]:
    import json

    if form is Form.txt:
        for answer in answers:
            if not answer.error:
                yield answer.text + "\n"
    elif form is Form.jsonl:
        for answer in answers:
            yield json.dumps(answer_json(answer), ensure_ascii=False) + "\n"
    else:
        rows = [answer_json(answer) for answer in answers]
        yield json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=2) + "\n"


def _write_groups(answers: list[Answer], directory: Path) -> None:
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.group or "files", []).append(answer)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot create {directory}: {error.strerror}") from error
    for name, group in groups.items():
        _write(directory / f"{name}.jsonl", "".join(_lines(group, Form.jsonl)))


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(file.name + ".new")
    try:
        fresh.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        fresh.replace(file)
    except OSError as error:
        raise InputError(f"cannot write {file}: {error.strerror}") from error
