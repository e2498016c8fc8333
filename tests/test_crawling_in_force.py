"""A running service takes over what its owner changes in the files, and nothing that cannot be used."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newsreel.configuration import Configuration, load_configuration, load_sources
from newsreel.crawling.in_force import InForce
from newsreel.crawling.process import environment
from newsreel.errors import ConfigurationError

TIDE = '[outlet.tide]\nname = "Tide"\nhome = "http://127.0.0.1:9/"\nfeeds = ["/feed"]\n'
REEF = TIDE.replace("tide", "reef").replace("Tide", "Reef")


@pytest.fixture
def read(tmp_path: Path) -> Callable[[], Configuration]:
    """A data directory with a catalogue of its own, and what reads its configuration."""
    (tmp_path / "newsreel.toml").write_text('sources = "mine.toml"\ndelay = 1\n')
    (tmp_path / "mine.toml").write_text(TIDE)
    return lambda: load_configuration({"data_dir": tmp_path}, {})


def names(in_force: InForce) -> list[str]:
    return [source.id for source in in_force.look()]


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    messages = [f"{record.levelname} {record.getMessage()}" for record in caplog.records]
    caplog.clear()
    return messages


@pytest.fixture(autouse=True)
def loud(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_a_changed_catalogue_is_taken_over(
    read: Callable[[], Configuration], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_force = InForce(read)
    assert names(in_force) == names(in_force) == ["tide"]
    (tmp_path / "mine.toml").write_text(TIDE + REEF)
    assert names(in_force) == ["tide", "reef"]
    (tmp_path / "mine.toml").write_text(REEF + 'language = "en"\n')
    assert names(in_force) == ["reef"]
    assert names(in_force) == ["reef"]
    read_again = "INFO configuration and catalogue were read again: "
    assert said(caplog) == [
        read_again + "2 sources; added: reef",
        read_again + "1 sources; removed: tide; changed: reef",
    ]


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("mine.toml", TIDE + "feed = 1", "mine.toml: outlet tide, key feed: there is no such key"),
        ("mine.toml", "[outlet.tide", "mine.toml: outlet tide: this is not TOML"),
        ("mine.toml", None, "mine.toml: the catalogue cannot be read"),
        ("mine.toml", TIDE.replace("127.0.0.1:9", "tide.example"), "needs a contact"),
        ("newsreel.toml", 'sources = "mine.toml"\ndelay = -1', "newsreel.toml: delay = -1"),
        ("newsreel.toml", 'sources = "yours.toml"', "yours.toml: the catalogue cannot be read"),
    ],
)
def test_what_cannot_be_used_changes_nothing_and_is_said_once(
    read: Callable[[], Configuration],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    file: str,
    text: str | None,
    reason: str,
) -> None:
    in_force = InForce(read)
    good = (tmp_path / file).read_text()
    before = (in_force.look(), in_force.configuration)
    if text is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(text)
    for _ in range(3):
        assert (in_force.look(), in_force.configuration) == before
    [message] = said(caplog)
    assert message.startswith("ERROR what was changed cannot be used, what was read before stays in force: ")
    assert reason in message
    # Crawl processes go by what is in force too, whatever the files say.
    env = environment(in_force.for_crawls())
    theirs = load_configuration({}, env)
    assert [source.id for source in load_sources(theirs)] == ["tide"]
    assert theirs.delay == 1
    (tmp_path / file).write_text(good + REEF if file == "mine.toml" else good.replace("1", "3"))
    in_force.look()
    assert said(caplog)[0].startswith("INFO ")
    assert (names(in_force) == ["tide", "reef"]) == (file == "mine.toml")
    assert in_force.configuration.delay == (1 if file == "mine.toml" else 3)


def test_another_catalogue_is_taken_over(read: Callable[[], Configuration], tmp_path: Path) -> None:
    in_force = InForce(read)
    (tmp_path / "yours.toml").write_text(REEF)
    (tmp_path / "newsreel.toml").write_text('sources = "yours.toml"\n')
    assert names(in_force) == ["reef"]
    (tmp_path / "yours.toml").write_text(REEF + TIDE)
    assert names(in_force) == ["reef", "tide"]


def test_another_database_needs_a_restart(
    read: Callable[[], Configuration], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_force = InForce(read)
    before = in_force.configuration.database_url
    (tmp_path / "newsreel.toml").write_text('sources = "mine.toml"\ndatabase = "sqlite:///other.db"\n')
    in_force.look()
    assert in_force.configuration.database_url == before
    assert "ERROR another database takes effect when the service is started again" in said(caplog)
    assert environment(in_force.for_crawls())["NEWSREEL_DATABASE"] == before


def test_the_web_server_s_secrets_stay_with_it(
    read: Callable[[], Configuration], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSREEL_METRICS_TOKEN", "another token that nobody guesses")
    with (tmp_path / "newsreel.toml").open("a") as file:
        file.write('metrics_token = "a token that nobody guesses"\nat_once = 3\n')
    env = environment(InForce(read).for_crawls())
    assert not [name for name, value in env.items() if "nobody guesses" in value]
    assert env["NEWSREEL_AT_ONCE"] == "3"


def test_own_outlets_beside_the_shipped_ones(tmp_path: Path) -> None:
    in_force = InForce(lambda: load_configuration({"data_dir": tmp_path}, {"NEWSREEL_CONTACT": "me@example.org"}))
    shipped = names(in_force)
    (tmp_path / "sources.toml").write_text(TIDE)
    assert names(in_force) == [*shipped, "tide"]
    theirs = load_configuration({}, environment(in_force.for_crawls()))
    assert load_sources(theirs) == in_force.sources
    (tmp_path / "sources.toml").unlink()
    assert names(in_force) == shipped


def test_a_service_does_not_begin_with_what_cannot_be_used(read: Callable[[], Configuration], tmp_path: Path) -> None:
    (tmp_path / "newsreel.toml").write_text("delay = -1")
    with pytest.raises(ConfigurationError, match="delay"):
        InForce(read)


def test_a_crawl_process_goes_by_what_it_is_handed(read: Callable[[], Configuration], tmp_path: Path) -> None:
    in_force = InForce(read)
    (tmp_path / "newsreel.toml").write_text("this is not TOML")
    line = [sys.executable, "-m", "newsreel", "sources", "list", "--format", "jsonl"]
    env = environment(in_force.for_crawls())
    found = subprocess.run(line, env=env, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    assert found.returncode == 0, found.stderr
    assert '"source":"tide"' in found.stdout.replace(" ", "")
