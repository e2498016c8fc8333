"""Adding a source of the sample newsroom, crawling it with live progress, pausing it: a running service, a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import PHONE, Windows, service, width_of
from playwright.sync_api import Browser, Page, expect

from newsreel.demo.outlets import NETWORK
from newsreel.demo.server import Newsroom

pytestmark = pytest.mark.browser
OUTLET = "demo-kulisse"
# An outlet that is never crawled, so that the newsroom begins empty.
CATALOGUE = '[outlet.asleep]\nname = "Asleep"\nhome = "https://asleep.example/"\nfeeds = ["/feed"]\nenabled = false\n'
CONFIGURATION = f"""contact = "mailto:desk@harbour.example"
allow_networks = ["{NETWORK}"]
sources = "outlets.toml"
delay = 0.0
"""
# A crawl begins with the service's next tick and needs a process of its own.
SLOW = 90_000


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(0) as newsroom:
        yield newsroom


@pytest.fixture
def windows(chromium: Browser, tmp_path: Path, newsroom: Newsroom) -> Iterator[Windows]:
    """Windows onto a service that has nothing yet."""
    (tmp_path / "newsreel.toml").write_text(CONFIGURATION)
    (tmp_path / "outlets.toml").write_text(CATALOGUE)
    with service(tmp_path, "run") as origin:
        opened = Windows(chromium, origin)
        yield opened
        opened.check()


def look(page: Page, address: str) -> None:
    """Paste an address, and wait for what is found there."""
    page.goto("/sources/add")
    page.get_by_label("Site address").fill(address)
    page.get_by_role("button", name="Look").click()
    expect(page.locator("#samples")).to_be_visible(timeout=SLOW)


def test_a_source_is_added_crawled_and_paused(windows: Windows, newsroom: Newsroom) -> None:
    page = windows.open("/sources")
    look(page, newsroom.base(OUTLET))
    assert page.locator("#samples, .stories").locator("li.story").count() == 3
    page.get_by_text("Read it").first.click()
    assert len(page.locator(".sample").first.inner_text().split()) > 30
    page.get_by_label("Name").fill("Kulisse by hand")
    page.get_by_role("button", name="Add paused").click()
    expect(page).to_have_url(re.compile(r"/source/[\w-]+/changed"))
    slug = page.url.split("/source/")[1].split("/")[0]
    page.get_by_role("button", name="Resume").click()
    page.goto(f"/source/{slug}/progress")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.resource_type} {request.url}"))
    page.get_by_role("button", name="Run now").click()
    expect(page).to_have_url(re.compile(r"/progress$"))
    expect(page.locator("#now")).to_have_text("The last crawl", timeout=SLOW)
    assert any(each.startswith("eventsource") for each in asked), asked
    page.get_by_role("link", name="Its articles").click()
    assert page.locator(".story").count() > 5
    page.goto(f"/source/{slug}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kulisse by hand")
    page.locator("summary", has_text="Pause").click()
    page.get_by_label("Why").fill("until the redesign is over")
    page.get_by_role("button", name="Pause").click()
    page.goto(f"/source/{slug}")
    expect(page.locator("main")).to_contain_text("until the redesign is over")


def test_what_cannot_be_added_is_said_at_its_place(windows: Windows, newsroom: Newsroom) -> None:
    windows.expect("status of 4")
    page = windows.open("/sources/add", PHONE)
    assert width_of(page)[0] == PHONE["width"]
    page.get_by_label("Site address").fill("javascript:alert(1)")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
    page.get_by_label("Site address").fill("http://127.0.0.1:1/")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved", timeout=SLOW)
    assert width_of(page)[0] == PHONE["width"]


def test_without_script_a_source_is_added_too(windows: Windows, newsroom: Newsroom) -> None:
    page = windows.open("/sources/add", java_script_enabled=False)
    look(page, newsroom.base(OUTLET))
    page.get_by_role("button", name="Add source").click()
    expect(page).to_have_url(re.compile(r"/source/[\w-]+/changed"))
