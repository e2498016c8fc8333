"""What htmx does in a real browser: marks without a load, and lists and tables that are swapped in place."""

from __future__ import annotations

import re

import pytest
from browser import Windows
from playwright.sync_api import Page, expect
from tour import SOURCE

pytestmark = pytest.mark.browser


def kept(page: Page) -> bool:
    """Tell whether the page is still the one that was marked: nothing loaded another."""
    return bool(page.evaluate("window.stays === true"))


def keep(page: Page) -> None:
    """Mark a page, for `kept`; what htmx does begins when it has seen the page."""
    page.wait_for_function("document.querySelector('[data-htmx-powered]')")
    page.evaluate("window.stays = true")


def focused(page: Page) -> str:
    """Give the words of what has the focus."""
    return str(page.evaluate("document.activeElement.textContent")).strip()


# --- marks -----------------------------------------------------------------------------------------------------------


def test_a_star_is_kept_without_a_load_and_can_be_undone(windows: Windows) -> None:
    page = windows.open("/latest")
    keep(page)
    star = page.locator(".story [name=star]").nth(2)
    with page.expect_response(re.compile(r"/star$")) as answer:
        star.click()
    assert answer.value.status == 204
    expect(star).to_have_attribute("aria-pressed", "true")
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("Starred.")
    with page.expect_response(re.compile(r"/star$")):
        toast.get_by_role("button", name="Undo").click()
    expect(star).to_have_attribute("aria-pressed", "false")
    expect(star).to_be_focused()
    expect(toast).to_have_text("No longer starred.")
    assert kept(page)
    page.reload()
    expect(page.locator(".story [name=star]").nth(2)).to_have_attribute("aria-pressed", "false")


def test_marks_that_are_set_fast_are_all_kept(windows: Windows) -> None:
    page = windows.open("/kind/review")
    keep(page)
    stars = page.locator(".story [name=star]")
    for _ in range(4):
        page.keyboard.press("j")
        page.keyboard.press("s")
    for number in range(4):
        expect(stars.nth(number)).to_have_attribute("aria-pressed", "true")
    page.reload()
    for number in range(4):
        expect(stars.nth(number)).to_have_attribute("aria-pressed", "true")


def test_an_article_is_starred_in_its_bar_and_its_opening_says_nothing(windows: Windows) -> None:
    page = windows.open("/kind/interview")
    with page.expect_response(re.compile(r"/read$")) as answer:
        page.locator(".story.unread h3 a").first.click()
    assert answer.value.status == 303
    keep(page)
    expect(page.locator(".bar [name=read]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast")).to_have_count(0)
    page.keyboard.press("s")
    expect(page.locator(".bar [name=star]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast")).to_contain_text("Starred.")
    assert kept(page)


def test_a_list_is_marked_as_read_in_place_and_back(windows: Windows) -> None:
    page = windows.open("/kind/gallery")
    keep(page)
    unread = page.locator(".story.unread").count()
    assert unread > 1
    button = page.get_by_role("button", name="Mark these read")
    button.click()
    expect(page.locator(".story.unread")).to_have_count(0)
    expect(button).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
    toast = page.locator(".toast")
    expect(toast).to_contain_text(f"Marked {unread} articles read.")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".story.unread")).to_have_count(unread)
    expect(button).to_be_visible()
    assert kept(page)
    assert "marked" not in page.url


