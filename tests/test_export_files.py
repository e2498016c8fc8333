"""Exports as files: whole or not at all, under safe names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsreel.errors import NewsreelError, StorageError
from newsreel.export import TreeFormat, file_name, write_csv, write_jsonl, write_tree
from newsreel.items import Article, Block

ARTICLE = Article(
    url="https://tide.example/echo",
    source_id="tide",
    source_name="The Tide",
    headline="Echo returns",
    blocks=(Block("p", "It opened on Friday."), Block("p", "Two\u2028lines.")),
    canonical_url="https://tide.example/echo",
    requested_url="https://tide.example/echo",
    date_downloaded=datetime(2026, 5, 2, tzinfo=UTC),
)
OTHER = replace(ARTICLE, url="https://tide.example/bo", headline="Bo")


def breaking(articles: Iterable[Article]) -> Iterator[Article]:
    """Give the articles, then fail as a database does."""
    yield from articles
    raise StorageError("gone")


def write_texts(articles: Iterable[Article], out: Path) -> int:
    """Write a tree of text files."""
    return write_tree(articles, out, "txt")


def contents(directory: Path) -> dict[str, str]:
    """All files below a directory, hidden ones too."""
    return {str(path.relative_to(directory)): path.read_text() for path in directory.rglob("*") if path.is_file()}


def test_jsonl_file(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    assert write_jsonl([ARTICLE, OTHER], out) == 2
    text = out.read_bytes().decode()
    assert [json.loads(line)["headline"] for line in text.splitlines()] == ["Echo returns", "Bo"]
    assert "articleBodyHtml" not in text
    assert write_jsonl([OTHER], out, html=True, markdown=True) == 1
    assert {"articleBodyHtml", "articleBodyMarkdown"} <= set(json.loads(out.read_bytes()))


def test_csv_file(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    assert write_csv([ARTICLE, OTHER], out) == 2
    assert out.read_bytes().count(b"\r\n") == 3
    assert write_csv([], out) == 0


def test_text_tree(tmp_path: Path) -> None:
    assert write_tree([ARTICLE, OTHER], tmp_path / "new" / "texts", "txt") == 2
    assert contents(tmp_path / "new" / "texts") == {
        file_name(ARTICLE, "txt"): "Echo returns\n\nIt opened on Friday.\n\nTwo\u2028lines.\n",
        file_name(OTHER, "txt"): "Bo\n\nIt opened on Friday.\n\nTwo\u2028lines.\n",
    }


def test_markdown_tree_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")
    write_tree([replace(ARTICLE, blocks=(Block("p", "Old."),))], tmp_path, "md")
    assert write_tree([ARTICLE], tmp_path, "md") == 1
    written = contents(tmp_path)
    assert set(written) == {"mine.md", file_name(ARTICLE, "md")}
    assert written[file_name(ARTICLE, "md")].startswith("# Echo returns\n\n")
    assert "It opened" in written[file_name(ARTICLE, "md")]


@pytest.mark.parametrize("form", ["txt", "md"])
def test_tree_takes_text_that_has_no_utf8_form(tmp_path: Path, form: TreeFormat) -> None:
    broken = replace(ARTICLE, headline="half \ud83d pair", blocks=(Block("p", "\udc00 é"),))
    write_tree([broken], tmp_path, form)
    (text,) = contents(tmp_path).values()
    assert "half ? pair\n" in text
    assert text.endswith("\n? é\n")


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Echo returns", "echo-returns"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\con.nul | <b>*?\"'\x00\n", "c-con-nul-b"),
        ("Beyoncé's Ünïcode", "beyonces-unicode"),
        ("映画", ""),
        ("", ""),
        ("\ud83d", ""),
        ("word " * 100, "word-" * 11 + "word"),
    ],
)
def test_file_names_are_safe(headline: str, slug: str) -> None:
    name = file_name(replace(ARTICLE, headline=headline), "txt")
    assert re.fullmatch(r"2026-05-02-(?:[a-z0-9-]+-)?[0-9a-f]{12}\.txt", name)
    assert name[11:-17] == slug


def test_file_names_differ_where_articles_do() -> None:
    twins = [ARTICLE, replace(ARTICLE, url=f"{ARTICLE.url}?page=2"), replace(ARTICLE, source_id="wave")]
    assert len({file_name(article, "txt") for article in twins}) == 3
    dated = replace(ARTICLE, date_published=datetime(2025, 1, 9, 23, tzinfo=UTC))
    assert file_name(dated, "md").startswith("2025-01-09-echo-returns-")


@pytest.mark.parametrize("write", [write_jsonl, write_csv, write_texts])
def test_failure_leaves_what_was_there(tmp_path: Path, write: Callable[[Iterable[Article], Path], int]) -> None:
    out = tmp_path / "out"
    write([ARTICLE], out)
    before = contents(tmp_path)
    with pytest.raises(StorageError):
        write(breaking([replace(ARTICLE, blocks=()), OTHER]), out)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("write", [write_jsonl, write_csv, write_texts])
def test_unusable_place_is_named(tmp_path: Path, write: Callable[[Iterable[Article], Path], int]) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    with pytest.raises(NewsreelError, match=r"cannot write the export to .*out: Not a directory"):
        write([ARTICLE], out)


@pytest.mark.parametrize("write", [write_jsonl, write_csv])
def test_directory_in_place_of_a_file(tmp_path: Path, write: Callable[[Iterable[Article], Path], int]) -> None:
    with pytest.raises(NewsreelError, match="is a directory; name a file in it"):
        write([ARTICLE], tmp_path)
    assert contents(tmp_path) == {}


def test_link_and_permissions_stay(tmp_path: Path) -> None:
    target = tmp_path / "real.jsonl"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    write_jsonl([ARTICLE], link)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert json.loads(target.read_bytes())["headline"] == "Echo returns"


def test_new_file_may_be_read_by_those_whom_the_umask_lets(tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    write_jsonl([ARTICLE], tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").stat().st_mode == (tmp_path / "made").stat().st_mode


def test_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert write_jsonl([ARTICLE], pipe) == 1
        assert json.loads(os.read(reader, 65536))["headline"] == "Echo returns"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
