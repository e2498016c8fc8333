"""The fetch door on real sockets: whatever a server does, each link ends with the one outcome that says what it was."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import brotli
import pytest
from crawl_process import CONTACT, DEADLINE, ROOT, Crawled, crawl, entry, environment, look
from hostile import (
    CHUNK,
    HTML,
    RSS,
    Answer,
    Asked,
    HostileWeb,
    Site,
    Wire,
    answer,
    feed,
    in_turn,
    moved,
    raw,
    slowly,
    story,
    tagged,
    without_end,
)

from newsreel import __version__
from newsreel.middlewares.guard import is_allowed, parse_networks

NETWORK = "127.79.0.0/16"
MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LATER = datetime.now(UTC) + timedelta(hours=2)
REFRESH = "<html><head><meta http-equiv='refresh' content='0; url={}'></head><body>One moment</body></html>"


def packed(name: str) -> bytes:
    return gzip.compress(story(name).encode())


def refresh(target: str) -> Answer:
    return answer(REFRESH.format(target))


def disallow(path: str, agent: str = "*") -> Answer:
    return answer(f"User-agent: {agent}\nDisallow: {path}\n", kind="text/plain")


@dataclass(frozen=True, slots=True)
class Case:
    """How one outlet answers at /story, or another path, and the outcome that the link must have."""

    name: str
    story: Answer
    outcome: str | None
    says: str = ""
    robots: Answer | None = None
    path: str = "/story"
    pages: Mapping[str, Answer] = field(default_factory=dict)


GOOD = answer(story("good"))
BUDGETS = (
    Case(
        "endless-headers",
        without_end(b"HTTP/1.1 200 OK\r\n", b"X-Odd: " + b"y" * 999 + b"\r\n"),
        "too-large",
        "headers",
    ),
    Case("endless-header-line", without_end(b"HTTP/1.1 200 OK\r\nX-Odd: ", CHUNK), "too-large", "headers"),
    Case("endless-status-line", without_end(b"HTTP/1.1 200 ", CHUNK), "too-large", "headers"),
    Case("endless-continue", without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "too-large", "headers"),
    Case("long-header-line", answer(story("policy"), Content_Security_Policy="x" * 100_000), "new"),
    Case("endless-body", without_end(OK + b"\r\n", CHUNK), "too-large", "larger than the budget"),
    Case("announced-body", answer(b"x", length=11 * MIB), "too-large", "larger than the budget"),
    Case("streamed-body", raw(OK + b"\r\n" + b"x" * (11 * MIB)), "too-large", "larger than the budget"),
    Case("gzip-bomb", answer(gzip.compress(bytes(40 * MIB)), Content_Encoding="gzip"), "too-large", "unpacked"),
    Case(
        "brotli-bomb",
        answer(brotli.compress(bytes(40 * MIB), quality=3), Content_Encoding="br"),
        "too-large",
        "unpacked",
    ),
    Case("three-layers", answer(packed("x"), Content_Encoding="gzip, gzip, br"), "bad-encoding", "packed 3 times"),
)
TRUNCATED = (
    Case("cut-body", answer(story("cut"), length=99_999), "truncated"),
    Case("cut-chunks", raw(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "truncated"),
    Case("cut-gzip", answer(packed("x")[:-40], Content_Encoding="gzip"), "truncated", "ends too early"),
    Case("cut-gzip-inside", answer(gzip.compress(packed("x")[:-40]), Content_Encoding="gzip, gzip"), "truncated"),
    Case("cut-deflate", answer(zlib.compress(story("x").encode())[:-40], Content_Encoding="deflate"), "truncated"),
    Case("cut-brotli", answer(brotli.compress(story("x").encode())[:-40], Content_Encoding="br"), "truncated"),
    Case("part", answer(story("part"), 206), "truncated"),
)
ENCODINGS = (
    Case("gzip", answer(packed("gzip"), Content_Encoding="gzip"), "new"),
    Case("two-layers", answer(gzip.compress(packed("two")), Content_Encoding="gzip, gzip"), "new"),
    Case("bare-deflate", answer(zlib.compress(story("bare").encode())[2:-4], Content_Encoding="deflate"), "new"),
    Case("brotli", answer(brotli.compress(story("brotli").encode()), Content_Encoding="br"), "new"),
    Case("charset-as-encoding", answer(story("utf"), Content_Encoding="utf-8"), "new"),
    Case("identity", answer(story("identity"), Content_Encoding="identity"), "new"),
    Case("not-packed", answer(story("plain"), Content_Encoding="gzip"), "bad-encoding"),
    Case("picture", answer(b"\x89PNG\r\n\x1a\n" + bytes(2000), kind="image/png"), "not-html"),
    Case("empty", answer(b""), "not-html"),
    Case("no-content", answer(b"", 204), "not-html"),
    Case("no-headers", raw(b"HTTP/1.1 200 OK\r\n\r\n" + story("bareheaded").encode()), "new"),
)
REDIRECTS = (
    Case("loop", moved("/story"), "redirect", "too often"),
    Case("to-private", moved("http://127.99.0.1/"), "private-address", "127.99.0.1"),
    Case("to-mapped", moved("http://[::ffff:127.99.0.2]/latest/"), "private-address", "no public address"),
    Case("to-closed-loopback", moved("http://127.78.0.1:9/"), "private-address", "127.78.0.1"),
    Case("to-loopback-by-name", moved("http://LocalHost:9/"), "private-address", "--allow-network"),
    Case("to-ipv6-loopback", moved("http://[::1]:9/"), "private-address", "::1"),
    Case("to-number", moved("http://2130706433/"), "redirect", "not on the web"),
    Case("to-hex", moved("http://0x7f.0.0.1/"), "redirect", "not on the web"),
    Case("to-user", moved("http://desk:secret@127.99.0.1/"), "redirect", "not on the web"),
    Case("to-file", moved("file:///etc/passwd"), "redirect"),
    Case("to-data", moved("data:text/html,hello"), "redirect"),
    Case("to-no-address", moved("http://[::1/"), "redirect", "no address"),
    Case("to-no-port", moved("http://127.79.0.1:99999/"), "redirect", "no address"),
    Case("to-nowhere", answer("", 302), "redirect"),
    Case("moved-301", moved("/good", 301), "new", pages={"/good": answer(story("moved 301"))}),
    Case("moved-302", moved("/good", 302), "new", pages={"/good": answer(story("moved 302"))}),
    Case("moved-307", moved("/good", 307), "new", pages={"/good": answer(story("moved 307"))}),
    Case("moved-to-forbidden", moved("/closed/a"), "robots", robots=disallow("/closed/")),
    Case("refresh", refresh("/good"), "new", pages={"/good": answer(story("refreshed"))}),
    Case("refresh-loop", refresh("/story"), "redirect", "too often"),
    Case("refresh-to-private", refresh("http://127.99.0.1/"), "private-address"),
    Case("refresh-to-no-address", refresh("http://[::1/"), "redirect", "no address"),
)
STATUSES = (
    Case("missing", answer("no", 404), "http-4xx", "404"),
    Case("gone", answer("no", 410), "http-4xx", "410"),
    Case("forbidden", answer("no", 403), "http-4xx", "403"),
    Case("broken", answer("no", 500), "http-5xx", "500"),
    Case("busy-until", answer("no", 503, Retry_After=format_datetime(LATER, usegmt=True)), "http-5xx", "503"),
    Case("too-many", answer("no", 429, Retry_After="3600"), "rate-limited", "429"),
    Case("nothing-new", answer(b"", 304), "redirect", "304"),
    Case("reset", lambda wire, asked: wire.reset(), "refused", "the connection broke"),
    Case("hang-up", lambda wire, asked: wire.end(), "refused", "the connection broke"),
    Case("other-protocol", raw(b"220 mail.harbour.example ready\r\n\r\n"), "refused"),
    Case("odd-length", raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx"), "refused"),
)
LONG_ROBOTS = "User-agent: *\nDisallow: /closed/\n" + "# nothing to see\n" * 40_000 + "Disallow: /\n"
ROBOTS = (
    Case("allows", answer(story("allowed")), "new", robots=answer("User-agent: *\nAllow: /\n")),
    Case("forbids-section", GOOD, "robots", robots=disallow("/closed/"), path="/closed/story"),
    Case("forbids-pattern", GOOD, "robots", robots=disallow("/*.html$"), path="/a/story.html"),
    Case("forbids-us", GOOD, "robots", robots=disallow("/", "newsreel")),
    Case("forbids-others", answer(story("others")), "new", robots=disallow("/", "otherbot")),
    Case("robots-missing", answer(story("missing robots")), "new", robots=answer("no", 404)),
    Case("robots-forbidden", answer(story("robots 403")), "new", robots=answer("no", 403)),
    Case("robots-broken", GOOD, "robots-unreachable", "500", robots=answer("no", 500)),
    Case("robots-busy", GOOD, "robots-unreachable", "503", robots=answer("no", 503)),
    Case("robots-reset", GOOD, "robots-unreachable", robots=lambda wire, asked: wire.reset()),
    Case("robots-long", answer(story("long robots")), "new", robots=answer(LONG_ROBOTS, kind="text/plain")),
    Case("robots-long-forbids", GOOD, "robots", robots=answer(LONG_ROBOTS), path="/closed/story"),
    Case("robots-moved", GOOD, "robots", robots=moved("/rules.txt"), pages={"/rules.txt": disallow("/story")}),
    Case("robots-is-html", answer(story("html robots")), "new", robots=refresh("/rules.txt")),
)
CASES = BUDGETS + TRUNCATED + ENCODINGS + REDIRECTS + STATUSES + ROBOTS
FEEDS: tuple[tuple[str, Answer, str], ...] = (
    ("feed-as-html", answer(feed(["http://127.79.0.1/none"]), kind=HTML), "read"),
    ("feed-is-error-page", answer("<html><body><h1>Something went wrong</h1></body></html>", kind=RSS), "failed"),
    ("feed-unasked-304", answer(b"", 304), "redirect"),
    ("feed-missing", answer("no", 404), "http-4xx"),
)


def newsreel(folder: Path, web: HostileWeb, *options: str, network: str | None = NETWORK) -> Crawled:
    before = len(web.asked())
    done = crawl(folder, *options, network=network)
    return look(folder, done.returncode, done.stderr, web.asked()[before:])


def on_air(web: HostileWeb, folder: Path) -> str:
    """Put every case on air and give the catalogue."""
    tables: list[str] = []
    # Where robots.txt is the matter, the feed must stand elsewhere, or the link would never be found.
    desk = web.add("desk")

    def put(site: Site, links: Sequence[str], at: Site | None = None) -> None:
        at = at or site
        path = f"/{site.name}.rss"
        at.pages[path] = answer(feed(links), kind=RSS)
        tables.append(entry(site.name, site, at.base + path))

    for case in CASES:
        site = web.add(case.name, {case.path: case.story, **case.pages})
        if case.robots is not None:
            site.pages["/robots.txt"] = case.robots
        put(site, [site.base + case.path], desk)
    for name, reply, _ in FEEDS:
        site = web.add(name, {"/feed": reply})
        tables.append(entry(name, site, site.base + "/feed"))
    site = web.add("self-signed", {"/story": GOOD}, folder=folder)
    put(site, [site.base + "/story"], desk)
    # Each of these three would be asked three times if the first answer were not heeded.
    busy = answer("no", 503, Retry_After="7200")
    site = web.add("rests", {"/a": busy, "/b": busy, "/c": busy})
    put(site, [f"{site.base}/{name}" for name in "abc"])
    site = web.add("delays", {f"/{name}": answer(story(f"delays {name}")) for name in "abc"})
    site.pages["/robots.txt"] = answer("User-agent: *\nCrawl-delay: 0.3\n")
    put(site, [f"{site.base}/{name}" for name in "abc"])
    site = web.add("shared", {f"/{n}": slowly(answer(story(f"shared {n}")), 0.02) for n in range(8)})
    for half in (0, 1):
        site.pages[f"/feed{half}"] = answer(feed([f"{site.base}/{n}" for n in range(half * 4, half * 4 + 4)]), kind=RSS)
        tables.append(entry(f"shared-{half}", site, f"{site.base}/feed{half}"))
    site = web.add("tags", {"/story": tagged(story("tags"), '"one"')})
    site.pages["/feed"] = tagged(feed([site.base + "/story"]), '"feed"', RSS)
    tables.append(entry("tags", site, site.base + "/feed"))
    site = web.add("lies", {"/first": answer(story("lies first")), "/second": answer(story("lies second"))})
    editions = [feed([site.base + "/first"]), feed([site.base + "/first", site.base + "/second"])]
    site.pages["/feed"] = in_turn(*(answer(text, kind=RSS, ETag='"same"') for text in editions))
    tables.append(entry("lies", site, site.base + "/feed"))
    site = web.add("parts", {"/long-story/2": answer(story("second part"))})
    site.pages["/long-story"] = answer(story("first part", "<link rel='next' href='/long-story/2'>"))
    site.pages["/other-story"] = answer(story("torn part", "<link rel='next' href='/other-story/2'>"))
    put(site, [site.base + "/long-story", site.base + "/other-story"])
    site = web.add("revises", {"/story": tagged(story("revises"), '"page"')})

    def revised(wire: Wire, asked: Asked) -> None:
        now = "<pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate>"
        now += f"<atom:updated>{datetime.now(UTC).isoformat(timespec='seconds')}</atom:updated>"
        answer(feed([site.base + "/story"], now), kind=RSS)(wire, asked)

    site.pages["/feed"] = in_turn(answer(feed([site.base + "/story"]), kind=RSS, Set_Cookie="reader=1"), revised)
    tables.append(entry("revises", site, site.base + "/feed"))
    return "\n".join(tables)


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HostileWeb, Crawled, Crawled]]:
    """Crawl the hostile web twice."""
    folder = tmp_path_factory.mktemp("door")
    with HostileWeb(NETWORK) as web:
        (folder / "outlets.toml").write_text(on_air(web, folder), encoding="utf-8")
        first = newsreel(folder, web, "--all", "--at-once", "32")
        second = newsreel(folder, web, "--all", "--at-once", "32")
        yield web, first, second


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_link_ends_with_the_outcome_that_says_why(case: Case, crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    (link,) = crawls[1].links[case.name]
    assert link["outcome"] == case.outcome, link["detail"]
    assert case.says in (link["detail"] or "")
    assert link["state"] == ("done" if case.outcome == "new" else "waiting")


def test_a_certificate_that_nobody_vouches_for_is_refused(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    web, first, _ = crawls
    assert [link["outcome"] for link in first.links["self-signed"]] == ["tls"]
    assert web.asked("self-signed") == []


@pytest.mark.parametrize(("name", "outcome"), [(name, outcome) for name, _, outcome in FEEDS])
def test_each_feed_ends_with_the_outcome_that_says_why(
    name: str, outcome: str, crawls: tuple[HostileWeb, Crawled, Crawled]
) -> None:
    assert crawls[1].doors[name] == outcome


def test_the_crawl_says_that_parts_of_it_failed_and_nothing_broke(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    for crawled in crawls[1:]:
        assert crawled.status == 3
        for word in ("Error processing", "close failure", "Unhandled"):
            assert word not in crawled.log


def test_every_run_accounts_for_every_link(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    last = crawls[2]
    assert {run["state"] for run in last.runs} == {"done"}
    assert len(last.runs) == 2 * len(set(last.doors))
    assert last.unaccounted() == []


def test_what_robots_txt_forbids_is_never_asked(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    web, *_ = crawls
    refused = [case for case in ROBOTS if case.outcome in ("robots", "robots-unreachable")]
    assert {case.name: web.asked(case.name, case.path) for case in refused} == {case.name: [] for case in refused}


def test_robots_txt_is_asked_once_a_day_and_one_that_cannot_be_asked_not_at_once_again(
    crawls: tuple[HostileWeb, Crawled, Crawled],
) -> None:
    _, first, second = crawls

    def askers(crawl: Crawled) -> set[str]:
        return {asked.site for asked in crawl.asked if asked.path == "/robots.txt"}

    assert askers(second) == set()
    assert {case.name for case in CASES} <= askers(first)
    assert len([a for a in first.asked if a.path == "/robots.txt"]) == len(askers(first))


def test_the_delay_that_robots_txt_asks_for_is_kept(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    web, first, _ = crawls
    site = web.sites["delays"]
    assert first.hosts[site.base]["crawl_delay"] == 0.3
    times = [asked.at for asked in first.asked if asked.site == "delays" and asked.path != "/robots.txt"]
    assert len(times) == 4
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.29


def test_a_host_that_wants_a_rest_is_left_alone(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    web, first, second = crawls
    assert sorted(asked.path for asked in first.asked if asked.site == "rests") != []
    assert len([a for a in first.asked if a.site == "rests" and a.path in ("/a", "/b", "/c")]) == 1
    assert sorted(str(link["outcome"]) for link in first.links["rests"]) == ["None", "None", "http-5xx"]
    assert [asked for asked in second.asked if asked.site in ("rests", "busy-until", "too-many")] == []
    until = datetime.fromisoformat(first.hosts[web.sites["busy-until"].base]["not_before"]).replace(tzinfo=UTC)
    assert until == LATER.replace(microsecond=0)


def test_a_host_answers_one_question_at_a_time_also_for_two_sources(
    crawls: tuple[HostileWeb, Crawled, Crawled],
) -> None:
    web, first, _ = crawls
    assert [link["outcome"] for half in (0, 1) for link in first.links[f"shared-{half}"]] == ["new"] * 8
    assert set(web.most_at_once.values()) == {1}
    assert web.most_linked["shared"] == 1


def test_what_is_stored_is_not_fetched_again(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    _, first, second = crawls
    again = {(asked.site, asked.path) for asked in second.asked}
    stored = {
        (asked.site, asked.path)
        for asked in first.asked
        for link in first.links.get(asked.site, ())
        if link["outcome"] == "new" and link["url"].endswith(asked.path)
    }
    assert len(stored) > 20
    assert again & stored == {("revises", "/story")}


def test_an_unchanged_feed_costs_no_more_than_a_question(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    _, _, second = crawls
    (asked,) = [asked for asked in second.asked if asked.site == "tags"]
    assert (asked.path, asked.headers["if-none-match"]) == ("/feed", '"feed"')
    assert second.doors["tags"] == "unchanged"
    (link,) = second.links["tags"]
    assert (link["state"], link["outcome"]) == ("done", "new")


def test_a_feed_that_changes_under_the_same_tag_is_read(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    _, first, second = crawls
    assert [link["outcome"] for link in first.links["lies"]] == ["new"]
    assert [link["url"].rpartition("/")[2] for link in second.links["lies"]] == ["first", "second"]
    assert second.links["lies"][1]["outcome"] == "new"


def test_a_page_that_its_feed_calls_changed_is_asked_for_news(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    _, _, second = crawls
    (asked,) = [asked for asked in second.asked if (asked.site, asked.path) == ("revises", "/story")]
    assert asked.headers["if-none-match"] == '"page"'
    (link,) = second.links["revises"]
    assert (link["state"], link["outcome"]) == ("done", "unchanged")


def test_an_article_on_several_pages_is_put_together(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    web, first, _ = crawls
    long, torn = first.links["parts"]
    assert (long["outcome"], long["detail"]) == ("new", None)
    # What could be had of the other is kept; that its second part is missing is no reason to lose the first.
    assert torn["outcome"] == "new"
    assert torn["detail"].startswith("part 2 is missing: ")
    assert [len(web.asked("parts", path)) for path in ("/long-story/2", "/other-story/2")] == [1, 1]
    assert first.words["/long-story"] > 1.8 * first.words["/other-story"]


def test_requests_say_who_asks_and_nothing_about_the_reader(crawls: tuple[HostileWeb, Crawled, Crawled]) -> None:
    _, first, second = crawls
    for asked in first.asked + second.asked:
        assert asked.headers["user-agent"] == f"Newsreel/{__version__} (+{CONTACT})"
        assert not {"cookie", "referer", "authorization"} & set(asked.headers)


def test_local_networks_are_closed_unless_they_are_opened(tmp_path: Path) -> None:
    with HostileWeb(NETWORK) as web:
        site = web.add("local", {"/feed": answer(feed([]), kind=RSS)})
        (tmp_path / "outlets.toml").write_text(entry("local", site, site.base + "/feed"), encoding="utf-8")
        done = newsreel(tmp_path, web, "local", network=None)
    assert (done.status, done.doors["local"], done.asked) == (1, "private-address", [])


def test_scrapys_own_commands_work(tmp_path: Path) -> None:
    with HostileWeb(NETWORK) as web:
        quick = web.add("quick", {"/story": answer(story("quick"))})
        slow = web.add("slow", {"/story": lambda wire, asked: wire.drip(OK + b"\r\n" + b"x" * 1000)})
        quick.pages["/feed"] = answer(feed([quick.base + "/story", slow.base + "/story"]), kind=RSS)
        tables = entry("quick", quick, quick.base + "/feed")
        tables += entry("off", slow, slow.base + "/", "enabled = false")
        (tmp_path / "outlets.toml").write_text(tables, encoding="utf-8")
        variables = {
            "NEWSREEL_DATA_DIR": str(tmp_path),
            "NEWSREEL_SOURCES": str(tmp_path / "outlets.toml"),
            "NEWSREEL_ALLOW_NETWORKS": NETWORK,
            "NEWSREEL_DELAY": "0",
        }

        def scrapy(*words: str) -> subprocess.CompletedProcess[str]:
            line = [sys.executable, "-m", "scrapy", *words]
            return subprocess.run(
                line,
                cwd=ROOT,
                env=environment(**variables),
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
            )

        listed = scrapy("list")
        assert (listed.returncode, listed.stdout.split()) == (0, ["quick"]), listed.stderr
        done = scrapy("crawl", "quick", "-s", "DOWNLOAD_TIMEOUT=1")
        crawled = look(tmp_path, done.returncode, done.stderr)
    assert crawled.status == 0, crawled.log
    assert [link["outcome"] for link in crawled.links["quick"]] == ["new", "timeout"]
    assert [(run["state"], run["reason"]) for run in crawled.runs] == [("done", "finished")]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::5db8:d70e", True),
        ("2002:5db8:d70e::1", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.127.255.255", False),
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("198.51.100.7", False),
        ("203.0.113.7", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2002:a00:1::1", False),
        ("2001:0:5ef5:79fb:0:0:80ff:fffe", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fd12:3456::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("100::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
    ],
)
def test_only_public_addresses_are_allowed(address: str, expected: bool) -> None:
    assert is_allowed(address, ()) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.79.3.4", True),
        ("::ffff:127.79.3.4", True),
        ("127.80.0.1", False),
        ("10.0.0.1", False),
        ("fd12::5", True),
        ("fd13::5", False),
    ],
)
def test_an_opened_network_opens_no_other(address: str, expected: bool) -> None:
    assert is_allowed(address, parse_networks([NETWORK, "fd12::/16"])) is expected


ODD_SPELLINGS = (
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "LOCALHOST",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
    "0",
    "0.0.0.0",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
)
ODD_SPIDER = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from twisted.internet import reactor
from newsreel.middlewares.guard import refusals


class Odd(Spider):
    name = "odd"

    async def start(self):
        for url in json.loads(sys.argv[1]):
            yield Request(url, callback=self.reached, errback=self.failed, dont_filter=True)

    def reached(self, response):
        print(json.dumps([response.url, "reached"]), flush=True)

    def failed(self, failure):
        print(json.dumps([failure.request.url, getattr(failure.value, "code", repr(failure.value))]), flush=True)


async def main():
    runner = AsyncCrawlerRunner({
        "DOWNLOAD_HANDLERS": {"http": "newsreel.middlewares.handler.BoundedDownloadHandler"},
        "DOWNLOADER_MIDDLEWARES": {"newsreel.middlewares.outcomes.OutcomeMiddleware": 10},
        "TELNETCONSOLE_ENABLED": False, "RETRY_ENABLED": False, "ROBOTSTXT_OBEY": False, "DOWNLOAD_TIMEOUT": 5,
    })
    await runner.crawl(Odd)
    reactor.stop()


import asyncio
reactor.callWhenRunning(lambda: asyncio.ensure_future(main()))
reactor.run()
"""


def test_no_spelling_of_a_loopback_address_gets_past_the_resolver(tmp_path: Path) -> None:
    with HostileWeb("127.0.0.0/29") as web:
        site = web.add("inside", {"/": answer(story("inside"))})
        urls = [f"http://{spelling}:{site.port}/" for spelling in ODD_SPELLINGS]
        done = subprocess.run(
            [sys.executable, "-c", ODD_SPIDER, json.dumps(urls)],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert web.asked() == []
    codes = [json.loads(line)[1] for line in done.stdout.splitlines()]
    assert len(codes) == len(ODD_SPELLINGS), done.stderr
    assert set(codes) <= {"private-address", "dns"}, done.stdout
    assert codes.count("private-address") > len(codes) // 2
