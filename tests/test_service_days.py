"""A week of the running service, over loopback, in seconds: what outlets do to it, what it does then, what it tells.

`tests/days.py` runs the service through the week in two processes: it is started anew on the third day.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from crawl_process import ROOT, environment
from days import CLOCK
from hostile import RSS, Answer, Asked, HostileWeb, Site, Wire, answer, feed, story
from test_alerts import SECRET, Receiver, serving

from newsreel.telling import signed_headers
from newsreel.web import Doors, WebServer, application
from storage.database import open_database, sqlite_url

NETWORK = "127.86.0.0/16"
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RESTART = MONDAY + 2 * DAY + 15 * HOUR
END = MONDAY + 7 * DAY
# Crawls come at 0, 6, 12 and 18 o'clock; what happens to an outlet happens in between.
DEAD = (MONDAY + 2 * DAY + 3 * HOUR, MONDAY + 4 * DAY + 3 * HOUR)
CLOSED = (MONDAY + 2 * DAY + 9 * HOUR, MONDAY + 4 * DAY + 9 * HOUR)
REDESIGNED = (MONDAY + 3 * DAY + 3 * HOUR, MONDAY + 5 * DAY + 3 * HOUR)
BUSY = (MONDAY + 2 * DAY + 3 * HOUR, MONDAY + 2 * DAY + 7 * HOUR)
REST = timedelta(seconds=49_999)
# The owner's server is away when the dead feed comes back.
DEAF = (MONDAY + 4 * DAY + 11 * HOUR, MONDAY + 4 * DAY + 14 * HOUR)
# While the crawls of this time are under way, the owner adds an outlet.
ADDED = MONDAY + 3 * DAY
STORIES = {"redesign": 4}
DEADLINE = 1200.0


@dataclass
class Week:
    """What the week left behind: requests with the time by the service's clock, messages, the database."""

    folder: Path
    asked: list[tuple[datetime, Asked]]
    told: list[tuple[datetime, dict[str, str], bytes]]
    sites: dict[str, Site]
    feed_of_changes: str = ""
    ready: tuple[int, int] = (0, 0)
    rows: Callable[[str], list[sqlite3.Row]] = field(default=lambda query: [])

    def changes(self, source: str) -> list[tuple[str, datetime]]:
        """Give a source's states and when they were told."""
        found = self.rows(f"SELECT state, at FROM health_changes WHERE source = '{source}' ORDER BY id")
        return [(row["state"], _time(row["at"])) for row in found]

    def subjects(self) -> list[str]:
        return [json.loads(body)["data"]["subject"] for _, _, body in self.told]


