"""The JSON API over real sockets: its answers are what its description says, its lists keep still, its errors help."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import NOW as TODAY
from browsing import Browser, Clock
from fastapi import Request
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from stories import HOUR, article, begin, database, discover, end, record, store, visit, words

from newsreel.configuration import load_configuration
from newsreel.export import article_json
from newsreel.health import STATES
from newsreel.items import (
    Author,
    Block,
    Embed,
    Image,
    ListItem,
    LiveUpdate,
    Removal,
    Review,
    Slide,
)
from newsreel.web import Doors, WebServer, application, passwords
from newsreel.web.api import ROUTERS, source_values
from newsreel.web.api.article_values import Article as ArticleValue
from newsreel.web.api.description import Description
from newsreel.web.api.manual import sections
from storage import accounts, beats, health, marks, run_logs, schedules, tokens
from storage.articles import Articles
from storage.counting import bump
from storage.database import writing
from storage.run_logs import LogLine, Report, Resources

CATALOGUE = """
[outlet.tide]
name = "The Tide"
home = "https://tide.example/"
feeds = ["https://tide.example/feed?api_key=f00dbabe"]
interval = "30m"

[outlet.quay]
name = "Quay"
home = "https://quay.example/"
feeds = ["https://quay.example/feed"]
enabled = false
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(engine: Engine, clock: Clock, tmp_path: Path) -> Iterator[WebServer]:
    (tmp_path / "catalogue.toml").write_text(CATALOGUE)
    configuration = load_configuration({"data_dir": tmp_path, "sources": tmp_path / "catalogue.toml"}, {})
    doors = Doors(engine, clock=clock, configuration=lambda: configuration)
    with WebServer(application(doors), "127.0.0.1", 0) as server:
        yield server


class Program(Browser):
    """Asks the API with a token, and holds each answer against the description."""

    def json(self, path: str, status: int = 200, method: str = "GET", body: Any = None, **headers: str) -> Any:
        """Ask, and give the values of the answer."""
        if body is not None:
            headers = {"Content_Type": "application/json"} | headers
        answer = self.ask(method, path, b"" if body is None else json.dumps(body).encode(), **headers)
        assert answer.status == status, answer.text
        kind = "application/json" if status < 300 else "application/problem+json"
        assert answer.headers["content-type"] == kind
        assert answer.headers["cache-control"].startswith("private, no-")
        values = json.loads(answer.text)
        if status >= 300:
            assert values["status"] == status
            assert values["type"] == "about:blank"
            assert values["title"]
            assert values["detail"]
        else:
            model = model_of(method, path)
            # No field that is not described, none that is missing, none of another type.
            model.model_validate_json(answer.text, extra="forbid", strict=True)
        return values


def model_of(method: str, path: str) -> Any:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if method in (route.methods or ()) and route.path_regex.match(path.partition("?")[0]):
                return route.response_model
    raise AssertionError(f"{method} {path} is described nowhere")


@pytest.fixture
def reader(server: WebServer) -> Program:
    return Program(server.port)


@pytest.fixture
def writer(server: WebServer, engine: Engine) -> Program:
    secret = tokens.create(engine, "script", True, TODAY)
    return Program(server.port, {"Authorization": f"Bearer {secret}"})


def many(engine: Engine, number: int, start: int = 0) -> None:
    for n in range(start, start + number):
        subject = article(f"/{n}", kind=("article", "review")[n % 2], authors=(Author("Ada Moss"),), keywords=("tide",))
        store(engine, subject, now=TODAY - timedelta(minutes=10 * (500 - n)))


def ids(values: Any) -> list[int]:
    return [item["id"] for item in values["items"]]


