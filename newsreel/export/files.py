"""Exports as files: a reader sees the whole export or the one before it, never a part."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Literal

from newsreel.errors import NewsreelError
from newsreel.export.lines import csv_lines, json_lines
from newsreel.export.markdown import article_markdown
from newsreel.export.text import article_text, file_name
from newsreel.items import Article

TreeFormat = Literal["txt", "md"]
_FORMS: dict[TreeFormat, Callable[[Article], str]] = {"txt": article_text, "md": article_markdown}


def write_jsonl(articles: Iterable[Article], out: Path, *, html: bool = False, markdown: bool = False) -> int:
    """Write articles to a JSON Lines file and give their number; see `json_lines`.

    The file appears, or takes the place of an earlier one, when all is on the disk. Raises NewsreelError where it
    cannot be written; the earlier file is then as it was.
    """
    return _write_lines(json_lines(articles, html=html, markdown=markdown), out)


def write_csv(articles: Iterable[Article], out: Path) -> int:
    """Write articles to a CSV file and give their number; see `csv_lines` and `write_jsonl`."""
    return _write_lines(csv_lines(articles), out) - 1


def write_tree(articles: Iterable[Article], directory: Path, form: TreeFormat) -> int:
    """Write each article to a file of its own below a directory, and give the number of files; see `file_name`.

    The directory is made where it is missing. All files are written in a hidden directory inside it first, and
    moved when the last one is complete, so that a failure leaves the directory as it was. Files of earlier exports
    stay, but for those of the same name.
    """
    with _refusals(directory):
        directory.mkdir(parents=True, exist_ok=True)
        staging = directory / f".newsreel-{token_hex(6)}"
        staging.mkdir()
        try:
            names = set()
            for article in articles:
                name = file_name(article, form)
                _write(staging / name, [_FORMS[form](article)])
                names.add(name)
            for name in sorted(names):
                os.replace(staging / name, directory / name)
            _sync_directory(directory)
        finally:
            shutil.rmtree(staging)
    return len(names)


def _write_lines(lines: Iterable[str], out: Path) -> int:
    with _refusals(out):
        if out.exists() and not out.is_file():
            if out.is_dir():
                raise NewsreelError(f"cannot write the export to {out}: it is a directory; name a file in it")
            # A pipe or device (/dev/stdout) is written to, not replaced.
            return _write(out, lines, sync=False)
        # Through a symbolic link the file that it names is replaced, not the link.
        target = out.resolve()
        staging = target.with_name(f".{target.name}.{token_hex(6)}")
        try:
            count = _write(staging, lines)
            if target.exists():
                staging.chmod(stat.S_IMODE(target.stat().st_mode))
            os.replace(staging, target)
        finally:
            staging.unlink(missing_ok=True)
        _sync_directory(target.parent)
    return count


def _write(path: Path, lines: Iterable[str], *, sync: bool = True) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
        if sync:
            file.flush()
            os.fsync(file.fileno())
    return count


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _refusals(target: Path) -> Iterator[None]:
    """Turn what the operating system refuses into our error; a reader that left its pipe is the caller's affair."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NewsreelError(
            f"cannot write the export to {target}: {error.strerror or error}; choose another place with --out"
        ) from error
