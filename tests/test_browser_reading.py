"""Reading the sample newsroom in a real browser: lists, articles, keys, marks, the look, a phone, and without script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser import DESK, PHONE, SMALL, Windows, service, width_of
from playwright.sync_api import Browser, Page, expect
from tour import number, pages, with_removals

from newsreel.web import passwords
from storage import accounts
from storage.database import open_database, sqlite_url

pytestmark = pytest.mark.browser
BACK, DARK_BACK = "rgb(251, 250, 247)", "rgb(21, 22, 24)"
PASSWORD = "a reel of five hundred feet"


def first(page: Page) -> str:
    """Give the first headline of a list."""
    return page.locator(".story h3").first.inner_text()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_one_reads_an_article_and_goes_back(windows: Windows) -> None:
    page = windows.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Latest")
    assert page.locator(".story").count() == 40
    headline = first(page)
    page.locator(".story h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    assert len(page.locator(".read").first.inner_text().split()) > 20
    original = page.locator(".bar").get_by_role("link", name="Original")
    assert re.match(r"http://127\.", original.get_attribute("href") or "")
    page.go_back()
    expect(page.locator(".story").first).not_to_have_class(re.compile("unread"))
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".story h3").first).not_to_have_text(headline)
    page.get_by_role("link", name="Newer").click()
    expect(page.locator(".story h3").first).to_have_text(headline)


def test_a_line_holds_about_sixty_five_letters(windows: Windows, sample: Path) -> None:
    page = windows.open(f"/article/{number(sample, 'word_count > 150')}")
    column, size = page.evaluate(
        "(e => [e.getBoundingClientRect().width, parseFloat(getComputedStyle(e).fontSize)])"
        "(document.querySelector('.read'))"
    )
    assert 28 * size <= column <= 30.5 * size


def test_one_searches_with_the_keyboard(windows: Windows) -> None:
    page = windows.open("/latest")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("director")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    assert page.locator(".story").count() > 0
    page.locator("#again").fill("chandeleirless")
    page.locator("#again").press("Enter")
    expect(page.locator("main")).to_contain_text("No article has “chandeleirless”.")


def test_filters_and_kinds_are_in_the_address(windows: Windows) -> None:
    page = windows.open("/latest")
    page.get_by_role("navigation", name="Kind").get_by_role("link", name="Reviews").click()
    expect(page).to_have_url(re.compile(r"kind=review"))
    page.locator("select[name=source]").select_option("demo-verdict-review")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"kind=review.*source=demo-verdict-review"))
    assert {*page.locator(".story .meta b").all_inner_texts()} == {"Review"}
    page.reload()
    assert page.locator("select[name=source]").input_value() == "demo-verdict-review"


def test_raw_and_clean_are_one_key_apart(windows: Windows, sample: Path) -> None:
    page = windows.open(f"/article/{with_removals(sample)}")
    clean = page.locator(".read p").all_inner_texts()
    page.keyboard.press("x")
    expect(page).to_have_url(re.compile(r"/removals$"))
    assert page.locator("del").count() >= 5
    kept = page.locator(".proof .read p").all_inner_texts()
    assert kept == clean
    for rule in page.locator(".cut .why code").all_inner_texts():
        assert re.fullmatch(r"[a-z]+(\.[\w-]+)?", rule), rule
    page.keyboard.press("x")
    expect(page.locator(".bar [aria-current=true]")).to_have_text("Clean")


def test_changes_are_shown_word_by_word(windows: Windows, sample: Path) -> None:
    page = windows.open(f"/article/{number(sample, 'version > 1')}")
    page.get_by_role("link", name="Changes").click()
    assert page.locator("ins, del").count() > 0


# --- keys and marks --------------------------------------------------------------------------------------------------


def test_j_k_and_o_walk_through_a_list(windows: Windows) -> None:
    page = windows.open("/latest")
    links = page.locator(".story h3 a")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
    headline = links.first.inner_text()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(headline)
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Latest")


def test_the_help_opens_and_closes(windows: Windows) -> None:
    page = windows.open("/latest")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".story h3 a").first).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_is_opened_is_read_and_m_undoes_it(windows: Windows) -> None:
    page = windows.open("/latest")
    row = page.locator(".story.unread").last
    name, headline = row.get_attribute("id"), row.locator("h3").inner_text()
    with page.expect_response(re.compile(r"/read$")):
        row.locator("h3 a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    expect(page.locator(".bar").get_by_role("button", name="Read")).to_have_attribute("aria-pressed", "true")
    with page.expect_response(re.compile(r"/read$")):
        page.keyboard.press("m")
    expect(page.locator(".bar").get_by_role("button", name="Read")).to_have_attribute("aria-pressed", "false")
    page.goto("/latest")
    expect(page.locator(f"#{name}")).to_have_class("story unread")


def test_s_keeps_an_article_among_the_starred(windows: Windows) -> None:
    page = windows.open("/latest")
    page.keyboard.press("j")
    headline = first(page)
    with page.expect_response(re.compile(r"/star$")):
        page.keyboard.press("s")
    expect(page.locator(".story [name=star]").first).to_have_attribute("aria-pressed", "true")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Starred").click()
    assert page.locator(".story h3").all_inner_texts() == [headline]
    with page.expect_response(re.compile(r"/star$")):
        page.locator(".story [name=star]").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing starred yet")


def test_a_list_is_marked_as_read_and_back(windows: Windows) -> None:
    page = windows.open("/kind/obituary")
    unread = page.locator(".story.unread").count()
    assert unread > 1
    page.get_by_role("button", name="Mark these read").click()
    expect(page.locator(".story.unread")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".story.unread")).to_have_count(unread)


# --- the look --------------------------------------------------------------------------------------------------------


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_dark_follows_the_system_unless_one_chose(windows: Windows) -> None:
    page = windows.open("/latest")
    assert background(page) == BACK
    page.emulate_media(color_scheme="dark")
    assert background(page) == DARK_BACK
    page.get_by_label("Appearance").click()
    with page.expect_response(re.compile(r"/look$")):
        page.get_by_label("Light", exact=True).check()
    assert background(page) == BACK
    page.reload()
    assert background(page) == BACK
    other = windows.open("/latest", color_scheme="dark")
    assert background(other) == DARK_BACK


def test_settings_hold_for_all_browsers(chromium: Browser, own_sample: Path) -> None:
    with service(own_sample) as origin:
        windows = Windows(chromium, origin)
        page = windows.open("/settings")
        page.get_by_label("Theme", exact=True).select_option("sepia")
        page.get_by_label("Text size", exact=True).select_option("l")
        page.get_by_label("Single keys").uncheck()
        page.get_by_label("Compact lists").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".note")).to_have_text("Saved.")
        other = windows.open("/latest")
        assert background(other) == "rgb(245, 236, 216)"
        expect(other.locator(".story .sum").first).to_be_hidden()
        other.keyboard.press("j")
        expect(other.locator(".story h3 a").first).not_to_be_focused()
        windows.check()


def test_a_picture_that_does_not_come_says_so(chromium: Browser, own_sample: Path) -> None:
    with service(own_sample) as origin:
        windows = Windows(chromium, origin)
        # Its host is in a private network, which is not open here.
        windows.expect("status of 4")
        windows.expect("status of 5")
        page = windows.open("/settings")
        page.get_by_label("Show pictures").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".note")).to_have_text("Saved.")
        page.goto("/kind/gallery")
        page.locator(".story h3 a").first.click()
        page.locator(".slides").scroll_into_view_if_needed()
        expect(page.locator(".slides .embed").first).to_have_text(re.compile(r"^Picture 1 of \d+ did not come\.$"))
        windows.check()


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["390", "320"])
def test_nothing_scrolls_sideways_on_a_phone(windows: Windows, sample: Path, size: dict[str, int]) -> None:
    windows.expect("status of 4")
    page = windows.open(size=size, has_touch=True, is_mobile=True)
    for path in pages(sample):
        page.goto(path)
        content, seen = width_of(page)
        assert content <= seen == size["width"], path


def test_on_a_phone_the_navigation_is_at_the_bottom_and_can_be_touched(windows: Windows) -> None:
    page = windows.open("/latest", PHONE, has_touch=True, is_mobile=True)
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Starred")
    box = link.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] > PHONE["height"] - 60
    link.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing starred yet")


# --- without script, and with a password -----------------------------------------------------------------------------


def test_without_script_one_reads_searches_and_stars(windows: Windows) -> None:
    page = windows.open("/latest", java_script_enabled=False)
    headline = first(page)
    page.locator(".story h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    page.locator(".bar").get_by_role("button", name="Star").click()
    expect(page.locator(".bar").get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    page.locator(".bar").get_by_role("button", name="Star").click()
    expect(page.locator(".bar").get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "false")
    page.locator("#q").fill("director")
    page.locator("#q").press("Enter")
    assert page.locator(".story").count() > 0
    page.get_by_label("Appearance").click()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Keep").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_password_opens_and_log_out_shuts(chromium: Browser, own_sample: Path) -> None:
    engine = open_database(sqlite_url(own_sample / "newsreel.db"))
    accounts.set_password(engine, passwords.hashed(PASSWORD), datetime.now(UTC))
    engine.dispose()
    with service(own_sample) as origin:
        windows = Windows(chromium, origin)
        windows.expect("status of 401")
        page = windows.open("/latest?kind=review")
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        page.get_by_label("Password").fill("not that one")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("That is not the password."))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(re.compile(r"/latest\?kind=review$"))
        assert page.locator(".story").count() > 0
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        page.go_back()
        expect(page.locator(".story")).to_have_count(0)
        page.goto("/article/1")
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        windows.check()


def test_without_articles_it_says_how_to_begin(chromium: Browser, tmp_path: Path) -> None:
    with service(tmp_path) as origin:
        windows = Windows(chromium, origin)
        for size in (DESK, SMALL):
            page = windows.open("/", size)
            expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here yet")
            assert width_of(page)[0] <= size["width"]
        windows.check()