def whole() -> Any:
    """Give an article that has everything."""
    return article(
        "/whole",
        headline="Half a pair \ud83d, <b>\u2028</b>",
        alternative_headline="Whole",
        description="All of it.",
        section="Film",
        authors=(Author("Ada Moss", "https://tide.example/ada"), Author("The Desk")),
        date_published=TODAY - 2 * HOUR,
        date_modified=TODAY - HOUR,
        date_published_raw="today",
        date_source="jsonld",
        in_language="en",
        keywords=("reel", "attic"),
        main_image=Image("https://tide.example/1.jpg"),
        images=(Image("https://tide.example/1.jpg", "A reel", "Ben Hale"), Image("https://tide.example/2.jpg")),
        videos=(Embed("youtube", "https://video.example/1"),),
        audios=(Embed("spotify", "https://audio.example/1"),),
        embeds=(Embed("instagram", "https://gram.example/1", "ada", "Look"), Embed("x")),
        is_accessible_for_free=False,
        access_signal="schema",
        flags=("paywalled", "spoiler"),
        kind="review",
        review=Review("3.5", "★★★½", "4", "Reel Two", "Movie"),
        slides=(Slide("One", "First", "https://tide.example/1.jpg"), Slide(None, None)),
        list_items=(ListItem("1.", "Reel"), ListItem(None, "Attic")),
        live_updates=(LiveUpdate(TODAY, "Begun.", "It begins"), LiveUpdate(None, "Over.")),
        blocks=(Block("heading", "Found & lost", level=2), Block("li", "It was there.", level=1, marker="2.")),
        removals=(Removal("ad.marker", "Advertisement", "1/p"), Removal("credit.photo", "Ben Hale", "2/p")),
        probability=0.9,
    )


# --- what it says of articles ----------------------------------------------------------------------------------------


def test_an_article_has_the_fields_of_an_export_and_a_few_more(reader: Program, engine: Engine) -> None:
    store(engine, whole())
    stored = Articles(engine).get("1")
    assert stored is not None
    exported = article_json(stored.article)
    values = reader.json("/api/v1/articles/1")
    own = {
        name: values.pop(name) for name in ("id", "storedAt", "changedAt", "read", "starred", "appearances", "copies")
    }
    assert values == json.loads(json.dumps(exported))
    assert own["id"] == 1
    assert own["appearances"][0]["url"] == "https://tide.example/whole"
    assert values["articleBody"] == "Found & lost\n\n2. It was there."
    assert values["removals"][0] == {"rule": "ad.marker", "text": "Advertisement", "where": "1/p"}
    assert values["review"]["itemName"] == "Reel Two"
    more = reader.json("/api/v1/articles/1?include=articleBodyHtml,articleBodyMarkdown")
    assert more["articleBodyHtml"] == '<h2>Found &amp; lost</h2>\n<ol><li value="2">It was there.</li></ol>'
    assert more["articleBodyMarkdown"].startswith("## Found & lost")
    described = {field.alias for field in ArticleValue.model_fields.values()}
    assert described == {*more, *own}


def test_a_list_has_texts_only_where_they_are_wanted(reader: Program, engine: Engine) -> None:
    store(engine, whole())
    [plain] = reader.json("/api/v1/articles")["items"]
    assert not {"articleBody", "removals", "articleBodyHtml"} & set(plain)
    assert plain["wordCount"] > 0
    [full] = reader.json("/api/v1/articles?include=articleBody,%20removals")["items"]
    assert full["articleBody"].startswith("Found & lost")
    assert len(full["removals"]) == 2
    assert "articleBodyHtml" not in full
    problem = reader.json("/api/v1/articles?include=articleBody,pictures", 422)
    assert problem["errors"][0]["field"] == "include"
    assert "articleBodyMarkdown" in problem["detail"]


