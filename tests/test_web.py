"""The service's addresses over HTTP: alive, ready, figures; answers only to allowed names."""

from __future__ import annotations

import http.client
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsreel.errors import ConfigurationError, DatabaseBusy
from newsreel.web import Doors, WebServer, application
from scheduler import PATIENCE, Service
from storage import runs
from storage.database import open_database, sqlite_url, writing

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOKEN = "a-token-of-some-length"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"), busy_timeout=0.05)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def service_on(engine: Engine, clock: Clock) -> Service:
    def spawn(_: object) -> None:
        raise AssertionError("no source is due")

    return Service(engine, lambda: (), clock, spawn)  # type: ignore[arg-type]


def ask(server: WebServer, path: str, **headers: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


@pytest.fixture
def server(engine: Engine, clock: Clock) -> Iterator[WebServer]:
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as server:
        yield server


def test_a_service_that_works_is_ready(server: WebServer, engine: Engine, clock: Clock) -> None:
    assert ask(server, "/healthz") == (200, "ok\n")
    assert ask(server, "/readyz") == (503, "not ready\n")
    service = service_on(engine, clock)
    service.tick()
    assert ask(server, "/readyz") == (200, "ready\n")
    clock.now += timedelta(seconds=11)
    assert ask(server, "/readyz") == (503, "not ready\n")
    service.tick()
    assert ask(server, "/readyz") == (200, "ready\n")


def test_a_locked_database_makes_a_service_unready_until_the_lock_is_gone(
    server: WebServer, engine: Engine, clock: Clock
) -> None:
    service = service_on(engine, clock)
    service.tick()
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        for _ in range(2):
            clock.now += timedelta(seconds=6)
            with pytest.raises(DatabaseBusy):
                service.tick()
        assert ask(server, "/readyz")[0] == 503
        assert ask(server, "/healthz")[0] == 200
        holder.execute("ROLLBACK")
    service.tick()
    assert ask(server, "/readyz")[0] == 200


def test_a_service_stays_ready_beside_crawls_that_write_without_a_pause(tmp_path: Path) -> None:
    """Each holds the database's lock, and takes it again at once."""
    url = sqlite_url(tmp_path / "newsreel.db")
    engine = open_database(url, busy_timeout=PATIENCE)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE work (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO work VALUES (0)")
    over, done = threading.Event(), [0, 0]
    counted = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100000) SELECT count(*) FROM c"

    def crawl(number: int) -> None:
        own = open_database(url)
        while not over.is_set():
            with writing(own) as connection:
                connection.exec_driver_sql(f"UPDATE work SET n = ({counted})")
            done[number] += 1
        own.dispose()

    crawls = [threading.Thread(target=crawl, args=(number,)) for number in (0, 1)]
    for thread in crawls:
        thread.start()
    try:
        service = service_on(engine, Clock())
        for _ in range(12):
            service.tick()
    finally:
        over.set()
        for thread in crawls:
            thread.join()
        engine.dispose()
    assert all(done)


@pytest.mark.parametrize("name", ["rebound.example", "127.0.0.1.rebound.example", "10.0.0.1"])
def test_other_host_names_get_nothing(server: WebServer, name: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert ask(server, path, Host=name)[0] == 400


def test_nothing_else_is_served(server: WebServer) -> None:
    for path in ("/docs", "/metrics/", "/readyz/../metrics/x", "/static/x.js"):
        assert ask(server, path)[0] in (307, 404), path
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("POST", "/healthz")
        assert connection.getresponse().status == 405


def test_metrics_tell_runs_and_outcomes(server: WebServer, engine: Engine, clock: Clock) -> None:
    with writing(engine) as connection:
        run_id = runs.start(connection, "tide", "manual", None, NOW)
    service_on(engine, clock).tick()
    status, text = ask(server, "/metrics")
    assert status == 200
    assert 'newsreel_runs_last_day{state="running"} 1.0' in text
    assert 'newsreel_outcomes_last_day{outcome="new"} 0.0' in text
    assert "newsreel_service_silence_seconds 0.0" in text
    assert "process_resident_memory_bytes" in text
    with writing(engine) as connection:
        runs.finish(connection, run_id, "tide", "finished", {}, NOW)
    text = ask(server, "/metrics")[1]
    assert 'newsreel_runs_last_day{state="done"} 1.0' in text
    assert 'newsreel_sources{outcome="ok"} 1.0' in text
    assert "tide" not in text


def test_metrics_need_the_token_where_one_is_set(engine: Engine) -> None:
    with WebServer(application(Doors(engine, metrics_token=TOKEN)), "127.0.0.1", 0) as server:
        assert ask(server, "/metrics")[0] == 401
        assert ask(server, "/metrics", Authorization="Bearer wrong")[0] == 401
        assert ask(server, "/metrics", Authorization=f"Bearer {TOKEN}")[0] == 200


def test_an_address_that_is_taken_is_named(server: WebServer, engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match=rf"127\.0\.0\.1 port {server.port}: .*--port"):
        WebServer(application(Doors(engine)), "127.0.0.1", server.port)
