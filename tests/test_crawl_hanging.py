"""Hosts that accept and never answer: the others go on beside them, and a crawl that is stopped does not wait."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crawl_process import DEADLINE, Crawled, begin_crawl, entry, look
from hostile import RSS, Answer, Asked, Gate, HostileWeb, Site, Wire, answer, feed, story

NETWORK = "127.81.0.0/16"


@pytest.fixture
def web() -> Iterator[HostileWeb]:
    with HostileWeb(NETWORK) as web:
        yield web


def silence(web: HostileWeb) -> tuple[Gate, Answer]:
    """Give an answer that does not come, with the gate that it waits at."""
    gate = web.gate()
    return gate, gate.before(answer("at last"))


def counted(names: list[str]) -> tuple[threading.Event, Callable[[str], Answer]]:
    """Give a maker of stories, and an event that is set once all of these were asked for."""
    left, all_asked = set(names), threading.Event()

    def page(name: str) -> Answer:
        inner = answer(story(name))

        def reply(wire: Wire, asked: Asked) -> None:
            inner(wire, asked)
            left.discard(name)
            if not left:
                all_asked.set()

        return reply

    return all_asked, page


def put_feed(site: Site, links: list[str]) -> str:
    site.pages["/feed"] = answer(feed(links), kind=RSS)
    return entry(site.name, site, site.base + "/feed")


def stop(process: subprocess.Popen[str], folder: Path) -> Crawled:
    """Tell a crawl to end, and give what it left; `python -m benchmarks.hanging` prints how long that takes."""
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=DEADLINE)
    return look(folder, process.returncode, log)


def test_sources_whose_hosts_hang_hold_no_place(web: HostileWeb, tmp_path: Path) -> None:
    tables = []
    for number in range(24):
        _, quiet = silence(web)
        site = web.add(f"hangs-{number}", {"/robots.txt": quiet})
        tables.append(put_feed(site, []))
    names = [f"good {number} {n}" for number in range(4) for n in range(3)]
    all_asked, page = counted(names)
    for number in range(4):
        site = web.add(f"good-{number}", {f"/{n}": page(f"good {number} {n}") for n in range(3)})
        tables.append(put_feed(site, [f"{site.base}/{n}" for n in range(3)]))
    (tmp_path / "outlets.toml").write_text("\n".join(tables), encoding="utf-8")
    process = begin_crawl(tmp_path, "--all", "--at-once", "2", network=NETWORK)
    # Two places are taken by hosts that hang for as long as this web is on air; the good ones stand behind 24 such.
    assert all_asked.wait(DEADLINE)
    stopped = stop(process, tmp_path)
    assert stopped.status == 130, stopped.log
    assert {outcome for n in range(4) for outcome in stopped.outcomes(f"good-{n}")} <= {"new", None}
    assert {run["state"] for run in stopped.runs} == {"done"}


def test_links_to_hosts_that_hang_do_not_hold_up_those_to_others(web: HostileWeb, tmp_path: Path) -> None:
    desk = web.add("desk")
    links = []
    for number in range(3):
        gate, quiet = silence(web)
        site = web.add(f"hangs-{number}", {f"/{n}": quiet for n in range(40)})
        links += [f"{site.base}/{n}" for n in range(40)]
    names = [str(n) for n in range(5)]
    all_asked, page = counted(names)
    good = web.add("good", {f"/{name}": page(name) for name in names})
    links += [f"{good.base}/{name}" for name in names]
    (tmp_path / "outlets.toml").write_text(put_feed(desk, links), encoding="utf-8")
    process = begin_crawl(tmp_path, "desk", network=NETWORK)
    assert all_asked.wait(DEADLINE)
    assert gate.reached.wait(DEADLINE)
    stopped = stop(process, tmp_path)
    # One question at a time was put to each that hangs.
    assert {len([a for a in web.asked(f"hangs-{n}") if a.path != "/robots.txt"]) for n in range(3)} == {1}
    assert stopped.outcomes("desk")[:120] == [None] * 120
    assert stopped.unaccounted() == []


@pytest.mark.parametrize("where", ["/robots.txt", "/feed", "/story", "/story/2"])
def test_a_crawl_ends_cleanly_while_a_host_hangs(where: str, web: HostileWeb, tmp_path: Path) -> None:
    site = web.add("outlet", {"/story": answer(story("harbour", "<link rel='next' href='/story/2'>"))})
    # It would be asked for before the second part of the first.
    others = [site.base + "/other"] if where != "/story/2" else []
    table = put_feed(site, [site.base + "/story", *others])
    gate, site.pages[where] = silence(web)
    (tmp_path / "outlets.toml").write_text(table, encoding="utf-8")
    process = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert gate.reached.wait(DEADLINE)
    stopped = stop(process, tmp_path)
    assert stopped.status == 130, stopped.log
    assert [(run["state"], run["reason"]) for run in stopped.runs] == [("done", "interrupted")]
    assert stopped.unaccounted() == []
    for word in ("Traceback", "Unhandled", "close failure"):
        assert word not in stopped.log
    # What was called off was not tried: it counts as waiting, and says nothing about the host. So it was not waited for.
    assert {link["state"] for link in stopped.links.get("outlet", ())} <= {"waiting"}
    assert {link["outcome"] for link in stopped.links.get("outlet", ())} <= {None}
    assert {(host["failures"], host["robots_code"]) for host in stopped.hosts.values()} <= {(0, None)}


def test_a_crawl_ends_cleanly_during_a_long_pause(web: HostileWeb, tmp_path: Path) -> None:
    rules = answer("User-agent: *\nCrawl-delay: 60\n", kind="text/plain")
    all_asked, page = counted(["harbour"])
    site = web.add("outlet", {"/robots.txt": rules, "/story": page("harbour"), "/other": answer(story("pier"))})
    desk = web.add("desk", {"/feed": answer(feed([site.base + "/story", site.base + "/other"]), kind=RSS)})
    (tmp_path / "outlets.toml").write_text(entry("outlet", site, desk.base + "/feed"), encoding="utf-8")
    process = begin_crawl(tmp_path, "outlet", network=NETWORK)
    assert all_asked.wait(DEADLINE)
    # The other one is a minute away.
    stopped = stop(process, tmp_path)
    assert stopped.status == 130, stopped.log
    assert web.asked("outlet", "/other") == []
    assert stopped.outcomes("outlet")[1:] == [None]
    assert stopped.unaccounted() == []