def test_lists_are_narrowed_down(reader: Program, engine: Engine) -> None:
    many(engine, 6)
    store(engine, article("/reef", "reef", flags=("sponsored",), date_published=TODAY - HOUR), now=TODAY)
    marks.mark_read(engine, [2], TODAY)
    marks.mark_starred(engine, [3, 7], TODAY)
    for query, expected in (
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("source=tide", [6, 5, 4, 3, 2, 1]),
        ("kind=review", [6, 4, 2]),
        ("author=ada%20moss&kind=article", [5, 3, 1]),
        ("keyword=Tide&unread=true", [6, 5, 4, 3, 1]),
        ("starred=true", [7, 3]),
        ("starred=true&author=Ada+Moss", [3]),
        ("starred=true&source=reef", [7]),
        ("sponsored=false&starred=true", [3]),
        ("sponsored=false", [6, 5, 4, 3, 2, 1]),
        ("since=24h", [7]),
        ("since=2026-11-20T11:59:00Z", [7]),
        ("publishedSince=2h", [7]),
        ("publishedSince=2026-11-21", []),
        ("q=strange+story", [7, 6, 5, 4, 3, 2, 1]),
        ("q=strange+story&author=Moss&kind=review", [6, 4, 2]),
        ("q=reef&sponsored=false", []),
        ("q=reef&since=24h&publishedSince=2h", [7]),
        ("source=nobody", []),
    ):
        assert sorted(ids(reader.json(f"/api/v1/articles?{query}"))) == sorted(expected), query
    assert ids(reader.json("/api/v1/articles")) == [7, 6, 5, 4, 3, 2, 1]
    assert sorted(ids(reader.json("/api/v1/search?q=reef"))) == [7]
    assert ids(reader.json("/api/v1/search?q=strange&order=rank&kind=review&limit=2"))
    problem = reader.json("/api/v1/articles?q=reef&keyword=tide", 422)
    assert problem["errors"][0]["field"] == "keyword"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/articles?limit=7",
        "/api/v1/articles?q=strange&limit=7&kind=article",
        "/api/v1/search?q=strange&order=rank&limit=7",
        "/api/v1/articles?since=90d&limit=7",
        "/api/v1/articles?unread=true&limit=7",
    ],
)
def test_pages_neither_repeat_nor_miss_while_articles_arrive(
    reader: Program, engine: Engine, clock: Clock, path: str
) -> None:
    many(engine, 30)
    there = ids(reader.json(path.replace("limit=7", "limit=200")))
    seen: list[int] = []
    following: str | None = path
    turn = 0
    while following:
        answer = reader.get(following)
        values = json.loads(answer.text)
        seen += ids(values)
        following = values["next"]
        link = answer.headers.get("link")
        assert link == (f'<{following}>; rel="next"' if following else None)
        many(engine, 1, start=100 + turn)
        clock.passes(minutes=7)
        turn += 1
    assert seen == there
    assert turn >= 3


def test_runs_come_in_pages_too(reader: Program, engine: Engine) -> None:
    many(engine, 7)
    first = reader.json("/api/v1/runs?limit=3&since=90d")
    assert ids(first) == [7, 6, 5]
    begin(engine, "reef")
    second = reader.json(first["next"])
    assert ids(second) == [4, 3, 2]
    assert ids(reader.json(second["next"])) == [1]
    assert reader.json(second["next"])["next"] is None
    assert first["items"][0]["counts"]["new"] == 1
    assert ids(reader.json("/api/v1/runs?source=reef&state=running")) == [8]


def test_a_cursor_belongs_to_its_list(reader: Program, engine: Engine) -> None:
    many(engine, 5)
    cursor = reader.json("/api/v1/articles?limit=2&source=tide")["next"].rpartition("cursor=")[2]
    assert ids(reader.json(f"/api/v1/articles?limit=4&source=tide&include=articleBody&cursor={cursor}")) == [3, 2, 1]
    for path in (
        f"/api/v1/articles?cursor={cursor}",
        f"/api/v1/articles?source=tide&cursor=x{cursor}",
        f"/api/v1/runs?source=tide&cursor={cursor}",
        "/api/v1/articles?cursor=%F0%9F%8E%AC",
        "/api/v1/search?q=strange&cursor=AAAA",
        f"/api/v1/articles?q=strange&source=tide&cursor={cursor}",
    ):
        problem = reader.json(path, 422)
        assert problem["errors"][0]["field"] == "cursor", path
        assert "first page" in problem["detail"]


def test_versions_are_compared_word_by_word(reader: Program, engine: Engine) -> None:
    one = article("/a", text=words("first") + " The end.")
    store(engine, one, now=TODAY - HOUR)
    other = article("/a", text=words("first") + " No end.", content_hash="another")
    store(engine, other, now=TODAY)
    kept = reader.json("/api/v1/articles/1/revisions")["items"]
    assert [each["version"] for each in kept] == [1, 2]
    assert kept[0]["articleBody"].endswith("The end.")
    found = reader.json("/api/v1/articles/1/changes")
    assert (found["before"]["version"], found["after"]["version"]) == (1, 2)
    assert found["summary"] == "1 paragraph reworded"
    [line] = found["lines"]
    assert line["operation"] == "changed"
    assert {"operation": "added", "text": "No"} in line["spans"]
    assert reader.json("/api/v1/articles/1/changes?from=2&to=2")["summary"] == ""
    assert "1, 2" in reader.json("/api/v1/articles/1/changes?from=7", 404)["detail"]
    cuts = reader.json("/api/v1/articles/1/removals")
    assert cuts == {"items": []}


