"""The benchmark of duplicates tells recall, false matches and cost."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.duplicates import Figures, Found, edited, editions, sentences_of, texts_of


def corpus(folder: Path, texts: list[str]) -> Path:
    """Write a corpus with these texts."""
    import gzip

    (folder / "one").mkdir()
    rows = [{"id": f"p{n}", "url": f"https://reel.example/{n}", "text": text} for n, text in enumerate(texts)]
    (folder / "one" / "gold.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for row in rows:
        (folder / "one" / f"{row['id']}.html.gz").write_bytes(gzip.compress(b"<p>page</p>"))
    return folder


def story(name: str) -> str:
    return "\n".join(
        f"The {name}{n} boat came in at {name}{n + 1} and left for {name}{n + 2} again." for n in range(20)
    )


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.duplicates", *arguments, "--articles", "50"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)


def test_prints_what_it_measured(tmp_path: Path) -> None:
    done = run(str(corpus(tmp_path, [story("red"), story("blue"), "Too short."])), "--seed", "3")
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.startswith("texts                 2, of which 0 have")
    assert "recall, light" in done.stdout


def test_a_directory_without_corpora_is_named(tmp_path: Path) -> None:
    done = run(str(tmp_path))
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


def test_texts_are_read_once(tmp_path: Path) -> None:
    assert len(texts_of(corpus(tmp_path, [story("red"), story("red"), story("blue")]))) == 2


def test_an_edit_drops_and_adds_what_it_says() -> None:
    sentences = [f"Sentence {n}." for n in range(20)]
    changed = edited(sentences, 0.25, 6, random.Random(1)).split("\n\n")
    assert (len([each for each in changed if each in sentences]), len(changed)) == (15, 21)
    assert changed != edited(sentences, 0.25, 6, random.Random(2)).split("\n\n")


def test_editions_in_the_corpus_are_no_false_matches() -> None:
    one, two = sentences_of(story("red")), sentences_of(story("blue"))
    assert editions([one, one[5:], two], [1, 2, 3]) == {1: {1, 2}, 2: {1, 2}, 3: {3}}


@pytest.mark.parametrize(
    ("changes", "short"),
    [
        ({}, []),
        ({"light": 0.9}, ["recall after light"]),
        ({"hard": 0.8}, ["recall after hard"]),
        ({"false": 0.01}, ["false matches"]),
        ({"milliseconds": 0.7}, ["signature and look-up"]),
    ],
)
def test_goals_that_are_not_reached_are_named(changes: dict[str, float], short: list[str]) -> None:
    given = {"light": 1.0, "hard": 0.9, "false": 0.0, "milliseconds": 0.4} | changes
    found = {name: Found(100, round(100 * given[name]), 0) for name in ("light", "hard")}
    spent = given["milliseconds"]
    named = Figures(100, 0, found, given["false"], 0.0, spent, spent, 3.0).shortfalls()
    assert len(named) == len(short)
    assert all(each.startswith(wanted) for each, wanted in zip(named, short, strict=True))
