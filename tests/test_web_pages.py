"""What goes with every answer of the web page: headers, compression, errors in its own style, files that keep."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browsing import NOW, Browser, Clock
from fastapi import APIRouter
from jinja2 import UndefinedError
from sqlalchemy import Engine

from newsreel.items import Article, Block
from newsreel.web import Doors, WebServer, application
from newsreel.web.assets import address_of, assets
from newsreel.web.headers import ALWAYS
from newsreel.web.rendering import ENVIRONMENT
from storage import marks, preferences
from storage.database import open_database, sqlite_url, writing
from storage.writing import ArticleWriter

NASTY = """<script>alert(1)</script><img src=x onerror=alert(1)>" onfocus="alert(1)' {{ 7 * 7 }}"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"), busy_timeout=0.05)
    yield engine
    engine.dispose()


@pytest.fixture
def server(engine: Engine) -> Iterator[WebServer]:
    app = application(Doors(engine, clock=Clock()))
    broken = APIRouter()

    @broken.get("/broken")
    @broken.get("/api/v1/broken")
    def fail() -> None:
        raise RuntimeError("secret detail")

    @broken.get("/counted")
    @broken.get("/api/v1/counted")
    def count(number: int) -> dict[str, int]:
        return {"number": number}

    app.include_router(broken)
    with WebServer(app, "127.0.0.1", 0) as server:
        yield server


def store(engine: Engine, headline: str, **fields: object) -> int:
    url = f"https://tide.example/{abs(hash(headline))}"
    article = Article(
        url=url,
        source_id="tide",
        source_name=str(fields.pop("source_name", "Tide")),
        headline=headline,
        blocks=(Block("paragraph", "The reel turns."),),
        canonical_url=url,
        requested_url=url,
        date_downloaded=NOW,
        **fields,  # type: ignore[arg-type]
    )
    with writing(engine) as connection:
        return ArticleWriter(connection, NOW).insert(article, url, url)


