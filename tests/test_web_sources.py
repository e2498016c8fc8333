"""Sources on the web page over real sockets: adding from an address, editing, OPML, running, pausing, undoing."""

from __future__ import annotations

import http.client
import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from browsing import Answer, Browser, Clock
from sqlalchemy import Engine

from newsreel.configuration import Configuration, load_configuration, load_sources
from newsreel.curation import saying
from newsreel.demo.outlets import NETWORK
from newsreel.demo.server import Newsroom
from newsreel.discovery.findings import Findings, Sample, findings_from, findings_json
from newsreel.discovery.site import FoundDoor
from newsreel.web import Doors, WebServer, application, streams
from newsreel.web.list_trials import ListTrials
from newsreel.web.trials import Trial, Trials
from storage import beats, health, requests, runs, schedules
from storage.database import open_database, sqlite_url, writing

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINE = """# my outlets
[outlet.tide]
name = "Tide" # the paper
home = "https://tide.example/"
feeds = ["/feed"]  # one only

# the second
[outlet.reef]
name = "Reef"
home = "https://reef.example/"
feeds = ["/rss"]
"""
FOUND = Findings(
    address="https://moss.example/",
    home="https://moss.example/",
    name="Moss <b>&",
    language="en",
    has_robots=True,
    forbidden=("/cart", "/a", "/b", "/c", "/d"),
    pause=2.0,
    doors=(
        FoundDoor("feed", "https://moss.example/feed", 40, NOW, 12.2, full_text=True, chosen=True),
        FoundDoor("feed", "https://moss.example/comments", 9, why="comments, not articles"),
        FoundDoor("sitemap", "https://moss.example/news.xml", 90, NOW, 14.0, chosen=True, is_news=True),
    ),
    samples=(
        Sample("https://moss.example/1", "One", ("Ada",), NOW, "en", 600, "Begins.", "All of it.\n\nTo the end."),
        Sample("https://moss.example/2", "Two <script>", (), None, "en", 400, "Begins.", "All."),
        Sample("https://moss.example/3", "Three", outcome="too-short", detail="ten words"),
    ),
    seconds=1.4,
)


@dataclass
class House:
    """A server, a browser, and what it works with."""

    server: WebServer
    browser: Browser
    engine: Engine
    configuration: Configuration
    trials: Trials
    lists: ListTrials

    @property
    def file(self) -> Path:
        return self.configuration.own_sources


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "newsreel.toml").write_text('contact = "owner@tide.example"\n')
    (tmp_path / "sources.toml").write_text(MINE)
    configuration = load_configuration({"data_dir": tmp_path, "allow_networks": [NETWORK], "delay": 0.0}, {})
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"), busy_timeout=5)
    app = application(Doors(engine, clock=Clock(), configuration=lambda: configuration))
    with WebServer(app, "127.0.0.1", 0) as server:
        yield House(
            server, Browser(server.port), engine, configuration, app.state.background.trials, app.state.background.lists
        )
    engine.dispose()


def program(*lines: object, then: str = "") -> object:
    """Give what starts a process that says these lines instead of looking at a site."""
    text = "\n".join(json.dumps(line) for line in lines)
    script = f"import sys, time\nprint({text!r}, flush=True)\n{then}"

    def start(address: str, configuration: Configuration) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    return start


def stream(port: int, path: str) -> Iterator[tuple[str, str]]:
    """Follow a stream; give its events as they come."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=90)) as connection:
        connection.request("GET", path, headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        name, data = "", []
        while line := response.readline().decode():
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name, data = value, []
            elif field == "data":
                data.append(value)
            elif not field and name:
                yield name, "\n".join(data)
                name = ""


def events(port: int, path: str) -> list[tuple[str, str]]:
    """Follow a stream to its end; give its events."""
    return list(stream(port, path))


def looked(house: House, findings: Findings = FOUND) -> str:
    """Look at an address with a process that finds this; give the page's address when it has ended."""
    house.trials.start = program({"step": "Asking moss.example."}, {"findings": findings_json(findings)})  # type: ignore[assignment]
    answer = house.browser.submit("/sources/add", "/sources/add", address="https://moss.example/")
    assert answer.status == 303, answer.text
    path = answer.headers["location"]
    assert events(house.server.port, f"/sources/add/{path.rpartition('=')[2]}/progress")[-1][0] == "end"
    return path