def test_removals_come_with_their_reasons(reader: Program, engine: Engine) -> None:
    store(engine, whole())
    cuts = reader.json("/api/v1/articles/1/removals")["items"]
    assert [(cut["rule"], cut["moved"]) for cut in cuts] == [("ad.marker", False), ("credit.photo", True)]
    assert cuts[0]["reason"] == "a marker of advertising"


def test_copies_at_other_outlets_are_named(reader: Program, engine: Engine) -> None:
    text = words("wire", 60)
    store(engine, article("/w", text=text), now=TODAY - HOUR)
    store(engine, article("/w", "reef", text=text, headline="The same wire again"), now=TODAY)
    copies = reader.json("/api/v1/articles/2")["copies"]
    assert [copy["source"]["id"] for copy in copies] == ["tide", "reef"]


# --- sources, runs, statistics ---------------------------------------------------------------------------------------


def test_sources_are_those_of_the_catalogue_and_those_with_articles(reader: Program, engine: Engine) -> None:
    store(engine, article("/a"), article("/b", "reef"))
    items = {item["id"]: item for item in reader.json("/api/v1/sources")["items"]}
    assert list(items) == ["quay", "reef", "tide"]
    assert (items["tide"]["name"], items["tide"]["schedule"]) == ("The Tide", "every 30 min")
    assert (items["reef"]["name"], items["reef"]["inCatalogue"]) == ("Reef", False)
    assert items["quay"]["enabled"] is False
    assert "f00dbabe" not in json.dumps(items)
    assert [item["id"] for item in reader.json("/api/v1/sources?enabled=true")["items"]] == ["tide"]
    assert reader.json("/api/v1/sources/tide")["lastOutcome"] == "ok"
    assert [item["id"] for item in reader.json("/api/v1/sources?state=ok")["items"]] == ["reef", "tide"]
    found = reader.json("/api/v1/sources/tide/health")
    assert found["health"]["state"] == "ok"
    assert found["changes"][0]["before"] is None
    assert reader.json("/api/v1/sources/quay/health") == {"health": None, "changes": []}
    for path in ("", "/health", "/statistics"):
        assert "nobody" in reader.json(f"/api/v1/sources/nobody{path}", 404)["detail"]


def test_all_states_are_described(engine: Engine) -> None:
    assert set(source_values.State.__args__) == set(STATES)


def test_statistics_of_all_and_of_one(reader: Program, engine: Engine, clock: Clock) -> None:
    store(engine, *(article(f"/{n}", removals=(Removal("ad.marker", "Advertisement", "p"),)) for n in range(3)))
    with writing(engine) as connection:
        bump(connection, "tide", None, TODAY, {"first": 2, "near-dup": 1})
    clock.passes(hours=1)
    for wanted, spans in (("24h", 24), ("7d", 168), ("30d", 30), ("90d", 90)):
        found = reader.json(f"/api/v1/statistics?range={wanted}")
        assert found["articles"] == sum(found["volume"]["values"]) == 3
        assert len(found["volume"]["values"]) == spans
        mine = reader.json(f"/api/v1/sources/tide/statistics?range={wanted}")
        assert mine["outcomes"] == {"new": 3}
        assert (mine["first"], mine["nearDup"]) == (2, 1)
        assert mine["rules"][0]["rule"] == "ad.marker"
        assert sum(bar["n"] for bar in mine["lengths"]) == 3
    assert "24h" in reader.json("/api/v1/statistics?range=2d", 422)["errors"][0]["message"]
    assert reader.json("/api/v1/sources/quay/statistics", 404)["detail"].startswith("quay was never crawled")


def test_a_run_says_what_it_used_and_what_it_logged(reader: Program, engine: Engine) -> None:
    number = begin(engine)
    discover(engine, number, ["https://tide.example/a"])
    record(engine, visit(number, "https://tide.example/a", outcome="timeout"))
    lines = [
        LogLine(n, TODAY, "WARNING", "newsreel", f"line {n} of https://x.example/?token=s3cretvalue") for n in (4, 5)
    ]
    used = Resources(1.5, 0.5, 1.0, 1024, 2, 7, 4096)
    with writing(engine) as connection:
        run_logs.keep(connection, [Report(number, "tide", lines, 4, {}, used)], TODAY)
    end(engine, number)
    run = reader.json(f"/api/v1/runs/{number}")
    assert (run["state"], run["outcome"], run["counts"]["timeout"]) == ("done", "partial", 1)
    assert run["resources"] == {
        "wallSeconds": 1.5,
        "cpuSeconds": 0.5,
        "processCpuSeconds": 1.0,
        "peakMemory": 1024,
        "sharedBy": 2,
        "requests": 7,
        "bytesDown": 4096,
    }
    log = reader.json(f"/api/v1/runs/{number}/log")
    assert ([line["n"] for line in log["items"]], log["leftOut"]) == ([4, 5], 3)
    assert "s3cretvalue" not in json.dumps(log)
    assert [line["n"] for line in reader.json(f"/api/v1/runs/{number}/log?after=4")["items"]] == [5]
    for path in ("/api/v1/runs/99", "/api/v1/runs/99/log"):
        assert "99" in reader.json(path, 404)["detail"]