class Attributes(HTMLParser):
    """Collects a page's elements and the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def elements(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Attributes()
    parser.feed(text)
    return parser.elements


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/latest", 200),
        ("/", 200),
        ("/healthz", 200),
        ("/nowhere", 404),
        ("/broken", 500),
        ("/counted?number=x", 422),
        ("/logout", 405),
        ("/static/0/newsreel.css", 404),
        ("/api/v1/broken", 500),
    ],
)
def test_every_answer_has_the_headers(server: WebServer, path: str, status: int) -> None:
    answer = Browser(server.port).get(path)
    assert answer.status == status
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "private, no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_also_the_answer_to_a_foreign_host_name_has_them(server: WebServer) -> None:
    answer = Browser(server.port).get("/latest", Host="rebound.example")
    assert answer.status == 400
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "Nothing here"),
        ("/logout", 405, "Not this way"),
        ("/counted?number=x", 422, "number"),
        ("/broken", 500, "A fault of ours"),
    ],
)
def test_errors_are_pages_of_our_own_and_problems_for_programs(
    server: WebServer, path: str, status: int, words: str
) -> None:
    answer = Browser(server.port).get(path)
    assert answer.status == status
    assert words in answer.text
    assert "newsreel.css" in answer.text
    assert "secret detail" not in answer.text
    if path != "/logout":
        answer = Browser(server.port).get(f"/api/v1{path}")
        problem = json.loads(answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["status"], bool(problem["title"]), bool(problem["detail"])) == (status, True, True)
        assert "secret detail" not in answer.text


def test_a_database_that_cannot_be_read_is_said_so(server: WebServer, engine: Engine) -> None:
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as holder:
        holder.execute("ALTER TABLE preferences RENAME TO preferred")
        answer = Browser(server.port).get("/latest")
        assert answer.status == 503
        assert "database cannot be read" in answer.text
        assert answer.headers["retry-after"] == "10"
        answer = Browser(server.port).post("/read", {"articles": "1"})
        assert (answer.status, "this was not done" in answer.text) == (503, True)
        assert Browser(server.port).get("/api/v1/x").headers["content-type"] == "application/problem+json"
        assert Browser(server.port).get("/healthz").status == 200
        holder.execute("ALTER TABLE preferred RENAME TO preferences")
    assert Browser(server.port).get("/latest").status == 200


def test_pages_are_compressed_for_those_who_take_it(server: WebServer) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/latest", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        assert response.headers["content-encoding"] == "gzip"
        assert b"<h1>" in gzip.decompress(response.read())


def test_the_first_page_is_small(server: WebServer, engine: Engine) -> None:
    for n in range(40):
        store(
            engine, f"A headline of some length about the reel number {n}", description=f"A line about reel {n}. " * 6
        )
    page = Browser(server.port).get("/latest").text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(files) == 5
    sent = len(gzip.compress(page.encode(), 5))
    assert sent <= 10_000
    for path in files:
        sent += len(gzip.compress(Browser(server.port).get(path).text.encode(), 5))
    assert sent <= 60_000
    assert sum(len(assets()[name].content) for name in ("newsreel.js", "swaps.js")) <= 6_500


def test_files_keep_for_good_under_an_address_of_their_content(server: WebServer) -> None:
    browser = Browser(server.port)
    for name, asset in assets().items():
        answer = browser.get(address_of(name))
        assert answer.text.encode() == asset.content, name
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        again = browser.get(address_of(name), If_None_Match=answer.headers["etag"])
        assert (again.status, again.text) == (304, "")
    for wrong in ("/static/0/newsreel.js", "/static/x/../../access.py", f"/static/{'0' * 16}/%2e%2e/access.py"):
        assert browser.get(wrong).status == 404


def test_libraries_have_their_licences_beside_them() -> None:
    names = {name for name in assets() if name.startswith("vendor/")}
    assert {"vendor/htmx-LICENSE.txt", "vendor/uPlot-LICENSE.txt"} <= names


def test_what_outlets_write_is_text_and_nothing_else(server: WebServer, engine: Engine) -> None:
    store(engine, NASTY, description=NASTY, source_name=NASTY)
    answer = Browser(server.port).get("/latest")
    assert answer.status == 200
    found = elements(answer.text)
    assert not [tag for tag, attributes in found if any(name.startswith("on") for name in attributes)]
    assert not [attributes for tag, attributes in found if "style" in attributes or tag in ("style", "img")]
    assert all(attributes.get("src", "").startswith("/static/") for tag, attributes in found if tag == "script")  # type: ignore[union-attr]
    assert "{{ 7 * 7 }}" in answer.text
    answer = Browser(server.port).get("/login?next=" + "%22%3E%3Cscript%3E")
    assert "<script>" not in answer.text


def test_a_name_that_is_missing_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ headlne }}").render(headline="x")


def test_head_answers_as_get_without_the_body(server: WebServer) -> None:
    answer = Browser(server.port).ask("HEAD", "/latest")
    assert (answer.status, answer.text) == (200, "")


def test_the_look_is_kept_in_the_browser_before_what_holds_for_all(server: WebServer, engine: Engine) -> None:
    preferences.save(engine, preferences.Preferences(theme="sepia", keys=False, compact=True))
    browser = Browser(server.port)
    html = browser.get("/latest").text.split("<head>")[0]
    assert 'data-theme="sepia"' in html
    assert 'data-keys="off"' in html
    assert 'data-lists="compact"' in html
    answer = browser.submit("/latest", "/look", theme="dark", size="s", back="/settings")
    assert answer.headers["location"] == "/settings"
    assert 'data-theme="dark" data-size="s"' in browser.get("/latest").text
    browser.cookies["newsreel_theme"] = "x'><script>"
    assert 'data-theme="sepia"' in browser.get("/latest").text
    assert browser.submit("/latest", "/look", theme="neon", size="s").status == 422


def test_preferences_are_kept_by_their_form(server: WebServer, engine: Engine) -> None:
    assert preferences.preferences(engine) == preferences.Preferences()
    browser = Browser(server.port)
    saved = browser.submit("/settings", "/settings", theme="dark", size="l", images="true", compact="true")
    assert "Saved." in browser.get(saved.headers["location"]).text
    kept = preferences.preferences(engine)
    assert kept == preferences.Preferences("dark", "l", images=True, keys=False, compact=True)


def test_marks_are_kept_and_taken_back(engine: Engine) -> None:
    first, second = store(engine, "One"), store(engine, "Two")
    assert marks.mark_read(engine, [first, second, 999], NOW) == 2
    assert marks.mark_read(engine, [first], NOW) == 0
    assert marks.mark_starred(engine, [second], NOW) == 1
    assert marks.marks_of(engine, [first, second, 999]) == {first: marks.Mark(NOW), second: marks.Mark(NOW, NOW)}
    assert marks.starred(engine, 10) == [(second, NOW)]
    assert marks.starred(engine, 10, before=(NOW, second)) == []
    assert marks.mark_starred(engine, [first], NOW) == 1
    assert [number for number, _ in marks.starred(engine, 1)] == [second]
    assert marks.starred(engine, 10, before=(NOW, second)) == [(first, NOW)]
    assert marks.mark_read(engine, [first], None) == 1
    assert marks.marks_of(engine, [first]) == {first: marks.Mark(None, NOW)}
    assert marks.mark_starred(engine, [second], None) == 1
    assert marks.count_starred(engine) == 1


def test_parts_say_in_words_what_they_show_in_shapes() -> None:
    made = ENVIRONMENT.from_string(
        """{% from "_parts.html" import state, column, chart, tiles, field, tabs, note with context %}
        {{ state("blocked") }}{{ state("late", word=false) }}
        {{ column("Lag", "?sort=lag", "descending", "num") }}
        {% call chart("Articles an hour", "Most at noon.", "/x.csv", [("Day", false), ("Articles", true)], [["<Mon>", 7]]) %}
        <svg></svg>{% endcall %}
        {{ tiles([("Sources ok", 51, "of 60")]) }}
        {{ field("home", "Address", '"><b>', error="No site answers there.", hint="Any page of it.") }}
        {{ tabs("State", [("?state=ok", "ok", 1284, true)]) }}
        {{ note("Not saved.", state="failing") }}"""
    ).render(visit=None, times=None)
    found = elements(made)
    assert made.count('<span class="vh">late</span>') == 1
    assert re.search(r'href="#s-blocked"/></svg>blocked', made)
    assert ("th", {"scope": "col", "class": "num", "aria-sort": "descending"}) in found
    assert "&lt;Mon&gt;" in made
    assert '<td class="num">7</td>' in made
    address = next(attributes for tag, attributes in found if tag == "input")
    assert address["value"] == '"><b>'
    assert (address["aria-describedby"], address["aria-invalid"]) == ("h-home e-home", "true")
    assert "1,284" in made
    assert 'role="alert"' in made
