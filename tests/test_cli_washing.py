"""`newsreel clean` over directories: the pages of a host share a memory, from whichever directory they come."""

from __future__ import annotations

import gzip
import html
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsreel.cli import app

HOSTS = {"reel": "Reel Nights on the quay", "gull": "A house of the Harbour group", "tern": "More lamp than light"}
PAGES = 6
WORDS = [
    "keeper",
    "ferry",
    "harbour",
    "jury",
    "band",
    "studio",
    "island",
    "pilot",
    "choir",
    "editor",
    "actor",
    "diver",
    "crew",
    "baker",
    "lantern",
    "singer",
]
DEEDS = [
    "left",
    "met",
    "found",
    "sold",
    "painted",
    "joined",
    "missed",
    "opened",
    "followed",
    "supported",
    "read",
    "sailed",
    "lost",
    "kept",
    "heard",
]


def sentence(chance: random.Random) -> str:
    parts = [f"the {chance.choice(WORDS)} {chance.choice(DEEDS)} the {chance.choice(WORDS)}" for _ in range(5)]
    return (", ".join(parts[:-1]) + f" and {parts[-1]} on the island that year.").capitalize()


def make(folder: Path, chance: random.Random, numbers: range) -> dict[tuple[str, str], list[str]]:
    """Write a directory with pages of all hosts; give the story's lines of each page."""
    folder.mkdir()
    stories: dict[tuple[str, str], list[str]] = {}
    index = []
    for host, line in HOSTS.items():
        for number in numbers:
            lines = [sentence(chance) for _ in range(6)]
            name = f"{host}-{number}"
            shown = "".join(f"<p>{html.escape(text)}</p>" for text in [*lines[:4], line, *lines[4:]])
            page = (
                f"<html lang='en'><head><title>Page {name}</title><meta property='og:type' content='article'></head>"
                f"<body><article><h1>The island that year, chapter {name}</h1>{shown}</article></body></html>"
            )
            (folder / f"{name}.html.gz").write_bytes(gzip.compress(page.encode()))
            index.append(json.dumps({"id": name, "url": f"https://{host}.example/{folder.name}/{number}"}))
            stories[folder.name, name] = lines
    (folder / "pages.jsonl").write_text("\n".join(index), encoding="utf-8")
    return stories


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[str, str], list[str]]]:
    folder = tmp_path_factory.mktemp("corpus")
    chance = random.Random(7)
    half = PAGES // 2
    return folder, make(folder / "one", chance, range(half)) | make(folder / "two", chance, range(half, PAGES))


def texts(folder: Path, out: Path, *options: str) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """Clean both directories; give the lines of each page, and the rules that took some out."""
    line = ["clean", str(folder / "one"), str(folder / "two"), "--format", "jsonl", "--out", str(out), *options]
    done = CliRunner().invoke(app, [*line, "--data-dir", str(out / "data")])
    assert done.exit_code == 0, done.output
    found = {}
    for name in ("one", "two"):
        for row in map(json.loads, (out / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
            found[name, row["id"]] = (row["articleBody"].split("\n\n"), [cut["rule"] for cut in row["removals"]])
    return found


def test_all_directories_share_a_hosts_memory(
    corpus: tuple[Path, dict[tuple[str, str], list[str]]], tmp_path: Path
) -> None:
    folder, stories = corpus
    found = texts(folder, tmp_path)
    assert {key: (lines, rules) for key, (lines, rules) in found.items()} == {
        key: (lines, ["memory"]) for key, lines in stories.items()
    }


def test_without_memory_the_lines_stay(corpus: tuple[Path, dict[tuple[str, str], list[str]]], tmp_path: Path) -> None:
    folder, stories = corpus
    for (name, page), (lines, rules) in texts(folder, tmp_path, "--no-memory").items():
        wanted = stories[name, page]
        assert lines == [*wanted[:4], HOSTS[page.partition("-")[0]], *wanted[4:]]
        assert rules == []
