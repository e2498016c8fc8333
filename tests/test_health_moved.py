"""A feed that moved for good is asked at its new address; one that is elsewhere for a day is not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from crawl_process import crawl, entry
from hostile import RSS, HostileWeb, answer, feed, moved, story

from storage.database import open_database, sqlite_url
from storage.health import states

NETWORK = "127.81.0.0/16"


@pytest.mark.parametrize(("status", "for_good"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_feed_that_was_sent_elsewhere(tmp_path: Path, status: int, for_good: bool) -> None:
    with HostileWeb(NETWORK) as web:
        site = web.add("tide", {"/story": answer(story("harbour"))})
        site.pages["/new"] = answer(feed([site.base + "/story"]), kind=RSS)
        site.pages["/feed"] = moved(site.base + "/new", status)
        (tmp_path / "outlets.toml").write_text(entry("tide", site, site.base + "/feed"), encoding="utf-8")
        asked = []
        for _ in range(2):
            before = len(web.asked("tide", "/feed"))
            assert crawl(tmp_path, "tide", network=NETWORK).returncode == 0
            asked.append(len(web.asked("tide", "/feed")) - before)
        assert asked == ([1, 0] if for_good else [1, 1])
        assert len(web.asked("tide", "/new")) == 2
    with sqlite3.connect(tmp_path / "newsreel.db") as connection:
        doors = connection.execute("SELECT url, outcome, moved_to FROM doors").fetchall()
    new = site.base + "/new" if for_good else None
    assert doors == [(site.base + "/feed", "unchanged", new)]
    health = states(open_database(sqlite_url(tmp_path / "newsreel.db")))["tide"].health
    note = f"its feed {site.base}/feed has moved for good to {new}"
    assert (health.state, health.notes) == ("ok", (note,) if for_good else ())