def test_a_site_of_the_sample_newsroom_is_looked_at_added_and_taken_back(house: House) -> None:
    with Newsroom(0) as newsroom:
        address = newsroom.base("demo-backlot-wire") + "/"
        answer = house.browser.submit("/sources/add", "/sources/add", address=address)
        path = answer.headers["location"]
        told = events(house.server.port, f"/sources/add/{path.rpartition('=')[2]}/progress")
        page = house.browser.get(path).text
    assert told[-1][0] == "end"
    assert "/atom.xml: 11 entries." in told[-2][1]
    assert "We found Backlot Wire" in page
    assert "Robots rules allow us everywhere but /api/ and /login." in page
    assert "A feed and a news sitemap" in page
    assert "Three articles, cleaned" in page
    assert page.count('<li class="story') == 3
    assert house.file.read_text() == MINE
    fields = dict(re.findall(r'type="hidden" name="(home|language|body|look)" value="([^"]*)"', page))
    boxes = re.findall(r'type="checkbox" name="(feeds|sitemaps)" value="([^"]*)" checked', page)
    answer = house.browser.submit(path, "/sources/add/save", name="The Backlot", **fields, **dict(boxes))
    assert answer.status == 303, answer.text
    assert house.file.read_text().startswith(MINE)
    [added] = [source for source in load_sources(house.configuration) if source.id == "the-backlot"]
    assert (added.home, added.feeds) == (address, (address + "atom.xml",))
    page = house.browser.get(answer.headers["location"]).text
    assert "The Backlot is in your catalogue." in page
    undo = re.findall(r'name="undo" value="([^"]+)"', page)[0]
    assert house.browser.submit("/sources/add", "/sources/undo", undo=undo).status == 303
    assert house.file.read_text() == MINE


def test_what_was_found_is_said_in_sentences_and_choices_are_made(house: House) -> None:
    page = house.browser.get(looked(house)).text
    text = unescape(re.sub(r"<[^>]+>", "", page))
    for sentence in (
        "We found Moss <b>&",
        "Robots rules allow us everywhere but /cart, /a, /b and two more; they ask for 2 s between requests.",
        "A feed and a news sitemap, newest article 0 min old.",
        "About 14 articles a day are to be expected.",
        "Two articles read and cleaned in 1.4 s.",
        "One of the three could not be read as an article (too-short).",
        "One of the two has no author in its markup.",
        "One of the two has no date.",
        "comments, not articles",
    ):
        assert sentence in text
    assert re.findall(r'name="(feeds|sitemaps)" value="([^"]*)"( checked)?', page) == [
        ("feeds", "https://moss.example/feed", " checked"),
        ("feeds", "https://moss.example/comments", ""),
        ("sitemaps", "https://moss.example/news.xml", " checked"),
    ]
    assert "<script>" not in page
    assert "Two &lt;script&gt;" in page


def test_a_source_added_paused_is_paused_before_it_is_there(house: House) -> None:
    form = {"name": "Moss", "home": "https://moss.example/", "feeds": "https://moss.example/feed"}
    answer = house.browser.submit(looked(house), "/sources/add/save", **form, interval="1h", paused="true")
    assert answer.status == 303
    assert house.file.read_text() == MINE + (
        '\n[outlet.moss]\nname = "Moss"\nhome = "https://moss.example/"\n'
        'feeds = ["https://moss.example/feed"]\ninterval = "0d3600s"\n'
    )
    assert health.paused(house.engine, "moss") is not None
    again = house.browser.submit("/sources/add", "/sources/add/save", **form)
    assert again.status == 409
    assert "Moss is in your catalogue already" in again.text


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("", 422, ""),
        ("not an address", 422, "is no web address"),
        ("file:///etc/passwd", 422, "is no web address"),
        ("https://owner:secret@moss.example/", 422, "is no web address"),
        ("https://www.tide.example", 409, "Tide is in your catalogue already"),
        ("reef.example/rss", 409, "Reef is in your catalogue already"),
    ],
)
def test_an_address_that_cannot_be_looked_at_is_refused_at_once(
    house: House, address: str, status: int, words: str
) -> None:
    house.trials.start = program()  # type: ignore[assignment]
    answer = house.browser.submit("/sources/add", "/sources/add", address=address)
    assert answer.status == status
    assert words in answer.text