# --- changes ---------------------------------------------------------------------------------------------------------


def test_articles_are_marked(writer: Program, engine: Engine) -> None:
    many(engine, 3)
    assert writer.json("/api/v1/articles/2", 200, "PATCH", {"starred": True}) == {
        "id": 2,
        "read": False,
        "starred": True,
    }
    assert writer.json("/api/v1/articles/2", 200, "PATCH", {"read": True, "starred": False})["read"] is True
    assert writer.json("/api/v1/articles/2")["read"] is True
    found = writer.json("/api/v1/articles", 200, "PATCH", {"articles": [3, 99, 1, 3], "read": True})
    assert found == {"items": [{"id": 3, "read": True, "starred": False}, {"id": 1, "read": True, "starred": False}]}
    assert ids(writer.json("/api/v1/articles?unread=true")) == []
    assert writer.json("/api/v1/articles/99", 404, "PATCH", {"read": True})
    for body in ({}, {"read": None}, {"articles": [], "read": True}, {"articles": [0], "read": True}):
        assert writer.json("/api/v1/articles", 422, "PATCH", body)["detail"]


def test_a_source_is_paused_and_resumed(writer: Program, engine: Engine) -> None:
    store(engine, article("/a"), article("/b", "reef"))
    assert writer.json("/api/v1/sources/tide", 200, "PATCH", {"paused": True})["paused"] is True
    assert health.states(engine)["tide"].health.state == "paused"
    noted = writer.json("/api/v1/sources/tide", 200, "PATCH", {"paused": True, "note": "relaunch"})
    assert noted["health"]["reason"].endswith("relaunch")
    assert (
        writer.json("/api/v1/sources/tide", 422, "PATCH", {"paused": False, "note": "why"})["errors"][0]["field"]
        == "note"
    )
    assert writer.json("/api/v1/sources/tide", 200, "PATCH", {"paused": False})["health"]["state"] == "ok"
    assert "catalogue" in writer.json("/api/v1/sources/reef", 409, "PATCH", {"paused": True})["detail"]
    assert writer.json("/api/v1/sources/nobody", 404, "PATCH", {"paused": True})


def test_a_crawl_is_asked_for_and_taken_back(writer: Program, engine: Engine, clock: Clock) -> None:
    path = "/api/v1/sources/tide/crawl"
    assert writer.json(path)["state"] == "never"
    assert "newsreel run" in writer.json(path, 409, "POST")["detail"]
    with writing(engine) as connection:
        beats.beat(connection, TODAY, TODAY, 0)
    asked = writer.json(path, 202, "POST")
    assert (asked["state"], asked["dueAt"], asked["run"]) == ("asked", "2026-11-20T12:00:00Z", None)
    clock.passes(seconds=20)
    assert writer.json(path, 202, "POST") == writer.json(path) == asked
    assert writer.json(path, 200, "DELETE")["state"] == "never"
    assert "begun" in writer.json(path, 409, "DELETE")["detail"]
    assert "not enabled" in writer.json("/api/v1/sources/quay/crawl", 409, "POST")["detail"]
    number = begin(engine, now=TODAY)
    assert writer.json(path)["state"] == writer.json(path, 202, "POST")["state"] == "running"
    end(engine, number, now=TODAY)
    over = writer.json(path)
    assert (over["state"], over["run"]["id"], over["dueAt"]) == ("over", number, None)
    # The process that made the next one is still at other sources.
    due = TODAY + timedelta(minutes=1)
    with writing(engine) as connection:
        assert schedules.claim(connection, schedules.Claim("tide", due), due)
    assert writer.json(path)["state"] == "starting"
    number = begin(engine, now=due, due_at=due)
    end(engine, number, now=due)
    assert (writer.json(path)["state"], writer.json(path)["dueAt"]) == ("over", None)
    again = writer.ask("POST", path)
    assert (again.status, again.headers["retry-after"]) == (409, "30")
    assert "just now" in again.text
    clock.passes(hours=1)
    assert writer.json(path, 409, "POST")
    assert writer.json("/api/v1/sources/nobody/crawl", 404, "POST")


