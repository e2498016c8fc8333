"""What several test modules use: the store's database on SQLite and on PostgreSQL, a browser, the sample newsroom."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import browser
import pytest
from postgres import CannotStart, Postgres, serving
from sqlalchemy import Engine
from stories import ADDRESS, database, dispose_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a module's tests: it holds the event loop of its thread, which other modules need."""
    if browser.find_chromium() is None:
        pytest.skip(browser.WITHOUT_CHROMIUM)
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data directory with the crawled sample newsroom; to be copied before it is changed."""
    base = tmp_path_factory.getbasetemp()
    return browser.sample_newsroom(base if worker_id == "master" else base.parent)


@pytest.fixture
def own_sample(sample: Path, tmp_path: Path) -> Path:
    """A test's own copy of the sample newsroom's data directory."""
    shutil.copy(sample / "newsreel.db", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def sample_site(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of `newsreel serve` over the sample newsroom, which a module's tests share."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(sample / "newsreel.db", folder)
    with browser.service(folder) as origin:
        yield origin


@pytest.fixture
def windows(chromium: Browser, sample_site: str) -> Iterator[browser.Windows]:
    """Windows onto the sample newsroom; the test fails where anything goes wrong in one."""
    opened = browser.Windows(chromium, sample_site)
    yield opened
    opened.check()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested for want of a browser, or of what it runs."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    for missing in (browser.WITHOUT_CHROMIUM, browser.WITHOUT_AXE):
        if number := sum(missing in reason for reason in reasons):
            words = f"{number} {'test was' if number == 1 else 'tests were'} skipped: {missing}"
            terminalreporter.section("NOT TESTED IN A BROWSER", "!", red=True, bold=True)
            terminalreporter.line(words, red=True, bold=True)
