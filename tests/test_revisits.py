"""Articles are looked at again at their ages: by rule, in the store, and over real sockets."""

from __future__ import annotations

import doctest
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from crawl_process import Crawled, crawl, entry, look
from hostile import RSS, HostileWeb, Site, answer, feed, in_turn, story, tagged
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from stories import DAY, HOUR, NOW, article, begin, counts, database, discover, end, recount, visit
from stories import record as record_all

from newsreel.items import Link, Visit
from newsreel.schedule import born, next_revisit, revisits
from newsreel.sources.values import REVISITS
from storage.database import writing
from storage.links import LinkWriter, Task

NETWORK = "127.91.0.0/16"
AGES = st.lists(st.integers(1, 10_000).map(lambda n: timedelta(minutes=n)), max_size=6)


@given(AGES, st.integers(0, 20_000))
def test_every_age_is_looked_at_once_or_made_up_for(ages: list[timedelta], late: int) -> None:
    fetched = NOW + timedelta(minutes=late)
    due = next_revisit(NOW, fetched, ages)
    assert (due is None) == all(NOW + age <= fetched for age in ages)
    assert due is None or (due > fetched and due - NOW in ages)


def test_visits_decay_to_none() -> None:
    seen, moment = [], NOW
    while (due := next_revisit(NOW, moment, REVISITS)) is not None:
        seen.append(due - NOW)
        moment = due
    assert seen == [HOUR, 6 * HOUR, DAY, 7 * DAY]


@pytest.mark.parametrize(
    ("published", "since"),
    [
        (None, NOW),
        (NOW - 2 * DAY, NOW - 2 * DAY),
        (NOW + HOUR, NOW),
        (NOW.replace(hour=0, minute=0), NOW),
    ],
)
def test_from_when_an_age_counts(published: datetime | None, since: datetime) -> None:
    assert born(published, NOW) == since


def test_docstring_examples() -> None:
    result = doctest.testmod(revisits)
    assert result.attempted
    assert not result.failed


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return database(tmp_path)


def crawl_store(engine: Engine, *visits: Visit, now: datetime = NOW) -> int:
    run_id = begin(engine, now=now)
    for each in visits:
        each.run_id = run_id
    assert record_all(engine, *visits, now=now)
    end(engine, run_id, now=now)
    return run_id


def due(engine: Engine, run_id: int, now: datetime, most: int | None = None) -> list[Task]:
    with writing(engine) as connection:
        return LinkWriter(connection, run_id, "tide", now).revisit(most)


def stored(engine: Engine, *paths: str, now: datetime = NOW) -> None:
    crawl_store(engine, *(visit(0, article(path), revisits=REVISITS) for path in paths), now=now)


def test_a_due_article_is_taken_whether_named_or_not_and_accounted_for(engine: Engine) -> None:
    stored(engine, "/a", "/b", "/c")
    now = NOW + HOUR
    run_id = begin(engine, now=now)
    assert due(engine, run_id, now - timedelta(seconds=1)) == []
    assert discover(engine, run_id, [article("/a").url], now=now) == [], "a revisit is no new article"
    tasks = due(engine, run_id, now, 2)
    assert [task.link.url for task in tasks] == [article("/a").url, article("/b").url]
    assert all(task.known for task in tasks)
    assert record_all(engine, visit(run_id, article("/a").url, outcome="unchanged", revisits=REVISITS), now=now)
    end(engine, run_id, now=now)
    assert counts(engine, run_id) == {"found": 2, "unchanged": 1, "waiting": 1, "revisited": 1}
    assert recount(engine, run_id) == {"unchanged": 1, "waiting": 1}
    # What was taken and not reached is due still; what was reached is due at its next age.
    run_id = begin(engine, now=now)
    assert {task.link.url for task in due(engine, run_id, now)} == {article("/b").url, article("/c").url}


def test_a_live_blog_is_looked_at_often_while_it_lasts(engine: Engine) -> None:
    live, usual = article("/live", kind="live-blog"), article("/a")
    crawl_store(engine, *(visit(0, each, revisits=REVISITS) for each in (live, usual)))
    now, seen = NOW, []
    while (now := now + HOUR / 6) <= NOW + DAY:
        run_id = begin(engine, now=now)
        taken = [task.link.url for task in due(engine, run_id, now)]
        record_all(engine, *(visit(run_id, url, outcome="unchanged", revisits=REVISITS) for url in taken), now=now)
        end(engine, run_id, now=now)
        seen += [(url, now - NOW) for url in taken]
    assert [ago for url, ago in seen if url == usual.url] == [HOUR, 6 * HOUR, DAY]
    assert [ago for url, ago in seen if url == live.url] == [n * HOUR / 3 for n in range(1, 37)] + [DAY]


@pytest.mark.parametrize("first", ["page", "feed"])
def test_no_live_blog_is_looked_at_where_no_visits_are_wanted(engine: Engine, first: str) -> None:
    values = {"revisits": ()} if first == "page" else {"revisits": REVISITS, "page": None}
    crawl_store(engine, visit(0, article("/live", kind="live-blog"), **values))
    assert due(engine, begin(engine, now=NOW + DAY), NOW + DAY) == []


NOT_AGAIN = [
    ("none are wanted", {"revisits": ()}),
    ("the text came from a feed", {"revisits": REVISITS, "page": None}),
    ("it was published long ago", {"revisits": REVISITS, "published": NOW - 8 * DAY}),
]


@pytest.mark.parametrize(("reason", "values"), NOT_AGAIN, ids=[reason for reason, _ in NOT_AGAIN])
def test_what_is_not_looked_at_again(engine: Engine, reason: str, values: dict[str, object]) -> None:
    subject = article("/a", date_published=values.pop("published", None))
    crawl_store(engine, visit(0, subject, **values))
    assert due(engine, begin(engine, now=NOW + 30 * DAY), NOW + 30 * DAY) == [], reason