def test_what_a_program_sends_is_bounded(writer: Program) -> None:
    said = writer.json("/api/v1/articles/1", 413, "PATCH", {"starred": "x" * (5 * 1024 * 1024)})
    assert "larger than 4 MiB" in said["detail"]


def test_a_token_for_reading_changes_nothing(server: WebServer, engine: Engine) -> None:
    many(engine, 1)
    program = Program(server.port, {"Authorization": f"Bearer {tokens.create(engine, 'phone', False, TODAY)}"})
    assert "--write" in program.json("/api/v1/articles/1", 403, "PATCH", {"starred": True})["detail"]
    program.headers["Authorization"] = "Bearer newsreel_nothing"
    assert program.json("/api/v1/articles", 401)["title"] == "Unauthorized"


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "field", "said"),
    [
        ("/api/v1/articles?sorce=tide", "sorce", "did you mean source?"),
        ("/api/v1/articles/1?q=x", "q", "known are include"),
        ("/api/v1/articles/1/removals?x=1", "x", "takes no parameter"),
        ("/api/v1/articles?limit=0", "limit", "greater than or equal to 1"),
        ("/api/v1/articles?limit=201", "limit", "less than or equal to 200"),
        ("/api/v1/articles?limit=5&limit=6", "limit", "2 times"),
        ("/api/v1/articles?since=9y", "since", "7d, 24h, or a date"),
        ("/api/v1/articles?publishedSince=tomorrow", "publishedSince", "7d, 24h, or a date"),
        ("/api/v1/articles?since=999999w", "since", "too far"),
        ("/api/v1/articles?since=0001-01-01", "since", "too far"),
        ("/api/v1/articles?kind=novel", "kind", "review"),
        ("/api/v1/articles?unread=maybe", "unread", "boolean"),
        ("/api/v1/search", "q", "required"),
        ("/api/v1/search?q=after:someday", "q", "someday"),
        ("/api/v1/search?q=reel&order=best", "order", "rank"),
        ("/api/v1/sources?state=fine", "state", "failing"),
        ("/api/v1/runs?state=over", "state", "running"),
        ("/api/v1/articles/none", "id", "integer"),
        ("/api/v1/articles/0", "id", "greater"),
        (f"/api/v1/articles/{'9' * 30}", "id", "less"),
    ],
)
def test_what_cannot_be_understood_is_named(reader: Program, path: str, field: str, said: str) -> None:
    problem = reader.json(path, 422)
    [error] = problem["errors"]
    assert error["field"] == field
    assert said in error["message"]


def test_unknown_fields_and_other_bodies_are_refused(writer: Program, engine: Engine) -> None:
    many(engine, 1)
    problem = writer.json("/api/v1/articles/1", 422, "PATCH", {"stared": True})
    assert problem["errors"][0]["field"] == "stared"
    assert "did you mean starred? known are read, starred" in problem["detail"]
    assert writer.json("/api/v1/articles/1", 422, "PATCH", {"starred": "perhaps"})["errors"][0]["field"] == "starred"
    assert writer.json("/api/v1/articles/1", 422, "PATCH", [1])["errors"]
    problem = writer.json("/api/v1/articles/1", 415, "PATCH", {"starred": True}, Content_Type="text/plain")
    assert "application/json" in problem["detail"]
    assert json.loads(writer.ask("PATCH", "/api/v1/articles/1", b"starred=yes").text)["status"] == 415
    broken = writer.ask("PATCH", "/api/v1/articles/1", b'{"starred":', Content_Type="application/json")
    assert json.loads(broken.text)["status"] == 422
    assert writer.json("/api/v1/articles/1")["starred"] is False


