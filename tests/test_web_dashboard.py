"""The dashboard over real sockets: its numbers, those that need the owner, the chart, the table, its files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from browsing import NOW, Browser, Clock
from sqlalchemy import Engine, insert
from stories import DAY, HOUR, article, begin, database, end, store, words

from newsreel.items import Author, Removal
from newsreel.web import Doors, WebServer, application, sheets
from newsreel.web.assets import assets
from newsreel.web.newsroom import ORDERS
from storage import health, schema
from storage.beats import beat
from storage.counting import bump, upsert
from storage.dashboard import RANGES
from storage.database import writing

NASTY = """<script>alert(1)</script>" onfocus="alert(1)' {{ 7 * 7 }}"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(engine: Engine, clock: Clock) -> Iterator[Browser]:
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as server:
        yield Browser(server.port)


def judged(engine: Engine, source: str, state: str, reason: str, signal: str, since: datetime = NOW - 5 * HOUR) -> None:
    """Keep a state of a source, as a judgement would."""
    told = {"state": state, "reason": reason, "since": since, "signals": [signal]}
    with writing(engine) as connection:
        row = upsert(connection, schema.health).values(source=source, judged_at=NOW, notes=[], **told)
        values = told | {"judged_at": NOW}
        connection.execute(row.on_conflict_do_update(index_elements=[schema.health.c.source], set_=values))
        connection.execute(insert(schema.health_changes).values(source=source, before="ok", at=NOW, **told))


def due(engine: Engine, source: str, at: datetime) -> None:
    with writing(engine) as connection:
        t = schema.sources
        connection.execute(t.update().where(t.c.source == source).values(next_due_at=at, plan="every hour"))


def newsroom(engine: Engine) -> None:
    """Store a few articles of three sources, one of which fails."""
    cut = (Removal("ad.marker", "Advertisement", "body"),)
    texts = {"authors": (Author("Ada Moss"),), "date_published": NOW - HOUR, "removals": cut}
    store(engine, article("/a", "tide", **texts), article("/b", "tide"), article("/c", "reef"), now=NOW - HOUR)
    store(engine, article("/d", "reef"), now=NOW - 3 * DAY)
    store(engine, article("/e", "mast"), now=NOW - 9 * DAY)
    judged(engine, "mast", "failing", "its feed cannot be read, 3 times in a row: 500", "doors")


def names(text: str) -> list[str]:
    """Give the sources of the table, in order."""
    return re.findall(r'<th scope="row"><a href="/source/([^"]+)"', text)


def test_without_sources_the_page_says_what_comes_next(browser: Browser) -> None:
    page = browser.get("/sources").text
    assert "No sources yet" in page
    assert "newsreel demo" in page
    assert "uPlot" not in page
    assert browser.get("/sources.json").text == "[]"


def test_what_needs_the_owner_comes_first(browser: Browser, engine: Engine) -> None:
    newsroom(engine)
    page = browser.get("/sources").text
    assert "One of 3 needs you. The rest look after themselves." in page
    assert '<a href="/sources" aria-current="page">' in page
    listed = page[page.index("These need you") : page.index("All sources")]
    assert "Its feed cannot be read, 3 times in a row: 500. Since today" in listed
    assert 'href="/source/mast#reads"' in listed
    assert "Tide" not in listed
    assert names(page) == ["mast", "tide", "reef"]
    assert browser.get("/source/mast").status == 200


def test_four_numbers_stand_beside_what_is_usual(browser: Browser, engine: Engine) -> None:
    newsroom(engine)
    # Four weeks of two articles a day before noon, and one after.
    for n in range(1, 29):
        for path, hour in (("x", 3), ("y", 4), ("z", 14)):
            at = (NOW - n * DAY).replace(hour=hour)
            store(engine, article(f"/{path}{n}", "tide", text=words(f"{path}{n}x")), now=at)
    page = browser.get("/sources").text
    found = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+?) <small>", page))
    assert found["Sources ok"] == "2"
    assert found["Articles today"] == "3"
    assert "of 3; 3 yesterday" in page
    assert "usual by now is 2<" in page
    assert re.search(r"% last week", page)
    assert found["Median lag"] == "16 s"