@pytest.mark.parametrize(
    ("code", "detail", "words"),
    [
        ("dns", "", "There is no host moss.example"),
        ("timeout", "", "That address did not answer. moss.example took longer"),
        ("refused", "", "That address did not answer: moss.example refused"),
        (
            "robots-unreachable",
            "https://moss.example/robots.txt answered 503",
            "robots.txt of moss.example could not be read (503), so we must not fetch.",
        ),
        ("robots-unreachable", "the connection was refused", "That address did not answer"),
        ("robots", "", "The robots rules of moss.example forbid us"),
        ("private-address", "", "only the public web is read"),
        ("http-4xx", "https://moss.example/ answered 403", "it answered 403"),
        ("not-html", "", "neither a page nor a feed"),
        ("no-door", "", "No feed and no sitemap was found at moss.example"),
        ("never-seen", "a riddle", "cannot be read: a riddle"),
    ],
)
def test_what_keeps_a_site_from_being_added_is_said_in_a_sentence(house: House, code: str, detail: str, words: str) -> None:  # fmt: skip
    found = replace(FOUND, doors=(), samples=(), problem=code, detail=detail)
    assert words in saying.problem_of(found)
    if code in ("dns", "robots-unreachable"):
        page = house.browser.get(looked(house, found)).text
        assert words.replace("'", "&#39;") in page
        assert "Nothing was saved." in page
        assert "/sources/add/save" not in page


def test_findings_come_back_from_json_as_they_were() -> None:
    assert findings_from(json.loads(json.dumps(findings_json(FOUND)))) == FOUND


def follow(trials: Trials, trial: Trial) -> Trial:
    """Wait for the end of a look."""
    ticker = threading.Event()
    for _ in range(600):
        if trial.is_over:
            return trial
        ticker.wait(0.05)
    raise AssertionError("the look did not end")


def test_looks_are_two_at_a_time_and_end_with_the_server(house: House) -> None:
    trials = Trials(program({"step": "looking"}, then="time.sleep(600)"))  # type: ignore[arg-type]
    one, two = (trials.begin(f"https://{name}.example/", house.configuration) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    assert trials.begin("https://one.example/", house.configuration) is one
    assert trials.begin("https://three.example/", house.configuration) is None
    trials.close()
    for trial in (one, two):
        assert "ended without a result" in (follow(trials, trial).error or "")
    assert trials.begin("https://three.example/", house.configuration) is None


@pytest.mark.parametrize(
    ("lines", "then", "longest", "words"),
    [
        ([{"step": "looking"}], "time.sleep(600)", 0.3, "took longer than a minute"),
        ([{"findings": {"doors": 7}}], "", 60.0, "ended without a result"),
        ([["a list"]], "", 60.0, "ended without a result"),
        ([{"error": "no contact is set"}], "sys.exit(1)", 60.0, "no contact is set"),
    ],
)
def test_a_look_that_goes_wrong_says_so(
    house: House, lines: list[object], then: str, longest: float, words: str
) -> None:
    trials = Trials(program(*lines, then=then), longest)  # type: ignore[arg-type]
    trial = trials.begin("https://moss.example/", house.configuration)
    assert trial is not None
    assert words in (follow(trials, trial).error or "")


def edited(house: House, **changes: str) -> tuple[int, str]:
    """Save the form of tide with changes; give the status, and where it leads or what it shows."""
    page = house.browser.get("/source/tide/edit").text
    fields = {
        name: unescape(value) for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page)
    }
    fields |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<', page))
    fields |= {"rhythm": "", "body": "page", "enabled": "true"} | changes
    answer = house.browser.submit("/source/tide/edit", "/source/tide/edit", **fields)
    return answer.status, answer.headers.get("location") or answer.text


def test_an_edit_changes_its_own_lines_alone_and_can_be_undone(house: House) -> None:
    status, to = edited(house, name="The Tide", quiet="23:00-06:00")
    assert status == 303
    assert house.file.read_text() == MINE.replace('name = "Tide" # the paper', 'name = "The Tide"').replace(
        "# one only\n", '# one only\nquiet = "23:00-06:00"\n', 1
    )
    undo = re.findall(r"undo=([\w-]+)", to)[0]
    answer = house.browser.submit("/sources/add", "/sources/undo", undo=undo)
    assert answer.headers["location"] == "/source/tide/changed?what=undone"
    assert house.file.read_text() == MINE
    gone = house.browser.submit("/sources/add", "/sources/undo", undo=undo)
    assert gone.status == 409