def test_every_error_is_a_problem(writer: Program, server: WebServer, engine: Engine) -> None:
    many(engine, 1)
    assert "forgotten" in writer.json("/api/v1/articles/99", 404)["detail"]
    for path in ("/api/v1/nowhere", "/api/v2/articles"):
        assert writer.json(path, 404)["title"] == "Not Found"
    wrong = writer.ask("DELETE", "/api/v1/articles/1")
    assert wrong.headers["content-type"] == "application/problem+json"
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, HEAD, PATCH")
    large = writer.ask("PATCH", "/api/v1/articles/1", b"x" * 10, Content_Type="application/json", Host="evil.example")
    assert (large.status, json.loads(large.text)["title"]) == (400, "Bad Request")
    engine.dispose()
    Path(str(engine.url.database)).rename(f"{engine.url.database}.gone")
    unread = writer.get("/api/v1/articles")
    assert unread.status in (500, 503)
    assert unread.headers["content-type"] == "application/problem+json"


# --- conditions and compression --------------------------------------------------------------------------------------


def test_what_a_client_has_is_not_sent_again(reader: Program, engine: Engine) -> None:
    many(engine, 3)
    for path in ("/api/v1/articles", "/api/v1/articles/1", "/api/v1/sources", "/api/v1/runs", "/api/v1/statistics"):
        first = reader.get(path)
        tag = first.headers["etag"]
        for known in (tag, f'"other", {tag}', "*", tag.removeprefix("W/")):
            again = reader.get(path, If_None_Match=known)
            assert (again.status, again.text, again.headers["etag"]) == (304, "", tag), path
        assert reader.get(path, If_None_Match='"other"').text == first.text
    tag = reader.get("/api/v1/articles").headers["etag"]
    many(engine, 1, start=10)
    assert reader.get("/api/v1/articles", If_None_Match=tag).status == 200
    head = reader.ask("HEAD", "/api/v1/articles")
    assert (head.status, head.text) == (200, "")


def test_lists_are_compressed(server: WebServer, engine: Engine) -> None:
    many(engine, 20)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request("GET", "/api/v1/articles", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
        assert response.headers["content-encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(body))["items"]) == 20


# --- the description -------------------------------------------------------------------------------------------------


def test_the_description_describes_every_address(reader: Program, server: WebServer, engine: Engine) -> None:
    described = json.loads(reader.get("/openapi.json").text)
    assert described["openapi"].startswith("3.1")
    routes = {
        (method.lower(), route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    found = {(method, path) for path, operations in described["paths"].items() for method in operations}
    assert found == routes
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert "application/problem+json" in operation["responses"]["422"]["content"]
            assert ("415" in operation["responses"]) == (method != "get")
            for each in operation.get("parameters", ()):
                assert each.get("description"), f"{path} {each['name']}"
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert references <= set(described["components"]["schemas"])


def test_requests_are_held_against_what_the_description_says(reader: Program) -> None:
    described = json.loads(reader.get("/openapi.json").text)
    schemas = described["components"]["schemas"]
    held = Description(ROUTERS)
    checked = 0
    for route in held.routes:
        for method in route.methods or ():
            operation = described["paths"][route.path][method.lower()]
            said = held.operation(Request({"type": "http", "method": method, "route": route}))
            names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
            assert sorted(said.parameters) == sorted(names), route.path
            body = operation.get("requestBody")
            assert said.takes_body == (body is not None)
            if body:
                name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert sorted(said.fields) == sorted(schemas[name]["properties"])
            checked += 1
    assert checked > 15
    assert "openapi" not in vars(held), "a request does not wait until the whole of it is written"


def test_the_examples_fit_what_they_are_examples_of(reader: Program) -> None:
    text = reader.get("/api").text
    assert text.count("<details") > 12
    assert "<script>" not in text
    described = json.loads(reader.get("/openapi.json").text)
    for section in sections(described):
        for call in section.calls:
            model = model_of(call.method, re.sub(r"\{id\}", "1", call.path))
            model.model_validate_json(call.example, extra="forbid")
            assert f"<code>{call.path}</code>" in text


def test_a_token_opens_the_description_too(engine: Engine, server: WebServer) -> None:
    accounts.set_password(engine, passwords.hashed("a reel of five hundred feet"), TODAY)
    secret = tokens.create(engine, "phone", False, TODAY)
    assert Browser(server.port).get("/openapi.json").status == 303
    assert Browser(server.port).get("/openapi.json", Authorization=f"Bearer {secret}").status == 200
    assert Browser(server.port).get("/api", Authorization=f"Bearer {secret}").status == 303