@pytest.mark.parametrize("wanted", RANGES)
def test_each_range_has_a_chart_its_table_and_its_file(browser: Browser, engine: Engine, wanted: str) -> None:
    newsroom(engine)
    page = browser.get(f"/sources?range={wanted}").text
    title = "Articles an hour" if wanted in ("24h", "7d") else "Articles a day"
    assert f"<h2>{title}</h2>" in page
    assert f'href="/sources/articles.csv?range={wanted}"' in page
    data = json.loads(re.search(r'data-plot="([^"]+)"', page)[1].replace("&#34;", '"'))  # type: ignore[index]
    rows = list(csv.DictReader(io.StringIO(browser.get(f"/sources/articles.csv?range={wanted}").text)))
    assert len(rows) == len(data["values"])
    # The last point is not over yet, and is not drawn; the file has it.
    assert data["values"][-1] is None
    assert [row["articles"] for row in rows[:-1]] == ["" if n is None else str(n) for n in data["values"][:-1]]
    assert page.count("<script") == page.count('src="/static/')
    assert re.search(r"<summary[^>]*>The numbers</summary>", page)


def test_where_nobody_looked_there_is_no_zero(browser: Browser, engine: Engine) -> None:
    for n in range(160):
        at = NOW - n * HOUR
        if not 30 <= n < 40:
            store(engine, article(f"/{n}", text=words(f"s{n}x")), now=at)
    rows = list(csv.DictReader(io.StringIO(browser.get("/sources/articles.csv?range=7d").text)))
    values = [row["articles"] for row in rows][::-1]
    assert values[30:40] == [""] * 10
    assert values[160:] == [""] * 8
    assert values[:30] == ["1"] * 30
    page = browser.get("/sources").text
    assert "Grey: no data, no crawl ran from" in page
    assert page.count('<rect class="c2"') == 2


def test_crawls_that_find_nothing_make_a_zero(browser: Browser, engine: Engine) -> None:
    for n in range(100):
        if n < 20 or n > 60:
            store(engine, article(f"/{n}", text=words(f"s{n}x")), now=NOW - n * HOUR)
        else:
            run = begin(engine, now=NOW - n * HOUR)
            with writing(engine) as connection:
                bump(connection, "tide", run, NOW - n * HOUR, {"doors-read": 1})
            end(engine, run, now=NOW - n * HOUR)
    rows = list(csv.DictReader(io.StringIO(browser.get("/sources/articles.csv?range=7d").text)))
    assert [row["articles"] for row in rows][::-1][20:61] == ["0"] * 41


@pytest.mark.parametrize("order", ORDERS)
def test_the_table_sorts_by_plain_links(browser: Browser, engine: Engine, order: str) -> None:
    newsroom(engine)
    due(engine, "reef", NOW + HOUR)
    due(engine, "tide", NOW + 2 * HOUR)
    up = browser.get(f"/sources?sort={order}").text
    assert 'aria-sort="ascending"' in up
    down = browser.get(f"/sources?sort=-{order}").text
    assert 'aria-sort="descending"' in down
    assert sorted(names(up)) == sorted(names(down)) == ["mast", "reef", "tide"]
    expected = {
        "state": ["mast", "tide", "reef"],
        "name": ["mast", "reef", "tide"],
        "today": ["mast", "reef", "tide"],
        "articles": ["mast", "tide", "reef"],
        "next": ["reef", "tide", "mast"],
    }
    if order in expected:
        assert names(up) == expected[order]
    other = re.search(r'aria-sort="ascending"><a href="([^"]+)"', up)
    assert other
    assert other[1] == f"/sources?range=7d&amp;sort=-{order}"


def test_a_heading_turns_the_order_that_it_made(browser: Browser, engine: Engine) -> None:
    newsroom(engine)
    page = browser.get("/sources").text
    heading = re.search(r'<a href="([^"]+)">Today</a>', page)
    assert heading
    first = browser.get(heading[1].replace("&amp;", "&")).text
    assert names(first) == ["tide", "reef", "mast"]
    again = re.search(r'aria-sort="descending"><a href="([^"]+)">Today</a>', first)
    assert again
    assert names(browser.get(again[1].replace("&amp;", "&")).text) == ["mast", "reef", "tide"]