def test_a_toast_goes_by_itself_but_not_under_the_pointer(windows: Windows) -> None:
    page = windows.open("/kind/recap")
    page.clock.install()
    page.reload()
    keep(page)
    page.locator(".story [name=star]").first.click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    toast.hover()
    page.clock.run_for(30_000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(12_000)
    expect(toast).to_have_count(0)


def test_a_mark_that_is_refused_shows_why(windows: Windows) -> None:
    windows.expect("status of 403")
    page = windows.open("/latest")
    keep(page)
    page.context.clear_cookies()
    page.locator(".story [name=star]").first.click()
    expect(page.locator("main")).to_contain_text("Nothing was changed.")


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_is_narrowed_in_place_and_back_undoes_it(windows: Windows) -> None:
    page = windows.open("/latest")
    keep(page)
    feed = page.locator("#feed").get_attribute("href")
    kinds = page.get_by_role("navigation", name="Kind")
    kinds.get_by_role("link", name="Reviews").click()
    expect(page).to_have_url(re.compile(r"\?kind=review$"))
    expect(kinds.locator("[aria-current]")).to_contain_text("Reviews")
    assert {*page.locator(".story .meta b").all_inner_texts()} == {"Review"}
    expect(kinds.get_by_role("link", name="Reviews")).to_be_focused()
    expect(page.locator("#said")).to_have_text(re.compile(r"^Latest, Reviews.*, \d+ articles$"))
    assert page.locator("#feed").get_attribute("href") != feed
    page.locator("select[name=since]").select_option("7d")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"kind=review.*since=7d"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?kind=review$"))
    expect(page.locator("select[name=since]")).to_have_value("")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/latest$"))
    expect(kinds.locator("[aria-current]")).to_contain_text("All")
    assert kept(page)
    page.go_forward()
    expect(kinds.locator("[aria-current]")).to_contain_text("Reviews")
    page.reload()
    expect(kinds.locator("[aria-current]")).to_contain_text("Reviews")


def test_older_comes_from_its_top_and_the_keys_go_on(windows: Windows) -> None:
    page = windows.open("/latest")
    keep(page)
    headline = page.locator(".story h3").first.inner_text()
    older = page.get_by_role("link", name="Older")
    older.scroll_into_view_if_needed()
    older.click()
    expect(page).to_have_url(re.compile(r"before=\d+"))
    expect(page.locator("#main")).to_be_focused()
    assert page.evaluate("scrollY") < 200
    links = page.locator(".story h3 a")
    assert links.first.inner_text() != headline
    for key, row in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator(".story [name=star]").first).to_have_attribute("aria-pressed", "true")
    assert kept(page)
    page.keyboard.press("o")
    expect(page.locator(".bar")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"before=\d+"))
    assert page.locator(".story h3").first.inner_text() != headline


def test_a_search_is_repeated_in_place(windows: Windows) -> None:
    page = windows.open("/search?q=director")
    keep(page)
    again = page.locator("#again")
    again.fill("chandeleirless")
    again.press("Enter")
    expect(page.locator("#none")).to_contain_text("No article has “chandeleirless”.")
    expect(again).to_be_focused()
    expect(page.locator("#said")).to_contain_text("No article has")
    expect(page).to_have_url(re.compile(r"q=chandeleirless$"))
    assert kept(page)


def test_a_search_that_cannot_be_understood_says_so_in_place(windows: Windows) -> None:
    windows.expect("status of 422")
    page = windows.open("/search?q=director")
    keep(page)
    page.locator("#again").fill("after:someday")
    page.locator("#again").press("Enter")
    expect(page.locator("#none")).to_contain_text("someday")
    assert kept(page)


# --- the newsroom ----------------------------------------------------------------------------------------------------


def test_the_table_sorts_in_place_and_nothing_jumps(windows: Windows) -> None:
    page = windows.open("/sources", {"width": 1280, "height": 500})
    keep(page)
    drawn = page.locator("canvas").element_handle()
    heading = page.get_by_role("columnheader", name="Lag").get_by_role("link")
    heading.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 0
    heading.click()
    expect(page.get_by_role("columnheader", name="Lag")).to_have_attribute("aria-sort", "descending")
    expect(page).to_have_url(re.compile(r"sort=-lag"))
    assert abs(page.evaluate("scrollY") - before) <= 1
    assert focused(page) == "Lag"
    expect(page.locator("#said")).to_have_text(re.compile(r"^Sources, 7 d, All .*, Lag descending$"))
    assert drawn.evaluate("e => e.isConnected"), "the chart stays as it is"
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Lag")).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page.get_by_role("columnheader", name="Lag")).to_have_attribute("aria-sort", "descending")
    assert kept(page)


@pytest.mark.parametrize("path", ["/sources", f"/source/{SOURCE}", f"/sources/compare?a={SOURCE}&b=demo-long-read"])
def test_another_range_is_drawn_in_place(windows: Windows, path: str) -> None:
    page = windows.open(path)
    keep(page)
    ranges = page.get_by_role("navigation", name="Range")
    ranges.get_by_role("link", name="24 h").click()
    expect(ranges.locator("[aria-current]")).to_have_text("24 h")
    expect(ranges.get_by_role("link", name="24 h")).to_be_focused()
    expect(page.locator("canvas")).to_have_count(page.locator("[data-plot]").count())
    expect(page.locator("figure a[download]").first).to_have_attribute("href", re.compile("range=24h"))
    assert kept(page)


def test_htmx_is_loaded_only_where_it_is_used(windows: Windows) -> None:
    for path, used in (("/latest", True), ("/sources", True), ("/settings", False), ("/sources/add", False)):
        page = windows.open(path)
        assert bool(page.evaluate("'htmx' in window && !!htmx.version")) is used, path
