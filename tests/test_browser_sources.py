"""Adding, running, pausing and editing a source in a real browser, beside a running service and the sample newsroom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import AXE, DESK, PHONE, WITHOUT_AXE, Windows, service, width_of
from playwright.sync_api import Browser, Page, expect

from newsreel.demo.outlets import NETWORK
from newsreel.demo.server import Newsroom

pytestmark = pytest.mark.browser

MINE = """# my outlets
[outlet.tide]
name = "Tide"
home = "http://127.78.0.250:9/"
feeds = ["/feed"]
cron = "0 4 1 1 *"
"""
# A crawl's process takes seconds to start, and a busy machine takes its time.
SLOW = 120_000


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(0) as newsroom:
        yield newsroom


@pytest.fixture
def running(chromium: Browser, tmp_path: Path) -> Iterator[Windows]:
    """Windows onto a running service of an owner who has one outlet."""
    (tmp_path / "newsreel.toml").write_text(
        f'contact = "owner@tide.example"\nsources = "mine.toml"\nallow_networks = ["{NETWORK}"]\ndelay = 0\n'
    )
    (tmp_path / "mine.toml").write_text(MINE)
    with service(tmp_path, "run") as origin:
        windows = Windows(chromium, origin)
        yield windows
        windows.check()


def found(page: Page, address: str) -> None:
    """Paste an address, and wait for what is found there."""
    page.get_by_label("Site address").fill(address)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="We found Backlot Wire")).to_be_visible(timeout=SLOW)


def test_a_source_is_added_run_paused_edited_and_taken_back(
    running: Windows, newsroom: Newsroom, tmp_path: Path
) -> None:
    page = running.open("/latest")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a source")
    found(page, newsroom.base("demo-backlot-wire") + "/")
    assert page.locator(".story").count() == 3
    page.locator("summary", has_text="Read it").first.click()
    expect(page.locator(".sample").first).to_be_visible()
    assert (tmp_path / "mine.toml").read_text() == MINE
    page.get_by_role("button", name="Add paused").click()
    expect(page.locator(".note")).to_contain_text("Backlot Wire is in your catalogue, paused.")
    assert (tmp_path / "mine.toml").read_text().startswith(MINE)

    page.get_by_role("button", name="Run now").click()
    live = page.locator("[data-live], section [role=status]")
    expect(live).to_contain_text("The last crawl", timeout=SLOW)
    expect(live).to_contain_text("12 new articles")
    page.goto("/source/backlot-wire")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".note")).to_contain_text("is crawled again when it is due")
    page.locator("summary", has_text="Pause").click()
    page.get_by_label("Why").fill("being rebuilt")
    page.locator("details").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("being rebuilt")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("The Backlot")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The Backlot")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Backlot Wire")


def test_without_script_a_site_is_looked_at_too(running: Windows, newsroom: Newsroom) -> None:
    page = running.open("/sources/add", java_script_enabled=False)
    found(page, newsroom.base("demo-backlot-wire") + "/")
    page.get_by_role("button", name="Add source").click()
    expect(page.locator(".note")).to_contain_text("Backlot Wire is in your catalogue.")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_of_a_source_fit_and_have_no_fault(running: Windows, newsroom: Newsroom, size: dict[str, int], tmp_path: Path) -> None:  # fmt: skip
    if not AXE.is_file():
        pytest.skip(WITHOUT_AXE)
    page = running.open(size=size)
    page.context.add_init_script(path=AXE)
    page.goto("/sources/add")
    found(page, newsroom.base("demo-backlot-wire") + "/")
    (tmp_path / "list.opml").write_text(
        '<opml><body><outline text="Moss" xmlUrl="https://moss.example/f"/><outline text="Bad"/></body></opml>'
    )
    shown = [
        page.url,
        "/source/tide/edit",
        "/source/tide/progress",
        "/source/tide/changed?what=stopped",
        "/sources/import",
    ]
    for address in shown:
        page.goto(address)
        if address.endswith("import"):
            page.get_by_label("OPML file").set_input_files(tmp_path / "list.opml")
            page.get_by_role("button", name="Show its entries").click()
            expect(page.get_by_role("heading", name="Cannot be used")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            violations = page.evaluate("async () => (await axe.run(document)).violations")
            grave = [(each["id"], [node["html"] for node in each["nodes"]]) for each in violations if each["impact"] in ("serious", "critical")]  # fmt: skip
            assert grave == [], address
        shown_width, window = width_of(page)
        assert shown_width <= window, address