def test_wrong_values_are_told_at_their_fields_and_nothing_is_written(house: House) -> None:
    status, page = edited(
        house, rhythm="cron", cron="61 * * * *", feeds="javascript:alert(1)", delay="soon", home="nowhere"
    )
    assert status == 422
    for field in ("cron", "feeds", "delay", "home"):
        assert f'id="e-{field}"' in page
    assert 'value="61 * * * *"' in page
    assert house.file.read_text() == MINE


def test_what_was_changed_elsewhere_meanwhile_is_not_written_over(house: House) -> None:
    status, page = edited(house, mark="stale", name="Mine")
    assert (status, 'value="Mine"' in page) == (409, True)
    assert house.file.read_text() == MINE


def test_a_source_that_is_not_there_is_none(house: House) -> None:
    for path in ("/source/none/edit", "/source/none/progress", "/source/none/changed"):
        assert house.browser.get(path).status == 404
    for path in ("/source/none/run", "/source/none/pause", "/source/none/resume"):
        assert house.browser.submit("/sources/add", path).status == 404


def test_a_catalogue_with_an_error_says_what_is_wrong_with_it(house: House) -> None:
    house.file.write_text(MINE + "delai = 3\n")
    for path in ("/source/tide/edit", "/source/tide/changed", "/sources.opml"):
        page = house.browser.get(path)
        assert (page.status, "outlet reef, key delai" in page.text) == (409, True)
    answer = house.browser.submit("/sources/add", "/sources/add", address="https://moss.example/")
    assert "outlet reef, key delai" in answer.text


def upload(house: House, text: str) -> str:
    token = house.browser.get("/sources/import").token
    parts = (("csrf", "", token), ("file", '; filename="list.opml"', text))
    body = "".join(
        f'--X\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n' for name, more, value in parts
    )
    answer = house.browser.ask(
        "POST",
        "/sources/import",
        (body + "--X--\r\n").encode(),
        Content_Type="multipart/form-data; boundary=X",
        Origin="null",
        Sec_Fetch_Site="same-origin",
    )
    return answer.text


def test_a_list_is_shown_before_it_is_taken(house: House) -> None:
    page = upload(
        house,
        '<opml><body><outline text="&lt;script>Moss" xmlUrl="https://moss.example/f"/>'
        '<outline text="Tide" xmlUrl="https://tide.example/feed"/><outline text="Bad" xmlUrl="ftp://x"/>'
        '<outline text="Lamp" xmlUrl="https://lamp.example/f"/></body></opml>',
    )
    assert "4 entries: 2 new, 1 in your catalogue already, 1 that cannot be used." in page
    assert "<script>" not in page
    assert house.file.read_text() == MINE
    text = listed(page)
    answer = house.browser.submit("/sources/import", "/sources/import/save", text=text, chosen="3", paused="true")
    assert answer.status == 303
    assert [source.id for source in load_sources(house.configuration)][-3:] == ["tide", "reef", "lamp"]
    assert health.paused(house.engine, "lamp") is not None
    assert "Nothing was chosen" in house.browser.submit("/sources/import", "/sources/import/save", text=text).text
    assert "is no OPML" in upload(house, "<html>")