def test_a_second_address_of_an_article_is_not_looked_at(engine: Engine) -> None:
    subject = article("/a")
    crawl_store(engine, visit(0, subject, revisits=REVISITS))
    crawl_store(engine, visit(0, article("/b", text=subject.blocks[0].text), revisits=REVISITS))
    assert [task.link.url for task in due(engine, begin(engine, now=NOW + DAY), NOW + DAY)] == [subject.url]


def test_other_quotation_marks_make_no_revision(engine: Engine) -> None:
    text = '"It\'s over", she said – and ' + " ".join(f"word{n}" for n in range(30))
    crawl_store(engine, visit(0, article("/a", text=text)))
    for other, outcome in (
        (text.replace('"', "“").replace("'", "’").replace("–", "-"), "unchanged"),
        (text.replace("over", "on"), "updated"),
    ):
        run_id = begin(engine)
        link = Link(article("/a").url, "feed", updated=NOW + HOUR)
        discover(engine, run_id, [link], now=NOW + 2 * HOUR)
        assert record_all(engine, visit(run_id, article("/a", text=other)), now=NOW + 2 * HOUR) == [outcome]
        end(engine, run_id)


class Newsroom:
    """Outlets on air, and crawls of them, between which time passes in the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web = HostileWeb(NETWORK)
        self.tables: list[str] = []
        self.crawls: list[Crawled] = []

    def outlet(self, name: str, more: str = "", **pages: object) -> Site:
        site = self.web.add(name, {f"/{path}": reply for path, reply in pages.items()})  # type: ignore[misc]
        listed = feed([f"{site.base}/{path}" for path in pages])
        # After the first crawl the feed has moved on.
        site.pages["/feed"] = in_turn(answer(listed, kind=RSS), answer(feed([f"{site.base}/new"]), kind=RSS))
        site.pages["/new"] = answer(story("quite new"))
        self.tables.append(entry(name, site, site.base + "/feed", more))
        return site

    def crawl(self, *options: str) -> Crawled:
        (self.folder / "outlets.toml").write_text("\n".join(self.tables), encoding="utf-8")
        before = len(self.web.asked())
        done = crawl(self.folder, "--all", *options, network=NETWORK)
        self.crawls.append(look(self.folder, done.returncode, done.stderr, self.web.asked()[before:]))
        return self.crawls[-1]

    def pass_time(self, by: timedelta) -> None:
        """Set back what is due; nothing has to sleep."""
        with sqlite3.connect(self.folder / "newsreel.db") as connection:
            for column in ("revisit_at", "first_seen_at", "fetched_at"):
                for number, time in connection.execute(f"SELECT id, {column} FROM links").fetchall():
                    moment = time and str(datetime.fromisoformat(time) - by)
                    connection.execute(f"UPDATE links SET {column} = ? WHERE id = ?", (moment, number))
        connection.close()

    def asked(self, number: int, name: str) -> list[str]:
        return [a.path for a in self.crawls[number].asked if a.site == name and a.path not in ("/feed", "/robots.txt")]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Crawl, then again at once, an hour later, and eight days later."""
    room = Newsroom(tmp_path_factory.mktemp("revisits"))
    with room.web:
        edited = in_turn(answer(story("the edited")), answer(story("the edited").replace("seats", "chairs")))
        room.outlet("usual", edited=edited, tagged=tagged(story("the tagged"), '"1"'), gone=in_turn(
            answer(story("the gone")), answer("gone", 404)))  # fmt: skip
        room.outlet("never", "revisits = []", story=answer(story("the never")))
        room.outlet("weekly", 'revisits = ["7d"]', story=answer(story("the weekly")))
        room.crawl()
        room.crawl()
        room.pass_time(timedelta(hours=1))
        room.crawl("--limit", "1")
        room.crawl()
        room.pass_time(timedelta(days=8))
        room.crawl()
        yield room


@pytest.mark.parametrize(
    ("name", "crawl", "paths"),
    [
        ("usual", 0, ["/edited", "/tagged", "/gone"]),
        ("usual", 1, ["/new"]),
        ("never", 1, ["/new"]),
        ("usual", 3, ["/tagged", "/gone", "/new"]),
        ("never", 3, []),
        ("weekly", 3, []),
        ("never", 4, []),
        ("weekly", 4, ["/story", "/new"]),
    ],
)
def test_pages_are_asked_for_at_their_ages(room: Newsroom, name: str, crawl: int, paths: list[str]) -> None:
    assert sorted(room.asked(crawl, name)) == sorted(paths)


def test_a_limit_holds_for_revisits_too(room: Newsroom) -> None:
    assert room.asked(2, "usual") == ["/edited"]


def test_every_crawl_is_accounted_for(room: Newsroom) -> None:
    for crawled in room.crawls:
        assert crawled.unaccounted() == []
    counts = room.crawls[3].counts
    run = next(run["id"] for run in reversed(room.crawls[3].runs) if run["source"] == "usual")
    assert (counts[run]["unchanged"], counts[run]["http-4xx"]) == (2, 1)


def test_what_was_edited_is_a_new_version(room: Newsroom) -> None:
    run = [run["id"] for run in room.crawls[2].runs if run["source"] == "usual"][2]
    assert room.crawls[2].counts[run]["updated"] == 1


def test_a_known_page_is_asked_for_with_its_tag(room: Newsroom) -> None:
    [again] = [a for a in room.crawls[3].asked if a.path == "/tagged"]
    assert again.headers["if-none-match"] == '"1"'
