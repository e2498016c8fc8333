"""What several test modules use: the store's database, as a SQLite file and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import CannotStart, Postgres, serving
from sqlalchemy import Engine
from stories import ADDRESS, database, dispose_all


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole session."""
    try:
        with serving() as server:
            yield server
    except CannotStart as error:
        pytest.skip(f"no PostgreSQL to test with: {error}")


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A database with the newest schema on PostgreSQL."""
    url = postgres.database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each database in turn; `stories.database(tmp_path)` opens it from now on."""
    if request.param == "postgresql":
        (tmp_path / ADDRESS).write_text(request.getfixturevalue("postgres_url"))
    yield str(request.param)
    dispose_all()


@pytest.fixture
def engine(dialect: str, tmp_path: Path) -> Engine:
    """The test's own database, once on each."""
    return database(tmp_path)
