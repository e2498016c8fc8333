"""A source's page over real sockets: its figures and charts, its runs, its health, and each as a file."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browsing import NOW, Browser, Clock
from sqlalchemy import Engine
from stories import DAY, HOUR, article, begin, database, discover, end, record, visit, words
from test_web_dashboard import due, judged

from newsreel.health import State
from newsreel.items import Author, Link, Removal
from newsreel.web import Doors, WebServer, application
from newsreel.web.healthdays import day_words, days, spells
from newsreel.web.timechart import time_chart
from newsreel.web.usual import course, usual_by_now
from newsreel.web.wording import Times
from storage.dashboard import RANGES
from storage.database import writing
from storage.health import Change
from storage.links import DoorReading, LinkWriter
from storage.run_logs import LogLine, Report, Resources, keep
from storage.usual import Volume

CHARTS = ("volume", "hours", "lags", "lengths", "fields", "rules", "answers", "lines", "runs")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def browser(engine: Engine) -> Iterator[Browser]:
    with WebServer(application(Doors(engine, clock=Clock(), zone=UTC)), "127.0.0.1", 0) as server:
        yield Browser(server.port)


def crawl(engine: Engine) -> int:
    """Make a run that brings two articles, loses two links and leaves one; give its number."""
    run = begin(engine, now=NOW - HOUR)
    discover(engine, run, ["https://tide.example/later"], now=NOW - HOUR)
    cuts = (Removal("memory", "Follow us", "p"), Removal("ad.marker", "=Advertisement", "p"))
    record(
        engine,
        visit(run, article("/a", text=words("a", 20), removals=cuts, date_published=NOW - 2 * HOUR)),
        visit(run, article("/b", text=words("b", 500), removals=cuts[:1], authors=(Author("Ada Moss"),))),
        visit(run, "https://tide.example/gone", outcome="http-4xx"),
        visit(run, "https://tide.example/list", outcome="not-article"),
        now=NOW - HOUR,
    )
    end(engine, run, now=NOW - HOUR + timedelta(seconds=72))
    return run


def sheet(browser: Browser, chart: str, wanted: str = "30d") -> list[dict[str, str]]:
    answer = browser.get(f"/source/tide/{chart}.csv?range={wanted}")
    assert answer.status == 200, chart
    assert f'filename="tide-{chart}.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("wanted", RANGES)
def test_a_page_shows_what_its_files_hold(browser: Browser, engine: Engine, wanted: str) -> None:
    crawl(engine)
    page = browser.get(f"/source/tide?range={wanted}").text
    assert "<h1>Tide</h1>" in page
    for chart in CHARTS:
        assert f'href="/source/tide/{chart}.csv?range={wanted}"' in page or chart == "hours", chart
    assert {row["outcome"]: row["links"] for row in sheet(browser, "answers", wanted)} == {
        "new": "2",
        "http-4xx": "1",
        "not-article": "1",
    }
    assert "New article</th>" in page
    assert "Gone or refused (4xx)</th>" in page
    assert sum(int(row["articles"] or 0) for row in sheet(browser, "volume", wanted)) == 2
    assert sum(int(row["articles"]) for row in sheet(browser, "lengths", wanted)) == 2
    assert [row["share"] for row in sheet(browser, "fields", wanted)] == ["0.5", "0.5", "0", "0"]
    assert {row["rule"]: row["cuts"] for row in sheet(browser, "rules", wanted)} == {"ad.marker": "1", "memory": "2"}
    assert "<code>ad.marker</code>" in page
    assert page.count("<script") == page.count('src="/static/')


def test_lines_removed_often_are_listed_with_their_rule(browser: Browser, engine: Engine) -> None:
    crawl(engine)
    page = browser.get("/source/tide").text
    lines = re.findall(r'dir="auto">([^<]+)</td><td><code>([^<]+)</code></td><td class="num">(\d+)<', page)
    assert lines == [("Follow us", "memory", "2"), ("=Advertisement", "ad.marker", "1")]
    assert sheet(browser, "lines")[1] == {"line": "'=Advertisement", "rule": "ad.marker", "articles": "1"}


def test_when_it_publishes_is_a_week_of_hours(browser: Browser, engine: Engine) -> None:
    def read(at: datetime, *published: datetime) -> None:
        run = begin(engine, now=at)
        with writing(engine) as connection:
            writer = LinkWriter(connection, run, "tide", at)
            writer.door(DoorReading("https://tide.example/feed", "feed", "read", found=len(published)))
            writer.discover([Link(f"https://tide.example/{each:%H}", "feed", published=each) for each in published])
        end(engine, run, now=at)

    read(NOW - 5 * HOUR)
    read(NOW - HOUR, NOW - 2 * HOUR, NOW - 3 * HOUR)
    page = browser.get("/source/tide").text
    assert "Heat map of 2 articles by weekday and hour." in page
    hours = {(row["weekday"], row["hour"]): row["articles"] for row in sheet(browser, "hours")}
    assert len(hours) == 7 * 24
    assert {key for key, n in hours.items() if n != "0"} == {("Friday", "9"), ("Friday", "10")}
    assert "https://tide.example/feed: read today 11:00, 2 links" in page


def test_the_next_run_says_when_and_why(browser: Browser, engine: Engine) -> None:
    crawl(engine)
    due(engine, "tide", NOW + timedelta(minutes=9))
    page = browser.get("/source/tide").text
    assert re.search(r"<dt>Next run</dt><dd>12:09 <small>in 9 min: every hour</small>", page)
    due(engine, "tide", NOW - timedelta(minutes=9))
    assert re.search(r"<dt>Next run</dt><dd>due <small>since today 11:51", browser.get("/source/tide").text)


def test_trouble_is_told_with_what_to_do(browser: Browser, engine: Engine) -> None:
    crawl(engine)
    assert "What to do." not in browser.get("/source/tide").text
    judged(engine, "tide", "blocked", "38 of the last 40 pages were refused to us", "wall")
    page = browser.get("/source/tide").text
    assert "38 of the last 40 pages were refused to us, since today 07:00." in page
    assert "What to do." in page
    assert "<li>" in page[page.index("Health, 30 days") :]
    assert "1 day blocked, 29 unknown." in page


def test_a_run_has_a_page_of_its_own(browser: Browser, engine: Engine) -> None:
    run = crawl(engine)
    lines = [
        LogLine(n, NOW, "WARNING" if n == 7 else "INFO", "spiders", f"line <b>{n}</b> of the log", n == 1)
        for n in range(4, 300)
    ]
    with writing(engine) as connection:
        keep(connection, [Report(run, "tide", lines, 4, {}, Resources(72.0, 1.5, 4.0, 2**28, 3, 9, 2**21))], NOW)
    overview = browser.get("/source/tide").text
    assert f'href="/source/tide/run/{run}"' in overview
    page = browser.get(f"/source/tide/run/{run}").text
    assert f"<h1>Run {run}</h1>" in page
    assert "today 11:00" in page.casefold()
    assert "took 1 min" in page
    assert "Left waiting for the next run" in page
    assert "256 MiB at most, with up to 3 crawls" in page
    assert "line &lt;b&gt;299&lt;/b&gt; of the log" in page
    assert "line &lt;b&gt;50&lt;/b&gt;" not in page
    found = [int(n) for n in re.findall(r'<td class="num">(\d+)</td>', page)]
    assert found[0] == sum(found[1:])
    grave = browser.get(f"/source/tide/run/{run}?lines=grave").text
    assert grave.count("of the log</td>") == 1
    whole = browser.get(f"/source/tide/run/{run}?lines=all").text
    assert whole.count("of the log</td>") == 296
    assert "3 older lines were not kept" in whole


def test_runs_are_listed_in_pages(browser: Browser, engine: Engine) -> None:
    for n in range(60):
        run = begin(engine, now=NOW - (60 - n) * HOUR)
        end(engine, run, now=NOW - (60 - n) * HOUR)
    first = browser.get("/source/tide/runs").text
    numbers = [int(n) for n in re.findall(r'/source/tide/run/(\d+)"', first)]
    assert numbers == list(range(60, 10, -1))
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    assert [int(n) for n in re.findall(r'/run/(\d+)"', browser.get(older[1]).text)] == list(range(10, 0, -1))


def test_a_source_with_nothing_yet_has_a_page(browser: Browser, engine: Engine) -> None:
    begin(engine)
    page = browser.get("/source/tide").text
    assert "Not judged yet." in page
    assert "No article was stored in this range." in page
    assert ">running</span>" in page
    for chart in CHARTS:
        sheet(browser, chart)


@pytest.mark.parametrize(
    "path",
    [
        "/source/nobody",
        "/source/nobody/volume.csv",
        "/source/nobody/runs",
        "/source/tide/run/999",
        "/source/reef/run/1",
    ],
)
def test_what_is_not_there_is_said(browser: Browser, engine: Engine, path: str) -> None:
    crawl(engine)
    answer = browser.get(path)
    assert answer.status == 404
    assert "is no source that we know" in answer.text or "has no run" in answer.text
    assert browser.get("/source/tide/odd.csv").status == 422
    assert browser.get("/source/tide?range=9y").status == 422
    for large in (f"/source/tide/run/{'9' * 30}", f"/source/tide/runs?before={'9' * 30}"):
        assert browser.get(large).status == 422


def test_paused_days_and_lasting_trouble_are_told_from_its_changes() -> None:
    def change(state: State, before: State | None, ago: timedelta) -> Change:
        return Change("tide", state, before, "", NOW - ago, NOW - ago)

    times = Times(NOW, UTC)
    found = spells(
        [
            change("late", "ok", HOUR),
            change("ok", "paused", 5 * DAY),
            change("paused", "ok", 7 * DAY),
            change("ok", None, 9 * DAY),
        ],
        times,
    )
    assert [spell.words for spell in found[:3]] == ["since today 11:00", "15 Nov, 4 d 23 h", "13 Nov, 2 d"]
    shown = days(found, times, 12)
    assert [state for _, state in shown] == [None] * 2 + ["ok"] * 2 + ["paused"] * 3 + ["ok"] * 4 + ["late"]
    assert day_words(shown) == "6 days ok, 1 late, 3 paused, 2 unknown."


def test_days_begin_at_midnight_also_before_a_clock_change_where_no_zone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        # Clocks were set back on 25 October.
        times = Times(datetime(2026, 10, 26, 12, tzinfo=UTC))
        change = datetime(2026, 10, 23, 22, 30, tzinfo=UTC)  # 00:30 on the 24th, in summer time
        shown = days(spells([Change("tide", "late", "ok", "", change, change)], times), times, 4)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert [f"{begin.astimezone(UTC):%d %H:%M}" for begin, _ in shown] == [
        "22 22:00",
        "23 22:00",
        "24 22:00",
        "25 23:00",
    ]
    assert [state for _, state in shown] == [None, "late", "late", "late"]


def test_what_is_usual_comes_from_days_of_the_same_kind() -> None:
    # NOW is a Friday. Working days bring four articles at 11:00, weekends one.
    articles = {}
    for n in range(1, 40):
        at = NOW - n * DAY - HOUR
        articles[at] = 1 if at.weekday() >= 5 else 4
    every_hour = frozenset(NOW - n * HOUR for n in range(24 * 40))
    volume = Volume(articles, every_hour, NOW - 40 * DAY)
    made = course(volume, NOW - 30 * HOUR, HOUR, NOW, UTC)
    assert (made.low[-2], made.high[-2], made.values[-2]) == (4.0, 4.0, 0)
    assert made.gaps == ()
    midnight = NOW.replace(hour=0)
    assert usual_by_now(volume, midnight, NOW, UTC) == (4.0, 4.0)
    assert usual_by_now(volume, midnight, NOW.replace(hour=10), UTC) == (0.0, 0.0)
    saturday = NOW + DAY
    late = Volume(articles, every_hour | {saturday - n * HOUR for n in range(24)}, volume.first)
    assert usual_by_now(late, midnight + DAY, saturday, UTC) == (1.0, 1.0)
    young = Volume({NOW - HOUR: 3}, frozenset({NOW - HOUR}), NOW - HOUR)
    assert usual_by_now(young, midnight, NOW, UTC) == (None, None)
    assert course(young, NOW - 3 * HOUR, HOUR, NOW, UTC).values == (None, None, 3, 0)


@pytest.mark.parametrize(
    ("zone", "begin", "turn", "labels"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC), [1, -3600], ["04:00", "08:00"]),
        ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC), [1, 3600], ["04:00", "08:00"]),
        ("Asia/Kolkata", datetime(2026, 10, 25, tzinfo=UTC), [10, 0], ["08:30", "12:30"]),
    ],
)
def test_a_chart_by_the_hour_goes_by_the_clocks(zone: str, begin: datetime, turn: list[int], labels: list[str]) -> None:
    now = begin + 9 * HOUR
    volume = Volume({}, frozenset(begin + n * HOUR for n in range(9)), begin)
    chart = time_chart(course(volume, begin, HOUR, now, ZoneInfo(zone)), Times(now, ZoneInfo(zone)))
    data = json.loads(chart.data)
    assert [data["turn"], data["by"]] == turn
    assert data["begin"] == int(begin.timestamp()) + begin.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()  # type: ignore[union-attr]
    assert [word for _, word in chart.ticks] == labels


def test_what_has_just_begun_is_no_gap() -> None:
    midnight = NOW.replace(hour=0)
    crawled = frozenset(midnight - n * DAY for n in range(1, 40))
    volume = Volume(dict.fromkeys(crawled, 3), crawled, midnight - 39 * DAY)
    made = course(volume, midnight - 6 * DAY, DAY, midnight + timedelta(minutes=5), UTC)
    assert made.gaps == ()
    assert made.values == (3, 3, 3, 3, 3, 3, 0)
    [gap] = course(volume, midnight - 6 * DAY, DAY, midnight + DAY, UTC).gaps
    assert gap == (midnight, midnight + DAY)


def test_a_source_that_is_crawled_rarely_has_no_gaps_between_its_crawls() -> None:
    rare = frozenset(NOW - n * 6 * HOUR for n in range(60))
    volume = Volume(dict.fromkeys(rare, 1), rare, NOW - 60 * 6 * HOUR)
    assert course(volume, NOW - 7 * DAY, HOUR, NOW, UTC).gaps == ()
    stopped = Volume(volume.articles, frozenset(at for at in rare if at < NOW - 3 * DAY), volume.first)
    [(start, until)] = course(stopped, NOW - 7 * DAY, HOUR, NOW, UTC).gaps
    assert until == NOW
    assert NOW - 4 * DAY < start < NOW - 2 * DAY