def listed(page: str) -> str:
    """Give the list that a page of its entries carries on."""
    return unescape(re.findall(r'<textarea[^>]*name="text"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0])


def send(house: House, path: str, text: str, *chosen: int) -> Answer:
    """Post a list with the choice among its entries."""
    token = house.browser.get("/sources/import").token
    body = urlencode([("csrf", token), ("text", text), *(("chosen", number) for number in chosen)])
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Origin": "null", "Sec_Fetch_Site": "same-origin"}
    return house.browser.ask("POST", path, body.encode(), **headers)


def outlines(*feeds: str) -> str:
    """Write a list of feeds."""
    body = "".join(f'<outline text="Feed {n}" xmlUrl="{feed}"/>' for n, feed in enumerate(feeds))
    return f"<opml><body>{body}</body></opml>"


def test_entries_of_a_list_are_tried_in_a_process_before_they_are_saved(house: House) -> None:
    with Newsroom(0) as newsroom:
        good, other = newsroom.base("demo-backlot-wire"), newsroom.base("demo-kulisse")
        text = listed(upload(house, outlines(f"{good}/atom.xml", f"{other}/no-such-feed", "http://127.0.0.1:9/feed")))
        answer = send(house, "/sources/import/try", text, 0, 1)
        assert answer.status == 303, answer.text
        path = answer.headers["location"]
        assert "2 entries are being asked." in house.browser.get(path).text
        told = events(house.server.port, f"/sources/import/{path.rpartition('=')[2]}/progress")
        page = house.browser.get(path).text
    assert told[-1][0] == "end"
    assert "1 of 2 can be read." in page
    assert "Feed: 11 entries." in page
    assert "Feed: gone or refused (4xx)" in page
    assert re.findall(r'name="chosen" value="(\d)"( checked)?', page) == [("0", " checked"), ("1", ""), ("2", "")]
    assert house.file.read_text() == MINE
    assert send(house, "/sources/import/save", text, 0).status == 303
    assert f"{good}/atom.xml" in house.file.read_text()


def test_a_trial_of_a_list_is_bounded_in_number_and_time_and_there_is_one_at_a_time(house: House) -> None:
    lists = house.lists
    lists.longest, lists.grace = 0.2, 0.2
    row = {"source": "feed-0", "kind": "feed", "result": "ok", "links": 1, "problem": None}
    begin = program(row, then="import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
    lists.start = lambda sources, file, configuration: begin("", configuration)  # type: ignore[operator]
    text = outlines(*(f"https://moss{n}.example/feed" for n in range(61)))
    many = send(house, "/sources/import/try", text, *range(61))
    assert (many.status, "61 are ticked" in many.text) == (422, True)
    assert "0 are ticked" in send(house, "/sources/import/try", text).text
    path = send(house, "/sources/import/try", text, 0, 1).headers["location"]
    busy = send(house, "/sources/import/try", text, 0)
    assert (busy.status, "Another list is being tried" in busy.text) == (429, True)
    assert events(house.server.port, f"/sources/import/{path.rpartition('=')[2]}/progress")[-1][0] == "end"
    page = house.browser.get(path).text
    assert "Feed: 1 entry." in page
    assert "No answer within a minute and a half." in page
    assert "not kept any more" in house.browser.get("/sources/import?tried=gone").text
    assert house.browser.get("/sources/import/gone/progress").status == 404


def test_what_comes_new_by_a_list_is_freed_of_an_old_pause_and_what_was_there_stays_paused(house: House) -> None:
    own = house.browser.get("/sources.opml").text.replace("newsreel:name='\"Tide\"'", "newsreel:name='\"The Tide\"'")
    text = own.replace("</body>", '<outline text="Feed 0" xmlUrl="https://moss.example/f"/></body>')
    for name in ("tide", "feed-0"):
        health.pause(house.engine, name, NOW)
    page = upload(house, text)
    numbers = [int(number) for number in re.findall(r'name="chosen" value="(\d+)"', page)]
    assert len(numbers) == 2
    assert send(house, "/sources/import/save", text, *numbers).status == 303
    assert health.paused(house.engine, "feed-0") is None
    assert health.paused(house.engine, "tide") is not None


def test_the_catalogue_comes_back_from_its_own_list(house: House, tmp_path: Path) -> None:
    given = house.browser.get("/sources.opml")
    assert given.headers["content-disposition"].startswith("attachment")
    house.file.unlink()
    page = upload(house, given.text)
    assert "2 new" in page
    chosen = re.findall(r'name="chosen" value="(\d+)" checked', page)
    assert send(house, "/sources/import/save", listed(page), *map(int, chosen)).status == 303
    assert house.browser.get("/sources.opml").text.partition("<body>")[2] == given.text.partition("<body>")[2]


def beat(house: House, now: datetime = NOW) -> None:
    with writing(house.engine) as connection:
        beats.beat(connection, now, now, 0)


def test_without_a_service_nothing_is_asked_for(house: House) -> None:
    answer = house.browser.submit("/sources/add", "/source/tide/run")
    assert answer.status == 409
    assert "newsreel crawl tide" in answer.text
    assert "Run now" not in house.browser.get("/source/tide/changed").text
    assert requests.progress(house.engine, "tide").state is None


def test_a_crawl_that_is_asked_for_is_followed_to_its_end(house: House) -> None:
    beat(house)
    answer = house.browser.submit("/source/tide/changed", "/source/tide/run")
    assert (answer.status, answer.headers["location"]) == (303, "/source/tide/progress")
    assert house.browser.submit("/source/tide/changed", "/source/tide/run").status == 303
    page = house.browser.get("/source/tide/progress").text
    assert "A crawl is asked for" in page
    assert 'http-equiv="refresh"' in page
    with writing(house.engine) as connection:
        run = runs.start(connection, "tide", "due", NOW, NOW)
    seen: list[tuple[str, str]] = []
    for name, data in stream(house.server.port, "/source/tide/progress"):
        seen.append((name, data))
        if len(seen) == 1:
            with writing(house.engine) as connection:
                runs.finish(connection, run, "tide", "finished", {}, NOW)
    assert seen[-1][0] == "end"
    shown = [data for name, data in seen if name == "show"]
    assert any("Crawling since" in data for data in shown)
    assert "The last crawl" in shown[-1]
    assert "<dt>New</dt>" in shown[-1]


def test_while_the_process_is_at_other_sources_the_page_says_that_it_asks_for_nothing(house: House) -> None:
    beat(house)
    with writing(house.engine) as connection:
        claim = schedules.Claim("tide", NOW - timedelta(hours=1))
        assert schedules.claim(connection, claim, NOW)
        runs.finish(connection, runs.start(connection, "tide", "due", claim.due_at, NOW), "tide", "finished", {}, NOW)
    page = house.browser.get("/source/tide/progress").text
    assert "still at other sources" in page
    assert "Run now" not in page
    answer = house.browser.submit("/source/tide/progress", "/source/tide/run")
    assert (answer.status, answer.headers["retry-after"]) == (409, "30")
    assert "No crawl was asked for" in answer.text
    with writing(house.engine) as connection:
        schedules.settle(connection, claim, NOW, stopped=False)
    assert "Run now" in house.browser.get("/source/tide/progress").text
    assert house.browser.submit("/source/tide/progress", "/source/tide/run").status == 303
    assert requests.progress(house.engine, "tide").state == requests.REQUESTED


def test_what_is_asked_for_can_be_taken_back(house: House) -> None:
    beat(house)
    house.browser.submit("/source/tide/changed", "/source/tide/run")
    house.browser.submit("/source/tide/progress", "/source/tide/run/undo")
    assert "was not crawled yet" in house.browser.get("/source/tide/progress").text


def test_a_pause_has_a_note_and_an_undo(house: House) -> None:
    answer = house.browser.submit("/source/tide/changed", "/source/tide/pause", note="being <b>rebuilt")
    page = house.browser.get(answer.headers["location"]).text
    assert "Tide is paused." in page
    assert "being &lt;b&gt;rebuilt" in page
    assert 'action="/source/tide/resume"' in page
    assert "being <b>rebuilt" in health.states(house.engine)["tide"].health.reason
    answer = house.browser.submit("/source/tide/changed", "/source/tide/resume")
    assert "is crawled again" in house.browser.get(answer.headers["location"]).text
    assert health.paused(house.engine, "tide") is None


def test_a_stream_ends_where_the_database_cannot_be_read(house: House, caplog: pytest.LogCaptureFixture) -> None:
    beat(house)
    requests.ask(house.engine, "tide", NOW)
    with closing(sqlite3.connect(str(house.engine.url.database), isolation_level=None)) as holder:
        seen = []
        for each in stream(house.server.port, "/source/tide/progress"):
            seen.append(each)
            holder.execute("ALTER TABLE dues RENAME TO dued")
        holder.execute("ALTER TABLE dued RENAME TO dues")
    assert [name for name, _ in seen] == ["show"]
    assert {record.levelname for record in caplog.records if "crawl of tide is" in record.getMessage()} == {"WARNING"}
    assert not [record for record in caplog.records if record.exc_info]


def test_streams_are_bounded_and_do_not_hold_up_the_servers_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "sources.toml").write_text(MINE)
    configuration = load_configuration({"data_dir": tmp_path}, {})
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"))
    app = application(Doors(engine, clock=Clock(), configuration=lambda: configuration))
    requests.ask(engine, "tide", NOW)
    with writing(engine) as connection:
        beats.beat(connection, NOW, NOW, 0)
    open_ = []
    with WebServer(app, "127.0.0.1", 0) as server:
        for _ in range(streams.MOST + 1):
            connection_ = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection_.request("GET", "/source/tide/progress", headers={"Accept": "text/event-stream"})
            response = connection_.getresponse()
            open_.append((connection_, response))
            if response.status == 200:
                assert response.readline().startswith(b"retry")
        assert [response.status for _, response in open_] == [200] * streams.MOST + [503]
        ended = threading.Timer(8.0, lambda: None)
        ended.start()
    assert ended.is_alive(), "the server took longer than 8 s to end"
    ended.cancel()
    for connection_, _ in open_:
        connection_.close()
    engine.dispose()
