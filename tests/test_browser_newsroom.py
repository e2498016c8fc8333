"""The dashboard, a source's page, its runs and the API's description, over the sample newsroom in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import DESK, PHONE, Windows
from playwright.sync_api import Page, expect
from tour import SOURCE

from newsreel.demo.outlets import load_outlets
from newsreel.web.assets import FOLDER, packed

pytestmark = pytest.mark.browser


def column(page: Page, number: int) -> list[str]:
    """Give the cells of a column of the table of sources."""
    return page.locator(f"#all tbody tr > :nth-child({number})").all_inner_texts()


def test_four_numbers_and_all_sources_are_seen_at_once(windows: Windows) -> None:
    page = windows.open("/latest")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sources").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sources")
    expect(page.locator(".tiles dt")).to_have_text(["Sources ok", "Articles today", "Median lag", "Text removed"])
    assert page.locator("#all tbody tr").count() == len(load_outlets())
    for row in page.locator("#all tbody tr").all():
        state = row.locator(".state").first
        assert state.inner_text().strip(), "a state is a word, not only a colour"
        assert state.locator("svg").count() == 1


def test_the_table_sorts_by_its_headings(windows: Windows) -> None:
    page = windows.open("/sources")
    page.get_by_role("columnheader", name="Source").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Source")).to_have_attribute("aria-sort", "ascending")
    names = [text.splitlines()[0] for text in column(page, 2)]
    assert names == sorted(names, key=str.casefold)
    page.get_by_role("columnheader", name="Source").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Source")).to_have_attribute("aria-sort", "descending")
    assert [text.splitlines()[0] for text in column(page, 2)] == names[::-1]
    page.get_by_role("navigation", name="Range").get_by_role("link", name="24 h").click()
    expect(page).to_have_url(re.compile(r"range=24h"))
    expect(page.get_by_role("columnheader", name="Source")).to_have_attribute("aria-sort", "descending")


def test_the_chart_has_a_table_and_a_file_behind_it(windows: Windows) -> None:
    page = windows.open("/sources")
    chart = page.locator("figure.chart").first
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator("summary").click()
    assert chart.locator("tbody tr").count() > 5
    with page.expect_download() as download:
        chart.get_by_role("link", name="CSV").click()
    assert len(Path(download.value.path()).read_text().splitlines()) > 5


def test_without_script_the_chart_is_drawn_by_the_server(windows: Windows) -> None:
    page = windows.open("/sources", java_script_enabled=False)
    expect(page.locator("figure.chart svg path").first).to_be_attached()
    assert page.locator("canvas").count() == 0


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_source_leads_to_its_runs(windows: Windows, size: dict[str, int]) -> None:
    page = windows.open("/sources", size)
    page.locator(f"#all a[href='/source/{SOURCE}']").click()
    expect(page.locator(".tiles dt")).to_have_text(["Articles today", "Median lag", "Text removed", "Next run"])
    expect(page.locator("figure.chart")).not_to_have_count(0)
    page.locator("#runs tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Run \d+"))
    assert page.locator("section", has_text="Log").count() > 0
    page.go_back()
    page.get_by_role("link", name="Its articles").click()
    expect(page).to_have_url(re.compile(rf"source={SOURCE}"))
    assert page.locator(".story").count() > 0


def test_the_api_is_described_without_the_internet(windows: Windows) -> None:
    page = windows.open("/api")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("/api/v1/articles")
    answer = page.request.get("/openapi.json")
    assert answer.json()["openapi"].startswith("3.")
    listed = page.request.get("/api/v1/articles?limit=3").json()
    assert len(next(value for value in listed.values() if isinstance(value, list))) == 3


def test_a_style_sheet_says_the_same_when_it_is_packed(windows: Windows) -> None:
    page = windows.open("/latest")
    whole = (FOLDER / "newsreel.css").read_text(encoding="utf-8")
    rules = """
    (sheet) => {
      const made = new CSSStyleSheet();
      made.replaceSync(sheet);
      // Custom properties keep their text as it stands.
      return [...made.cssRules].map((rule) => rule.cssText.replaceAll(", ", ","));
    }
    """
    expected = page.evaluate(rules, whole)
    assert len(expected) > 150
    assert page.evaluate(rules, packed(whole)) == expected
