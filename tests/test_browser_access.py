"""axe-core over every page, in light and dark, at a desk's width and a phone's: no serious and no critical fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import AXE, DESK, PHONE, WITHOUT_AXE, Windows
from playwright.sync_api import Page
from tour import missing, pages

from newsreel.web import Doors, application
from storage.database import open_database, sqlite_url

pytestmark = pytest.mark.browser
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason=WITHOUT_AXE)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that depends on colours.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCRIPT = """
async (options) => (await axe.run(document, options)).violations
  .filter(({impact}) => impact === "serious" || impact === "critical")
  .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({html, failureSummary}) => html.slice(0, 200) + " " + failureSummary).join(" | ")}`)
"""


def judged(page: Page, options: dict[str, object]) -> list[str]:
    found: list[str] = page.evaluate(SCRIPT, options)
    return found


@needs_axe
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_no_serious_fault(windows: Windows, sample: Path, size: dict[str, int]) -> None:
    windows.expect("status of 4")
    # The policy of the pages lets no script in that is not theirs; it is looked at elsewhere.
    page = windows.open(size=size, bypass_csp=True)
    page.context.add_init_script(path=AXE)
    faults = {}
    for path in pages(sample):
        page.goto(path)
        page.emulate_media(color_scheme="light")
        found = judged(page, {"runOnly": TAGS})
        page.emulate_media(color_scheme="dark")
        found += judged(page, COLOURS)
        if found:
            faults[path] = found
    assert not faults, json.dumps(faults, indent=2)


@needs_axe
def test_axe_sees_a_fault_where_there_is_one(windows: Windows) -> None:
    page = windows.open("/latest", bypass_csp=True)
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelector('main').innerHTML = '<img src=\"data:,\"><p style=\"color: #eee\">pale</p>'")
    found = judged(page, {"runOnly": TAGS})
    assert any(fault.startswith("image-alt") for fault in found)
    assert any(fault.startswith("color-contrast") for fault in found)


def test_every_page_is_asked(own_sample: Path) -> None:
    engine = open_database(sqlite_url(own_sample / "newsreel.db"))
    assert missing(application(Doors(engine)), pages(own_sample)) == set()
    assert missing(application(Doors(engine)), ["/"]) > {"/search", "/sources"}
    engine.dispose()
