"""What hosts say is kept from one crawl to the next: crawls in processes of their own, time passed in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from crawl_process import Crawled, crawl, entry, look
from hostile import RSS, Answer, Asked, HostileWeb, Site, Wire, answer, feed, in_turn, moved, story, tagged, without_end

NETWORK = "127.82.0.0/16"
RULES = "User-agent: *\nDisallow: /closed/\n"
LATER = datetime.now(UTC) + timedelta(hours=2)
# The crawls, in order, and what passed before each.
FIRST, AGAIN, MINUTES, DAY, WEEK = range(5)
HOST_TIMES = ("not_before", "free_at", "robots_at", "robots_retry_at")


class Newsroom:
    """Outlets on air, and the crawls of them, one after the other on one database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web = HostileWeb(NETWORK)
        self.tables: list[str] = []
        self.crawls: list[Crawled] = []

    def outlet(self, name: str, paths: Sequence[str] = ("/story",), **pages: Answer) -> Site:
        """Put an outlet on air whose feed stands elsewhere, so that its robots.txt may say anything."""
        site = self.web.add(name, {path: answer(story(f"{name} {path}")) for path in paths})
        desk = self.web.sites.get("desk") or self.web.add("desk")
        site.pages |= {"/" + path.replace("_", "."): reply for path, reply in pages.items()}
        if "/feed" not in site.pages:
            desk.pages[f"/{name}"] = answer(feed([site.base + path for path in paths]), kind=RSS)
            self.tables.append(entry(name, site, f"{desk.base}/{name}"))
        else:
            self.tables.append(entry(name, site, site.base + "/feed"))
        return site

    def crawl(self) -> None:
        (self.folder / "outlets.toml").write_text("\n".join(self.tables), encoding="utf-8")
        before = len(self.web.asked())
        done = crawl(self.folder, "--all", "--at-once", "32", network=NETWORK)
        self.crawls.append(look(self.folder, done.returncode, done.stderr, self.web.asked()[before:]))

    def pass_time(self, by: timedelta) -> None:
        """Set back all that was kept; nothing has to sleep."""
        with sqlite3.connect(self.folder / "newsreel.db") as connection:
            for table, key, columns in (
                ("hosts", "host", HOST_TIMES),
                ("doors", "url", ("read_at", "distrusted_at")),
                ("links", "id", ("retry_at",)),
            ):
                for number, *times in connection.execute(f"SELECT {key}, {', '.join(columns)} FROM {table}").fetchall():
                    values = [time and str(datetime.fromisoformat(time) - by) for time in times]
                    sets = ", ".join(f"{column} = ?" for column in columns)
                    connection.execute(f"UPDATE {table} SET {sets} WHERE {key} = ?", [*values, number])
        connection.close()

    def asked(self, number: int, name: str) -> list[str]:
        return [asked.path for asked in self.crawls[number].asked if asked.site == name]

    def outcomes(self, number: int, name: str) -> list[str | None]:
        return self.crawls[number].outcomes(name)

    def run_outcome(self, number: int, name: str) -> str:
        return [str(run["outcome"]) for run in self.crawls[number].runs if run["source"] == name][number]


def hops(site: Site, count: int, end: Answer) -> None:
    """Let robots.txt redirect so many times."""
    for n in range(count):
        site.pages["/robots.txt" if n == 0 else f"/hop{n}"] = moved(f"/hop{n + 1}", 301)
    site.pages[f"/hop{count}"] = end


def stubborn(site: Site, *answers: str) -> Answer:
    """Answer 304 to whoever brings a tag, whatever happened, and else the next of these bodies with a new tag each."""
    left = list(answers)

    def reply(wire: Wire, asked: Asked) -> None:
        if "if-none-match" in asked.headers:
            wire.head(304)
            return
        body = left.pop(0) if len(left) > 1 else left[0]
        answer(body, kind=RSS, ETag=f'"{len(body)}"')(wire, asked)

    return reply


