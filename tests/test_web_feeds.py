"""Feeds over real sockets: who may read them, what they hold, asking again, and lists as files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import feedparser
import pytest
from browsing import NOW as TODAY
from browsing import Answer, Browser, Clock
from sqlalchemy import Engine
from stories import HOUR, article, begin, database, end, record, store, visit, words

from newsreel.items import Author
from newsreel.web import Doors, WebServer, application, passwords
from newsreel.web.access import feed_of
from newsreel.web.feed_addresses import FeedOf
from newsreel.web.pages.forms import MOST
from storage import accounts, feed_keys, marks
from storage.database import writing
from storage.forgetting import Subject, forget
from storage.recleaning import recast

PASSWORD = "a reel of five hundred feet"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def server(engine: Engine) -> Iterator[WebServer]:
    with WebServer(application(Doors(engine, clock=Clock())), "127.0.0.1", 0) as server:
        yield server


@pytest.fixture
def browser(server: WebServer) -> Browser:
    return Browser(server.port)


@pytest.fixture
def newsroom(engine: Engine) -> Engine:
    subjects = [
        article("/1", kind="review", authors=(Author("Ada Moss"),), keywords=("tide",)),
        article("/2", "reef"),
        article("/3", flags=("sponsored",)),
        article("/4", "reef", kind="review", date_published=TODAY - 2 * HOUR),
    ]
    for n, subject in enumerate(subjects):
        store(engine, subject, now=TODAY - timedelta(hours=10 - n))
    marks.mark_starred(engine, [1], TODAY)
    marks.mark_read(engine, [4], TODAY)
    return engine


def numbers(answer: Answer) -> list[int]:
    """Give the articles of a feed of any format, by the last part of their addresses."""
    if answer.headers["content-type"] == "application/feed+json":
        return [int(item["url"].rpartition("/")[2]) for item in json.loads(answer.text)["items"]]
    read = feedparser.parse(answer.text.encode())
    assert not read.bozo
    return [int(entry.link.rpartition("/")[2]) for entry in read.entries]


def locked(engine: Engine) -> None:
    accounts.set_password(engine, passwords.hashed(PASSWORD), TODAY)


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
@pytest.mark.parametrize(
    ("stem", "query", "expected"),
    [
        ("all", "", [4, 2, 1]),
        ("all", "?sponsored=1", [4, 3, 2, 1]),
        ("all", "?limit=1", [4]),
        ("all", "?author=ada+moss&keyword=Tide", [1]),
        ("all", "?starred=1", [1]),
        ("all", "?unread=1", [2, 1]),
        ("source/reef", "", [4, 2]),
        ("source/reef", "?kind=review&source=reef", [4]),
        ("kind/review", "", [4, 1]),
        ("kind/box-office", "", []),
        ("search", "?q=strange&source=reef", [4, 2]),
        ("search", "?q=strange&author=Moss", [1]),
        ("search", "?q=nowhere", []),
    ],
)
def test_a_feed_has_the_newest_articles(
    browser: Browser, newsroom: Engine, form: str, stem: str, query: str, expected: list[int]
) -> None:
    answer = browser.get(f"/feeds/{stem}.{form}{query}")
    assert answer.status == 200, answer.text
    assert sorted(numbers(answer)) == sorted(expected)
    host = f"http://127.0.0.1:{browser.port}"
    assert f"{host}/feeds/{stem}.{form}{query}" in unescape(answer.text)


def test_a_feed_has_the_full_text_and_lasting_ids(browser: Browser, newsroom: Engine) -> None:
    before = feedparser.parse(browser.get("/feeds/all.atom").text.encode())
    assert words("4") in before.entries[0].content[0].value
    assert before.feed.id == "tag:127.0.0.1,2026:/feeds/all"
    assert [each["id"] for each in json.loads(browser.get("/feeds/all.json").text)["items"]] == [
        entry.id for entry in before.entries
    ]
    store(newsroom, article("/4", "reef", text=words("other"), content_hash="other"), now=TODAY)
    after = feedparser.parse(browser.get("/feeds/kind/article.atom").text.encode())
    assert before.entries[0].id in [entry.id for entry in after.entries]
    changed = next(entry for entry in after.entries if entry.id == before.entries[0].id)
    assert changed.updated > before.entries[0].updated
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", changed.id)


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/feeds/kind/review.rss", "/feeds/search.json?q=strange"])
def test_what_a_reader_has_is_not_sent_again(browser: Browser, newsroom: Engine, path: str) -> None:
    first = browser.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert modified == "Fri, 20 Nov 2026 05:00:00 GMT"
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": "*"},
        {"If_Modified_Since": modified},
        {"If_None_Match": tag, "If_Modified_Since": "Fri, 01 Jan 1999 00:00:00 GMT"},
    ):
        again = browser.get(path, **headers)
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag), headers
    for headers in (
        {"If_None_Match": '"x"', "If_Modified_Since": modified},
        {"If_Modified_Since": "Fri, 20 Nov 2026 04:59:59 GMT"},
        {"If_Modified_Since": "some day"},
    ):
        assert browser.get(path, **headers).status == 200, headers
    store(newsroom, article("/9", kind="review"), now=TODAY)
    again = browser.get(path, If_None_Match=tag, If_Modified_Since=modified)
    assert again.status == 200
    assert again.headers["last-modified"] > modified


def test_a_tag_knows_articles_that_went_or_read_differently(browser: Browser, newsroom: Engine) -> None:
    tag = browser.get("/feeds/all.atom").headers["etag"]
    assert browser.get("/feeds/all.atom", If_None_Match=tag).status == 304
    assert browser.get("/feeds/all.atom?sponsored=1", If_None_Match=tag).status == 200
    assert browser.get("/feeds/all.rss", If_None_Match=tag).status == 200
    with writing(newsroom) as connection:
        recast(connection, 2, replace(article("/2", "reef"), section="Film"), 1, TODAY)
    recleaned = browser.get("/feeds/all.atom", If_None_Match=tag)
    assert recleaned.status == 200
    forget(newsroom, Subject(article=1), "asked for", TODAY)
    assert numbers(browser.get("/feeds/all.atom", If_None_Match=recleaned.headers["etag"])) == [4, 2]


def test_a_strangers_reader_needs_the_secret_address(server: WebServer, newsroom: Engine) -> None:
    locked(newsroom)
    key = feed_keys.create(newsroom, FeedOf(source="reef").name, TODAY)
    stranger = Browser(server.port)
    for form in ("atom", "rss", "json"):
        address = FeedOf(source="reef").address(form, key)
        assert numbers(stranger.get(address)) == [4, 2]
        assert stranger.get(FeedOf(source="reef").address(form)).status == 401
        assert stranger.get(FeedOf().address(form, key)).status == 403
        assert stranger.get(f"{address}&limit=1").status == 403
    self_link = feedparser.parse(stranger.get(FeedOf(source="reef").address("atom", key)).text.encode()).feed.links[0]
    assert self_link.href.endswith(FeedOf(source="reef").address("atom", key))
    assert feed_keys.revoke(newsroom, 1, TODAY)
    assert stranger.get(FeedOf(source="reef").address("atom", key)).status == 403


@pytest.mark.parametrize(
    "feed",
    [
        FeedOf(),
        FeedOf(source="tide"),
        FeedOf(kind="review"),
        FeedOf("tide", "review"),
        FeedOf("tide", "review", q="a & b=c"),
        FeedOf(author="Ada Moss", keyword="C++ / more", sponsored=True, starred=True, unread=True, limit=7),
    ],
)
def test_a_key_is_for_the_address_that_it_was_made_with(feed: FeedOf) -> None:
    path, _, query = feed.address("atom", "s3cret").partition("?")
    assert feed_of(path, query) == feed.name


def test_addresses_are_made_and_revoked_under_settings(server: WebServer, newsroom: Engine) -> None:
    browser = Browser(server.port)
    made = browser.submit("/settings", "/settings/feeds", source="reef", kind="", q="")
    assert made.status == 200
    found = re.findall(r"http://[\w.:]+/feeds/source/reef\.(?:atom|rss|json)\?key=[\w-]+", unescape(made.text))
    assert len(found) == 3
    assert "key=" not in browser.get("/settings").text
    assert "/feeds/source/reef" in browser.get("/settings").text
    both = browser.submit("/settings", "/settings/feeds", source="reef", kind="review", q="strange story")
    assert "/feeds/search.atom?kind=review&q=strange+story&source=reef&key=" in unescape(both.text)
    locked(newsroom)
    stranger = Browser(server.port)
    assert numbers(stranger.get(found[0].partition(str(server.port))[2])) == [4, 2]
    inside = Browser(server.port)
    inside.submit("/login", "/login", password=PASSWORD)
    assert inside.submit("/settings", "/settings/feeds/1/revoke").status == 303
    assert stranger.get(found[0].partition(str(server.port))[2]).status == 403
    assert inside.submit("/settings", "/settings/feeds", source="nobody", kind="", q="").status == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/all.xml", 404),
        ("/feeds/all", 404),
        ("/feeds/source/nobody.atom", 404),
        ("/feeds/kind/novel.atom", 404),
        ("/feeds/search.atom", 422),
        ("/feeds/search.atom?q=after:someday", 422),
        ("/feeds/search.atom?q=a&starred=1", 422),
        ("/feeds/source/tide.atom?source=reef", 422),
        ("/feeds/kind/review.atom?kind=recap", 422),
        ("/feeds/all.atom?sorce=tide", 422),
        ("/feeds/all.atom?limit=201", 422),
    ],
)
def test_what_no_feed_has_is_said(browser: Browser, newsroom: Engine, path: str, status: int) -> None:
    assert browser.get(path).status == status


def test_every_list_names_its_feed(browser: Browser, newsroom: Engine) -> None:
    for path, feed in (
        ("/latest", "/feeds/all.atom"),
        ("/latest?source=reef&since=7d", "/feeds/source/reef.atom"),
        ("/kind/review?unread=1", "/feeds/kind/review.atom?unread=1"),
        ("/author/Ada%20Moss", "/feeds/all.atom?author=Ada+Moss"),
        ("/tag/tide", "/feeds/all.atom?keyword=tide"),
        ("/starred", "/feeds/all.atom?starred=1"),
        ("/search?q=strange+story&kind=review", "/feeds/search.atom?kind=review&q=strange+story"),
    ):
        text = unescape(browser.get(path).text)
        assert 'type="application/atom+xml" title="' in text, path
        assert f'href="{feed}">' in text, path
        assert browser.get(feed).status == 200
    assert "alternate" not in browser.get("/search").text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/latest", [4, 3, 2, 1]),
        ("/latest{}?source=reef&since=7d&unread=1", [2]),
        ("/kind/review", [4, 1]),
        ("/author/Ada%20Moss", [1]),
        ("/tag/tide", [1]),
        ("/starred", [1]),
        ("/search{}?q=strange&source=reef", [4, 2]),
    ],
)
def test_every_list_answers_as_a_file(browser: Browser, newsroom: Engine, path: str, expected: list[int]) -> None:
    path = path if "{}" in path else path + "{}"
    table = browser.get(path.format(".csv"))
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [int(row["url"].rpartition("/")[2]) for row in rows] == expected
    assert rows[0]["articleBody"]
    api = browser.get(path.format(".json"))
    assert api.status == 307
    assert [item["id"] for item in json.loads(browser.get(api.headers["location"]).text)["items"]] == expected
    for form in ("atom", "rss"):
        feed = browser.get(path.format(f".{form}"))
        assert feed.status == 307
        # Sponsored articles are left out of feeds.
        assert numbers(browser.get(feed.headers["location"])) == [number for number in expected if number != 3]


def test_a_long_table_says_where_it_goes_on(browser: Browser, engine: Engine) -> None:
    number = begin(engine)
    record(engine, *(visit(number, article(f"/{n}")) for n in range(MOST + 2)))
    end(engine, number)
    first = browser.get("/latest.csv?source=tide")
    following = re.fullmatch(r'<(/latest\.csv\?source=tide&before=\d+)>; rel="next"', first.headers["link"])
    assert following
    second = browser.get(following[1])
    assert "link" not in second.headers
    assert len(list(csv.DictReader(io.StringIO(first.text)))) == MOST
    assert len(list(csv.DictReader(io.StringIO(second.text)))) == 2


def test_dots_in_names_are_no_endings(browser: Browser, engine: Engine) -> None:
    store(engine, article("/1", authors=(Author("J. P. Moreau Jr."),), keywords=("node.js",)))
    assert browser.get("/author/J.%20P.%20Moreau%20Jr.").status == 200
    assert 'id="a1"' in browser.get("/tag/node.js").text
    assert browser.get("/tag/node.js.csv").headers["content-type"] == "text/csv; charset=utf-8"