def test_a_state_narrows_the_table_down(browser: Browser, engine: Engine) -> None:
    newsroom(engine)
    health.pause(engine, "reef", NOW)
    page = browser.get("/sources?state=paused&range=30d&sort=name").text
    assert names(page) == ["reef"]
    assert 'href="/sources?range=30d&amp;state=failing&amp;sort=name"' in page or (
        'href="/sources?range=30d&amp;sort=name&amp;state=failing"' in page
    )
    assert ">paused</td>" in page
    nothing = browser.get("/sources?state=late").text
    assert "No source is late." in nothing
    for path in ("/sources?state=odd", "/sources?sort=odd", "/sources?range=9y", "/sources.csv?sort=;"):
        assert browser.get(path).status == 422, path


def test_the_table_is_given_as_files(browser: Browser, engine: Engine) -> None:
    newsroom(engine)
    judged(engine, "reef", "degraded", "=cmd|'/c calc'!A1", "words")
    answer = browser.get("/sources.csv?sort=name")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="sources.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["source"] for row in rows] == ["mast", "reef", "tide"]
    assert rows[1]["reason"] == "'=cmd|'/c calc'!A1"
    found = json.loads(browser.get("/sources.json?state=ok").text)
    assert [each["source"] for each in found] == ["tide"]
    assert found[0]["articles"] == 2
    assert found[0]["author"] == 0.5
    assert found[0]["lastRun"] == "2026-11-20T11:00:00Z"
    assert found[0]["nextRun"] is None


def test_files_hold_numbers_in_full() -> None:
    sheet = sheets.csv_file("x", ("n",), [(1234567.5,), (0.123456,), (10.0,), (-3,), ("-3",)])
    assert bytes(sheet.body).decode().split() == ["n", "1234567.5", "0.1235", "10", "-3", "'-3"]


def test_a_service_that_fell_silent_is_said_so(browser: Browser, engine: Engine, clock: Clock) -> None:
    newsroom(engine)
    assert "No service is at work" not in browser.get("/sources").text
    with writing(engine) as connection:
        beat(connection, NOW - DAY, NOW, 0)
    assert "No service is at work" not in browser.get("/sources").text
    clock.passes(minutes=14)
    assert "The last sign of one is 14 min ago" in browser.get("/sources").text


def test_two_sources_are_shown_on_the_same_axes(browser: Browser, engine: Engine) -> None:
    assert "It takes two sources" in browser.get("/sources/compare").text
    newsroom(engine)
    choice = browser.get("/sources/compare?a=reef").text
    assert '<option value="reef" selected>Reef</option>' in choice
    assert "data-plot" not in choice
    page = browser.get("/sources/compare?a=tide&b=reef&range=30d").text
    assert 'class="cl" d="M' in page
    assert 'class="cd" d="M' in page
    assert "Line chart of two sources: Tide, 2 articles; Reef, 2 articles" in page
    assert re.search(r'<th scope="row">Articles</th><td class="num">2</td><td class="num">2</td>', page)
    rows = list(csv.DictReader(io.StringIO(browser.get("/sources/compare.csv?a=tide&b=reef&range=30d").text)))
    assert [(row["tide"], row["reef"]) for row in rows[-4:]] == [("", "1"), ("", "0"), ("", "0"), ("2", "1")]
    for wanted in RANGES:
        assert browser.get(f"/sources/compare?a=tide&b=mast&range={wanted}").status == 200
    assert browser.get("/sources/compare?a=tide&b=nobody").status == 404
    assert browser.get("/sources/compare.csv?a=tide").status == 422


def test_names_and_reasons_are_text(browser: Browser, engine: Engine) -> None:
    store(engine, article("/a", "tide", source_name=NASTY))
    judged(engine, "tide", "degraded", NASTY, "words")
    store(engine, article("/b", "reef"))
    for path in ("/sources", "/source/tide", "/sources/compare?a=tide&b=reef"):
        page = browser.get(path).text
        assert "<script>" not in page
        assert 'onfocus="' not in page
        assert "{{ 7 * 7 }}" in page


def test_sixty_sources_fit_the_budget(browser: Browser, engine: Engine) -> None:
    for n in range(60):
        for day in range(3):
            text = words(f"s{n}d{day}x")
            store(engine, article(f"/{day}", f"outlet-{n}", text=text), now=NOW - day * DAY - n * timedelta(minutes=9))
    for n in range(9):
        judged(engine, f"outlet-{n}", "degraded", f"articles have become shorter: {n} words in the middle", "words")
    page = browser.get("/sources").text
    assert len(names(page)) == 60
    assert len(gzip.compress(page.encode(), 5)) <= 10_000
    assert "1 more below" in page
    assert len(assets()["charts.js"].content) <= 5_000