def ever_new_tags(body: str) -> Answer:
    return in_turn(*(answer(body, kind=RSS, ETag=f'"{number}"') for number in range(9)))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Crawl five times: twice in a row, then two minutes, 25 hours and 8 days later."""
    room = Newsroom(tmp_path_factory.mktemp("politeness"))
    rules, busy = answer(RULES, kind="text/plain"), answer("busy", 503)
    with room.web:
        room.outlet("keeps", ("/story", "/closed/a"), robots_txt=rules)
        room.web.sites["desk"].pages["/keeps"] = in_turn(
            *(
                answer(feed([room.web.sites["keeps"].base + path for path in paths]), kind=RSS)
                for paths in [["/story", "/closed/a"]] * 3 + [["/late"]]
            )
        )
        room.outlet("old-copy", ("/story", "/closed/a", "/late"), robots_txt=in_turn(rules, busy))
        room.web.sites["desk"].pages["/old-copy"] = in_turn(
            *(
                answer(feed([room.web.sites["old-copy"].base + path for path in paths]), kind=RSS)
                for paths in (["/story", "/closed/a"],) * 3 + (["/story", "/closed/b", "/late"], ["/later"])
            )
        )
        room.outlet("no-copy", robots_txt=busy)
        room.outlet("wants-rest", robots_txt=answer("busy", 429, Retry_After="7200"))
        room.outlet(
            "endless",
            ("/story", "/closed/a"),
            robots_txt=without_end(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + RULES.encode(), b"# nothing more\n" * 999
            ),
        )
        room.outlet("utf-16", ("/story", "/closed/a"), robots_txt=answer(RULES.encode("utf-16"), kind="text/plain"))
        room.outlet(
            "bom", ("/story", "/closed/a"), robots_txt=answer(b"\xef\xbb\xbf" + RULES.encode(), kind="text/plain")
        )
        hops(room.outlet("five-hops", ("/story", "/closed/a")), 5, rules)
        hops(room.outlet("six-hops", ("/story",)), 6, rules)
        room.outlet("dead", [f"/{n}" for n in range(7)], robots_txt=rules)
        for n in range(7):
            room.web.sites["dead"].pages[f"/{n}"] = lambda wire, asked: wire.reset()
        room.outlet(
            "feed-rests",
            feed=in_turn(
                answer("no", 429, Retry_After=format_datetime(LATER, usegmt=True)),
                answer(feed(["http://127.82.0.1/none"]), kind=RSS),
            ),
        )
        site = room.outlet("lies", feed=answer(""))
        site.pages["/feed"] = stubborn(site, feed([site.base + "/story"]), feed([site.base + "/closed"]))
        site = room.outlet("honest", feed=answer(""))
        site.pages["/feed"] = in_turn(
            *(tagged(feed([site.base + path]), f'"{path}"', RSS) for path in ("/story", "/story", "/story", "/more"))
        )
        site = room.outlet("new-tags", feed=answer(""))
        site.pages["/feed"] = ever_new_tags(feed([site.base + "/story"]))
        room.crawl()
        for by in (timedelta(0), timedelta(minutes=2), timedelta(hours=25), timedelta(days=8)):
            room.pass_time(by)
            room.crawl()
        yield room


def test_a_rule_of_robots_txt_that_is_kept_is_nothing_missed(room: Newsroom) -> None:
    assert room.outcomes(FIRST, "keeps") == ["new", "robots"]
    assert room.run_outcome(FIRST, "keeps") == "ok"
    assert room.run_outcome(FIRST, "no-copy") == "partial"


@pytest.mark.parametrize("name", ["endless", "utf-16", "bom", "five-hops"])
def test_a_robots_txt_is_read_however_it_comes(room: Newsroom, name: str) -> None:
    assert room.outcomes(FIRST, name) == ["new", "robots"]
    assert "/closed/a" not in room.asked(FIRST, name)


def test_a_robots_txt_is_asked_again_after_a_day(room: Newsroom) -> None:
    asked = [room.asked(number, "keeps").count("/robots.txt") for number in range(5)]
    assert asked == [1, 0, 0, 1, 1]


def test_what_a_robots_txt_said_holds_for_days_when_it_cannot_be_asked_any_more(room: Newsroom) -> None:
    assert room.asked(DAY, "old-copy") == ["/robots.txt", "/late"]
    assert room.outcomes(DAY, "old-copy") == ["new", "robots", "robots", "new"]
    assert "stays in force" in room.crawls[DAY].log
    # After more than a week it does not.
    assert room.asked(WEEK, "old-copy") == ["/robots.txt"]
    assert room.outcomes(WEEK, "old-copy")[-1] == "robots-unreachable"


def test_a_robots_txt_that_cannot_be_asked_forbids_all_and_is_asked_ever_less_often(room: Newsroom) -> None:
    assert [len(room.asked(number, "no-copy")) for number in range(5)] == [1, 0, 0, 1, 1]
    assert {asked.path for asked in room.web.asked("no-copy")} == {"/robots.txt"}
    assert {outcome for number in range(5) for outcome in room.outcomes(number, "no-copy")} == {"robots-unreachable"}
    host = room.crawls[WEEK].hosts[room.web.sites["no-copy"].base]
    assert (host["robots_failures"], host["robots_code"], host["robots_at"]) == (3, "http-5xx", None)
    # The link waits for as long as its host's robots.txt.
    (link,) = room.crawls[WEEK].links["no-copy"]
    assert link["retry_at"] == host["robots_retry_at"]
    assert room.asked(FIRST, "six-hops")[-1] == "/hop5"
    assert room.outcomes(FIRST, "six-hops") == ["robots-unreachable"]


def test_a_robots_txt_s_retry_after_counts_for_the_host(room: Newsroom) -> None:
    first = room.crawls[FIRST].hosts[room.web.sites["wants-rest"].base]
    told = datetime.fromisoformat(first["not_before"]).replace(tzinfo=UTC)
    (asked,) = [asked for asked in room.crawls[FIRST].asked if asked.site == "wants-rest"]
    assert asked.path == "/robots.txt"
    (run,) = [run for run in room.crawls[FIRST].runs if run["source"] == "wants-rest"]
    begin, end = (datetime.fromisoformat(run[name]).replace(tzinfo=UTC) for name in ("started_at", "finished_at"))
    assert begin <= told - timedelta(seconds=7200) <= end
    assert abs(datetime.fromisoformat(first["robots_retry_at"]).replace(tzinfo=UTC) - told) < timedelta(seconds=1)
    assert room.asked(AGAIN, "wants-rest") == []


def test_a_feed_s_retry_after_makes_it_wait_and_not_fail(room: Newsroom) -> None:
    assert [room.asked(number, "feed-rests").count("/feed") for number in range(5)] == [1, 0, 0, 1, 1]
    until = datetime.fromisoformat(room.crawls[FIRST].hosts[room.web.sites["feed-rests"].base]["not_before"])
    assert until.replace(tzinfo=UTC) == LATER.replace(microsecond=0)
    assert [room.run_outcome(number, "feed-rests") for number in range(3)] == ["failed", "partial", "partial"]
    waits = [run["id"] for run in room.crawls[AGAIN].runs if run["source"] == "feed-rests"][1]
    assert room.crawls[AGAIN].counts[waits] == {"doors-waiting": 1}


def test_a_dead_host_is_left_alone_and_its_links_wait(room: Newsroom) -> None:
    # A connection that breaks while it is used again is tried once more, with a new one.
    tries = sorted({path for path in room.asked(FIRST, "dead") if path != "/robots.txt"})
    assert tries == ["/0", "/1", "/2", "/3"]
    assert room.outcomes(FIRST, "dead") == ["refused"] * 4 + [None] * 3
    first = room.crawls[FIRST].hosts[room.web.sites["dead"].base]
    # The failure that began the rest says when its link may be tried again; the others are what the next crawl tries.
    assert [link["retry_at"] for link in room.crawls[FIRST].links["dead"]] == [None] * 3 + [first["not_before"]] + [
        None
    ] * 3
    assert room.asked(AGAIN, "dead") == []
    # After its rest one request finds out how it is.
    assert len(room.asked(MINUTES, "dead")) == 1
    second = room.crawls[MINUTES].hosts[room.web.sites["dead"].base]
    assert (first["failures"], second["failures"]) == (4, 5)
    assert {link["state"] for link in room.crawls[WEEK].links["dead"]} == {"waiting"}
    assert all(not crawled.unaccounted() for crawled in room.crawls)


def tags(room: Newsroom, number: int, name: str) -> list[str | None]:
    asked = [asked for asked in room.crawls[number].asked if (asked.site, asked.path) == (name, "/feed")]
    return [asked.headers.get("if-none-match") for asked in asked]


def test_a_feed_whose_tag_lies_is_found_out_and_asked_without_it(room: Newsroom) -> None:
    assert [link["url"].rpartition("/")[2] for link in room.crawls[AGAIN].links["lies"]] == ["story"]
    assert [link["url"].rpartition("/")[2] for link in room.crawls[DAY].links["lies"]] == ["story", "closed"]
    first, again, minutes, day, week = (tags(room, number, "lies") for number in range(5))
    (tag,) = again
    assert tag is not None
    # Asked without its tag after a day, it had news; asked with it, it still denied that.
    assert (first, minutes, day, week) == ([None], [tag], [None, tag], [None])
    assert "its tags are not sent any more" in room.crawls[DAY].log
    assert room.crawls[WEEK].doors["lies"] == "unchanged"


def test_a_feed_whose_tag_tells_the_truth_is_asked_with_it(room: Newsroom) -> None:
    assert tags(room, AGAIN, "honest") == ['"/story"']
    assert tags(room, DAY, "honest") == [None, '"/story"']
    assert room.crawls[DAY].log.count("its tags are not sent any more") == 1
    # More than a day has passed, so its body is asked for.
    assert tags(room, WEEK, "honest") == [None]


def test_a_feed_with_a_new_tag_for_each_request_is_known_by_its_body(room: Newsroom) -> None:
    assert [crawled.doors["new-tags"] for crawled in room.crawls] == ["read"] + ["unchanged"] * 4