class Outlets:
    """The outlets of the week; what they answer depends on the service's clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web = HostileWeb(NETWORK)
        self.asked: list[tuple[datetime, Asked]] = []
        self.catalogue = folder / "outlets.toml"

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat((self.folder / CLOCK).read_text(encoding="ascii"))

    def add(self, name: str) -> Site:
        site = self.web.add(name)
        site.pages = _Pages(lambda asked: self.reply(site, asked))
        return site

    def reply(self, site: Site, asked: Asked) -> Answer:
        now = self.now
        self.asked.append((now, asked))
        if now >= ADDED and "late-comer" not in self.catalogue.read_text(encoding="utf-8"):
            self.catalogue.write_text(_catalogue(list(self.web.sites.values())), encoding="utf-8")
        if asked.path == "/robots.txt":
            shut = site.name == "closes" and CLOSED[0] <= now < CLOSED[1]
            return answer(f"User-agent: *\nDisallow: {'/' if shut else '/private/'}\n", kind="text/plain")
        if asked.path == "/feed":
            if site.name == "dies" and DEAD[0] <= now < DEAD[1]:
                return answer("gone", 404)
            if site.name == "rests" and BUSY[0] <= now < BUSY[1]:
                return answer("busy", 429, Retry_After=str(int(REST.total_seconds())))
            last = int((now - MONDAY) / (6 * HOUR) * STORIES.get(site.name, 1)) + 1
            return answer(feed(f"{site.base}/story/{n}" for n in range(last, max(0, last - 12), -1)), kind=RSS)
        if site.name == "redesign" and REDESIGNED[0] <= now < REDESIGNED[1]:
            return answer(story(f"{site.name} {asked.path}"))
        who = '<meta name="author" content="Ada Winter">'
        when = f"<meta property='article:published_time' content='{now - HOUR:%Y-%m-%dT%H:%M:%SZ}'>"
        return answer(story(f"{site.name} {asked.path}", who + when))


class _Pages(dict[str, Answer]):
    """Pages that are made when they are asked for."""

    def __init__(self, make: Callable[[Asked], Answer]) -> None:
        super().__init__()
        self.make = make

    def get(self, path: Any, default: Any = None) -> Any:
        def reply(wire: Wire, asked: Asked) -> None:
            self.make(asked)(wire, asked)

        return reply


class Owner(Receiver):
    """The owner's webhook, with the time at which each message came; it is away for some hours."""

    def __init__(self, outlets: Outlets) -> None:
        super().__init__()
        self.outlets = outlets
        self.times: list[tuple[datetime, int]] = []

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Answer as it stands at the time."""
        now = self.outlets.now
        self.status = 503 if DEAF[0] <= now < DEAF[1] else 204
        self.times.append((now, self.status))
        super().finish_request(request, client_address)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _catalogue(sites: list[Site]) -> str:
    return "\n".join(
        f'[outlet.{site.name}]\nname = "{site.name}"\nhome = "{site.base}/"\nfeeds = ["{site.base}/feed"]\n'
        'cron = "0 0,6,12,18 * * *"\nrevisits = []\n'
        for site in sites
    )


def _live(folder: Path, begin: datetime, until: datetime) -> None:
    line = [sys.executable, str(Path(__file__).with_name("days.py")), str(folder), begin.isoformat(), until.isoformat()]
    done = subprocess.run(
        line, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """Live through the week: the service is started anew on Wednesday, and an outlet added on Thursday while it runs."""
    folder = tmp_path_factory.mktemp("week")
    outlets = Outlets(folder)
    (folder / CLOCK).write_text(MONDAY.isoformat(), encoding="ascii")
    with outlets.web:
        sites = [outlets.add(name) for name in ("calm", "dies", "closes", "redesign", "rests", "late-comer")]
        for owner in serving(Owner(outlets)):
            (folder / "newsreel.toml").write_text(
                'contact = "mailto:desk@harbour.example"\nsources = "outlets.toml"\ndelay = 0\n'
                f'allow_networks = ["{NETWORK}"]\n[alerts]\ndigest = "07:00"\n'
                f'webhook_url = "http://127.0.0.1:{owner.server_port}/hook"\nwebhook_secret = "{SECRET}"\n',
                encoding="utf-8",
            )
            outlets.catalogue.write_text(_catalogue(sites[:-1]), encoding="utf-8")
            _live(folder, MONDAY, RESTART)
            _live(folder, RESTART + HOUR, END)
            told = [
                (at, headers, body)
                for (at, status), (headers, body) in zip(owner.times, owner.got, strict=True)
                if status == 204
            ]
    engine = open_database(sqlite_url(folder / "newsreel.db"))
    connection = sqlite3.connect(folder / "newsreel.db")
    connection.row_factory = sqlite3.Row
    life = Week(folder, outlets.asked, told, outlets.web.sites)
    life.rows = lambda query: connection.execute(query).fetchall()
    with WebServer(application(Doors(engine, clock=lambda: END)), "127.0.0.1", 0) as server:
        life.feed_of_changes = _get(server, "/changes.atom")[1]
        life.ready = (_get(server, "/healthz")[0], _get(server, "/readyz")[0])
    yield life
    connection.close()
    engine.dispose()


def _get(server: WebServer, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def test_each_due_time_was_met_once(week: Week) -> None:
    dues = week.rows("SELECT source, due_at, state, merged, attempts FROM dues ORDER BY due_at")
    assert {row["state"] for row in dues} == {"done"}
    assert {row["merged"] for row in dues} == {0}
    times = defaultdict(list)
    for row in dues:
        times[row["source"]].append(_time(row["due_at"]))
    four_a_day = [MONDAY + 6 * n * HOUR for n in range(28)]
    for name in ("calm", "dies", "closes", "redesign", "rests"):
        assert times[name] == four_a_day, name
    done = Counter((row["source"], row["due_at"]) for row in week.rows("SELECT source, due_at FROM runs"))
    assert set(done.values()) == {1}
    assert len(done) == len(dues)


def test_an_outlet_that_is_added_is_crawled_at_once_without_a_restart(week: Week) -> None:
    first = min(at for at, asked in week.asked if asked.site == "late-comer")
    assert first in (ADDED, ADDED + HOUR)


def test_nothing_is_told_of_those_that_are_well(week: Week) -> None:
    assert week.changes("calm") == [("ok", week.changes("calm")[0][1])]
    # A host that wants to be left alone for half a day is no trouble.
    assert [state for state, _ in week.changes("rests")] == ["ok"]
    text = " ".join(week.subjects())
    assert not any(f"{name} is" in text for name in ("calm", "rests", "late-comer"))


def test_a_feed_that_died_is_told_at_its_third_failure_and_when_it_was_read_twice(week: Week) -> None:
    [_, (failing, told), (ok, over)] = week.changes("dies")
    assert (failing, ok) == ("failing", "ok")
    assert timedelta(0) <= told - (MONDAY + 2 * DAY + 18 * HOUR) < HOUR
    assert timedelta(0) <= over - (MONDAY + 4 * DAY + 12 * HOUR) < HOUR


def test_robots_txt_that_forbids_is_obeyed_and_told(week: Week) -> None:
    [_, (blocked, told), (ok, over)] = week.changes("closes")
    assert (blocked, ok) == ("blocked", "ok")
    # What robots.txt said counts for a day; it is asked again at the crawl after that.
    assert CLOSED[0] < told <= CLOSED[0] + DAY + 6 * HOUR
    assert CLOSED[1] < over <= CLOSED[1] + DAY + 12 * HOUR
    after = [(at, asked.path) for at, asked in week.asked if asked.site == "closes"]
    heard = next(at for at, path in after if path == "/robots.txt" and at >= CLOSED[0])
    allowed = next(at for at, path in after if path == "/robots.txt" and at >= CLOSED[1])
    # In the crawl that hears of it, the feed may have been read in the last moments of the day.
    assert {path for at, path in after if heard < at < allowed} <= {"/robots.txt"}
    assert any(path == "/feed" for at, path in after if at >= allowed)


def test_a_redesign_that_loses_the_authors_is_told_within_three_crawls(week: Week) -> None:
    [_, (degraded, told), (ok, over)] = week.changes("redesign")
    assert (degraded, ok) == ("degraded", "ok")
    assert REDESIGNED[0] < told <= REDESIGNED[0] + 16 * HOUR
    assert REDESIGNED[1] < over <= REDESIGNED[1] + 10 * HOUR


def test_retry_after_is_kept_to_the_second_over_a_restart(week: Week) -> None:
    at = [at for at, asked in week.asked if (asked.site, asked.path) == ("rests", "/feed")]
    busy = MONDAY + 2 * DAY + 6 * HOUR
    # Neither at 12:00 nor, after the restart, at 18:00.
    assert [moment for moment in at if busy <= moment <= busy + DAY] == [busy, busy + 18 * HOUR, busy + DAY]
    assert not any(asked.site == "rests" and busy < moment <= busy + REST for moment, asked in week.asked)
    outcomes = [row["outcome"] for row in week.rows("SELECT outcome FROM runs WHERE source = 'rests' ORDER BY id")]
    assert outcomes[9:13] == ["failed", "partial", "partial", "ok"]
    assert set(outcomes[:9] + outcomes[13:]) == {"ok"}


def test_no_article_is_lost_and_all_is_accounted_for(week: Week) -> None:
    for name in ("calm", "closes", "dies", "redesign", "rests"):
        # Twelve fit into the feeds: what came while they could not be read was still there.
        named = 27 * STORIES.get(name, 1) + 1
        (row,) = week.rows(f"SELECT count(*) AS n FROM articles WHERE source = '{name}'")
        assert row["n"] == named, name


def test_one_message_for_each_change_and_a_digest_each_day(week: Week) -> None:
    changes = [subject for subject in week.subjects() if " is " in subject]
    assert sorted(changes) == sorted(
        [
            *("Newsreel: dies is failing", "Newsreel: dies is ok", "Newsreel: closes is blocked"),
            *("Newsreel: closes is ok", "Newsreel: redesign is degraded", "Newsreel: redesign is ok"),
        ]
    )
    digests = [(at, json.loads(body)["data"]) for at, _, body in week.told if b"newsreel.digest" in body]
    assert [data["day"] for _, data in digests] == [f"2026-11-0{n}" for n in range(2, 9)]
    assert all(at.hour == 7 for at, _ in digests)
    ill = {data["day"]: sorted(told["source"] for told in data["troubled"]) for _, data in digests}
    assert ill["2026-11-03"] == []
    assert "dies" in ill["2026-11-05"]
    assert "redesign" in ill["2026-11-06"]
    assert ill["2026-11-08"] == []


def test_messages_are_signed_and_tried_again_when_the_owner_s_server_was_away(week: Week) -> None:
    for _, headers, body in week.told:
        wanted = signed_headers(SECRET, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
        assert headers["webhook-signature"] == wanted["webhook-signature"]
    [came] = [at for at, _, body in week.told if b"dies is ok" in body]
    assert DEAF[1] <= came <= DEAF[1] + 6 * HOUR
    assert len({headers["webhook-id"] for _, headers, _ in week.told}) == len(week.told)


def test_the_feed_of_changes_has_them_all(week: Week) -> None:
    parsed = feedparser.parse(week.feed_of_changes)
    assert not parsed.bozo
    assert sorted(entry.title for entry in parsed.entries) == sorted(
        subject.removeprefix("Newsreel: ") for subject in week.subjects() if " is " in subject
    )


def test_the_service_was_ready_all_the_time_and_is_not_when_it_ended(week: Week) -> None:
    assert week.ready == (200, 503)
