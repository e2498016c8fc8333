"""`newsreel articles diff|forget|forgotten|remember|expire`, as a user types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories import article, begin, database, discover, end, record, store, visit
from typer.testing import CliRunner, Result

from newsreel.cli.application import app
from newsreel.items import Link
from storage.articles import Articles

NOW = datetime.now(UTC)
URL = article("/a").url
CATALOGUE = '[outlet.tide]\nname = "Tide"\nhome = "https://tide.example/"\nfeeds = ["/feed"]\n'


def newsreel(*arguments: str, data: Path) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(data)], env={"COLUMNS": "200"})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A database with an article that changed once, and one that did not."""
    engine = database(tmp_path)
    old = NOW - timedelta(days=30)
    text = "The play opened on Monday night and the house was full to its last row of seats and more."
    store(engine, article("/a", text=text), article("/b"), now=old)
    run_id = begin(engine, now=NOW)
    discover(engine, run_id, [Link(URL, "feed", updated=NOW - timedelta(hours=1))], now=NOW)
    record(engine, visit(run_id, article("/a", text=text.replace("Monday", "Tuesday"))), now=NOW)
    end(engine, run_id, now=NOW)
    return engine


def test_a_difference_is_shown_word_by_word(engine: Engine, tmp_path: Path) -> None:
    shown = newsreel("articles", "diff", URL, data=tmp_path)
    assert shown.exit_code == 0
    assert "version 1 (" in shown.stdout
    assert "~ The play opened on [-Monday-]{+Tuesday+} night" in shown.stdout
    told = json.loads(newsreel("articles", "diff", "1", "--format", "json", data=tmp_path).stdout)
    assert (told["from"]["version"], told["to"]["version"]) == (1, 2)
    assert [line["operation"] for line in told["lines"]] == ["changed"]
    assert {"operation": "added", "text": "Tuesday"} in told["lines"][0]["spans"]
    back = newsreel("articles", "diff", "1", "--from", "2", "--to", "1", data=tmp_path).stdout
    assert "[-Tuesday-]{+Monday+}" in back


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("diff", "2"), "no version before 1"),
        (("diff", "1", "--from", "7"), "kept are 1, 2"),
        (("diff", "99"), "no article 99"),
        (("forget", "99", "--reason", "x", "--yes"), "nothing is stored of 99"),
        (("forget", "1", "--reason", "x"), "give --yes"),
        (("remember", "5"), "no tombstone 5"),
        (("expire", "--source", "tidy"), "no source tidy"),
    ],
)
def test_errors_say_what_to_do(engine: Engine, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    failed = newsreel("articles", *arguments, data=tmp_path)
    assert failed.exit_code == 1
    assert said in str(failed.exception)


@pytest.mark.parametrize(
    "arguments", [("forget", "1"), ("forget", "--reason", "x"), ("forget", "1", "--source", "tide", "--reason", "x")]
)
def test_wrong_usage(engine: Engine, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert newsreel("articles", *arguments, data=tmp_path).exit_code == 2


def test_forgetting_says_what_goes_and_what_is_left(engine: Engine, tmp_path: Path) -> None:
    done = newsreel("articles", "forget", URL, "--reason", "asked to", "--yes", data=tmp_path)
    assert done.exit_code == 0
    assert "1 article, 1 revision, 2 raw pages, 1 address" in done.stderr
    assert "Exports and backups" in done.stderr
    assert Articles(engine).get(URL) is None
    [stone] = json.loads(newsreel("articles", "forgotten", "--format", "json", data=tmp_path).stdout)
    assert (stone["reason"], stone["source"], stone["addresses"]) == ("asked to", "tide", 1)
    assert newsreel("articles", "remember", str(stone["id"]), data=tmp_path).exit_code == 0
    assert json.loads(newsreel("articles", "forgotten", "--format", "json", data=tmp_path).stdout) == []
    assert newsreel("articles", "forget", "--source", "tide", "--reason", "x", "--yes", data=tmp_path).exit_code == 0
    assert Articles(engine).count() == 0


@pytest.mark.parametrize(
    ("configuration", "catalogue", "gone"),
    [
        ("", "", []),
        ("", 'keep_articles = "7d"', [("tide", 1, 0, 0)]),
        ('keep_revisions = "all"\nkeep_articles = "7d"', "", [("tide", 1, 0, 0)]),
        ('keep_articles = "7d"', 'keep_articles = "all"', []),
        ("", 'keep_pages = "60d"\nkeep_articles = "60d"', []),
    ],
)
def test_what_is_too_old_is_told_then_removed(
    engine: Engine, tmp_path: Path, configuration: str, catalogue: str, gone: list[tuple[str, int, int, int]]
) -> None:
    (tmp_path / "newsreel.toml").write_text(configuration, encoding="utf-8")
    (tmp_path / "own.toml").write_text(CATALOGUE + catalogue, encoding="utf-8")
    command = ("articles", "expire", "--sources", str(tmp_path / "own.toml"), "--format", "json")
    wanted = [dict(zip(("source", "articles", "revisions", "pages"), row, strict=True)) for row in gone]
    before = Articles(engine).count()
    assert json.loads(newsreel(*command, "--dry-run", data=tmp_path).stdout) == wanted
    assert Articles(engine).count() == before
    assert json.loads(newsreel(*command, data=tmp_path).stdout) == wanted
    assert Articles(engine).count() == before - sum(row["articles"] for row in wanted)
    assert json.loads(newsreel(*command, "--dry-run", data=tmp_path).stdout) == []


def test_a_length_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "newsreel.toml").write_text('keep_pages = "ninety days"', encoding="utf-8")
    failed = newsreel("articles", "expire", "--dry-run", data=tmp_path)
    assert failed.exit_code == 1
    assert 'keep_pages: "ninety days" is not a length of time' in str(failed.exception)
