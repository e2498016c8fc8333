"""What an outlet repeats leaves the pages that were stored before its memory could tell, and costs no sentence."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from crawl_process import DEADLINE, begin_crawl, crawl, entry, look
from hostile import RSS, HostileWeb, Site, answer, feed, story
from sqlalchemy import Engine, select

from newsreel.items import body_text
from storage import schema
from storage.articles import Articles, Filter, Stored
from storage.database import open_database, reading, sqlite_url, writing
from storage.holdings import text_of
from storage.memory import settle
from storage.recleaning import recast
from storage.recount import recount
from storage.searching import search

NETWORK = "127.83.0.0/16"
STRANGE = "Harbour Notes and Quayside Talk"
STORIES = 7


@pytest.fixture
def web() -> Iterator[HostileWeb]:
    with HostileWeb(NETWORK) as web:
        yield web


def on_air(web: HostileWeb, folder: Path, pages: dict[str, str], more: str = "") -> Site:
    site = web.add("outlet", {path: answer(html) for path, html in pages.items()})
    site.pages["/feed"] = answer(feed([site.base + path for path in pages]), kind=RSS)
    (folder / "outlets.toml").write_text(entry("outlet", site, site.base + "/feed", more), encoding="utf-8")
    return site


def with_strange_line(name: str) -> str:
    """Give a story with a line that no rule knows between its paragraphs."""
    page = story(name)
    middle = page.index("</p>", page.index("play number 3")) + len("</p>")
    return f"{page[:middle]}<p>{STRANGE}</p>{page[middle:]}"


def names(first: int, count: int) -> dict[str, str]:
    towns = ("Abbot", "Brig", "Cove", "Drake", "Ebb", "Fern", "Gull", "Heron", "Isle", "Jetty")
    return {f"/{n}": with_strange_line(towns[n]) for n in range(first, first + count)}


def crawled(folder: Path, *options: str) -> None:
    done = crawl(folder, "outlet", *options, network=NETWORK)
    assert done.returncode in (0, 3), done.stderr
    assert look(folder, done.returncode, done.stderr).unaccounted() == []


def stored(folder: Path) -> list[Stored]:
    engine = open_database(sqlite_url(folder / "newsreel.db"))
    try:
        return list(Articles(engine).each(Filter()))
    finally:
        engine.dispose()


def assert_counters_are_those_of_a_recount(folder: Path) -> None:
    engine = open_database(sqlite_url(folder / "newsreel.db"))
    now = datetime.now(UTC)
    assert [each.differences for each in recount(engine, now)] == [()]
    engine.dispose()
    wanted: Counter[str] = Counter()
    for each in stored(folder):
        wanted.update(text_of(each.article))
    with closing(sqlite3.connect(folder / "newsreel.db")) as connection:
        rows = connection.execute("SELECT name, SUM(n) FROM run_counts GROUP BY name").fetchall()
    kept = {name: n for name, n in rows if name.partition(":")[0] in ("chars", "removed", "cuts", "with")}
    assert {name: n for name, n in kept.items() if n} == {name: n for name, n in wanted.items() if n}


def assert_settled(articles: list[Stored], count: int) -> None:
    assert len(articles) == count
    for each in articles:
        assert STRANGE not in body_text(each.article.blocks)
        assert [removal.rule for removal in each.article.removals if removal.text == STRANGE] == ["memory"]
        assert body_text(each.article.blocks).count("harbour theatre on a warm evening") == 5
        assert each.article.version == 1


def test_the_first_pages_of_a_crawl_are_cleaned_again_when_the_memory_is_usable(
    web: HostileWeb, tmp_path: Path
) -> None:
    site = on_air(web, tmp_path, names(0, STORIES))
    crawled(tmp_path)
    first = stored(tmp_path)
    assert_settled(first, STORIES)
    assert_counters_are_those_of_a_recount(tmp_path)
    assert all(asked == 1 for asked in Counter(a.path for a in web.asked("outlet") if a.path != "/robots.txt").values())

    # The next crawl finds nothing left to do.
    site.pages["/feed"] = answer(feed([f"{site.base}/{n}" for n in range(STORIES)], "<x/>"), kind=RSS)
    crawled(tmp_path)
    assert stored(tmp_path) == first
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"))
    assert all(Articles(engine).revisions(each.id) == [] for each in first)
    assert search(engine, "quayside").articles == []
    engine.dispose()


def test_pages_of_earlier_crawls_are_cleaned_again_too(web: HostileWeb, tmp_path: Path) -> None:
    site = on_air(web, tmp_path, names(0, 3))
    crawled(tmp_path)
    assert all(STRANGE in body_text(each.article.blocks) for each in stored(tmp_path))
    more = names(3, 4)
    site.pages |= {path: answer(html) for path, html in more.items()}
    site.pages["/feed"] = answer(feed([site.base + path for path in more]), kind=RSS)
    crawled(tmp_path)
    assert_settled(stored(tmp_path), 7)
    assert_counters_are_those_of_a_recount(tmp_path)


def unsettle(folder: Path, numbers: list[int]) -> None:
    """Put articles back as a crawl leaves them that is killed before it has cleaned them again."""
    engine: Engine = open_database(sqlite_url(folder / "newsreel.db"))
    for each in Articles(engine).each(Filter()):
        if each.id not in numbers:
            continue
        old = each.article
        with writing(engine) as connection:
            line = next(removal for removal in old.removals if removal.text == STRANGE)
            blocks = (*old.blocks[:2], replace(old.blocks[0], text=STRANGE), *old.blocks[2:])
            removals = tuple(removal for removal in old.removals if removal != line)
            recast(
                connection, each.id, replace(old, blocks=blocks, removals=removals, content_hash="0"), 1, each.stored_at
            )
            settle(connection, each.id, 1)
    with reading(engine) as connection:
        assert connection.execute(select(schema.articles.c.id).where(schema.articles.c.memory_pages == 1)).all()
    engine.dispose()


def test_what_a_kill_left_is_made_good_by_the_next_crawl(web: HostileWeb, tmp_path: Path) -> None:
    on_air(web, tmp_path, names(0, STORIES))
    crawled(tmp_path)
    whole = stored(tmp_path)
    unsettle(tmp_path, [2, 3])
    assert STRANGE in body_text(stored(tmp_path)[1].article.blocks)
    assert_counters_are_those_of_a_recount(tmp_path)
    crawled(tmp_path)
    assert stored(tmp_path) == whole
    assert_counters_are_those_of_a_recount(tmp_path)


def test_a_text_that_came_with_the_feed_loses_the_line_too(web: HostileWeb, tmp_path: Path) -> None:
    pages = names(0, STORIES)
    site = on_air(web, tmp_path, pages, 'body = "feed"')
    items = "".join(
        f"<item><title>Harbour theatre {n}</title><link>{site.base}/{n}</link>"
        f"<content:encoded><![CDATA[{html[html.index('</h1>') + 5 : html.index('</article>')]}]]></content:encoded></item>"
        for n, html in enumerate(pages.values())
    )
    site.pages["/feed"] = answer(
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Harbour</title>{items}</channel></rss>",
        kind=RSS,
    )
    crawled(tmp_path)
    assert_settled(stored(tmp_path), STORIES)
    assert_counters_are_those_of_a_recount(tmp_path)


def test_a_killed_crawl_is_made_good_by_the_next_one(web: HostileWeb, tmp_path: Path) -> None:
    gate = web.gate()
    site = on_air(web, tmp_path, names(0, STORIES))
    site.pages["/6"] = gate.before(site.pages["/6"])
    process = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    process.kill()
    process.communicate(timeout=DEADLINE)
    gate.opened.set()
    crawled(tmp_path)
    assert_settled(stored(tmp_path), STORIES)
    assert_counters_are_those_of_a_recount(tmp_path)
