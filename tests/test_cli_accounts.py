"""`newsreel password`, `newsreel tokens`, and a page that will not be public without a password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import NOW, Browser
from sqlalchemy import Engine
from typer.testing import CliRunner

from newsreel.cli.application import app
from newsreel.errors import ConfigurationError, UnknownSource
from newsreel.web import Doors, WebServer, application, passwords
from storage import accounts, feed_keys, sessions, tokens
from storage.database import open_database, sqlite_url

runner = CliRunner()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"))
    yield engine
    engine.dispose()


def test_a_password_is_read_from_stdin_and_ends_sessions(tmp_path: Path, engine: Engine) -> None:
    sessions.begin(engine, "127.0.0.1", "a browser", NOW)
    result = runner.invoke(app, ["password", "--data-dir", str(tmp_path)], input="eleven doors and a key\n")
    assert result.exit_code == 0, result.output
    stored = accounts.password_hash(engine)
    assert stored is not None
    assert passwords.matches(stored, "eleven doors and a key")
    assert sessions.alive(engine, NOW) == []
    assert runner.invoke(app, ["password", "--remove", "--data-dir", str(tmp_path)]).exit_code == 0
    assert accounts.password_hash(engine) is None


@pytest.mark.parametrize(("given", "message"), [("short\n", "10 to 1000"), ("", "no password on stdin")])
def test_what_is_no_password_is_said(tmp_path: Path, engine: Engine, given: str, message: str) -> None:
    result = runner.invoke(app, ["password", "--data-dir", str(tmp_path)], input=given)
    assert isinstance(result.exception, ConfigurationError)
    assert message in str(result.exception)
    assert accounts.password_hash(engine) is None


def test_tokens_are_made_listed_and_revoked(tmp_path: Path, engine: Engine) -> None:
    where = ["--data-dir", str(tmp_path)]
    made = runner.invoke(app, ["tokens", "create", "backup", "--write", *where])
    secret = made.stdout.strip()
    found = tokens.check(engine, secret)
    assert found is not None
    assert (found.name, found.may_write) == ("backup", True)
    listed = runner.invoke(app, ["tokens", "list", "--format", "json", *where])
    assert json.loads(listed.stdout)[0]["name"] == "backup"
    assert secret not in listed.stdout
    assert runner.invoke(app, ["tokens", "revoke", str(found.id), *where]).exit_code == 0
    assert tokens.check(engine, secret) is None
    again = runner.invoke(app, ["tokens", "revoke", str(found.id), *where])
    assert isinstance(again.exception, ConfigurationError)
    with WebServer(application(Doors(engine)), "127.0.0.1", 0) as server:
        assert Browser(server.port).get("/api/v1/x", Authorization=f"Bearer {secret}").status == 401


def test_secret_addresses_of_feeds_are_made_listed_and_revoked(tmp_path: Path, engine: Engine) -> None:
    where = ["--data-dir", str(tmp_path)]
    made = runner.invoke(app, ["feeds", "create", "--search", "red moon", "--at", "https://news.example/", *where])
    lines = made.stdout.split()
    assert [line.partition("?")[0] for line in lines] == [
        f"https://news.example/feeds/search.{form}" for form in ("atom", "rss", "json")
    ]
    key = lines[0].rpartition("key=")[2]
    assert feed_keys.opens(engine, key, "/feeds/search?q=red+moon")
    listed = runner.invoke(app, ["feeds", "list", "--format", "json", *where])
    assert [row["feed"] for row in json.loads(listed.stdout)] == ["/feeds/search?q=red+moon"]
    assert key not in listed.stdout
    assert runner.invoke(app, ["feeds", "revoke", "1", *where]).exit_code == 0
    assert not feed_keys.opens(engine, key, "/feeds/search?q=red+moon")
    assert isinstance(runner.invoke(app, ["feeds", "revoke", "1", *where]).exception, ConfigurationError)
    assert isinstance(runner.invoke(app, ["feeds", "create", "--source", "x", *where]).exception, UnknownSource)
    for wrong in (["--kind", "novel"], ["--at", "news.example"]):
        assert runner.invoke(app, ["feeds", "create", *wrong, *where]).exit_code == 2


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_public_page_without_a_password_does_not_start(tmp_path: Path, command: str) -> None:
    (tmp_path / "newsreel.toml").write_text('contact = "desk@newsreel.example"\n')
    result = runner.invoke(app, [command, "--host", "0.0.0.0", "--port", "18479", "--data-dir", str(tmp_path)])
    assert isinstance(result.exception, ConfigurationError)
    assert "newsreel password" in str(result.exception)
