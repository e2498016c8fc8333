"""What `newsreel clean` reads: HTML files, text files, and directories of recorded pages."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsreel.errors import InputError

MAX_BYTES = 10 * 1024 * 1024
_HTML = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")


@dataclass(frozen=True, slots=True)
class Input:
    """One page or text; `group` is the directory's name for a page of one."""

    id: str
    file: Path
    kind: Literal["html", "text"]
    url: str = ""
    group: str = ""

    def read(self) -> bytes:
        """Give the file's bytes, unpacked; InputError names what is wrong with it."""
        try:
            if self.file.suffix != ".gz":
                body = self.file.read_bytes()
            else:
                with gzip.open(self.file) as stream:
                    body = stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{self.file}: cannot be read: {error}") from error
        if len(body) > MAX_BYTES:
            raise InputError(f"{self.file}: larger than {MAX_BYTES // 1024 // 1024} MiB, the budget of a page")
        return body


def open_inputs(paths: Sequence[Path], url: str | None) -> list[Input]:
    """List what there is to clean; InputError where a path is missing or a directory has no pages.jsonl."""
    inputs: list[Input] = []
    for path in paths:
        if path.is_dir():
            inputs += _directory(path)
        elif not path.exists():
            raise InputError(f"{path}: no such file or directory")
        elif path.name.lower().endswith(_HTML):
            inputs.append(Input(path.name, path, "html", url or ""))
        else:
            inputs.append(Input(path.name, path, "text", url or ""))
    return inputs


def _directory(path: Path) -> list[Input]:
    index = path / "pages.jsonl"
    if not index.is_file():
        raise InputError(f"{path}: has no pages.jsonl; give a directory with one, or the files themselves")
    inputs: list[Input] = []
    # Lines end with a line feed only: texts may hold other separators.
    for number, line in enumerate(index.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name, address = str(row["id"]), str(row.get("url") or "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{index}, line {number}: not an object with id and url") from error
        file = path / f"{name}.html.gz"
        if not file.resolve().is_relative_to(path.resolve()):
            raise InputError(f"{index}, line {number}: the id {name!r} leads out of the directory")
        inputs.append(Input(name, file, "html", address, path.resolve().name))
    return inputs
